"""What earlier imports brought and the folder lacks is deleted, if asked; nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select

from helpdesk.models import (
    Article,
    Category,
    CategoryText,
    ImportState,
    Outbox,
    Redirect,
    Section,
    SectionText,
    Translation,
)
from helpdesk.services.importing import import_content
from helpdesk.services.publishing import archive
from helpdesk.services.site import Site
from tests.core.test_import_again import articles, outcome
from tests.core.test_importing import FOLDER, count, found, write
from tests.support.content import errors_of


def keys(site: Site) -> list[str]:
    with site.database.read() as connection:
        statement = select(Article.key, Translation.locale).outerjoin(Translation).order_by(Article.key)
        found = [f"{key}/{tag}" for key, tag in connection.execute(statement)]
    return sorted(found)


def test_prune_deletes_what_the_folder_lacks(empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    files = articles(["one", "two", "three"])
    root = write(tmp_path / "content", files)
    for name in ("_index.en.md", "spare/_index.en.md"):
        write(root, {f"more/{name}": "---\ntitle: More\n---\n"})
    write(root, {"more/spare/four/en.md": "---\ntitle: four en\n---\nText.\n"})
    import_content(empty_site, root)
    write(root, {"more/spare/_index.en.md": "---\ntitle: Spare\n---\n"})
    import_content(empty_site, root)
    assert count(empty_site, Redirect) == 1
    for name in (
        "guides/money/one/de.md",
        "guides/money/two/en.md",
        "guides/money/two/de.md",
        "guides/money/two/_article.yaml",
    ):
        (root / name).unlink()
    (root / "guides/money/two").rmdir()
    for path in sorted((root / "more").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (root / "more").rmdir()
    gone = ["four/en", "one/de", "two/de", "two/en"]
    left = ["one/en", "three/en", "three/de"]
    assert outcome(import_content(empty_site, root)) == {"unchanged": left}
    for dry_run in (True, False):
        summary = outcome(import_content(empty_site, root, dry_run=dry_run, prune=True))
        assert (sorted(summary.pop("deleted")), summary) == (gone, {"unchanged": left})
        assert keys(empty_site) == sorted(left if not dry_run else left + gone)
    assert (count(empty_site, Section), count(empty_site, Category), count(empty_site, Redirect)) == (1, 1, 0)
    assert found(empty_app, "four") == []
    assert count(empty_site, Outbox) == 0
    assert outcome(import_content(empty_site, root, prune=True)) == {"unchanged": left}


@pytest.mark.parametrize("edited", ["en", "de"])
def test_prune_keeps_what_was_edited_here_and_the_source_that_it_needs(
    empty_site: Site, tmp_path: Path, edited: str
) -> None:
    root = write(tmp_path / "content", articles(["one", "two"]))
    import_content(empty_site, root)
    archive(empty_site, "two", edited)
    for path in (root / "guides/money/two").iterdir():
        path.unlink()
    (root / "guides/money/two").rmdir()
    expected = {"en": {"kept": ["two/en"], "deleted": ["two/de"]}, "de": {"kept": ["two/en", "two/de"]}}[edited]
    summary = outcome(import_content(empty_site, root, prune=True))
    assert {name: sorted(items) for name, items in summary.items()} == {
        "unchanged": ["one/de", "one/en"],
        **{name: sorted(items) for name, items in expected.items()},
    }
    assert outcome(import_content(empty_site, root, prune=True))["kept"] == summary["kept"]
    import_content(empty_site, root, prune=True, keep="folder")
    assert keys(empty_site) == ["one/de", "one/en"]


def test_prune_leaves_alone_what_no_import_brought(empty_site: Site, tmp_path: Path) -> None:
    demo = {name.replace("guides", "demo").replace("money", "sample"): text for name, text in FOLDER.items()}
    import_content(empty_site, write(tmp_path / "demo", demo), is_demo=True)
    root = write(tmp_path / "content", articles(["one", "two"]))
    import_content(empty_site, root)
    with empty_site.database.transaction() as connection:
        group = connection.execute(select(Category.id).where(Category.key == "guides")).scalar_one()
        own = connection.execute(insert(Section).values(key="own", category_id=group)).inserted_primary_key[0]
        values = {"key": "made-here", "category_id": group, "section_id": own, "source_locale": "en"}
        row = connection.execute(select(Article.created_at)).scalars().first()
        connection.execute(insert(Article).values(**values, created_at=row))
        connection.execute(
            ImportState.__table__.delete().where(ImportState.translation_id == _id_of(connection, "two", "de"))
        )
    for path in (root / "guides/money/two").iterdir():
        path.unlink()
    (root / "guides/money/two").rmdir()
    sections = count(empty_site, Section)
    assert outcome(import_content(empty_site, root, prune=True)) == {
        "unchanged": ["one/en", "one/de"],
        "kept": ["two/en"],
    }
    assert keys(empty_site) == sorted(["made-here/None", "one/de", "one/en", "pay/de", "pay/en", "two/de", "two/en"])
    assert count(empty_site, Section) == sections


def _id_of(connection, key: str, tag: str) -> int:
    statement = select(Translation.id).join(Article).where(Article.key == key, Translation.locale == tag)
    return connection.execute(statement).scalar_one()


def test_an_article_whose_every_language_is_another_stays(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", articles(["one"]))
    import_content(empty_site, root)
    home = root / "guides/money/one"
    (home / "en.md").rename(home / "ar.md")
    (home / "de.md").unlink()
    write(home, {"_article.yaml": "id: 501\nsource: ar\n"})
    assert outcome(import_content(empty_site, root, prune=True)) == {"new": ["one/ar"], "deleted": ["one/en", "one/de"]}
    assert keys(empty_site) == ["one/ar"]


def test_a_section_that_articles_moved_out_of_is_pruned_later(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", articles(["one"]))
    import_content(empty_site, root)
    (root / "guides/money").rename(root / "guides/cash")
    assert outcome(import_content(empty_site, root)) == {"unchanged": ["one/en", "one/de"]}
    assert count(empty_site, Section) == 2
    import_content(empty_site, root, prune=True)
    assert count(empty_site, Section) == 1


def test_titles_of_categories_and_sections_go_as_well(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", articles(["one"]))
    for name in ("guides/_index.ar.md", "guides/money/_index.ar.md"):
        write(root, {name: "---\ntitle: دليل\n---\n"})
    import_content(empty_site, root)
    before = count(empty_site, CategoryText), count(empty_site, SectionText)
    for name in ("guides/_index.ar.md", "guides/money/_index.ar.md"):
        (root / name).unlink()
    import_content(empty_site, root)
    assert (count(empty_site, CategoryText), count(empty_site, SectionText)) == before
    import_content(empty_site, root, prune=True)
    assert (count(empty_site, CategoryText), count(empty_site, SectionText)) == (before[0] - 1, before[1] - 1)


def test_a_link_to_what_goes_is_refused(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", articles(["one", "two"]))
    import_content(empty_site, root)
    for path in (root / "guides/money/two").iterdir():
        path.unlink()
    (root / "guides/money/two").rmdir()
    write(root, {"guides/money/one/en.md": "---\ntitle: one en\n---\nSee [two](article:two).\n"})
    before = keys(empty_site)
    assert import_content(empty_site, root, dry_run=True).changed == ["one/en"]  # the site has it
    error = "guides/money/one/en.md:4: the link `article:two` leads to no article"
    assert errors_of(empty_site, root, prune=True) == [error]
    assert keys(empty_site) == before
