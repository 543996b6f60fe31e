"""What an import refuses: the exact sentence, where it stands, and that nothing was taken in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.models import Article, Category, CategoryText, Media, Outbox, Translation
from helpdesk.services.folder import ContentErrors
from helpdesk.services.importing import import_content
from helpdesk.services.media import BadImage, read_image, store_image
from helpdesk.services.site import Site
from tests.conftest import close, make_app
from tests.core.test_importing import FOLDER, count, png, write
from tests.support.content import errors_of
from tests.support.databases import Backend, copy_instance, drop_database
from tests.support.rights import rights_of_files_count

# The databases make no difference here.
pytestmark = pytest.mark.on("sqlite")

PAY = "guides/money/pay"
KNOWN = "based_on, keywords, published_at, revision, significance, slug, status, summary, title, updated_at"


@pytest.fixture(scope="module")
def site(backend: Backend, empty_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One empty site for all: what is refused leaves it empty."""
    instance = copy_instance(empty_template, tmp_path_factory.mktemp(backend.name) / "instance")
    app = make_app(instance, import_files=30)
    yield app.extensions["helpdesk"]
    close(app)
    drop_database(instance)


def refusals(site: Site, root: Path) -> list[str]:
    errors = errors_of(site, root)
    tables = (Category, Article, Translation, Media, Outbox)
    assert [count(site, table) for table in tables] == [0] * len(tables)
    assert not site.settings.media_path.exists()
    return errors


def english(body: str = "Text.\n", **fields: str) -> dict[str, str | bytes]:
    written = "".join(f"{name}: {value}\n" for name, value in ({"title": "T"} | fields).items())
    return {f"{PAY}/en.md": f"---\n{written}---\n{body}"}


def about(text: str) -> dict[str, str | bytes]:
    return {f"{PAY}/_article.yaml": text}


def article(key: str, text: str = "", body: str = "Text.\n") -> dict[str, str | bytes]:
    home = f"guides/money/{key}"
    return {f"{home}/_article.yaml": text, f"{home}/en.md": f"---\ntitle: T\n---\n{body}"}


LAUGHS = "a: &a [x]\nb: &b [*a, *a]\n"

