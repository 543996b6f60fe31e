"""A small article with its German translation, and PO files as translators hand them back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models import Article, Body, Translation
from helpdesk.queries.translations import list_states
from helpdesk.services.site import Site
from helpdesk.services.translating import Outcome, export_translations, import_translations
from tests.core.test_importing import png
from tests.support.content import take_in, translation

SOURCE = """\
Pay at the *desk*.

## Steps { #steps }

1. Open **Profile**.
2. Wait 24 hours.

| State | Means |
|---|---|
| Sent | `done` |

![The desk](desk.png)

```bash
pay # now
```

See [fees](article:pay#all).
"""
GERMAN = {
    "How to pay": "So zahlen Sie",
    "In short.": "Kurz.",
    "cash, card": "bar, Karte",
    "Pay at the *desk*.": "Zahlen Sie am *Schalter*.",
    "Steps": "Schritte",
    "Open **Profile**.": "Öffnen Sie **Profil**.",
    "Wait 24 hours.": "Warten Sie 24 Stunden.",
    "State": "Zustand",
    "Means": "Bedeutet",
    "Sent": "Gesendet",
    "![The desk](desk.png)": "![Der Schalter](desk.png)",
    "See [fees](article:pay#all).": "Siehe [Gebühren](article:pay#all).",
}
FIELDS = {"summary": "In short.", "keywords": "cash, card"}
START = datetime(2026, 1, 2, 12, tzinfo=UTC)


def english(body: str = SOURCE, **fields: str) -> dict[str, str | bytes]:
    return {"en.md": translation("How to pay", body.rstrip("\n"), **FIELDS | fields), "desk.png": png(30, 20)}


def export(site: Site, path: Path, tag: str = "de", **options: object) -> dict[str, tuple[str, str, bool]]:
    """Write the file; its messages as (msgid, msgstr, fuzzy) by msgctxt and number."""
    data, _, _ = export_translations(site, site.locales.get(tag), **options)
    path.write_bytes(data)
    with path.open("rb") as file:
        found = [(m.context, m.id, m.string, m.fuzzy) for m in read_po(file, abort_invalid=True) if m.id]
    return {f"{context} {n}": (msgid, text, fuzzy) for n, (context, msgid, text, fuzzy) in enumerate(found)}


def edit(path: Path, change: Callable[[str, str], str], **options: object) -> Path:
    """Translate as a translator does: every message by its msgid and msgstr, then written by Babel."""
    with path.open("rb") as file:
        catalog = read_po(file, abort_invalid=True)
    for message in catalog:
        if message.id:
            message.string = change(message.id, message.string)
            message.flags.discard("fuzzy")
    with path.open("wb") as file:
        write_po(file, catalog, width=40, sort_output=True, **options)
    return path


def in_german(msgid: str, _text: str) -> str:
    return GERMAN[msgid]


def rewritten(path: Path, *changes: tuple[str, str]) -> Path:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return path


def kept(site: Site, key: str, tag: str) -> tuple[object, ...] | None:
    """Status, revision, based_on and Markdown of a translation."""
    statement = (
        select(Translation.status, Translation.revision, Translation.based_on, Body.markdown)
        .join(Body, Body.translation_id == Translation.id)
        .join(Article, Article.id == Translation.article_id)
        .where(Article.key == key, Translation.locale == tag)
    )
    with site.database.read() as connection:
        row = connection.execute(statement).first()
    return None if row is None else tuple(row)


def lacking(site: Site, tag: str) -> list[str]:
    found = list_states(site.database, site.locales, site.locales.get(tag))
    return [article.key for article in found if article.is_lacking]


def told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(finding.kind, finding.detail) for finding in outcome.findings]


def translate(site: Site, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An article with a published German translation, both at revision 1; the file that it came from."""
    monkeypatch.setattr(clock, "now", lambda: START)
    take_in(site, root / "content", {"pay": english()})
    export(site, root / "de.po")
    import_translations(site, edit(root / "de.po", in_german), publish=True)
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(days=5))
    return root / "de.po"
