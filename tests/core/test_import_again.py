"""The second import: unchanged files are not read, and edits made here since are kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpdesk.models import (
    Article,
    Body,
    Category,
    ImportState,
    Media,
    Outbox,
    Revision,
    Translation,
)
from helpdesk.services import import_state, importing
from helpdesk.services.folder import Reader
from helpdesk.services.importing import Summary, import_content
from helpdesk.services.publishing import archive, publish, restore, unpublish
from helpdesk.services.site import Site
from tests.core.test_importing import FOLDER, PLAIN, count, found, png, rows, write
from tests.support.pages import CheckingClient
from tests.support.queries import count_queries

# What is read of a folder is the same on every database; what meets others' writes is tested on both.
pytestmark = pytest.mark.on("sqlite")

EN, DE = "guides/money/pay/en.md", "guides/money/pay/de.md"
GUIDES = {name: text for name, text in FOLDER.items() if "/pay/" not in name}


def outcome(summary: Summary) -> dict[str, list[str]]:
    """The lists that hold something."""
    lists = ("new", "changed", "unchanged", "kept", "deleted")
    return {name: found for name in lists if (found := getattr(summary, name))}


def state(site: Site, tag: str = "en") -> tuple[str, int]:
    statement = select(Translation.status, Translation.revision).where(Translation.locale == tag)
    with site.database.read() as connection:
        return tuple(connection.execute(statement).one())


def body(site: Site, tag: str = "en") -> str:
    statement = select(Body.markdown).join(Translation).where(Translation.locale == tag)
    with site.database.read() as connection:
        return connection.execute(statement).scalar_one()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that are read as text, of all that are imported from here on."""
    names: list[str] = []
    original = Reader.text

    def text(self: Reader, path: Path) -> str | None:
        names.append(self.name(path))
        return original(self, path)

    monkeypatch.setattr(Reader, "text", text)
    return names


def articles(keys: Iterable[str]) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {}
    for number, key in enumerate(keys, start=501):
        files[f"guides/money/{key}/_article.yaml"] = f"id: {number}\nposition: {number}\n"
        files |= {f"guides/money/{key}/{tag}.md": f"---\ntitle: {key} {tag}\n---\nText.\n" for tag in ("en", "de")}
    return GUIDES | files


# What is read


@pytest.mark.parametrize("number", [1, 3, 15])
def test_what_did_not_change_is_neither_read_nor_asked_for(
    empty_app: Flask, empty_site: Site, tmp_path: Path, read: list[str], number: int
) -> None:
    root = write(tmp_path / "content", articles(f"key-{n}" for n in range(number)))
    import_content(empty_site, root)
    read.clear()
    with count_queries(empty_app) as statements:
        summary = import_content(empty_site, root)
    assert len(summary.unchanged) == 2 * number
    assert sorted(read) == sorted(GUIDES)
    # Articles and translations twice, and five about three groups' texts; on PostgreSQL two for the turn.
    assert len(statements) == 9 + 2 * empty_site.database.is_postgres, statements
    assert count(empty_site, Outbox) == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({EN: "---\ntitle: How to pay\n---\nElsewhere.\n"}, {EN, DE}),
        ({DE: "---\ntitle: So zahlen\n---\nZahlen.\n"}, {DE}),
        ({"guides/money/pay/desk.png": png(31, 20)}, {EN, DE}),
        ({"guides/money/pay/_article.yaml": "id: 70\nposition: 4\n"}, {EN, DE, "guides/money/pay/_article.yaml"}),
        ({"guides/money/other/en.md": "---\ntitle: Other\n---\nOther.\n"}, {"guides/money/other/en.md"}),
    ],
)
def test_what_changed_is_read_with_what_depends_on_it(
    empty_site: Site, tmp_path: Path, read: list[str], changes: dict[str, str | bytes], expected: set[str]
) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    read.clear()
    import_content(empty_site, write(root, changes))
    assert set(read) - set(GUIDES) == expected
    read.clear()
    assert outcome(import_content(empty_site, root)).keys() == {"unchanged"}
    assert set(read) == set(GUIDES)


def test_a_file_that_only_looks_different_is_read_once(empty_site: Site, tmp_path: Path, read: list[str]) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    write(root, {DE: str(FOLDER[DE]).replace("title: So zahlen Sie", "title: 'So zahlen Sie'")})
    for times in (1, 0):
        read.clear()
        assert outcome(import_content(empty_site, root)) == {"unchanged": ["pay/en", "pay/de"]}
        assert read.count(DE) == times