CASES: dict[str, tuple[dict[str, str | bytes], str]] = {
    "unknown locale": ({f"{PAY}/xx.md": "---\ntitle: T\n---\n"}, "xx.md:1: `xx` is not a locale of this site; HELPDESK_LOCALES names them"),
    "locale with a control character": ({f"{PAY}/e\x1bn.md": "---\ntitle: T\n---\n"}, "e\\x1bn.md:1: has control characters in its name; rename it"),
    "bad date": (english(published_at="5 May"), "en.md:3: `published_at` must be a date such as 2026-04-24, not `5 May`"),
    "impossible date": (english(updated_at="2026-02-30"), "en.md:3: `updated_at` must be a date such as 2026-04-24, not `2026-02-30`"),
    "year 0": (english(updated_at="0000-01-01"), "en.md:3: `updated_at` must be a date such as 2026-04-24, not `0000-01-01`"),
    "year 1 in a zone": (english(updated_at="0001-01-01T00:00+14:00"), "en.md:3: `updated_at` must lie between 1900-01-01 and 9999-12-30, not `0001-01-01T00:00+14:00`"),
    "year 9999": (english(updated_at="9999-12-31T23:59-12:00"), "en.md:3: `updated_at` must lie between 1900-01-01 and 9999-12-30, not `9999-12-31T23:59-12:00`"),
    "status": (english(status="live"), "en.md:3: `status` must be one of draft, in_review, published, archived, not `live`"),
    "number that is none": (english(revision="two"), "en.md:3: `revision` must be a whole number above 0, not `two`"),
    "number 0": (about("id: 0\n"), "_article.yaml:1: `id` must be a whole number above 0, not `0`"),
    "number too large": (about("source: en\nid: 99999999999999999999\n"), "_article.yaml:2: `id` must be a whole number below 1000000000, not `99999999999999999999`"),
    "unknown field": (english(author="me"), f"en.md:3: `author` is not a field; known: {KNOWN}"),
    "no title": ({f"{PAY}/en.md": "---\nslug: t\n---\nText.\n"}, "en.md:1: has no `title`"),
    "no text": (english(""), "en.md:1: has no text; only a translation may be a title alone"),
    "long title": (english(title="T" * 301), "en.md:2: `title` is longer than 300 characters"),
    "long summary": (english(summary="word " * 201), "en.md:3: `summary` is longer than 1,000 characters"),
    "title of a megabyte": (english(title="T" * 1_000_000), "en.md:2: the fields are longer than 64 KiB"),
    "fields of 65 KiB": (about("#" * 66_560), "_article.yaml:1: the fields are longer than 64 KiB"),
    "text of 3 megabytes": (english("word\n" * 600_000), "en.md:1: is larger than 2,000,000 bytes"),
    "slug that is a path": (english(slug="../Admin?x=1"), "en.md:3: `slug` is one part of an address, and no file: write `admin-x-1`"),
    "slug of signs": (english(slug='"/"'), "en.md:3: `slug` is one part of an address, and no file: leave it out"),
    "slug that is a file": (english(slug="Pay.md"), "en.md:3: `slug` is one part of an address, and no file: write `pay-md`"),
    "long slug": (english(slug="t" * 201), "en.md:3: `slug` is longer than 200 characters"),
    "slug of a category": ({"guides/_index.en.md": "---\ntitle: Guides\nslug: a/b\n---\n"}, "guides/_index.en.md:3: `slug` is one part of an address, and no file: write `a-b`"),
    "invalid UTF-8": ({f"{PAY}/en.md": b"---\ntitle: T\n---\nok\n\xff\n"}, "en.md:5: is not valid UTF-8"),
    "UTF-16": ({f"{PAY}/en.md": "---\ntitle: T\n---\n".encode("utf-16")}, "en.md:1: is UTF-16; save it as UTF-8"),
    "UTF-16 without mark": ({f"{PAY}/en.md": "---\ntitle: T\n---\n".encode("utf-16-le")}, "en.md:1: holds a NUL character; take it out"),
    "NUL": (english("One.\n\nT\0o.\n"), "en.md:6: holds a NUL character; take it out"),
    "escape in the fields": (english(summary="T\x1b[2Jo"), "en.md:3: a character that YAML does not allow"),
    "surrogate in UTF-8": ({f"{PAY}/en.md": b"---\ntitle: T\n---\n\xed\xa0\xbc\n"}, "en.md:4: is not valid UTF-8"),
    "front matter without end": ({f"{PAY}/en.md": "---\ntitle: T\nText.\n"}, "en.md:1: the front matter has no closing ---"),
    "aliases": (about(LAUGHS), "_article.yaml:1: anchors and aliases are not allowed"),
    "merge key": (about("<<: {id: 4}\n"), "_article.yaml:1: fields inside a field are not allowed"),
    "tag": (about("id: !!int 4\n"), "_article.yaml:1: tags are not allowed"),
    "object": (about("id: !!python/object/apply:os.system [ls]\n"), "_article.yaml:1: tags are not allowed"),
    "field twice": (about("id: 4\nid: 5\n"), "_article.yaml:2: the field 'id' stands twice"),
    "two documents": (about("id: 4\n---\nid: 5\n"), "_article.yaml:2: more than one document"),
    "fields in a field": (about("id:\n  is: 4\n"), "_article.yaml:2: fields inside a field are not allowed"),
    "deep lists": (about("id: " + "[" * 20_000), "_article.yaml:1: a list may hold plain text only"),
    "control character in YAML": (about("id: 4\nsource: e\x07n\n"), "_article.yaml:2: a character that YAML does not allow"),
    "a list for a title": (about("- id\n"), "_article.yaml:1: expected fields of the form name: value"),
    "region": (about("regions: [Europe]\n"), "_article.yaml:1: `regions` holds `Europe`, which is not a region such as SG or EU"),
    "related": (about("related: [../pay]\n"), "_article.yaml:1: `related` holds `../pay`, which is not the key of an article"),
    "source missing": (about("source: ru\n"), f"{PAY}:1: has no `ru.md`, the locale that `source` names"),
    "no image": (english("Text ![x](no.png)\n"), "en.md:4: the image `no.png` is missing"),
    "image that is none": (english("![x](desk.png)\n") | {f"{PAY}/desk.png": b"junk"}, "en.md:4: the image `desk.png` is not a picture that can be read"),
    "image cut off": (english("![x](desk.png)\n") | {f"{PAY}/desk.png": png(3, 2)[:20]}, "en.md:4: the image `desk.png` is not a picture that can be read"),
    "image of another kind": (english("![x](a.svg)\n"), "en.md:4: the image `a.svg` is not one of .gif, .jpeg, .jpg, .png, .webp"),
    "image elsewhere": (english("![x](https://cdn.example/x.png)\n"), "en.md:4: the image `https://cdn.example/x.png` stands on another site, which would learn of every reader; put it beside the text"),
    "image out of the folder": (english("![x](../../../../../../etc/passwd.png)\n"), "en.md:4: the image `../../../../../../etc/passwd.png` leads out of the folder"),
    "image out of the folder, encoded": (english("![x](%2e%2e/%2e%2e/%2e%2e/%2e%2e/x.png)\n"), "en.md:4: the image `../../../../x.png` leads out of the folder"),
    "image with a NUL": (english("![x](a%00.png)\n"), "en.md:4: the image `a\\x00.png` is missing"),
    "image with a long name": (english(f"![x]({'a' * 300}.png)\n"), f"en.md:4: the image `{'a' * 300}.png` is missing"),
    "link to no article": (english("See [more](article:pay-more).\n\nSee [the end](article:pay-m#end).\n") | article("pay-more"), "en.md:6: the link `article:pay-m` leads to no article"),
    "link that is no key": (english("See [it](article:Some-Thing).\n"), "en.md:4: the link `article:Some-Thing` leads to no article"),
    "key twice": ({"guides/other/_index.en.md": "---\ntitle: O\n---\n", "guides/other/pay/en.md": "---\ntitle: T\n---\nText.\n"}, "guides/other/pay:1: the key `pay` stands elsewhere as well"),
    "id twice": (article("other", "source: en\nid: 70\n"), f"{PAY}/_article.yaml:1: wants the id 70, which `other` has"),
    "name of a folder": ({"guides/Money 2/_index.en.md": "---\ntitle: T\n---\n"}, "guides/Money 2:1: a folder's name is made of a-z, 0-9 and single hyphens"),
    "no title of a section": ({"guides/more/pay2/en.md": "---\ntitle: T\n---\nText.\n"}, "guides/more:1: has no `_index.<tag>.md` with a title"),
    "a folder as text": ({f"{PAY}/ru.md/en.md": "---\ntitle: T\n---\nText.\n"}, "ru.md:1: is not a file, nor a link to one"),
    "a folder as fields": ({"guides/money/other/_article.yaml/x": "", "guides/money/other/en.md": "---\ntitle: T\n---\nText.\n"}, "guides/money/other/_article.yaml:1: is not a file, nor a link to one"),
    "too deep": ({f"{PAY}/{'a/' * 18}x.txt": ""}, f"{PAY}/{'a/' * 17}a:1: lies in more than 20 folders"),
    "too many": ({f"notes/{n}.txt": "" for n in range(30)}, "content:1: holds more than 30 files; HELPDESK_IMPORT_FILES can allow more"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_refused_where_it_stands(site: Site, tmp_path: Path, name: str) -> None:
    files, refusal = CASES[name]
    where = refusal if refusal.startswith(("guides", "content:")) else f"{PAY}/{refusal}"
    assert refusals(site, write(tmp_path / "content", FOLDER | files)) == [where]


def link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def locked(path: Path) -> None:
    path.write_text("---\ntitle: T\n---\n")
    path.chmod(0)


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("guides/money/pay/ar.md", os.mkfifo, "is not a file, nor a link to one"),
        ("guides/money/_section.yaml", os.mkfifo, "is not a file, nor a link to one"),
        ("guides/money/_index.ar.md", link("/dev/zero"), "leads out of the folder"),
        ("guides/money/pay/ar.md", link("../../../../secret.md"), "leads out of the folder"),
        ("guides/money/_section.yaml", link("../../../secret.md"), "leads out of the folder"),
        ("guides/money/pay/ar.md", link("ar.md"), "is not a file, nor a link to one"),
        ("guides/money/pay/ar.md", link("nowhere.md"), "is not a file, nor a link to one"),
        ("guides/money/pay/ar.md", link("../pay"), "is not a file, nor a link to one"),
        ("guides/money/pay/ar.md", locked, "cannot be read: Permission denied"),
    ],
)
def test_what_is_no_plain_file_is_refused(
    site: Site, tmp_path: Path, name: str, make: Callable[[Path], None], reason: str
) -> None:
    write(tmp_path, {"secret.md": "---\ntitle: Secret\n---\nIt is 42.\n"})
    root = write(tmp_path / "content", FOLDER)
    make(root / name)
    with rights_of_files_count():
        assert refusals(site, root) == [f"{name}:1: {reason}"]


