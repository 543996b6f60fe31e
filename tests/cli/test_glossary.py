"""Words that the catalogs keep to: every form of every message, and glossaries that are none."""

from __future__ import annotations

import pytest

from helpdesk.cli.glossary import TERMS
from helpdesk.cli.messages import check_catalogs
from tests.cli.test_messages import replace, small, write_glossary

NO_GLOSSARY = "de: glossary.csv:1: there is no glossary."


def straying(term: str, forms: str, place: str = "") -> str:
    return f"“{term}” is not as in the glossary ({forms}){place}"


@pytest.mark.parametrize(
    ("english", "translation", "forms", "fault"),
    [
        ("Open the article", "Artikel öffnen", {"article": "artikel"}, None),
        ("Open the article", "ARTIKEL öffnen", {"article": "aufsatz|Artikel"}, None),
        ("Open the article", "Beitrag öffnen", {"article": "artikel"}, straying("article", "artikel")),
        ("Articles:", "Beiträge:", {"article": "artikel|aufs"}, straying("article", "artikel|aufs")),
        ("Categories", "Arten", {"category": "kategorie"}, straying("category", "kategorie")),
        ("Searches", "Funde", {"search": "such"}, straying("search", "such")),
        ("Help centers", "Hilfe", {"help_center": "hilfecenter"}, straying("help center", "hilfecenter")),
        ("The reader’s words", "Worte", {"reader": "leser"}, straying("reader", "leser")),
        # Parts of longer words are other words, and names of placeholders are none.
        ("Viewed, answered, unhelpful", "Gelesen", {"view": "aufruf", "answer": "a", "helpful": "h"}, None),
        ("About %(topic)s", "Zu %(topic)s", {"topic": "thema"}, None),
        ("Page %(page)s", "S. %(page)s", {"page": "page"}, straying("page", "page")),
        # The same letters, composed or not.
        ("Translation", "U\u0308bersetzung", {"translation": "übersetzung"}, None),
        ("Translation", "Übersetzung", {"translation": "u\u0308bersetzung"}, None),
    ],
)
def test_a_message_keeps_to_the_glossary(tmp_path, english, translation, forms, fault) -> None:
    package, folder = small(tmp_path, f"_({english!r})\n", "de", _=translation)
    write_glossary(tmp_path, "de", **forms)
    assert check_catalogs(package, folder, ["de"]) == ([f"de: {english!r}: {fault}."] if fault else [])


def test_so_does_every_plural_form_of_it(tmp_path) -> None:
    python, forms = (
        'ngettext("%(num)s view", "%(num)s views", n)\n',
        ["%(num)s просмотр", "%(num)s раза", "%(num)s раз"],
    )
    package, folder = small(tmp_path, python, "ru", _=forms)
    write_glossary(tmp_path, "ru", view="просмотр")
    assert check_catalogs(package, folder, ["ru"]) == [
        f"ru: '%(num)s view': {straying('view', 'просмотр', f' in plural form {form}')}." for form in (1, 2)
    ]


def test_what_is_not_translated_is_one_fault(tmp_path) -> None:
    package, folder = small(tmp_path, '_("Article")\n', "de", _="")
    write_glossary(tmp_path, "de", article="artikel")
    assert check_catalogs(package, folder, ["de"]) == ["de: 'Article' is not translated."]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("term,translation,forms", "term,forms,translation", "1: the header must be `term,translation,forms`"),
        ("answer,x,x\n", "", f"2: the terms must be, in this order: {', '.join(TERMS)}"),
        ("answer,x,x", "reply,x,x", f"2: the terms must be, in this order: {', '.join(TERMS)}"),
        ("article,x,x\nanswer,x,x", "answer,x,x\narticle,x,x",
         f"2: the terms must be, in this order: {', '.join(TERMS)}"),
        ("view,x,x\n", "view,x,x\nvote,x,x\n", f"2: the terms must be, in this order: {', '.join(TERMS)}"),
        ("answer,x,x", "answer,x", "3: `answer` needs a translation and forms"),
        ("answer,x,x", "answer,x,x,x", "3: `answer` needs a translation and forms"),
        ("answer,x,x", "answer, ,x", "3: `answer` needs a translation and forms"),
        ("answer,x,x", "answer,x,", "3: a form of `answer` is empty"),
        ("answer,x,x", "answer,x,x||y", "3: a form of `answer` is empty"),
        ("answer,x,x", 'answer,x,"x', "14: unexpected end of data"),
    ],
)  # fmt: skip
def test_a_broken_glossary_is_a_fault(tmp_path, old, new, fault) -> None:
    package, folder = small(tmp_path, '_("a")\n', "de", a="ä")
    replace(folder / "de" / "glossary.csv", old, new)
    assert check_catalogs(package, folder, ["de"]) == [f"de: glossary.csv:{fault}."]


def test_bytes_in_place_of_a_glossary_and_none_at_all(tmp_path) -> None:
    package, folder = small(tmp_path, '_("a")\n', "de", a="ä")
    path = folder / "de" / "glossary.csv"
    path.write_bytes(b"term,translation,forms\narticle,\xff\xfe,x\n")
    [fault] = check_catalogs(package, folder, ["de"])
    assert fault.startswith("de: glossary.csv:1: 'utf-8' codec can't decode byte 0xff")
    path.unlink()
    assert check_catalogs(package, folder, ["de"]) == [NO_GLOSSARY]


def test_a_mark_of_the_byte_order_is_no_fault(tmp_path) -> None:
    package, folder = small(tmp_path, '_("a")\n', "de", a="ä")
    path = folder / "de" / "glossary.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert check_catalogs(package, folder, ["de"]) == []


@pytest.mark.parametrize("code", ["en", "en_GB"])
def test_the_language_of_the_source_needs_none(tmp_path, code) -> None:
    package, folder = small(tmp_path, '_("Article")\n', code, Article="Article")
    (folder / code / "glossary.csv").unlink()
    assert check_catalogs(package, folder, [code]) == []
