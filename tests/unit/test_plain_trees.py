"""Documentation projects of other engines: which files are pages, what they are called, where their links lead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk.locales import Locales
from helpdesk.services.folder import ContentErrors, Folder
from helpdesk.services.import_state import Files
from helpdesk.services.plain_tree import is_plain_tree, read_plain_tree
from helpdesk.text.markdown import render

LOCALES = Locales.parse(("en", "de", "ja", "pt-BR", "zh-Hans", "zh-Hant"), default="en")


def read(root: Path, files: dict[str, str], locale: str | None = None) -> Folder:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert is_plain_tree(root, LOCALES)
    return read_plain_tree(root, LOCALES, Files(root, "", {}, root), locale)


def titles(folder: Folder) -> dict[str, dict[str, str]]:
    """By key in the order of positions, by tag with the source first."""
    articles = folder.articles.values()
    assert [article.position for article in articles] == list(range(1, len(articles) + 1))
    assert all(next(iter(article.translations)) == article.source for article in articles)
    return {article.key: {tag: file.draft.title for tag, file in article.translations.items()} for article in articles}


def sections(folder: Folder) -> dict[str, dict[str, str]]:
    return {group.key: {tag: text.title for tag, text in group.texts.items()} for group in folder.sections.values()}


def notes(folder: Folder) -> list[str]:
    return sorted(map(str, folder.notes))


def markdown(folder: Folder, key: str, tag: str = "en") -> str:
    return folder.articles[key].translations[tag].draft.markdown


MKDOCS = "site_name: The Site\nplugins: [search]\nextra: !!python/name:os.system\n"
LAYOUTS: dict[str, tuple[dict[str, str], dict[str, dict[str, str]], list[str]]] = {
    "mkdocs by suffix": (
        {
            "mkdocs.yml": MKDOCS,
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
        ({"fr/a.md": "x"}, ["fr:1: no locale of this site; add to HELPDESK_LOCALES: fr"]),
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


def test_a_table_of_contents_gives_order_sections_and_titles(tmp_path: Path) -> None:
    folder = read(
        tmp_path / "manual",
        {
            "mkdocs.yml": MKDOCS
            + "nav:\n- last.md\n- Start here: [first.md, Second one: deep/second.md]\n- deep/index.md\n- https://x.org\n"
            "plugins:\n- i18n:\n    languages:\n    - {locale: en, default: 'true'}\n"
            "    - {locale: de, nav_translations: {Start here: Hier beginnen}}\n",
            **{f"docs/{name}.md": "x\n" for name in ("last", "first", "deep/second", "deep/index", "deep/other")},
            "docs/first.de.md": "# Erstes\n\nx\n",
        },
    )
    assert list(titles(folder).items()) == [
        ("last", {"en": "Last"}),
        ("first", {"en": "First", "de": "Erstes"}),
        ("deep-second", {"en": "Second one"}),
        ("deep-index", {"en": "Deep"}),
        ("deep-other", {"en": "Other"}),
    ]
    assert sections(folder) == {
        "manual": {"en": "The Site"},
        "start-here": {"en": "Start here", "de": "Hier beginnen"},
        "deep": {"en": "Deep"},
    }


def test_hugo_orders_by_weight_and_names_sections_by_their_index(tmp_path: Path) -> None:
    folder = read(
        tmp_path / "manual",
        {
            "hugo.toml": "",
            "content/en/b/_index.md": "---\ntitle: The *second*\nweight: 1\ndescription: All of it.\n---\n",
            "content/de/b/_index.md": "---\ntitle: Das zweite\n---\n",
            "content/en/b/two.md": "---\nweight: 2\ntitle: Two `x`\n---\nx\n",
            "content/en/b/zwei/index.md": "---\nweight: 1\ntranslationKey: one\ntitle: One\n---\nx\n",
            "content/de/b/eins.md": "---\ntranslationKey: one\nlinkTitle: Eins\ntitle: ''\n---\nx\n",
            "content/en/a/_index.md": "---\ntitle: Words\nweight: 2\n---\nWith a text.\n",
            "content/en/_index.md": "---\ntitle: Home\n---\n",
            "content/en/c/_index.md": "---\ntitle: Nothing below\n---\n",
        },
    )
    assert list(titles(folder).items()) == [
        ("b-zwei", {"en": "One", "de": "Eins"}),
        ("b-two", {"en": "Two x"}),
        ("a-index", {"en": "Words"}),
    ]
    assert sections(folder) == {"b": {"en": "The *second*", "de": "Das zweite"}, "a": {"en": "Words"}}
    assert folder.sections["manual", "b"].texts["en"].summary == "All of it."
    assert notes(folder) == [
        "content/en/_index.md:1: no text: left out: Home",
        "content/en/c/_index.md:1: no text: left out: Nothing below",
    ]


def test_docusaurus_orders_by_position_and_names_sections_by_their_label(tmp_path: Path) -> None:
    current = "i18n/de/docusaurus-plugin-content-docs/current"
    folder = read(
        tmp_path / "manual",
        {
            "docusaurus.config.js": "",
            "docs/02-guides/_category_.json": '{"label": "All guides", "position": 3}',
            "docs/02-guides/01-first.md": "---\nsidebar_label: First!\n---\nx\n",
            "docs/02-guides/02-zero.md": "---\nsidebar_position: 0\nsidebar_label: no\ntitle: Zero\n---\nx\n",
            "docs/tips/tips.md": "# Tips\n\nx\n",
            "docs/tips/_category_.yml": "position: 1.5\n",
            "docs/tips/_category_.txt": "no",
            f"{current}.json": '{"sidebar.docs.category.All guides": {"message": "Alle"}, "version.label": {"message": "x"}}',
            f"{current}/02-guides/01-first.md": "x\n",
        },
    )  # fmt: skip
    assert list(titles(folder).items()) == [
        ("tips-index", {"en": "Tips"}),
        ("guides-zero", {"en": "Zero"}),
        ("guides-first", {"en": "First!", "de": "First"}),
    ]
    assert sections(folder) == {"tips": {"en": "Tips"}, "guides": {"en": "All guides", "de": "Alle"}}


def test_fields(tmp_path: Path) -> None:
    text = (
        "---\ntitle: 'A  title'\nslug: /some/where/New One\ndescription: >\n  One\n  line.\ndate: 2024-02-03T10:00:00Z\n"
        "lastmod: 2025-01-02\ndraft: true\ntags: [a, b]\nkeywords: [b, c]\nhide: [toc]\nmenu: {x: y}\n---\n# Other\n\nx\n"
    )
    folder = read(
        tmp_path, {"en/a.md": text, "en/b.md": "---\ndate: soon\n---\nA\n\n# B\n\nx\n\n# C\n", "de/a.md": "# Ä\n"}
    )
    draft = folder.articles["a"].translations["en"].draft
    assert (draft.title, draft.slug, draft.summary, draft.keywords, draft.status) == (
        "A title",
        "new-one",
        "One line.",
        "b, c, a",
        "draft",
    )
    assert (str(draft.published_at), str(draft.updated_at)) == (
        "2024-02-03 10:00:00+00:00",
        "2025-01-02 00:00:00+00:00",
    )
    assert (markdown(folder, "b"), titles(folder)["b"]) == ("A\n\n\nx\n\n# C\n", {"en": "B"})
    assert notes(folder) == [
        "de/a.md:1: no text: only its title was taken",
        "en/a.md:15: heading left out: the title says otherwise: Other",
        "en/a.md:1: front matter not kept: hide, menu",
        "en/b.md:1: date not understood: soon",
    ]


def link_of(root: Path, files: dict[str, str], link: str, name: str) -> tuple[str, list[str]]:
    """Where a link on a page leads, and the notes."""
    folder = read(root, {**files, name: f"# Here\n\n## Own part\n\n[x]({link})\n"})
    texts = [file.draft.markdown for article in folder.articles.values() for file in article.translations.values()]
    found = next(text for text in texts if "## Own part" in text)
    return found[found.index("[x](") + 4 : -2], notes(folder)


TARGETS = {"a/one.md": "# One\n\n## Part A\n\n### Part A\n\n## Größe & `x_y`\n", "a/index.md": "# All\n\nx\n"}
LINKS = [
    ("one.md", "article:a-one"),
    ("./one.md#part-a", "article:a-one#part-a"),
    ("one.md#part-a-1", "article:a-one#part-a-2"),
    ("one.md#part-a_1", "article:a-one#part-a-2"),
    ("one.md#gr%C3%B6%C3%9Fe--x_y", "article:a-one#grösse-x-y"),
    ("one.md#groe-x_y", "article:a-one#grösse-x-y"),
    ("one.md#one", "article:a-one"),
    ("../a/one.md?x=1#part-a", "article:a-one#part-a"),
    ("../one/", "article:a-one"),
    ("../one/#part-a", "article:a-one#part-a"),
    ("../", "article:a-index"),
    ("/a/one/", "article:a-one"),
    ("/en/a/one", "article:a-one"),
    ("/docs/a/ONE.html", "article:a-one"),
    ("#own-part", "#own-part"),
    ("https://x.org/one.md", "https://x.org/one.md"),
    ("mailto:a@x.org", "mailto:a@x.org"),
    ("//[x", "//[x"),
]


@pytest.mark.parametrize(("link", "target"), LINKS)
def test_links_lead_to_articles(tmp_path: Path, link: str, target: str) -> None:
    files = {f"docs/{name}": text for name, text in TARGETS.items()} | {"mkdocs.yml": "theme: {language: en}\n"}
    assert link_of(tmp_path, files, link, "docs/a/here.md") == (target, [])


@pytest.mark.parametrize(
    ("link", "note"),
    [
        ("two.md", "link leads to no page here"),
        ("../../../a/one.md", "link leads to no page here"),
        ("/pricing/", "link leads to no page here"),
        ("#nowhere", "anchor not found"),
    ],
)
def test_links_that_lead_nowhere_stay_and_are_noted(tmp_path: Path, link: str, note: str) -> None:
    files = {f"docs/{name}": text for name, text in TARGETS.items()} | {"mkdocs.yml": "theme: {language: en}\n"}
    assert link_of(tmp_path, files, link, "docs/a/here.md") == (link, [f"docs/a/here.md:5: {note}: {link}"])


def test_a_link_whose_anchor_is_unknown_leads_to_its_article(tmp_path: Path) -> None:
    found, said = link_of(
        tmp_path, {f"en/{name}": text for name, text in TARGETS.items()}, "one.md#gone", "en/a/here.md"
    )
    assert (found, said) == ("article:a-one#gone", ["en/a/here.md:5: anchor not found: one.md#gone"])


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("./02-two.md", "article:a-two"),
        ("./two", "article:a-two"),
        ("three", "article:a-three"),
        ("/docs/own/way#p", "article:a-three#p"),
        ("../a/", "article:a-index"),
        ("../a/a.md", "article:a-index"),
    ],
)
def test_links_of_docusaurus(tmp_path: Path, link: str, target: str) -> None:
    files = {
        "docusaurus.config.js": "",
        "docs/a/a.md": "x\n",
        "docs/a/02-two.mdx": "x\n",
        "docs/a/three.md": "---\nslug: /own/way\n---\n## P {/* #p */}\n",
    }
    said = [".:1: no path names a locale: taken for the default: en"]
    assert link_of(tmp_path, files, link, "docs/a/here.mdx") == (target, said)


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ('{{< ref "two.md#p" >}}', "article:a-two#p"),
        ('{{< relref "/a/two" >}}', "article:a-two"),
        ('{{< ref "unique.md" >}}', "article:b-unique"),
        ("/old/address/", "article:a-two"),
        ("../zwei/", "article:a-two"),
        ("../../b/anders/#one", "article:b-unique#one"),
    ],
)
def test_links_of_hugo(tmp_path: Path, link: str, target: str) -> None:
    files = {
        "hugo.toml": "",
        "content/en/a/two.md": "---\naliases: [/old/address]\n---\n## P\n",
        "content/de/a/two.md": "---\nslug: zwei\n---\nx\n",
        "content/en/b/unique.md": "---\ntranslationKey: u\n---\n## One\n",
        "content/de/b/anders.md": "---\ntranslationKey: u\ntitle: A title alone\n---\n",
    }
    found, said = link_of(tmp_path, files, link, "content/en/a/here.md")
    assert (found, said) == (
        target,
        [
            "content/de/b/anders.md:1: no text: only its title was taken",
            "content/en/a/two.md:1: front matter not kept: aliases",
        ],
    )


def test_anchors_of_translations_are_their_own_or_those_of_the_source(tmp_path: Path) -> None:
    page = "# 开始 {#start}\n\n[a](#第一步) [b](#_2) [c](#first-step) [d](#start)\n\n## 第一步\n\n## 第二步\n"
    folder = read(tmp_path, {"en/a.md": "# Start\n\n## First step\n\n## Second step\n", "zh/a.md": page})
    assert markdown(folder, "a", "zh-Hans").split("\n\n")[0] == (
        "[a](#first-step) [b](#second-step) [c](#first-step) [d](article:a)"
    )
    assert notes(folder) == []


def test_definitions_and_raw_html_are_links_too_and_code_is_none(tmp_path: Path) -> None:
    page = "[x]: b.md\n\n<a href='b.md'>b</a> [x] [y](<b.md>) `[z](b.md)`\n\n    [z](b.md)\n"
    folder = read(tmp_path, {"en/a.md": page, "en/b.md": "x\n"})
    assert markdown(folder, "a") == (
        "[x]: article:b\n\n<a href='article:b'>b</a> [x] [y](article:b) `[z](b.md)`\n\n    [z](b.md)\n"
    )


def test_links_that_cannot_be_rewritten_are_noted(tmp_path: Path) -> None:
    folder = read(tmp_path, {"en/a.md": "[x](b(1).md)\n\n[y](\nb(1).md)\n", "en/b(1).md": "x\n"})
    assert (markdown(folder, "a"), notes(folder)) == (
        "[x](b(1).md)\n\n[y](\nb(1).md)\n",
        ["en/a.md:1: link kept as written: b(1).md"],
    )


def test_the_products_own_layout_is_no_project_of_another_engine(tmp_path: Path) -> None:
    for name in ("content/_index.en.md", "docs/start/_index.en.md", "content/a/b/en.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("---\ntitle: T\n---\nx\n")
    assert not is_plain_tree(tmp_path, LOCALES)
    assert not is_plain_tree(tmp_path / "content" / "a" / "b" / "c", LOCALES)


def test_pictures_are_found_where_engines_find_them(tmp_path: Path) -> None:
    pictures = ("docs/en/g/a b.png", "docs/en/g/page/c.png", "docs/en/img/d.png", "static/img/e.png", "docs/de/g/f.png")
    for name in pictures:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    page = (
        "![](a%20b.png) ![](c.png) ![](/img/d.png) <img src='../img/d.png'> ![](/img/e.png) ![](@site/static/img/e.png)\n"
        "![](gone.png) ![](https://x.org/a.png) ![](/img/x.svg)\n"
    )
    folder = read(tmp_path, {"docs/en/g/page.md": page, "docs/de/g/page.md": "![](a%20b.png) ![](f.png)\n"})
    assert markdown(folder, "g-page") == (
        "![](a%20b.png) ![](page/c.png) ![](../img/d.png) <img src='../img/d.png'> ![](../../../static/img/e.png)"
        " ![](../../../static/img/e.png)\n![](gone.png) ![](https://x.org/a.png) ![](/img/x.svg)\n"
    )
    assert markdown(folder, "g-page", "de") == "![](../../en/g/a%20b.png) ![](f.png)\n"


def test_each_path_has_a_key_of_its_own(tmp_path: Path) -> None:
    folder = read(
        tmp_path, {f"en/{name}.md": "x\n" for name in ("a-b", "a/b", "a/" + "long" * 30, "a/" + "long" * 31, "ü")}
    )
    long = f"a-{'long' * 17}l"
    assert sorted(folder.articles) == ["a-b", "a-b-c14cddc0", f"{long}-17226b60", f"{long}-a6207328", "u-607474ca"]


LOSSLESS: dict[str, tuple[dict[str, str], set[str]]] = {
    "mkdocs": (
        {
            "mkdocs.yml": "theme: {language: en}\n",
            "docs/a.md": "---\ntitle: Front\ntemplate: home.html\n---\n# Headline\n\nFirst :material-star: *[ABBR]: Shortened\n\n"
            '*[ABBR]: Shortened\n\n=== "Tabbed"\n\n    Inside `code` ++ctrl+k++\n\n??? warning "Folded"\n    Deep {==marked==}\n\n'
            "{* src/included.py *}\n\nTerm\n:   Meaning\n\n``` py title='named.py'\nprint(1)\n```\n\n[link](missing.md){ .button }\n",
        },
        {"home", "html", "warning", "button"},
    ),
    "hugo": (
        {
            "hugo.toml": "",
            "content/en/_index.md": "---\ntitle: Home\n---\n",
            "content/en/a.md": '---\ntitle: Front\nmenu: {main: {name: Menu}}\n---\n{{< alert title="Mind" >}}\nthe gap\n{{< /alert >}}\n\n'
            '{{< custom colour="red" >}}inner{{< /custom >}} {{< video "ident" >}} [ref]({{< ref "_index.md" >}})\n\n'
            '{{< tabs >}}{{< tab name="Tabbed" >}}words{{< /tab >}}{{< /tabs >}}\n',
        },
        {"main", "name", "Menu", "alert", "title", "tab", "tabs"},
    ),
    "docusaurus": (
        {
            "docusaurus.config.js": "defaultLocale: 'en'",
            "docs/a.mdx": "---\ntitle: Front\n---\nimport Tabs from '@theme/Tabs';\n\n:::note[Mind]\n\nthe gap\n\n:::\n\n<Tabs>\n"
            '<TabItem value="v" label="Tabbed">\n\nwords {props.value}\n\n</TabItem>\n</Tabs>\n\n<Card heading="Card" shade="red">inner'
            "</Card>\n\n## Last {/* #last */}\n",
        },
        {"note", "TabItem", "label", "last"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSLESS)
def test_every_word_is_shown_or_listed(tmp_path: Path, name: str) -> None:
    """What is neither is markup: words of these alone."""
    files, markup = LOSSLESS[name]
    folder = read(tmp_path, files)
    drafts = [file.draft for article in folder.articles.values() for file in article.translations.values()]
    rendered = [render(draft.markdown) for draft in drafts]
    shown = [*(draft.title for draft in drafts), *(page.text for page in rendered), *map(str, folder.notes)]
    shown += [word for page in rendered for word in page.links]
    sources = " ".join(text.replace("---\ntitle:", "") for path, text in files.items() if path.endswith(("md", "mdx")))
    words = lambda text: set(re.findall(r"[^\W\d_]{2,}", text))  # noqa: E731
    assert words(sources) - words(" ".join(shown)) == markup
