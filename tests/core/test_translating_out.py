"""Texts for translators: what a locale lacks goes out, and the demo comes back as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select

from helpdesk.errors import TranslationNotFound
from helpdesk.models import Article, Body, DailyTally, Translation
from helpdesk.services.publishing import delete_translation
from helpdesk.services.site import Site
from helpdesk.services.translating import import_translations
from helpdesk.text.blocks import split
from tests.support.content import take_in, translation
from tests.support.pages import CheckingClient
from tests.support.translating import START, edit, english, export, kept, lacking


@pytest.mark.on("sqlite")
def test_what_is_missing_goes_out(empty_site: Site, tmp_path: Path) -> None:
    take_in(empty_site, tmp_path / "content", {"pay": english()})
    assert export(empty_site, tmp_path / "de.po") == {
        "pay:title:1 0": ("How to pay", "", False),
        "pay:summary 1": ("In short.", "", False),
        "pay:keywords 2": ("cash, card", "", False),
        "pay 3": ("Pay at the *desk*.", "", False),
        "pay#steps 4": ("Steps", "", False),
        "pay#steps 5": ("Open **Profile**.", "", False),
        "pay#steps 6": ("Wait 24 hours.", "", False),
        "pay#steps 7": ("State", "", False),
        "pay#steps 8": ("Means", "", False),
        "pay#steps 9": ("Sent", "", False),
        "pay#steps 10": ("![The desk](desk.png)", "", False),
        "pay#steps 11": ("See [fees](article:pay#all).", "", False),
    }
    assert (tmp_path / "de.po").read_text("utf-8").split("\n\n")[1] == (
        "#. Title\n#. How to pay: /en/articles/1-how-to-pay\n#. The article is not translated yet.\n"
        'msgctxt "pay:title:1"\nmsgid "How to pay"\nmsgstr ""'
    )


@pytest.mark.on("sqlite")
def test_the_same_words_twice_in_a_section_have_two_names(empty_site: Site, tmp_path: Path) -> None:
    take_in(empty_site, tmp_path / "content", {"pay": {"en.md": translation("T", "- Yes\n- No\n- Yes")}})
    names = [name.rpartition(" ")[0] for name in export(empty_site, tmp_path / "de.po")]
    assert names == ["pay:title:1", "pay", "pay", "pay (2)"]
    edit(tmp_path / "de.po", lambda msgid, _: {"T": "Titel", "No": "Nein"}.get(msgid, "Ja"))
    text = (tmp_path / "de.po").read_text("utf-8")
    before, _, after = text.partition('msgctxt "pay (2)"')
    (tmp_path / "de.po").write_text(f'{before}msgctxt "pay (2)"{after.replace("Ja", "Doch", 1)}', "utf-8")
    import_translations(empty_site, tmp_path / "de.po", publish=True)
    assert str(kept(empty_site, "pay", "de")[3]) == "- Ja\n- Nein\n- Doch\n"  # type: ignore[index]
    found = export(empty_site, tmp_path / "de.po", everything=True).values()
    assert [text for _, text, _ in found] == ["Titel", "Ja", "Nein", "Doch"]


def test_what_a_locale_lacks(empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    """Inherited, retired, drafted, limited to regions, title alone: each is what readers of the locale would say."""
    text = translation("T", "Text.")
    articles: dict[str, dict[str, str | bytes]] = {
        "missing": {"en.md": text},
        "viewed": {"en.md": text},
        "title-only": {"en.md": text, "de.md": translation("T", "")},
        "drafted": {"en.md": text, "de.md": translation("T", status="draft")},
        "archived": {"en.md": text, "de.md": translation("T", status="archived")},
        "unpublished": {"en.md": translation("T", status="draft")},
        "retired": {"en.md": translation("T", status="archived")},
        "german": {"de.md": text, "_article.yaml": "id: 8\nposition: 8\nsource: de\n"},
        "singapore": {"en.md": text, "_article.yaml": "id: 9\nposition: 9\nregions: SG\n"},
        "outdated": {"en.md": translation("T", revision="2"), "de.md": translation("T", revision="1", based_on="1")},
    }
    take_in(empty_site, tmp_path / "content", articles)
    for key, asked, views in (("viewed", "en", 3), ("outdated", "de", 1)):
        with empty_site.database.transaction() as connection:
            read = select(Translation.id).join(Article).where(Article.key == key, Translation.locale == asked)
            tally = {"translation_id": connection.execute(read).scalar_one(), "day": START.date(), "views": views}
            connection.execute(insert(DailyTally).values(locale=asked, **tally))

    assert lacking(empty_site, "de") == ["outdated", "viewed", "missing", "title-only"]
    assert lacking(empty_site, "en-SG") == ["german"]
    assert len(export(empty_site, tmp_path / "de.po")) == 8
    assert len(export(empty_site, tmp_path / "de.po", keys=["drafted"])) == 2
    assert len(export(empty_site, tmp_path / "de.po", everything=True)) == 14
    for key in ("unpublished", "german", "nope"):
        with pytest.raises(TranslationNotFound, match=f"`{key}` is not published"):
            export(empty_site, tmp_path / "de.po", keys=[key])


PSEUDO = str.maketrans("aeiou", "áéíóú")


def pseudo(msgid: str, _text: str) -> str:
    """Other vowels in what is neither code, an address nor a tag."""
    return "".join(
        part if part[:1] in ("`", "<") or part[:2] == "](" else part.translate(PSEUDO)
        for part in re.split(r"(`[^`]*`|<[^>]*>|\]\([^)]*\))", msgid)
    )


SHAPES = [re.compile(pattern) for pattern in (r"<(/?\w+)", r' id="([^"]*)"', r' href="([^"]*)"', r' src="([^"]*)"')]


def html_of(site: Site, key: str, tag: str) -> str:
    statement = select(Body.html).join(Translation).join(Article).where(Article.key == key, Translation.locale == tag)
    with site.database.read() as connection:
        return connection.execute(statement).scalar_one()


@pytest.mark.on("sqlite")
def test_an_article_of_the_demo_comes_back_with_the_structure_of_its_source(
    site: Site, client: CheckingClient, tmp_path: Path
) -> None:
    keys = ["move-authenticator", "sign-api-requests", "write-and-import-content"]
    for key in keys:
        delete_translation(site, key, "de")
    assert set(keys) <= set(lacking(site, "de"))
    export(site, tmp_path / "de.po", keys=keys)
    outcome = import_translations(site, edit(tmp_path / "de.po", pseudo), publish=True)
    assert sorted(outcome.new) == sorted(keys)
    assert {finding.kind for finding in outcome.findings} <= {"same as the source"}
    for key in keys:
        source, written = (html_of(site, key, tag) for tag in ("en", "de"))
        assert [shape.findall(source) for shape in SHAPES] == [shape.findall(written) for shape in SHAPES]
        assert source != written
        kinds = [[block.kind for block in split(str(kept(site, key, tag)[3]))] for tag in ("en", "de")]  # type: ignore[index]
        assert kinds[0] == kinds[1]
    page = client.get("/de/articles/16", follow=True)
    assert (page.status, page.one("h1").get("lang")) == (200, None)


@pytest.mark.on("sqlite")
def test_what_is_up_to_date_comes_back_as_it_was(site: Site, tmp_path: Path) -> None:
    """Code that was translated by hand, which is not offered, stays translated."""
    with site.database.read() as connection:
        own = select(Article.key).join(Translation).where(Translation.locale == "de", Translation.status == "published")
        keys = list(connection.execute(own.where(Article.source_locale != "de")).scalars())
    assert len(export(site, tmp_path / "all.po", keys=keys)) > 1_000
    outcome = import_translations(site, tmp_path / "all.po")
    assert len(outcome.unchanged) > 30
    assert (sorted(outcome.unchanged), outcome.changed, outcome.refused) == (sorted(keys), [], [])


@pytest.mark.on("sqlite")
def test_where_the_old_source_is_gone_old_words_are_suggestions(site: Site, tmp_path: Path) -> None:
    """The demo's Arabic is older than the first revision of its source that the database holds."""
    path = tmp_path / "ar.po"
    found = export(site, path, "ar", keys=["withdrawal-delays"])
    assert [entry for entry in found.values() if entry[1] and not entry[2]] == []
    assert found["withdrawal-delays:title:2:1 0"] == ("Why a withdrawal is delayed", "أسباب تأخر السحب", True)
    assert "Translated from revision 1, which is not kept: compare every text with the source;" in path.read_text()
    suggested = [msgid for msgid, text, _ in found.values() if text]
    assert {"What each state means", "Why withdrawals are held"} <= set(suggested)
    assert not {"State", "**In review**"} & set(suggested)
    assert "withdrawal-delays" in lacking(site, "ar")
    edit(path, lambda msgid, text: text or f"{msgid} ع")
    assert import_translations(site, path).refused == ["withdrawal-delays"]
    outcome = import_translations(site, path, publish=True)
    assert (outcome.changed, outcome.refused) == (["withdrawal-delays"], [])
    assert "withdrawal-delays" not in lacking(site, "ar")
