"""Translations that come back: what is whole is taken in, what is wrong is told, what was edited here stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.models import Outbox
from helpdesk.services.importing import import_content
from helpdesk.services.publishing import archive, publish, restore, unpublish
from helpdesk.services.site import Site
from helpdesk.services.translating import Outcome, import_translations
from tests.support.content import take_in
from tests.support.pages import CheckingClient
from tests.support.translating import GERMAN, SOURCE, edit, english, export, in_german, kept, rewritten, told, translate


@pytest.fixture
def translated(empty_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return translate(empty_site, tmp_path, monkeypatch)


def found(client: CheckingClient, query: str) -> list[str]:
    """Titles of the results; a page without results lists popular articles, which carry no place."""
    return [card["title"] for card in client.get(f"/de/search?q={query}").cards if "pos=" in card["url"]]


def test_a_new_translation_is_a_draft_until_somebody_publishes_it(
    empty_app: Flask, empty_site: Site, tmp_path: Path
) -> None:
    take_in(empty_site, tmp_path / "content", {"pay": english()})
    export(empty_site, tmp_path / "de.po")
    edit(tmp_path / "de.po", in_german)
    outcome = import_translations(empty_site, tmp_path / "de.po", dry_run=True)
    assert (outcome, kept(empty_site, "pay", "de")) == (Outcome(new=["pay"]), None)
    assert import_translations(empty_site, tmp_path / "de.po") == Outcome(new=["pay"])
    expected = SOURCE
    for msgid, text in GERMAN.items():
        expected = re.sub(rf"(?<![\w])(?:{re.escape(msgid)})(?![\w])", text, expected)
    assert kept(empty_site, "pay", "de") == ("draft", 1, 1, expected)
    client = CheckingClient(empty_app)
    assert client.get("/de/articles/1", follow=True).one("h1").get("lang") == "en"
    assert found(client, "Schalter") == []
    publish(empty_site, "pay", "de")
    page = client.get("/de/articles/1-so-zahlen-sie")
    assert [img.get("alt") for img in page.all("img")] == ["Der Schalter"]
    assert found(client, "Schalter") == ["So zahlen Sie"]
    assert import_translations(empty_site, tmp_path / "de.po") == Outcome(unchanged=["pay"])
    with empty_site.database.read() as connection:
        assert connection.execute(select(Outbox.token)).all() == []


EDITS: list[tuple[str, str, list[tuple[str, str]], bool]] = [
    ("Steps", "", [("not translated", "'Steps'")], True),
    ("Steps", " \n", [("not translated", "'Steps'")], True),
    ("Steps", "Steps", [("same as the source", "'Steps'")], False),
    ("Wait 24 hours.", "Warten Sie 42 Stunden.", [("number", "missing '24', new '42'")], False),
    ("See [fees](article:pay#all).", "Siehe Gebühren.", [("link", "missing 'article:pay#all'")], False),
    ("![The desk](desk.png)", "![Der Schalter](other.png)", [("image", "missing 'desk.png', new 'other.png'")], False),
    ("Open **Profile**.", "Öffnen Sie **Profil.", [("unbalanced", "new '**'")], False),
    ("Open **Profile**.", "1. Öffnen", [("structure", "is no longer read as one list item")], True),
    ("Pay at the *desk*.", "Am\x07\u2028 <b>Schalter</b>", [("HTML", "new '<b>', new '</b>'")], False),
]


@pytest.mark.on("sqlite")
def test_findings(empty_site: Site, tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    take_in(empty_site, tmp_path / "content", {"pay": english()})
    for msgid, text, findings, is_refused in EDITS:
        export(empty_site, path)
        edit(path, lambda source, _, msgid=msgid, text=text: text if source == msgid else GERMAN[source])
        outcome = import_translations(empty_site, path, dry_run=True)
        assert told(outcome) == findings
        lines = path.read_text("utf-8").split("\n")
        assert [(f.key, f.locale, lines[f.line - 1][:6]) for f in outcome.findings] == [("pay", "de", "msgid ")]
        assert (outcome.new, outcome.refused) == (([], ["pay"]) if is_refused else (["pay"], []))
    assert kept(empty_site, "pay", "de") is None
    import_translations(empty_site, path)
    assert "Am\u2028" in re.sub(r"[ ]", "", str((kept(empty_site, "pay", "de") or [""])[-1]))


STEPS = 'msgctxt "pay#steps"\nmsgid "Steps"\nmsgstr "Schritte"\n'
FILES: list[tuple[tuple[str, str], list[tuple[str, str]]]] = [
    ((STEPS, f"#, fuzzy\n{STEPS}"), [("fuzzy", "'Steps'")]),
    ((STEPS, ""), [("not translated", "'Steps'")]),
    ((STEPS, f"{STEPS}\n{STEPS.replace('Schritte', 'Stufen')}"), [("twice", "'Steps'")]),
    ((STEPS, f"{STEPS}\n{STEPS}"), []),
    ((STEPS, f"{STEPS}\n{STEPS.replace('Steps', 'Step')}"), [("not in the source", "'Step'")]),
    (("pay:title:1", "pay:title:7"), [("unknown revision", "the source has no revision 7: export the article again")]),
    (("pay:title:1", "pay:name"), [("unknown revision", "the source has no revision 0: export the article again")]),
    (('"pay', '"lend'), [("unknown article", "nothing here has this key")]),
    (("Language: de", "Language: en"), [("source", "the language that it is written in is not translated")]),
    (("Language: de", "Language: fr"), [("wrong locale", "the header's Language is `fr`, not a locale of this site")]),
    (
        (STEPS, f'{STEPS}\nmsgctxt "pay:title:2"\nmsgid "x"\nmsgstr "y"\n'),
        [("twice", "made from several revisions: pay:title:1, pay:title:2")],
    ),
]


@pytest.mark.on("sqlite")
def test_files_that_were_tampered_with(empty_site: Site, tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    take_in(empty_site, tmp_path / "content", {"pay": english()})
    export(empty_site, path)
    edit(path, in_german, no_location=True)
    whole = re.sub(r"(?m)^#\..*\n", "", path.read_text("utf-8"))
    for change, findings in FILES:
        path.write_text(whole, "utf-8")
        outcome = import_translations(empty_site, rewritten(path, change), dry_run=True)
        assert told(outcome) == findings
        is_taken = not findings or findings[0][0] == "not in the source"
        assert bool(outcome.new) == is_taken


@pytest.mark.on("sqlite")
def test_a_file_for_another_locale_is_refused(translated: Path, empty_site: Site) -> None:
    outcome = import_translations(empty_site, translated, locale=empty_site.locales.get("ar"))
    assert told(outcome) == [("wrong locale", "the header's Language is `de`, not `ar`")]
    rewritten(translated, ('"Language: de\\n"\n', ""))
    assert import_translations(empty_site, translated).findings[0].kind == "wrong locale"
    german = empty_site.locales.get("de")
    assert import_translations(empty_site, translated, locale=german) == Outcome(unchanged=["pay"])


def test_published_ones_change_only_when_told_to(translated: Path, empty_app: Flask, empty_site: Site) -> None:
    before = kept(empty_site, "pay", "de")
    client = CheckingClient(empty_app)
    rewritten(translated, ("Schritte", "Treppen"))
    outcome = import_translations(empty_site, translated)
    assert told(outcome) == [("published", "readers would see the new text at once: import with --publish")]
    assert (outcome.refused, kept(empty_site, "pay", "de")) == (["pay"], before)
    assert (found(client, "Schritte"), found(client, "Treppen")) == (["So zahlen Sie"], [])
    assert import_translations(empty_site, translated, publish=True) == Outcome(changed=["pay"])
    assert "## Treppen { #steps }" in str(kept(empty_site, "pay", "de"))
    assert (found(client, "Schritte"), found(client, "Treppen")) == ([], ["So zahlen Sie"])
    rewritten(translated, ("Treppen", "Schritte"))
    unpublish(empty_site, "pay", "de")
    assert import_translations(empty_site, translated) == Outcome(changed=["pay"])
    assert kept(empty_site, "pay", "de")[0] == "draft"  # type: ignore[index]
    archive(empty_site, "pay", "de")
    rewritten(translated, ("Schritte", "Treppen"))
    import_translations(empty_site, translated, publish=True)
    assert kept(empty_site, "pay", "de")[0] == "archived"  # type: ignore[index]
    assert export(empty_site, translated) == {}


def test_what_was_edited_here_since_the_export_is_told_and_kept(translated: Path, empty_site: Site) -> None:
    """First there was no translation when the file went out, then there was one."""
    for name in ("pay:title:1", "pay:title:1:4"):
        assert f'msgctxt "{name}"\n' in translated.read_text("utf-8")
        rewritten(translated, ("Schritte", "Treppen"))
        assert import_translations(empty_site, translated, publish=True) == Outcome(changed=["pay"])
        rewritten(translated, ("Treppen", "Stufen"))
        assert import_translations(empty_site, translated, publish=True) == Outcome(changed=["pay"])
        restore(empty_site, "pay", "de", 1)
        before = kept(empty_site, "pay", "de")
        for options in ({}, {"publish": True}):
            outcome = import_translations(empty_site, translated, **options)
            assert told(outcome) == [
                ("edited", "changed here since the export: export again, or import with --keep file")
            ]
            assert (outcome.refused, kept(empty_site, "pay", "de")) == (["pay"], before)
        export(empty_site, translated, everything=True)
    rewritten(translated, ("pay:title:1:7", "pay:title:1:6"), ("Schritte", "Treppen"))
    assert import_translations(empty_site, translated, publish=True, keep="file") == Outcome(changed=["pay"])
    assert "## Treppen { #steps }" in str(kept(empty_site, "pay", "de"))
    assert import_translations(empty_site, translated) == Outcome(unchanged=["pay"])


@pytest.mark.on("sqlite")
def test_the_folder_is_not_needed(translated: Path, empty_site: Site, tmp_path: Path) -> None:
    """A later import of the folder, which does not hold the translation, leaves it."""
    before = kept(empty_site, "pay", "de")
    import_content(empty_site, tmp_path / "content")
    assert kept(empty_site, "pay", "de") == before
