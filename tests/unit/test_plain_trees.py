"""Projects of other engines: what pages and sections are called, in which order they stand, and what is noted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk.text.markdown import render
from tests.support.projects import markdown, notes, read, sections, titles


def test_a_table_of_contents_gives_order_sections_and_titles(tmp_path: Path) -> None:
    folder = read(
        tmp_path / "manual",
        {
            "mkdocs.yml": "site_name: The Site\n"
            "nav:\n- last.md\n- Start here: [first.md, Second one: deep/second.md]\n- deep/index.md\n- https://x.org\n"
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
            "content/en/c/_index.md": "---\ntitle: I\n---\n",
            "content/en/c/d/e.md": "---\ntitle: E\n---\nx\n",
            "content/en/c/d/_index.md": "---\ntitle: In\nsummary: In short\n---\n",
            "content/en/f/_index.md": "---\ntitle: I\ndescription: Nothing below\n---\n",
        },
    )
    assert list(titles(folder).items()) == [
        ("b-zwei", {"en": "One", "de": "Eins"}),
        ("b-two", {"en": "Two x"}),
        ("a-index", {"en": "Words"}),
        ("c-d-e", {"en": "E"}),
    ]
    assert sections(folder) == {
        "b": {"en": "The *second*", "de": "Das zweite"},
        "a": {"en": "Words"},
        "c-d": {"en": "I / In"},
    }
    summaries = {group.key: group.texts["en"].summary for group in folder.sections.values()}
    assert summaries == {"b": "All of it.", "a": "", "c-d": "In short"}
    assert notes(folder) == [
        "content/en/_index.md:1: no text: left out: Home",
        "content/en/f/_index.md:1: no text: left out: Nothing below",
    ]


def test_docusaurus_orders_by_position_and_names_sections_by_their_label(tmp_path: Path) -> None:
    current = "i18n/de/docusaurus-plugin-content-docs/current"
    folder = read(
        tmp_path / "manual",
        {
            "docusaurus.config.js": "",
            "docs/02-guides/_category_.json": '{"label": "All guides", "position": 3, "link": {"description": "Of all."}}',
            "docs/02-guides/01-first.md": "---\nsidebar_label: First!\n---\nx\n",
            "docs/02-guides/02-zero.md": "---\nsidebar_position: 0\nsidebar_label: no\ntitle: Zero\n---\nx\n",
            "docs/tips/tips.md": "# Tips\n\nx\n",
            "docs/tips/_category_.yml": "position: 1.5\n",
            "docs/tips/_category_.txt": "no",
            f"{current}/tips/tips.md": "# Tipps\n\nx\n",
            f"{current}/tips/_category_.yml": "label: Tricks\n",
            f"{current}.json": '{"sidebar.docs.category.All guides": {"message": "Alle"}, '
            '"sidebar.docs.category.All guides.link.generated-index.description": {"message": "Von allen."}, "version.label": {"message": "x"}}',
            f"{current}/02-guides/01-first.md": "x\n",
        },
    )  # fmt: skip
    assert list(titles(folder).items()) == [
        ("tips-index", {"en": "Tips", "de": "Tipps"}),
        ("guides-zero", {"en": "Zero"}),
        ("guides-first", {"en": "First!", "de": "First"}),
    ]
    assert sections(folder) == {
        "tips": {"en": "Tips", "de": "Tricks"},
        "guides": {"en": "All guides", "de": "Alle"},
    }
    texts = folder.sections["manual", "guides"].texts
    assert {tag: text.summary for tag, text in texts.items()} == {"en": "Of all.", "de": "Von allen."}


def test_what_settings_say_fits_a_page(tmp_path: Path) -> None:
    folder = read(
        tmp_path / "manual",
        {
            "mkdocs.yml": f'site_name: "S\\0ite"\nnav: [{{"{"Far " * 80}": [{{"T\\0\\uD83Ct": a.md}}]}}, {{"\\a": [b.md]}}]\n',
            "docs/a.md": "x\n",
            "docs/b.md": "---\n# nothing\n---\nx\n",
        },
    )
    category = folder.categories["manual"].texts["en"].title
    assert (category, titles(folder)) == ("S ite", {"a": {"en": "T t"}, "b": {"en": "B"}})
    assert list(sections(folder).values()) == [{"en": "Far " * 75}, {"en": "-"}]


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31T23:59:59-12:00", "2024-13-01"])
def test_days_that_no_calendar_holds(tmp_path: Path, date: str) -> None:
    folder = read(tmp_path, {"en/a.md": f"---\ndate: {date}\n---\nx\n"})
    assert folder.articles["a"].translations["en"].draft.published_at is None
    assert notes(folder) == [f"en/a.md:1: date not understood: {date}"]


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
