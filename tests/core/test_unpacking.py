"""ZIP archives: what is in them is imported as a folder is; those that could do harm are refused whole."""

from __future__ import annotations

import stat
import struct
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.config import load
from helpdesk.models import Article, Category, CategoryText, Media, Section, SectionText, Translation
from helpdesk.services.folder import ContentErrors
from helpdesk.services.importing import import_content
from helpdesk.services.plain_tree import is_plain_tree
from helpdesk.services.site import Site
from helpdesk.services.unpacking import check_tree, unpacked
from tests.core.test_importing import FOLDER, PLAIN, count, png, write

# The databases make no difference here.
pytestmark = pytest.mark.on("sqlite")

END = struct.Struct("<4s4H2LH")
Entries = Mapping[str, str | bytes]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where archives are unpacked to."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


def pack(path: Path, entries: Entries, **attributes: int) -> Path:
    """An archive; the attributes are those of its last entry."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(entries.items(), start=1):
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items() if number == len(entries) else ():
                setattr(info, attribute, value)
            archive.writestr(info, content)
    return path


def below(prefix: str, entries: Entries) -> dict[str, str | bytes]:
    return {f"{prefix}/{name}": content for name, content in entries.items()}


def all_in(root: Path) -> dict[str, str | bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


NOISE: Entries = {"__MACOSX/guides/._x.md": b"\0", "__MACOSX/x.md": "x", ".DS_Store": b"\0", "guides/.git/config": "x"}


@pytest.mark.parametrize("wrapper", ["", "help", "help center"])
def test_an_archive_is_taken_in_as_its_folder(empty_site: Site, tmp_path: Path, temporary: Path, wrapper: str) -> None:
    files = FOLDER | NOISE | {"guides/money/pay/film.mp4": b"film", "old.zip": b"PK"}
    noise = {name: text for name, text in NOISE.items() if name.startswith("__MACOSX")}
    archive = pack(tmp_path / "help.zip", (below(wrapper, files) if wrapper else files) | noise)
    dry = import_content(empty_site, archive, dry_run=True)
    assert (dry.new, count(empty_site, Article)) == (["pay/en", "pay/de"], 0)
    summary = import_content(empty_site, archive)
    assert (summary.new, count(empty_site, Media)) == (["pay/en", "pay/de"], 1)
    start = f"{wrapper}/" if wrapper else ""
    assert [str(note) for note in summary.notes] == [
        f"{start}guides/money/pay/film.mp4:1: file left out: neither Markdown, an image nor settings that are read",
        f"{start}old.zip:1: file left out: neither Markdown, an image nor settings that are read",
    ]
    assert import_content(empty_site, write(tmp_path / "content", FOLDER)).unchanged == ["pay/en", "pay/de"]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["manual.zip", "anything.zip"])
def test_a_plain_tree_is_named_as_its_folder_or_archive(empty_site: Site, tmp_path: Path, name: str) -> None:
    archive = pack(tmp_path / name, PLAIN if name == "manual.zip" else below("manual", PLAIN))
    assert len(import_content(empty_site, archive).new) == 4
    assert len(import_content(empty_site, write(tmp_path / "manual", PLAIN)).unchanged) == 4


PROJECTS: dict[str, Entries] = {
    "our own": FOLDER,
    "MkDocs": {
        "mkdocs.yml": "site_name: Our Site\ndocs_dir: src\nplugins: [{i18n: {default_language: de}}]\n"
        "nav: [{Erst: [b.markdown]}, {Dann: [a.md, missing.md]}]\n",
        "src/a.md": "# Ä\n\n[B](b.markdown), [no](no.md)\n![Desk](desk.png)\n",
        "src/a.en.md": "# A\n\nText.\n",
        "src/b.markdown": "# B\n\nText.\n",
        "src/desk.png": png(3, 2),
    },
    "MkDocs, a project for each language": {
        "docs/en/mkdocs.yml": "nav: [b.md, a.md]\n",
        "docs/en/docs/a.md": "# A\n\nText.\n",
        "docs/en/docs/b.md": "# B\n\nText.\n",
        "docs/de/mkdocs.yml": "site_name: DE\n",
        "docs/de/docs/a.md": "# Ä\n\nText.\n",
        "README.md": "Text.\n",
    },
    "Hugo, TOML": {
        "config.toml": 'defaultContentLanguage = "de"\n[languages.de]\ncontentDir = "content/deutsch"\n'
        '[languages.en]\ncontentDir = "content/english"\n',
        "content/deutsch/a/index.md": "---\ntitle: Ä\nweight: 2\nmenu: main\n---\nText.\n",
        "content/deutsch/b.md": "---\ntitle: B\nweight: 1\n---\nText.\n",
        "content/english/a/index.md": "---\ntitle: A\n---\nText.\n",
    },
    "Hugo, JSON": {"hugo.json": '{"DefaultContentLanguage": "de"}', "content/a.md": "# Ä\n\nText.\n"},
    "Hugo, settings in a folder": {
        "config/_default/languages.yml": "de: {contentDir: content/deutsch}\n",
        "config/_default/params.toml": "a = [\n",
        "content/deutsch/a.md": "# Ä\n\nText.\n",
    },
    "Hugo, pages alone": {"content/_index.md": "# Home\n\nText.\n", "content/more/a.md": "# A\n\nText.\n"},
    "Docusaurus": {
        "docusaurus.config.mjs": "export default {i18n: {defaultLocale: 'de'}};",
        "sidebars.ts": "export default {};",
        "docs/02-a.mdx": "import X from 'x';\n\n# Ä\n\nText.\n",
        "docs/01-more/_category_.json": '{"label": "Mehr", "position": 9}',
        "docs/01-more/b.md": "# B\n\nText.\n",
        "docs/01-more/_category_.yml": "]",
        "i18n/en/docusaurus-plugin-content-docs/current.json": '{"sidebar.docs.category.Mehr": {"message": "More"}}',
        "i18n/en/docusaurus-plugin-content-docs/current/01-more/b.mdx": "# B in English\n\nText.\n",
    },
    "Docusaurus, translations alone": {"i18n/de/docusaurus-plugin-content-docs/current/a.md": "# Ä\n\nText.\n"},
    "Markdown": {"de/a.mdx": "# Ä\n\nText.\n", "en/a.markdown": "# A\n\nText.\n", "en/more/b.MD": "# B\n\nText.\n"},
}


def all_rows(site: Site) -> list[tuple[object, ...]]:
    """Of articles and texts, sections, categories and their titles."""
    with site.database.read() as connection:
        tables = (Article, Translation, Section, SectionText, Category, CategoryText)
        return [tuple(row) for table in tables for row in connection.execute(select(table.__table__))]


@pytest.mark.parametrize("name", PROJECTS)
def test_an_archive_of_a_project_is_the_project(empty_site: Site, tmp_path: Path, name: str) -> None:
    files = PROJECTS[name]
    root = write(tmp_path / "manual", files)
    told = import_content(empty_site, root, dry_run=True)
    summary = import_content(empty_site, pack(tmp_path / "manual.zip", files))
    assert (summary.new, summary.notes) == (told.new, told.notes)
    taken_in = all_rows(empty_site)
    again = import_content(empty_site, root)
    assert (again.unchanged, again.changed, all_rows(empty_site)) == (told.new, [], taken_in)


def test_a_plain_tree_of_one_locale_is_not_seen_through(empty_site: Site, tmp_path: Path) -> None:
    archive = pack(tmp_path / "manual.zip", {"en/set-up/a.md": "# A\n\nText.\n", "en/set-up/b.md": "# B\n\nText.\n"})
    assert import_content(empty_site, archive).new == ["set-up-a/en", "set-up-b/en"]


def test_errors_of_content_name_its_files(empty_site: Site, tmp_path: Path, temporary: Path) -> None:
    bad = FOLDER | {"guides/money/pay/en.md": "---\ntitle: T\nstatus: x\n---\nText.\n"}
    for archive in (pack(tmp_path / "a.zip", bad), pack(tmp_path / "b.zip", below("help", bad))):
        with pytest.raises(ContentErrors) as error:
            import_content(empty_site, archive)
        assert [str(item) for item in error.value.errors] == [
            "guides/money/pay/en.md:3: `status` must be one of draft, in_review, published, archived, not `x`"
        ]
        assert list(temporary.iterdir()) == []


def unpack(archive: Path, **settings: int) -> dict[str, str | bytes]:
    found = load(archive.parent, environ={}, **settings)
    with unpacked(archive, found, found.locale_set) as (root, _notes):
        return all_in(root)


def test_names_are_read_as_they_were_meant(tmp_path: Path) -> None:
    """A Mac composes none of its names, and does not say that they are UTF-8."""
    archive = pack(tmp_path / "a.zip", {"xxx.md": "A", "ü.md": "B", "C/": ""})
    archive.write_bytes(archive.read_bytes().replace(b"xxx.md", "e\u0301.md".encode()))
    assert unpack(archive) == {"é.md": b"A", "ü.md": b"B"}


def patched(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old, new)


def directory(offset: int, value: bytes) -> Callable[[bytes], bytes]:
    """Write into the last entry of the directory."""

    def patch(data: bytes) -> bytes:
        start = data.rindex(b"PK\x01\x02") + offset
        return data[:start] + value + data[start + len(value) :]

    return patch


def broken(data: bytes) -> bytes:
    start = data.index(b"PK\x01\x02")
    return data[: start - 4] + b"\xff" * 4 + data[start:]


def mode(kind: int) -> dict[str, int]:
    return {"external_attr": (kind | 0o777) << 16}


PLAIN_PATH = "has a path that is not plain"
REFUSED: dict[str, tuple[Entries, dict[str, int], Callable[[bytes], bytes] | None, str]] = {
    "absolute": ({"/etc/a.md": ""}, {}, None, "/etc/a.md:1: has an absolute path"),
    "drive": ({"C:a.md": ""}, {}, None, "C:a.md:1: has an absolute path"),
    "upwards": ({"a/../../b.md": ""}, {}, None, f"a/../../b.md:1: {PLAIN_PATH}"),
    "upwards, a folder": ({"../b/": ""}, {}, None, f"../b/:1: {PLAIN_PATH}"),
    "here": ({"./b.md": ""}, {}, None, f"./b.md:1: {PLAIN_PATH}"),
    "nothing": ({"a//b.md": ""}, {}, None, f"a//b.md:1: {PLAIN_PATH}"),
    "backslash": ({"a\\b.md": ""}, {}, None, "a\\b.md:1: has a backslash in its name; folders are parted by /"),
    "control character": ({"a\x1b[2J.md": ""}, {}, None, "a\\x1b[2J.md:1: has control characters in its name"),
    "deep": ({"a/" * 20 + "b.md": ""}, {}, None, f"{'a/' * 20}b.md:1: lies in more than 20 folders"),
    "symbolic link": ({"a.md": "/etc/passwd"}, mode(stat.S_IFLNK), None, "a.md:1: is a link or a device"),
    "device": ({"a.md": ""}, mode(stat.S_IFCHR), None, "a.md:1: is a link or a device"),
    "pipe": ({"a.md": ""}, mode(stat.S_IFIFO), None, "a.md:1: is a link or a device"),
    "twice": ({"a.md": "A", "b.md": "B"}, {}, patched(b"b.md", b"a.md"), "a.md:1: stands twice, also as `a.md`"),
    "twice but for case": ({"a/B.md": "", "A/b.md": ""}, {}, None, "A/b.md:1: stands twice, also as `a/`"),
    "twice but for form": ({"ö.md": "", "o\u0308.md": ""}, {}, None, "ö.md:1: stands twice, also as `ö.md`"),
    "twice but for sharp s": ({"ß.md": "", "SS.md": ""}, {}, None, "SS.md:1: stands twice, also as `ß.md`"),
    "a file and a folder": ({"a.md": "", "a.md/b.md": ""}, {}, None, "a.md/b.md:1: stands twice, also as `a.md`"),
    "a folder and a file": ({"a.md/b.md": "", "a.md": ""}, {}, None, "a.md:1: stands twice, also as `a.md/`"),
    "encrypted": ({"a.md": ""}, {}, directory(8, b"\x01\x00"), "a.md:1: is encrypted; make an archive without a password"),
    "strongly encrypted": ({"a.md": ""}, {}, directory(8, b"\x40\x00"), "a.md:1: is encrypted; make an archive without a password"),
    "name in Latin 1": ({"xx.md": ""}, {}, patched(b"xx.md", b"x\xfc.md"), "xⁿ.md:1: has a name that is not UTF-8"),
    "name that is said to be UTF-8": ({"ü.md": ""}, {}, patched("ü".encode(), b"\xff\xfe"), "b'\\xff\\xfe.md':1: has a name that is not UTF-8"),
    "another method": ({"a.md": "A"}, {"compress_type": zipfile.ZIP_BZIP2}, None, "a.md:1: is packed by another method than deflate"),
    "unknown method": ({"a.md": "A"}, {}, directory(10, b"\x63\x00"), "a.md:1: is packed by another method than deflate"),
    "large": ({"a.md": "a" * 2_000_001}, {}, None, "a.md:1: is larger than 2,000,000 bytes"),
    "large picture": ({"a.png": "a" * 10_000_001}, {}, None, "a.png:1: is larger than 10,000,000 bytes"),
    "dense": ({"a.md": "a" * 1_900_000}, {}, None, "a.md:1: unpacks to more than 200 times its size"),
    "much": ({"a.md": "a" * 40_000, "b.md": "b" * 20_000}, {}, None, "x.zip:1: unpacks to more than 50,000 bytes; HELPDESK_IMPORT_BYTES can allow more"),
    "more than it says": ({"a.md": "abc"}, {}, directory(24, struct.pack("<L", 2)), "a.md:1: cannot be unpacked: Bad CRC-32 for file 'a.md'"),
    "less than it says": ({"a.md": "abc"}, {}, directory(24, struct.pack("<L", 4)), "a.md:1: cannot be unpacked: it is shorter than the archive says"),
    "wrong sum": ({"a.md": "abc"}, {}, directory(16, b"\0\0\0\0"), "a.md:1: cannot be unpacked: Bad CRC-32 for file 'a.md'"),
    "broken data": ({"a.md": bytes(range(256))}, {}, broken, "a.md:1: cannot be unpacked: Bad CRC-32 for file 'a.md'"),
    "no data": ({"a.md": "abc"}, {}, directory(42, struct.pack("<L", 1 << 30)), "a.md:1: shares its bytes with another entry"),
    "shared data": ({"a.md": "A", "b.md": "B"}, {}, directory(42, bytes(4)), "a.md:1: shares its bytes with another entry"),
    "data in data": ({"a.md": bytes(range(200)), "b.md": "B"}, {}, directory(42, struct.pack("<L", 40)), "a.md:1: shares its bytes with another entry"),
    "other names inside": ({"a.md": ""}, {}, directory(46, b"b.md"), "b.md:1: cannot be unpacked: File name in directory 'b.md' and header b'a.md' differ."),
    "long name": ({f"{'a' * 300}.md": ""}, {}, None, f"{'a' * 300}.md:1: cannot be unpacked: File name too long"),
    "four files": (dict.fromkeys("abcd", ""), {}, None, "x.zip:1: holds more than 3 files; HELPDESK_IMPORT_FILES can allow more"),
    "cut off": ({"a.md": "A"}, {}, lambda data: data[:-30], "x.zip:1: cannot be unpacked: File is not a zip file"),
    "beginning cut off": ({"a.md": "A"}, {}, lambda data: data[40:], "x.zip:1: cannot be unpacked: Bad offset for central directory"),
    "empty": ({}, {}, lambda data: b"", "x.zip:1: cannot be unpacked: File is not a zip file"),
    "no archive": ({}, {}, lambda data: b"\x89PNG" * 99, "x.zip:1: cannot be unpacked: File is not a zip file"),
    "another version": ({"a.md": ""}, {}, directory(6, b"\xff\x00"), "x.zip:1: cannot be unpacked: zip file version 25.5"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_archives_that_could_do_harm_are_refused(tmp_path: Path, temporary: Path, name: str) -> None:
    entries, attributes, patch, refusal = REFUSED[name]
    archive = pack(tmp_path / "x.zip", entries, **attributes)
    if patch is not None:
        archive.write_bytes(patch(archive.read_bytes()))
    with pytest.raises(ContentErrors) as error:
        unpack(archive, import_files=3, import_bytes=50_000)
    assert [str(item) for item in error.value.errors] == [refusal]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["temporary", "x.zip"]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["node_modules", "__MACOSX", ".git"])
def test_what_is_passed_over_counts_nowhere(empty_site: Site, tmp_path: Path, name: str) -> None:
    """It is no content, whatever lies there, how much and how deep."""
    files: Entries = {f"x/{number}.md": "# X\n\nText.\n" for number in range(9)} | {
        "\x07.md": "",
        "a/" * 20 + "b.md": "",
    }
    noise: Entries = {**below(name, files), f"{name}/mkdocs.yml": "docs_dir: x\n", f"en/{name}/_index.md": ""}
    pages: Entries = {"en/a.md": "# A\n\nText.\n", "en/b.md": "# B\n\nText.\n"}
    root = write(tmp_path / "manual", {**pages, **noise})
    check_tree(root, 2)
    with pytest.raises(ContentErrors, match="holds more than 1 files"):
        check_tree(root, 1)
    assert import_content(empty_site, root).new == ["a/en", "b/en"]
    archive = pack(tmp_path / "manual.zip", {**pages, **noise, f"{name}/.bin/x.md": "../x"}, **mode(stat.S_IFLNK))
    assert unpack(archive) == all_in(write(tmp_path / "pages", pages))
    assert not is_plain_tree(write(tmp_path / "other", noise), empty_site.locales)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    archive = pack(tmp_path / "x.zip", {"/a.md": "", "b.md": "", "c\\d.md": ""})
    with pytest.raises(ContentErrors) as error:
        unpack(archive)
    assert [item.path for item in error.value.errors] == ["/a.md", "c\\d.md"]


def entry(number: int) -> bytes:
    name = f"guides/money/article-{number}/en.md".encode()
    return b"PK\x01\x02" + bytes(24) + struct.pack("<H", len(name)) + bytes(16) + name


@pytest.mark.parametrize("claimed", [100_000, 3])
def test_a_hundred_thousand_entries_are_refused_without_reading_them_all(tmp_path: Path, claimed: int) -> None:
    entries = b"".join(map(entry, range(100_000)))
    end = END.pack(b"PK\x05\x06", 0, 0, claimed & 0xFFFF, claimed & 0xFFFF, len(entries), 0, 0)
    archive = write(tmp_path, {"x.zip": entries + end}) / "x.zip"
    settings = load(tmp_path, environ={})
    tracemalloc.start()
    with pytest.raises(ContentErrors) as error, unpacked(archive, settings, settings.locale_set):
        pass
    assert tracemalloc.get_traced_memory()[1] < 2 * len(entries)
    tracemalloc.stop()
    assert str(error.value) == "x.zip:1: holds more than 50,000 files; HELPDESK_IMPORT_FILES can allow more"


def test_a_directory_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    with archive.open("wb") as file:
        file.truncate(1 << 30)  # a file with a hole: it takes no space
        file.seek(1 << 30)
        file.write(END.pack(b"PK\x05\x06", 0, 0, 1, 1, 1 << 30, 0, 0))
    with pytest.raises(ContentErrors) as error:
        unpack(archive)
    assert str(error.value) == "x.zip:1: holds more than 50,000 files; HELPDESK_IMPORT_FILES can allow more"