@pytest.mark.parametrize("change", ["renderer", "locales", "media"])
def test_what_depends_on_more_than_files_is_read_again(
    build, empty_template: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    site: Site = build(empty_template).extensions["helpdesk"]
    root = write(tmp_path / "content", FOLDER)
    import_content(site, root)
    image = next(site.settings.media_path.iterdir())
    if change == "renderer":
        monkeypatch.setattr(import_state, "RENDERER", import_state.RENDERER + 1)
    elif change == "media":
        image.unlink()
    else:
        site = build(empty_template, locales=("en", "de", "fr")).extensions["helpdesk"]
    read.clear()
    assert outcome(import_content(site, root)) == {"unchanged": ["pay/en", "pay/de"]}
    assert {EN, DE} <= set(read)
    assert image.is_file()


def test_a_changed_source_gives_its_heading_ids_to_translations_that_did_not_change(
    empty_site: Site, tmp_path: Path
) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    write(root, {EN: str(FOLDER[EN]).replace("#steps", "#how")})
    assert outcome(import_content(empty_site, root)) == {"changed": ["pay/en", "pay/de"]}
    with empty_site.database.read() as connection:
        html = connection.execute(select(Body.html).join(Translation).where(Translation.locale == "de")).scalar_one()
    assert 'id="h-how">Schritte' in html
    assert state(empty_site, "de") == ("draft", 1)


def test_an_image_of_a_plain_tree_is_missed_until_it_is_there(
    empty_app: Flask, empty_site: Site, tmp_path: Path
) -> None:
    root = write(tmp_path / "manual", PLAIN)
    first = import_content(empty_site, root)
    assert (outcome(import_content(empty_site, root)).keys(), first.notes[-1].detail) == ({"unchanged"}, "/img/a.png")
    write(root, {"en/guide/img/a.png": png(5, 6)})
    summary = outcome(import_content(empty_site, root))
    assert (summary["changed"], len(summary["unchanged"]), len(summary)) == (["guide-setup/en"], 3, 2)
    page = CheckingClient(empty_app).get(CheckingClient(empty_app).get("/en/search?q=gap").cards[0]["url"])
    assert page.all("img")[-1].get("alt") == "A shot"


def test_a_page_that_comes_or_goes_changes_the_links_to_it(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "manual", {"en/a.md": "# A\n\nTo [b](b.md#x).\n"})
    import_content(empty_site, root)
    assert body(empty_site) == "To [b](b.md#x).\n"
    write(root, {"en/b.md": "# B\n\nHere.\n"})
    assert outcome(import_content(empty_site, root)) == {"new": ["b/en"], "changed": ["a/en"]}
    with empty_site.database.read() as connection:
        text, targets = connection.execute(select(Body.markdown, Body.targets).where(Body.html.contains("href"))).one()
    assert (text, targets) == ("To [b](article:b#x).\n", "{}")


def test_whitespace_and_addresses_make_no_revision(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    with empty_site.database.read() as connection:
        before = connection.execute(select(Translation.updated_at).where(Translation.locale == "en")).scalar_one()
    text = str(FOLDER[EN]).replace("desk.png", "de%73k.png").replace("---\nPay", "---\n\n\nPay").replace("\n", "\r\n")
    import_content(empty_site, write(root, {EN: text.encode() + b"\r\n\r\n"}))
    assert body(empty_site) == text.partition("---\r\n")[2].partition("---\r\n")[2] + "\r\n\r\n"
    assert (state(empty_site), count(empty_site, Revision)) == (("published", 1), 2)
    with empty_site.database.read() as connection:
        assert (
            connection.execute(select(Translation.updated_at).where(Translation.locale == "en")).scalar_one() == before
        )


def test_a_dry_run_remembers_nothing(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    assert outcome(import_content(empty_site, root, dry_run=True, prune=True)) == {"new": ["pay/en", "pay/de"]}
    assert (count(empty_site, ImportState), count(empty_site, Media), count(empty_site, Category)) == (0, 0, 0)
    import_content(empty_site, root)
    (root / EN).write_text("---\ntitle: How to pay\n---\nNow.\n")
    for _ in range(2):
        assert outcome(import_content(empty_site, root, dry_run=True)) == {"changed": ["pay/en", "pay/de"]}


# Edited here since


def unpublished(site: Site) -> tuple[str, int]:
    unpublish(site, "pay", "en")
    return "draft", 2


def archived(site: Site) -> tuple[str, int]:
    archive(site, "pay", "en")
    return "archived", 2


def restored(site: Site) -> tuple[str, int]:
    assert restore(site, "pay", "en", 1) == 3
    return "published", 3


@pytest.mark.on("sqlite", "postgresql")
@pytest.mark.parametrize("edit", [unpublished, archived, restored])
@pytest.mark.parametrize("is_changed", [False, True])
def test_an_edit_is_kept_and_listed_until_the_folder_is_to_win(
    empty_app: Flask, empty_site: Site, tmp_path: Path, edit, is_changed: bool
) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    import_content(empty_site, write(root, {EN: "---\ntitle: How to pay\n---\nAt the counter.\n"}))
    expected = edit(empty_site)
    if is_changed:
        write(root, {EN: "---\ntitle: How to pay\n---\nAt the till.\n"})
    for dry_run in (True, False, False):
        summary = outcome(import_content(empty_site, root, dry_run=dry_run))
        assert (summary["kept"], state(empty_site)) == (["pay/en"], expected)
    assert summary == {"unchanged": ["pay/de"], "kept": ["pay/en"]}
    assert outcome(import_content(empty_site, root, keep="folder"))["changed"][0] == "pay/en"
    revision = expected[1] + (is_changed or edit is restored)
    assert state(empty_site) == ("published", revision)
    assert body(empty_site) == ("At the till.\n" if is_changed else "At the counter.\n")
    assert found(empty_app, "till" if is_changed else "counter") == ["How to pay"]
    assert outcome(import_content(empty_site, root)) == {"unchanged": ["pay/en", "pay/de"]}


def test_what_the_folder_says_as_well_is_no_edit(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    unpublish(empty_site, "pay", "en")
    publish(empty_site, "pay", "en")
    assert outcome(import_content(empty_site, root)) == {"unchanged": ["pay/en", "pay/de"]}
    unpublish(empty_site, "pay", "en")
    write(root, {EN: str(FOLDER[EN]).replace("published_at", "status: draft\npublished_at")})
    assert outcome(import_content(empty_site, root)) == {"unchanged": ["pay/en", "pay/de"]}
    write(root, {EN: str(FOLDER[EN])})
    assert outcome(import_content(empty_site, root)) == {"changed": ["pay/en"], "unchanged": ["pay/de"]}
    assert state(empty_site) == ("published", 1)


def test_translations_of_an_edited_source_follow_what_readers_see(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    write(root, {EN: str(FOLDER[EN]).replace("#steps", "#how")})
    import_content(empty_site, root)
    restore(empty_site, "pay", "en", 1)
    assert outcome(import_content(empty_site, root)) == {"changed": ["pay/de"], "kept": ["pay/en"]}
    with empty_site.database.read() as connection:
        html = connection.execute(select(Body.html).join(Translation).where(Translation.locale == "de")).scalar_one()
    assert 'id="h-steps">Schritte' in html


@pytest.mark.on("sqlite", "postgresql")
def test_an_edit_made_while_the_folder_is_read_is_kept(
    empty_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    original, times = importing._read, []

    def read(*arguments, **options):
        times.append(1)
        folder = original(*arguments, **options)
        archive(empty_site, "pay", "en")
        return folder

    monkeypatch.setattr(importing, "_read", read)
    assert (outcome(import_content(empty_site, root)), len(times)) == ({"unchanged": ["pay/de"], "kept": ["pay/en"]}, 2)


def test_a_field_of_the_article_that_is_taken_back_is_taken_in(empty_site: Site, tmp_path: Path) -> None:
    """Even where a translation that was kept last saw the file as it is now again."""
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    archive(empty_site, "pay", "de")
    for position in (9, 3):
        import_content(
            empty_site, write(root, {"guides/money/pay/_article.yaml": f"id: 70\nsource: en\nposition: {position}\n"})
        )
        with empty_site.database.read() as connection:
            assert connection.execute(select(Article.position)).scalar_one() == position


def test_no_picture_is_stored_for_a_text_that_is_not_taken_in(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    archive(empty_site, "pay", "en")
    write(root, {"guides/money/pay/desk.png": png(31, 21)})
    assert import_content(empty_site, root).kept == ["pay/en"]
    assert (count(empty_site, Media), len(list(empty_site.settings.media_path.iterdir()))) == (1, 1)


def test_rows_of_earlier_times_are_taken_over(empty_site: Site, tmp_path: Path) -> None:
    """Before the state was kept, markdown was stored without empty lines around it, and links through targets."""
    root = write(tmp_path / "manual", PLAIN)
    import_content(empty_site, root)
    with empty_site.database.transaction() as connection:
        connection.execute(ImportState.__table__.delete())
        index = select(Translation.id).where(Translation.title == "Welcome").scalar_subquery()
        old = {
            "markdown": "See [the setup](guide/setup.md#first).\n",
            "targets": '{"guide/setup.md#first": "article:guide-setup#first"}',
        }
        connection.execute(update(Body).where(Body.translation_id == index).values(**old))
    before = rows(empty_site), count(empty_site, Revision)
    assert outcome(import_content(empty_site, root))["changed"] == ["index/en"]
    assert (rows(empty_site), count(empty_site, Revision)) == before
    with empty_site.database.read() as connection:
        texts = connection.execute(select(Body.markdown, Body.targets).where(Body.markdown.contains("setup"))).all()
    assert [tuple(text) for text in texts] == [("See [the setup](article:guide-setup#first).\n", "{}")]
