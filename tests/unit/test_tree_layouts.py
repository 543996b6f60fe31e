"""Projects of other engines: which files are pages, in which locale, and which folder is a project at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.services.folder import ContentErrors
from helpdesk.services.plain_tree import is_plain_tree
from tests.support.projects import LOCALES, notes, read, titles

LAYOUTS: dict[str, tuple[dict[str, str], dict[str, dict[str, str]], list[str]]] = {
    "mkdocs by suffix": (
        {
            "mkdocs.yml": "site_name: The Site\nplugins: [search]\nextra: !!python/name:os.system\n",
            "docs/a.md": "# A\n\nx\n",
            "docs/a.pt-BR.md": "# Á\n\nx\n",
            "docs/b/README.md": "# B\n\nx\n",
            "docs/b/index.zh_TW.md": "# 乙\n\nx\n",
            "docs/b/node.js.md": "# Node\n\nx\n",
        },
        {"a": {"en": "A", "pt-BR": "Á"}, "b-index": {"en": "B", "zh-Hant": "乙"}, "b-node-js": {"en": "Node"}},
        [],
    ),
    "mkdocs by folder": (
        {"mkdocs.yml": "docs_dir: src\n", "src/en/a.md": "# A\n\nx\n", "src/de/a.md": "# Ä\n\nx\n", "src/x.md": "no\n"},
        {"a": {"en": "A", "de": "Ä"}},
        ["src:1: is no page of the tree: left out"],
    ),
    "mkdocs of its own for each language": (
        {
            "docs/en/mkdocs.yml": "theme: {language: en}\nnav: [b.md, a.md]\n",
            "docs/de/mkdocs.yml": "theme: {language: de}\nnav: [a.md]\n",
            "docs/en/docs/a.md": "# A\n\nx\n",
            "docs/en/docs/b.md": "# B\n\nx\n",
            "docs/de/docs/a.md": "# Ä\n\nx\n",
        },
        {"b": {"en": "B"}, "a": {"en": "A", "de": "Ä"}},
        [],
    ),
    "mkdocs with plugins in a table": (
        {
            "mkdocs.yml": "plugins:\n  i18n: {languages: [{locale: de, default: True}, {locale: en}]}\n",
            "docs/a.md": "# Ä\n\nx\n",
            "docs/a.en.md": "# A\n\nx\n",
        },
        {"a": {"en": "A", "de": "Ä"}},
        [],
    ),
    "mkdocs of an old plugin": (
        {
            "mkdocs.yml": "plugins:\n- i18n: {default_language: de, languages: {de: Deutsch, en: English}}\n",
            "docs/a.md": "# Ä\n\nx\n",
            "docs/a.en.md": "# A\n\nx\n",
        },
        {"a": {"en": "A", "de": "Ä"}},
        [],
    ),
    "hugo by folder": (
        {
            "hugo.toml": 'defaultContentLanguage = "de"\n',
            "content/de/a/index.md": "+++\ntitle = 'Ä'\n+++\nx\n",
            "content/en/a/index.md": '{"title": "A"}\nx\n',
        },
        {"a": {"de": "Ä", "en": "A"}},
        [],
    ),
    "hugo by suffix": (
        {"hugo.json": "{}", "content/_index.de.md": "x\n", "content/a.de.md": "# Ä\n\nx\n", "content/a.en.md": "# A\n\nx\n"},
        {"index": {"de": "Manual"}, "a": {"en": "A", "de": "Ä"}},
        [],
    ),
    "hugo by config.toml, its site in docs": (
        {
            "config.toml": 'defaultContentLanguage = "de"\n',
            "content/posts/_index.de.md": "# Alle\n\nx\n",
            "content/posts/a.md": "# Ä\n\nx\n",
            "content/posts/a.en.md": "# A\n\nx\n",
            "content/posts/b.html": "<p>no</p>",
            "docs/index.html": "<p>made of it</p>",
        },
        {"posts-index": {"de": "Alle"}, "posts-a": {"en": "A", "de": "Ä"}},
        ["content/posts/b.html:1: is no Markdown: left out"],
    ),
    "hugo by settings of its own folder": (
        {"config/_default/config.toml": 'defaultContentLanguage = "de"\n', "content/a.md": "# Ä\n\nx\n"},
        {"a": {"de": "Ä"}},
        [],
    ),
    "hugo by settings": (
        {
            "config/_default/languages.toml": '[EN]\ncontentDir = "content/english"\n[de]\ncontentdir = "content/german"\n',
            "content/english/_index.md": "# Home\n\nx\n",
            "content/german/_index.md": "# Heim\n\nx\n",
            "content/german/neu.md": "# Neu\n\nx\n",
        },
        {"index": {"en": "Home", "de": "Heim"}, "neu": {"de": "Neu"}},
        [],
    ),
    "docusaurus": (
        {
            "docusaurus.config.ts": "export default {i18n: {defaultLocale: 'de', locales: []}};",
            "docs/01-a.mdx": "# Ä\n\nx\n",
            "docs/_part.md": "no\n",
            "i18n/en/docusaurus-plugin-content-docs/current/01-a.md": "# A\n\nx\n",
            "i18n/en/docusaurus-plugin-content-docs/version-1/01-a.md": "# Old\n\nx\n",
            "i18n/de/docusaurus-plugin-content-docs/current/b.md": "# B\n\nx\n",
            "versioned_docs/version-1/a.md": "# Old\n",
            "versioned_docs/version-1/b.md": "# Old\n",
            "node_modules/x/README.md": "no\n",
            "sidebars.js": "module.exports = {};",
        },
        {"a": {"de": "Ä", "en": "A"}, "b": {"de": "B"}},
        [
            "docs/_part.md:1: is no page of the tree: left out",
            "i18n:1: is no page of the tree: left out",
            "sidebars.js:1: sidebar not read: pages stand in the order of their positions and names",
            "versioned_docs:1: is no page of the tree: left out: 2 files",
        ],
    ),
    "folders": (
        {"jp/a.md": "# あ\n\nx\n", "zh-cn/a.md": "# 甲\n\nx\n", "pt-br/a.md": "# Á\n\nx\n", "img/a.md": "x\n", "README.md": "x"},
        {"index": {"en": "Manual"}, "a": {"ja": "あ", "pt-BR": "Á", "zh-Hans": "甲"}, "img-a": {"en": "A"}},
        [],
    ),
    "the default language beside folders of others": (
        {"docs/a.md": "# A\n\nx\n", "docs/zh/a.md": "# 甲\n\nx\n"},
        {"a": {"en": "A", "zh-Hans": "甲"}},
        [],
    ),
    "endings that look like languages, and others": (
        {"de/main.go.md": "# Go\n\nx\n", "de/main.cs.md": "# C#\n\nx\n", "de/de.MD": "# D\n\nx\n", "de/e.Markdown": "# E\n\nx\n"},
        {"de": {"de": "D"}, "e": {"de": "E"}, "main-cs": {"de": "C#"}, "main-go": {"de": "Go"}},
        [],
    ),
    "two folders of one language": (
        {"zh/a.md": "# 甲\n\nx\n", "zh-CN/a.md": "# 乙\n\nx\n"},
        {"a": {"zh-Hans": "甲"}},
        ["zh-CN/a.md:1: another page has its name in this language: left out: 乙"],
    ),
    "no locale at all": (
        {"Erste Schritte.md": "# A\n\nx\n", "中文.md": "# B\n\nx\n"},
        {"erste-schritte": {"en": "A"}, "72726d88": {"en": "B"}},
        [".:1: no path names a locale: taken for the default: en"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(tmp_path: Path, name: str) -> None:
    files, expected, left = LAYOUTS[name]
    folder = read(tmp_path / "manual", files)
    assert (titles(folder), list(titles(folder)), notes(folder)) == (expected, list(expected), left)


def test_the_locale_of_texts_whose_path_names_none_can_be_said(tmp_path: Path) -> None:
    folder = read(tmp_path, {"a.md": "# A\n\nx\n", "a.en.md": "# B\n\nx\n"}, "de")
    assert (titles(folder), notes(folder)) == ({"a": {"de": "A", "en": "B"}}, [])


@pytest.mark.parametrize(
    ("files", "refusals"),
    [
        ({"en/a.md": "x", "fr/a.md": "x", "uk/a.md": "x"}, ["fr:1: no locale of this site; add to HELPDESK_LOCALES: fr, uk"]),
        ({"a.en.md": "x", "a.fr.md": "x"}, ["a.fr.md:1: no locale of this site; add to HELPDESK_LOCALES: fr"]),
        ({"a.md": "x", "a.fr.md": "x"}, ["a.fr.md:1: no locale of this site; add to HELPDESK_LOCALES: fr"]),
        ({"docusaurus.config.js": "defaultLocale: 'fr'", "docs/a.md": "x"}, [".:1: no locale of this site; add to HELPDESK_LOCALES: fr"]),
        ({"docusaurus.config.js": "", "website/a.md": "x"}, [".:1: holds no Markdown in `docs`, where docusaurus has its pages"]),
        ({"en/a.md": "---\na: [\n---\n"}, ["en/a.md:2: is not YAML: expected the node content, but found '<stream end>'"]),
    ],
)  # fmt: skip
def test_refusals(tmp_path: Path, files: dict[str, str], refusals: list[str]) -> None:
    with pytest.raises(ContentErrors) as error:
        read(tmp_path, files)
    assert list(map(str, error.value.errors)) == refusals


def chain(innermost: str, link: str, length: int) -> str:
    """Settings in which each of many values holds the one before."""
    links = "".join(f"x{n}: &x{n} {link.format(f'*x{n - 1}')}\n" for n in range(1, length + 1))
    return f"x0: &x0 {innermost}\n{links}nav: *x{length}\n"


DEEP = "table of contents not read where it is more than 20 deep"


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        (chain("[b.md, a.md]", "[{{T: {0}}}]", 19), []),
        (chain("[b.md, a.md]", "[{{T: {0}}}]", 20), []),
        (chain("[b.md, a.md]", "[{{T: {0}}}]", 21), [f"mkdocs.yml:23: {DEEP}"]),
        (chain("[a.md]", "[{0}]", 1500), [f"mkdocs.yml:1502: {DEEP}"]),
        (chain("[a.md]", "[{{T: {0}}}, {{T: {0}}}]", 40), [f"mkdocs.yml:42: {DEEP}"]),
        ("nav: &a [{T: *a}]\n", ["mkdocs.yml:1: settings not read: is not YAML: found unconstructable recursive node"]),
    ],
)  # fmt: skip
def test_a_table_of_contents_without_an_end(tmp_path: Path, settings: str, left: list[str]) -> None:
    folder = read(tmp_path, {"mkdocs.yml": settings, "docs/en/a.md": "# A\n\nx\n", "docs/en/b.md": "# B\n\nx\n"})
    assert (list(titles(folder)), notes(folder)) == (["a", "b"] if left else ["b", "a"], left)


def test_the_products_own_layout_is_no_project_of_another_engine(tmp_path: Path) -> None:
    for name in ("content/_index.en.md", "docs/start/_index.en.md", "content/a/b/en.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("---\ntitle: T\n---\nx\n")
    assert not is_plain_tree(tmp_path, LOCALES)
    assert not is_plain_tree(tmp_path / "content" / "a" / "b" / "c", LOCALES)