def test_a_picture_behind_a_link_out_of_the_folder_is_refused(site: Site, tmp_path: Path) -> None:
    write(tmp_path, {"secret.png": png(3, 2)})
    root = write(tmp_path / "content", FOLDER | english("![x](here.png) ![y](loop.png) ![z](pipe.png)\n"))
    (root / PAY / "here.png").symlink_to("../../../../secret.png")
    (root / PAY / "loop.png").symlink_to("loop.png")
    os.mkfifo(root / PAY / "pipe.png")
    assert refusals(site, root) == [
        f"{PAY}/en.md:4: the image `here.png` leads out of the folder",
        f"{PAY}/en.md:4: the image `loop.png` is missing",
        f"{PAY}/en.md:4: the image `pipe.png` is missing",
    ]


@pytest.mark.parametrize("name", ["guides", "guides/money/loop"])
def test_a_folder_in_itself_ends(site: Site, tmp_path: Path, name: str) -> None:
    root = write(tmp_path / "content", FOLDER if name != "guides" else {"x.md": ""})
    (root / name).symlink_to(root)
    assert len(refusals(site, root)) > 0


def test_a_name_that_is_not_utf_8_is_refused(site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", {"en/a.md": "# A\n"})
    Path(os.fsdecode(os.fsencode(root) + b"/en/\xff.md")).write_text("# B\n")
    assert refusals(site, root) == ["en/\\udcff.md:1: has control characters in its name; rename it"]


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ({"en/a.md": f"# {'A' * 301}\n"}, "en/a.md:1: `title` is longer than 300 characters"),
        ({"en/a.md": "# A\0\n"}, "en/a.md:1: holds a NUL character; take it out"),
    ],
)  # fmt: skip
def test_plain_trees_are_refused_as_well(site: Site, tmp_path: Path, files: dict[str, Any], refusal: str) -> None:
    assert refusals(site, write(tmp_path / "content", files)) == [refusal]


