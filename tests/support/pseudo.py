"""A language in which every message is known by sight: accented letters, brackets, a third longer.

The locales that speak it are Ukrainian and Persian, which CLDR knows and we do not ship: names of languages, regions
and months have no letter of English in either. The content is Greek. So whatever shows one of A-Z is no message of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from helpdesk.cli.message_checks import ids
from helpdesk.cli.messages import extract_catalog
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from tests.core.test_importing import png, write
from tests.support.pages import Page, text_of

PACKAGE = Path(__file__).parents[2] / "helpdesk"
LTR, RTL, CONTENT = "uk", "fa", "el"
SETTINGS = {"locales": (LTR, RTL, CONTENT), "default_locale": CONTENT, "site_name": "Ωμέγα", "news_category": "news"}
ENGLISH = re.compile("[A-Za-z]")
_ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "ÀƁĆĎĒƑĜĤĨĴĶĹṀŃŌƤǪŔŚŢŨṼŴẊŶŻàƀćďēƒĝĥĩĵķĺṁńōƥǫŕśţũṽŵẋŷż"
)
_KEPT = re.compile(r"(%\(\w+\)s|%%|<[^>]*>)")


def pseudo(text: str) -> str:
    """`Send %(x)s` as `[Śēńď %(x)s ~~]`: what must stay stays, and there is a third more of it."""
    parts = _KEPT.split(text)
    parts[::2] = [part.translate(_ACCENTED) for part in parts[::2]]
    return f"[{''.join(parts)} {'~' * max(1, len(text) // 3 - 3)}]"


@cache
def template() -> Catalog:
    """All messages of the product."""
    return extract_catalog(PACKAGE)


def write_catalogs(folder: Path) -> Path:
    """Catalogs of both locales, complete; every plural form is told by its number."""
    for code in (LTR, RTL):
        catalog = Catalog(locale=code)
        for message in template():
            if message.id:
                one, *more = ids(message)
                forms = (
                    tuple(pseudo(more[0]).replace("]", f" {n}]") for n in range(catalog.num_plurals)) if more else ()
                )
                catalog.add(message.id, forms or pseudo(one))
        path = folder / code / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_po(file, catalog)
    return folder


def unseen(texts: Iterable[str]) -> list[str]:
    """Messages of which no form stands in any of the texts."""
    seen = "\n".join(" ".join(text.split()) for text in texts)
    missing = []
    for message in template():
        if message.id:
            pattern = re.escape(pseudo(ids(message)[-1])).replace(r"\]", r"[ \d]*\]")
            if not re.search(re.sub(r"%\\\(\w+\\\)s", r"[^\\n]*?", pattern), seen):
                missing.append(ids(message)[0])
    return missing


def letters(texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of (where, text), those that show a letter of English."""
    return [(where, text.strip()) for where, text in texts if ENGLISH.search(text)]


# Read by machines and by scripts; all other attributes are read by people.
_TECHNICAL = re.compile(
    "action|aria-(current|describedby|hidden|labelledby|pressed)|autocomplete|blocking|charset|class|cx|cy|d|r|rx"
    "|data-(count|counter|digits|failed|feedback|notice|share|status|suggest|switch|view)|datetime|decoding|dir|download|enterkeyhint"
    "|for|height|hidden|href|hreflang|id|inputmode|lang|loading|maxlength|media|method|name|open|pattern|preserveaspectratio"
    "|property|readonly|rel|role|rows|scope|size"
    "|src|tabindex|translate|type|value|viewbox|width",
    re.IGNORECASE,
)
_META = {"description", "og:title", "og:description", "og:site_name"}


def texts_of(page: Page) -> Iterator[tuple[str, str]]:
    """Everything in a page that is read by people, as (where, text); in its data and its head as well."""
    untranslated = page.all("*", translate="no")
    hidden = {id(part) for element in untranslated for part in element.iter()}
    for element in page.root.iter():
        if not isinstance(element.tag, str) or id(element) in hidden:
            continue
        if element.tag == "script":
            yield from _of_data(json.loads(element.text)) if element.text else ()
        elif element.get("data-share") is None and element.tag != "bdi":  # an address, shown as such
            yield element.tag, "".join([element.text or "", *(child.tail or "" for child in element)])
        yield from _of_attributes(element)
    body = page.text.replace(page.one("a", data_share="").get("href", ""), "") if _is_shared(page) else page.text
    for element in untranslated:
        body = body.replace(text_of(element), "")
    yield "body", body


