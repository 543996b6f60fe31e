"""Projects of other engines: where their links, anchors and pictures lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import markdown, notes, read


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
        ("@site/docs/a/02-two.mdx", "article:a-two"),
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


def test_pictures_are_found_where_engines_find_them(tmp_path: Path) -> None:
    pictures = ("docs/en/g/a b.png", "docs/en/g/page/c.png", "docs/en/img/d.png", "static/img/e.png", "docs/de/g/f.png")
    for name in pictures:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    page = (
        "![](a%20b.png) ![](c.png) ![](/img/d.png) <img src='../img/d.png'> ![](/img/e.png#dark) ![](@site/static/img/e.png)\n"
        "![](gone.png) ![](https://x.org/a.png) ![](/img/x.svg)\n"
    )
    folder = read(tmp_path, {"docs/en/g/page.md": page, "docs/de/g/page.md": "![](a%20b.png) ![](f.png)\n"})
    assert markdown(folder, "g-page") == (
        "![](a%20b.png) ![](page/c.png) ![](../img/d.png) <img src='../img/d.png'> ![](../../../static/img/e.png)"
        " ![](../../../static/img/e.png)\n![](gone.png) ![](https://x.org/a.png) ![](/img/x.svg)\n"
    )
    assert markdown(folder, "g-page", "de") == "![](../../en/g/a%20b.png) ![](f.png)\n"