def test_what_is_neither_folder_nor_archive(site: Site, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "nothing"):
        assert refusals(site, tmp_path / name) == [f"{tmp_path / name}:1: is neither a folder nor a ZIP archive"]
    assert refusals(site, write(tmp_path / "x", {".git/a.md": ""})) == [
        ".:1: holds neither `<category>/<section>/<key>/<tag>.md` nor Markdown of another engine"
    ]


def summary_of(site: Site, root: Path, files: dict[str, Any]) -> tuple[list[str], list[str]]:
    summary = import_content(site, write(root, files))
    return summary.new, [str(note) for note in summary.notes]


def test_ids_are_taken_once_and_never_change(empty_site: Site, tmp_path: Path) -> None:
    import_content(empty_site, write(tmp_path / "one", FOLDER))
    changed = write(tmp_path / "two", FOLDER | about("source: en\nid: 71\n"))
    other = write(tmp_path / "three", {name.replace("pay", "play"): text for name, text in FOLDER.items()})
    for root, refusal in (
        (changed, "guides/money/pay/_article.yaml:2: has the id 70 already, not 71"),
        (other, "guides/money/play/_article.yaml:1: wants the id 70, which `pay` has"),
    ):
        with pytest.raises(ContentErrors) as error:
            import_content(empty_site, root)
        assert [str(item) for item in error.value.errors] == [refusal]
    assert count(empty_site, Article) == 1


