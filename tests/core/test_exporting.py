"""A folder as a second home: written exactly, taken in again without a difference, and nothing of anybody's lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpdesk.models import Body, Revision, Translation
from helpdesk.services.demo import SAMPLEDATA, remove_demo
from helpdesk.services.exporting import export_content
from helpdesk.services.folder_writing import LIST, STAGE, ExportError
from helpdesk.services.importing import import_content
from helpdesk.services.publishing import archive, delete_article, delete_translation, restore
from helpdesk.services.site import Site
from tests.core.test_import_again import articles, outcome
from tests.core.test_importing import FOLDER, PLAIN, count, png, write
from tests.support.content import DEMO_ARTICLES, errors_of
from tests.support.exports import content_of, files_of, texts_of
from tests.support.queries import count_queries

# What is written is the same on every database: `test_round_trip` goes there and back on both.
pytestmark = pytest.mark.on("sqlite")

HOME = "guides/money/pay"
EN = f"{HOME}/en.md"
BODY = "\r\nPay\tat the desk. \n\n## Steps { #steps }\n\n![Desk](desk.png)\n---\n\n"
# All that a folder can hold, in the form that an export gives it.
CANONICAL: dict[str, str | bytes] = {
    "guides/_category.yaml": "position: 2\n",
    "guides/_index.en.md": "---\ntitle: Guides\n---\n",
    "guides/_index.de.md": "---\ntitle: 'Anleitungen: alle'\nslug: anleitungen\n---\n",
    "guides/money/_section.yaml": "position: 3\n",
    "guides/money/_index.en.md": "---\ntitle: Money\nsummary: All about it\n---\n",
    f"{HOME}/_article.yaml": "id: 70\nsource: en\nposition: 3\nregions: [SG, 'NO']\nwithheld: [en-SG]\n"
    "related: [other, third]\n",
    EN: "---\ntitle: 'no'\nslug: paying\nsummary: 'Where to: at the desk'\npublished_at: 2024-02-03\n"
    "updated_at: 2090-02-04T05:06:07.000008Z\nstatus: published\nrevision: 7\nsignificance: typo\nkeywords: cash, card\n"
    f"---\n{BODY}",
    f"{HOME}/de.md": "---\ntitle: Zahlen\nstatus: in_review\nrevision: 2\nbased_on: 6\nsignificance: major\n---\n",
    f"{HOME}/ar.md": "---\ntitle: ادفع\npublished_at: 2091-01-01\nupdated_at: 2091-01-01\nstatus: published\n"
    "revision: 1\nbased_on: 7\nsignificance: minor\n---\nنعم",
    f"{HOME}/desk.png": png(30, 20),
}


def as_bytes(files: dict[str, str | bytes]) -> dict[str, bytes]:
    return {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}


def other_site(build: Callable[..., Flask], template: Path, **settings: object) -> Site:
    return build(template, "other", **settings).extensions["helpdesk"]


# What is written


def test_an_export_is_the_canonical_form(empty_site: Site, tmp_path: Path) -> None:
    import_content(empty_site, write(tmp_path / "content", CANONICAL))
    done = export_content(empty_site, tmp_path / "out")
    assert files_of(tmp_path / "out") == as_bytes(CANONICAL)
    assert (done.articles, done.translations, done.written, done.unchanged, done.removed) == (1, 3, 10, 0, 0)
    check = ["sha256sum", "--check", "--strict", "--quiet", LIST]
    assert subprocess.run(check, cwd=tmp_path / "out", check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("number", [1, 3, 15])
def test_queries_do_not_grow_with_the_content(empty_app: Flask, empty_site: Site, tmp_path: Path, number: int) -> None:
    import_content(empty_site, write(tmp_path / "content", articles(f"key-{n}" for n in range(number))))
    with count_queries(empty_app) as statements:
        done = export_content(empty_site, tmp_path / "out")
    assert (len(statements), done.translations) == (6, 2 * number)


def assert_there_and_back(site: Site, second: Site, folder: Path) -> None:
    """The content goes out, comes in to where it was and into an empty site, and both go out again: all alike."""
    before = content_of(site)
    export_content(site, folder / "one")
    summary = import_content(site, folder / "one")
    assert outcome(summary).keys() <= {"unchanged"}
    assert content_of(site) == before
    import_content(second, folder / "one")
    assert texts_of(second) == texts_of(site)
    export_content(second, folder / "two")
    assert files_of(folder / "two") == files_of(folder / "one")
    assert (folder / "two" / LIST).read_bytes() == (folder / "one" / LIST).read_bytes()
    done = export_content(site, folder / "one")
    assert (done.written, done.removed) == (0, 0)


def test_the_demo_there_and_back(
    build: Callable[..., Flask], empty_template: Path, tmp_path: Path, noon: datetime
) -> None:
    """In three scripts; it stays the demo, until somebody changes it."""
    locales = ("en", "en-SG", "de", "ar", "zh-Hans")
    first: Site = build(empty_template, locales=locales).extensions["helpdesk"]
    assert outcome(import_content(first, SAMPLEDATA, is_demo=True)).keys() == {"new"}
    second: Site = build(empty_template, "second", locales=locales).extensions["helpdesk"]
    assert_there_and_back(first, second, tmp_path)
    home = tmp_path / "one/faq/deposits-withdrawals/withdrawal-delays"
    (home / "en.md").write_text((home / "en.md").read_text("utf-8") + "\nOurs.\n", "utf-8")
    assert outcome(import_content(first, tmp_path / "one"))["changed"] == ["withdrawal-delays/en"]
    assert remove_demo(first) == DEMO_ARTICLES - 1


def test_a_plain_tree_there_and_back(
    build: Callable[..., Flask], empty_template: Path, empty_site: Site, tmp_path: Path, noon: datetime
) -> None:
    """Its links lead to articles, its images stand beside the texts, and what was missing is missed quietly."""
    more = {
        "en/guide/img/a b#1.png": png(3, 4),
        "zh/guide/img/a b#1.png": png(5, 6),
        "en/guide/show.md": "# Show\n\n![one](img/a%20b%231.png) ![none](https://elsewhere.example/x.png)\n\n"
        "<img src=/nothing.png alt='two'> <a href='setup.md'>it</a> `](setup.md)`\n\n[r]: ../index.md#welcome\n\n[r]\n",
        "zh/guide/show.md": "# 看\n\n![一](img/a%20b%231.png)\n",
    }
    import_content(empty_site, write(tmp_path / "manual", PLAIN | more))
    assert_there_and_back(empty_site, other_site(build, empty_template), tmp_path)
    home = tmp_path / "one/manual/guide/guide-show"
    assert (home / "en.md").read_text().partition("significance: minor\n---\n")[2] == (
        "![one](en-guide-img-a-b-1.png) ![none](<>)\n\n"
        "<img src=\"\" alt='two'> <a href='article:guide-setup'>it</a> `](setup.md)`\n\n[r]: article:index\n\n[r]\n"
    )
    assert sorted(path.name for path in home.glob("*.png")) == ["en-guide-img-a-b-1.png", "zh-guide-img-a-b-1.png"]


def test_an_old_plain_tree_there_and_back(
    build: Callable[..., Flask], empty_template: Path, empty_site: Site, tmp_path: Path, noon: datetime
) -> None:
    """Texts stored before links and images were rewritten get addresses that an import understands."""
    root = write(tmp_path / "manual", PLAIN | {"en/b.md": "# B\n\n![](no.png) [w](index.md)\n"})
    import_content(empty_site, root)
    with empty_site.database.transaction() as connection:
        index = select(Translation.id).where(Translation.title == "B").scalar_subquery()
        old = {"markdown": "![](no.png) [w](index.md)\n", "targets": '{"index.md": "article:index"}'}
        connection.execute(update(Body).where(Body.translation_id == index).values(**old))
    export_content(empty_site, tmp_path / "one")
    before = [row for row in content_of(empty_site)["hd_revision"]]
    summary = import_content(empty_site, tmp_path / "one")
    assert summary.changed == ["b/en"], "saved again, without a revision"
    assert content_of(empty_site)["hd_revision"] == before
    second = other_site(build, empty_template)
    import_content(second, tmp_path / "one")
    assert _stored(second) == _stored(empty_site)


def _stored(site: Site) -> dict[str, str]:
    with site.database.read() as connection:
        return dict(map(tuple, connection.execute(select(Body.markdown, Body.html))))


def test_the_current_revision_goes_out(
    build: Callable[..., Flask], empty_template: Path, empty_site: Site, tmp_path: Path
) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    import_content(
        empty_site,
        write(root, {EN: "---\ntitle: How to pay\nsignificance: major\n---\nOtherwise.\n\n## So { #steps }\n"}),
    )
    restore(empty_site, "pay", "en", 1, significance="typo")
    archive(empty_site, "pay", "de")
    export_content(empty_site, tmp_path / "one")
    before = content_of(empty_site)
    assert outcome(import_content(empty_site, tmp_path / "one")) == {"unchanged": ["pay/en", "pay/de"]}
    assert content_of(empty_site) == before
    second = other_site(build, empty_template)
    import_content(second, tmp_path / "one")
    for name in ("hd_article", "hd_translation", "hd_body", "hd_section_text"):
        assert [row[:9] for row in content_of(second)[name]] == [row[:9] for row in before[name]], name
    with second.database.read() as connection:
        statement = select(Revision.number, Revision.significance, Translation.status).join(Translation)
        assert set(connection.execute(statement)) == {(3, "typo", "published"), (1, "minor", "archived")}


def test_images_stand_where_the_texts_look_for_them(
    build: Callable[..., Flask], empty_template: Path, empty_site: Site, tmp_path: Path, noon: datetime
) -> None:
    text = "![a](img/a.png) ![b](../other/b.png) ![c](../../c.png) ![d](%C3%A4%201.png) ![e](/e.png) ![f](a.png?x=1)"
    pictures = [f"{HOME}/img/a.png", "guides/money/other/b.png", "guides/c.png", f"{HOME}/ä 1.png", f"{HOME}/e.png"]
    files = FOLDER | {name: png(n + 1, 1) for n, name in enumerate([*pictures, f"{HOME}/a.png"])}
    files |= {EN: f"---\ntitle: T\n---\n{text}\n", "guides/money/other/en.md": "---\ntitle: O\n---\n![b](b.png)\n"}
    import_content(empty_site, write(tmp_path / "content", files))
    assert_there_and_back(empty_site, other_site(build, empty_template), tmp_path)
    written = files_of(tmp_path / "one")
    assert {name for name in written if name.endswith(".png")} == {*pictures, f"{HOME}/a.png", f"{HOME}/desk.png"} - {
        f"{HOME}/desk.png"
    }
    assert written[EN].endswith(f"---\n{text}\n".encode())


def test_images_that_would_take_each_other_s_place_get_names_of_their_own(empty_site: Site, tmp_path: Path) -> None:
    files = FOLDER | {
        "guides/money/b/_article.yaml": "id: 1\n",
        "guides/money/b/en.md": "---\ntitle: B\n---\n![b](../pay/desk.png)\n",
    }
    root = write(tmp_path / "content", files)
    import_content(empty_site, root)
    archive(empty_site, "b", "en")
    import_content(empty_site, write(root, {f"{HOME}/desk.png": png(9, 9)}))
    import_content(
        empty_site,
        write(
            root,
            {"guides/money/a/en.md": "---\ntitle: A\n---\n![a](../gone.png)\n", "guides/money/gone.png": png(2, 2)},
        ),
    )
    export_content(empty_site, tmp_path / "out")
    written = files_of(tmp_path / "out")
    assert (written[f"{HOME}/desk.png"], written["guides/money/gone.png"]) == (png(30, 20), png(2, 2))
    own = next(name for name in written if name.startswith(HOME) and name.endswith(".png") and "desk" not in name)
    assert written[own] == png(9, 9)
    assert written[EN].endswith(f"![Desk]({own.rpartition('/')[2]})\n".encode())
    assert outcome(import_content(empty_site, tmp_path / "out"))["changed"] == ["pay/en"]
    assert count(empty_site, Revision) == 4, "another address of the same picture is no other text"


def test_an_image_that_was_lost_is_noted(empty_site: Site, tmp_path: Path) -> None:
    import_content(empty_site, write(tmp_path / "content", FOLDER))
    image = next(empty_site.settings.media_path.iterdir())
    image.unlink()
    done = export_content(empty_site, tmp_path / "out")
    assert [str(note) for note in done.notes] == [
        f"{EN}:1: image is not in the media folder: {image.name} for {HOME}/desk.png"
    ]


# Into which folder


def test_a_link_that_broke_here_comes_back(empty_site: Site, tmp_path: Path) -> None:
    """It is refused only where a writer adds it."""
    text = "---\ntitle: two en\n---\nSee [one](article:one#a) and [three](article:three).\n"
    root = write(tmp_path / "content", articles(["one", "two", "three"]) | {"guides/money/two/en.md": text})
    import_content(empty_site, root)
    delete_article(empty_site, "one")
    export_content(empty_site, tmp_path / "out")
    assert outcome(import_content(empty_site, tmp_path / "out")).keys() == {"unchanged"}
    write(tmp_path / "out", {"guides/money/two/en.md": text.replace("See", "Read")})
    assert outcome(import_content(empty_site, tmp_path / "out"))["changed"] == ["two/en"]
    write(tmp_path / "out", {"guides/money/two/de.md": text})
    error = "guides/money/two/de.md:4: the link `article:one` leads to no article"
    assert errors_of(empty_site, tmp_path / "out") == [error]


@pytest.mark.on("sqlite", "postgresql")
def test_an_export_over_an_export_touches_what_changed(empty_site: Site, tmp_path: Path) -> None:
    root, out = write(tmp_path / "content", articles(["one", "two", "three"])), tmp_path / "out"
    import_content(empty_site, root)
    export_content(empty_site, out)
    foreign = {"notes.txt": "mine", "guides/money/two/draft.txt": "mine", ".git/config": "mine"}
    write(out, foreign)
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    archive(empty_site, "one", "de")
    delete_translation(empty_site, "three", "de")
    delete_article(empty_site, "two")
    done = export_content(empty_site, out)
    assert (done.written, done.unchanged, done.removed) == (1, 9, 4)
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    gone = {"guides/money/three/de.md", *(f"guides/money/two/{name}" for name in ("_article.yaml", "en.md", "de.md"))}
    assert {path.relative_to(out).as_posix() for path in times.keys() - after.keys()} == gone
    assert [path.relative_to(out).as_posix() for path in after if after[path] != times[path]] == [
        LIST,
        "guides/money/one/de.md",
    ]
    assert {name: (out / name).read_text() for name in foreign} == foreign
    times = after
    assert export_content(empty_site, out).written == 0
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == times


def test_a_folder_is_edited_imported_and_written_over(empty_site: Site, tmp_path: Path) -> None:
    """The way of a folder that is a second home: what an import took in may be brought into the canonical form."""
    import_content(empty_site, write(tmp_path / "content", FOLDER))
    home = tmp_path / "home"
    export_content(empty_site, home)
    write(
        home,
        {
            EN: "---\ntitle:   How to pay\nkeywords: [cash]\n---\nAt the till.\n\n## S { #steps }\n",
            f"{HOME}/ar.md": "---\ntitle: ادفع\n---\n",
            f"{HOME}/_article.yaml": "position: 9 # last\n",
            "guides/_index.de.md": "---\ntitle:   Handbuch\nslug: handbuch\nsummary: >\n  Alles\n  da\n---\n",
            "guides/_category.yaml": "position:  7\n",
        },
    )
    assert outcome(import_content(empty_site, home)) == {
        "new": ["pay/ar"],
        "changed": ["pay/en"],
        "unchanged": ["pay/de"],
    }
    archive(empty_site, "pay", "ar")
    done = export_content(empty_site, home)
    assert (done.written, files_of(home)["guides/_index.de.md"]) == (
        5,
        b"---\ntitle: Handbuch\nsummary: Alles da\n---\n",
    )
    assert (home / f"{HOME}/_article.yaml").read_text() == "id: 70\nsource: en\nposition: 9\n"
    assert "status: archived" in (home / f"{HOME}/ar.md").read_text()
    assert outcome(import_content(empty_site, home)) == {"unchanged": ["pay/en", "pay/ar", "pay/de"]}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({EN: "---\ntitle: How to pay\n---\nEdited.\n"}, f"{EN} is not as an export or import knew it"),
        ({"guides/_index.de.md": "---\ntitle: Handbuch\n---\n"}, "guides/_index.de.md is not as"),
        ({"guides/_index.de.md": "---\ntitle: Anleitungen\n---\nMine.\n"}, "guides/_index.de.md is not as"),
        ({"guides/_category.yaml": "position: [\n"}, "guides/_category.yaml is not as"),
        ({f"{HOME}/desk.png": b"\xff"}, f"{HOME}/desk.png is not as"),
        ({"guides/money/gone/en.md": "---\ntitle: gone en\n---\nEdited.\n"}, "gone/en.md was changed, and its text is gone here"),
        ({"guides/money/late/en.md": "mine"}, "late/en.md is not as"),
        ({"guides/money/late": "mine"}, "guides/money/late/_article.yaml: Not a directory"),
        ({"guides/money/late/en.md/x": "mine"}, "guides/money/late/en.md: Is a directory"),
    ],
)  # fmt: skip
def test_nothing_is_written_over_an_edit(
    empty_site: Site, tmp_path: Path, files: dict[str, str | bytes], reason: str
) -> None:
    gone = {"guides/money/gone/en.md": "---\ntitle: gone en\n---\nText.\n"}
    root, out = write(tmp_path / "content", FOLDER | gone), tmp_path / "out"
    import_content(empty_site, root)
    export_content(empty_site, out)
    delete_article(empty_site, "gone")
    import_content(
        empty_site, write(tmp_path / "more", FOLDER | {"guides/money/late/en.md": "---\ntitle: L\n---\nL.\n"})
    )
    write(out, files)
    before = files_of(out)
    with pytest.raises(ExportError) as error:
        export_content(empty_site, out)
    assert reason in str(error.value)
    assert files_of(out) == before
    assert not (out / STAGE).exists()


def test_a_folder_that_no_export_wrote_is_refused(empty_site: Site, tmp_path: Path) -> None:
    import_content(empty_site, write(tmp_path / "content", FOLDER))
    with pytest.raises(ExportError, match="holds files that no export wrote; name an empty folder"):
        export_content(empty_site, tmp_path / "content")
    write(tmp_path, {"file": "mine"})
    with pytest.raises(ExportError, match="file: File exists"):
        export_content(empty_site, tmp_path / "file")
    write(tmp_path / "repository", {".git/config": "mine"})
    assert export_content(empty_site, tmp_path / "repository").written == 9
    assert files_of(tmp_path / "repository").keys() == {*FOLDER, "guides/money/_section.yaml", ".git/config"}


def test_nothing_is_written_or_deleted_outside(empty_site: Site, tmp_path: Path) -> None:
    import_content(empty_site, write(tmp_path / "content", FOLDER))
    out = tmp_path / "out"
    export_content(empty_site, out)
    write(tmp_path, {"secret": "mine"})
    listed = (out / LIST).read_text()
    known = subprocess.run(["sha256sum", tmp_path / "secret"], check=True, capture_output=True, text=True).stdout[:64]
    (out / LIST).write_text(f"{listed}{known}  ../secret\n")
    with pytest.raises(ExportError, match="leads out of the folder"):
        export_content(empty_site, out)
    (out / LIST).write_text(listed)
    (out / "guides/money").rename(tmp_path / "moved")
    os.symlink(tmp_path / "moved", out / "guides/money")
    with pytest.raises(ExportError, match="leads out of the folder"):
        export_content(empty_site, out)
    assert (tmp_path / "secret").read_text() == "mine"


def test_a_folder_of_many_locales_keeps_those_that_the_site_has_no_more(
    build: Callable[..., Flask], empty_template: Path, tmp_path: Path
) -> None:
    site: Site = build(empty_template).extensions["helpdesk"]
    import_content(site, write(tmp_path / "content", FOLDER))
    fewer: Site = build(empty_template, locales=("en",)).extensions["helpdesk"]
    notes = export_content(fewer, tmp_path / "out").notes
    assert [str(note) for note in notes] == [f"{HOME}/de.md:1: locale is not of this site: an import refuses it: de"]
    assert (tmp_path / "out" / HOME / "de.md").is_file()