def _is_shared(page: Page) -> bool:
    return len(page.all("a", data_share="")) == 1


def _of_attributes(element: Element) -> Iterator[tuple[str, str]]:
    if element.tag == "meta":
        is_read = {element.get("name"), element.get("property")} & _META
        yield "meta", element.get("content", "") if is_read else ""
        return
    for name, value in element.attrib.items():
        if not _TECHNICAL.fullmatch(name):
            yield f"{element.tag} {name}", value


def _of_data(data: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Of schema.org's properties, those that are words."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _of_data(value, key)
    elif isinstance(data, list):
        for value in data:
            yield from _of_data(value, name)
    elif name in ("name", "headline", "description", "articleSection"):
        yield f"data {name}", str(data)


OWN, NEXT, FALLBACK, TITLE_ONLY, REGIONAL, ARCHIVED, LAST, NEWS = range(1, 9)
_BODY = """Πρώτη παράγραφος με αριθμό 42.

## Πρώτη ενότητα { #one }

!!! note "Σημείωση"
    Κείμενο σημείωσης[^1].

| Α | Β |
|---|---|
| γ | δ |

![Εικόνα](picture.png)

## Δεύτερη ενότητα { #two }

- [Σύνδεσμος](article:next) και [άλλος](https://example.com/)

[^1]: Υποσημείωση.
"""


def plant(site: Site, root: Path) -> None:
    """Articles in Greek letters only, one for each thing that a page may say of its article."""
    titles = {"guides": "Οδηγίες", "guides/alpha": "Άλφα", "guides/beta": "Βήτα", "news": "Νέα", "news/all": "Όλα"}
    files: dict[str, str | bytes] = {
        f"{folder}/_index.{tag}.md": f"---\ntitle: {title}\nslug: {folder.rpartition('/')[2]}\nsummary: {summary}\n---\n"
        for folder, title in titles.items()
        for tag in (LTR, RTL, CONTENT)
        for summary in ("" if folder.startswith("news") else "Περίληψη",)
    }
    everywhere = (CONTENT, LTR, RTL)
    articles: dict[str, tuple[int, str, str, tuple[str, ...]]] = {
        "guides/alpha/own": (OWN, "related: [fallback]\n", "", everywhere),
        "guides/alpha/next": (NEXT, "", "", everywhere),
        "guides/alpha/fallback": (FALLBACK, "", "", (CONTENT,)),
        "guides/alpha/title": (TITLE_ONLY, "", "", everywhere),
        "guides/alpha/regional": (REGIONAL, "regions: [SG, EU]\n", "", everywhere),
        "guides/beta/archived": (ARCHIVED, "", "status: archived\n", (CONTENT,)),
        "guides/beta/last": (LAST, "", "", everywhere),
        "news/all/news": (NEWS, "", "", everywhere),
    }
    for place, (folder, (number, fields, status, tags)) in enumerate(articles.items(), start=1):
        files[f"{folder}/_article.yaml"] = f"id: {number}\nsource: {CONTENT}\nposition: {place}\n{fields}"
        for tag in tags:
            front = f"title: Τίτλος {number}\npublished_at: 2026-01-02\nupdated_at: 2026-03-04\n{status}"
            if number == OWN:  # the source has moved on
                front += "revision: 2\nsignificance: minor\n" if tag == CONTENT else "based_on: 1\n"
            body = {OWN: _BODY, LAST: "Κείμενο привіт سلام.\n"}.get(number, f"Κείμενο {number}.\n")
            is_title_only = number == TITLE_ONLY and tag != CONTENT
            files[f"{folder}/{tag}.md"] = f"---\n{front}---\n{'' if is_title_only else body}"
    files["guides/alpha/own/picture.png"] = png(400, 200)
    import_content(site, write(root, files))