def test_links_to_drafts_to_the_site_and_in_circles_are_fine(empty_site: Site, tmp_path: Path) -> None:
    circle = article("one", "related: [two]\n", "See [two](article:two).\n")
    circle |= article("two", "related: [one, two]\n", "See [one](article:one#end).\n")
    circle["guides/money/two/en.md"] = "---\ntitle: T\nstatus: draft\n---\nSee [one](article:one#end).\n"
    assert summary_of(empty_site, tmp_path / "a", FOLDER | circle)[0] == ["pay/en", "pay/de", "one/en", "two/en"]
    third = article("three", body="See [two](article:two) and [pay](article:pay).\n")
    groups = {name: text for name, text in FOLDER.items() if "_index" in name}
    assert summary_of(empty_site, tmp_path / "b", groups | third) == (["three/en"], [])


def test_a_second_project_does_not_take_the_place_of_the_first(empty_site: Site, tmp_path: Path) -> None:
    first = write(tmp_path / "handbook", {"en/index.md": "# Handbook\n\nText.\n", "en/only.md": "# Only\n\nText.\n"})
    second = write(tmp_path / "api", {"en/index.md": "# API\n\nText.\n", "en/other.md": "# Other\n\nText.\n"})
    import_content(empty_site, first)
    error = "en/index.md:1: would replace `index`, an article of another category; rename it, or --keep folder"
    assert errors_of(empty_site, second) == [error]
    assert import_content(empty_site, first).unchanged == ["index/en", "only/en"]
    summary = import_content(empty_site, second, keep="folder")
    assert (summary.new, summary.changed) == (["other/en"], ["index/en"])


def test_what_a_plain_tree_links_in_vain_is_a_note(empty_site: Site, tmp_path: Path) -> None:
    files = {
        "en/a.md": "# A\n\nSee [b](article:b), [it](article:none) and [half](//[x) ![half](//[x).\n",
        "en/b.md": "# B\n",
    }
    new, notes = summary_of(empty_site, tmp_path / "manual", files)
    assert new == ["a/en"]
    assert notes == [
        "en/b.md:1: no text: left out: B",
        "en/a.md:3: image stands on another site, which would learn of every reader; put it beside the text; "
        "its description is shown: //[x",
        "en/a.md:3: link to no article: article:b",
        "en/a.md:3: link to no article: article:none",
    ]


def test_what_editors_leave_behind_is_not_read(empty_site: Site, tmp_path: Path) -> None:
    files = FOLDER | {f"{PAY}/.en.md.swp": b"\0", f"{PAY}/en.md~": b"\xff", "README.md": "# Read me\n", ".git/x\n": ""}
    root = write(tmp_path / "content", files)
    (root / PAY / ".#en.md").symlink_to("somebody@somewhere.7")
    assert summary_of(empty_site, root, {}) == (
        ["pay/en", "pay/de"],
        ["README.md:1: file left out: not in the folder of an article"],
    )


def test_a_picture_that_changes_while_it_is_read_is_not_stored(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.png": png(3, 2)}) / "a.png"
    image = read_image(path)
    path.write_bytes(png(9, 9))
    with pytest.raises(BadImage, match="was changed during the import; import once more"):
        store_image(tmp_path / "media", path, image)
    assert not (tmp_path / "media").exists()


def test_what_plain_trees_hold_besides_is_made_fit(empty_site: Site, tmp_path: Path) -> None:
    odd = '---\ntitle: "A\\x07b\\uD83C"\nkeywords: "\\uDEAD"\nslug: /Docs/First\n---\n\nText.\n'
    files = {"en/a.md": odd, "en/b.md": "# B\n\nText.\n", "en/.obsidian/c.md": "# C\n"}
    import_content(empty_site, write(tmp_path / "man\x07ual", files))
    with empty_site.database.read() as connection:
        assert connection.execute(select(CategoryText.title)).scalars().all() == ["Man ual"]
        statement = select(Translation.title, Translation.slug).order_by(Translation.title)
        assert [tuple(row) for row in connection.execute(statement)] == [("A b", "first"), ("B", "b")]
