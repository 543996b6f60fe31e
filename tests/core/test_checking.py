"""`content check`: each fault once, beside a text of the same kind that has none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from helpdesk.models import Article, Body, Translation
from helpdesk.queries.checking import Finding
from helpdesk.queries.translations import STATES
from helpdesk.services.checking import check_folder, check_site
from helpdesk.services.demo import SAMPLEDATA
from helpdesk.services.importing import import_content
from helpdesk.services.publishing import delete_article, unpublish
from helpdesk.services.site import Site
from tests.core.test_importing import png
from tests.support.content import take_in, translation
from tests.support.translating import export


def faults(findings: list[Finding]) -> list[tuple[str, str, str, int]]:
    return [(f"{f.key}/{f.locale}", f.kind, f.detail, f.line) for f in findings if f.kind not in STATES]


def states(findings: list[Finding], key: str) -> dict[str, str]:
    return {f.locale: f.kind for f in findings if f.kind in STATES and f.key == key}


BODY = """\
[there](article:other), [its part](article:other#part), [here](#own), [outside](https://example.com/x#y),
[by address](/articles/2), [in a language](/en/articles/2-other#part), [the shop](/shop)

## Own { #own }

![Desk](desk.png)
"""


def test_what_is_well_gives_no_findings(empty_site: Site, tmp_path: Path) -> None:
    other = {"en.md": translation("Other", "## Part { #part }\n"), "de.md": translation("Andere", "## Teil\n")}
    own = {"en.md": translation("Own", BODY), "de.md": translation("Eigene", BODY), "desk.png": png(9, 9)}
    take_in(empty_site, tmp_path / "content", {"own": own, "other": other})
    assert faults(check_site(empty_site)) == []


FAULTS = [
    ("One.\n\n[x](article:gone)", "broken link", "article:gone", 3),
    ("[x](article:gone#part)", "broken link", "article:gone#part", 1),
    ("[x](/articles/3)", "broken link", "/articles/3", 1),
    ("[x](/de/articles/3-gone#a)", "broken link", "/de/articles/3-gone#a", 1),
    ("[x](other.md)", "broken link", "other.md", 1),
    ("[x](../other/)", "broken link", "../other/", 1),
    ("One.\n[x](article:other#parts)", "broken anchor", "article:other#parts", 2),
    ("[x](/articles/2#parts)", "broken anchor", "/articles/2#parts", 1),
    ("[x](#nowhere)", "broken anchor", "#nowhere", 1),
    ("[x](article:hidden)", "hidden link", "article:hidden", 1),
    ("One.\u2028Two.\f\n\n[x](#nowhere)", "broken anchor", "#nowhere", 3),
    ("#nowhere-else\n\n[x](#nowhere)", "broken anchor", "#nowhere", 3),
    ('One.\n\n<a href="//a]b">x</a>', "broken link", "//a]b", 3),
    ("Two.\n\n![](desk.png)", "image without description", "desk.png", 3),
    ("#### Deep", "headings out of order", "level 4 below level 1: Deep", 0),
]


def test_each_fault(empty_site: Site, tmp_path: Path) -> None:
    articles = {  # links name the numbers of the second and the third
        "well": {"en.md": translation("Well")},
        "other": {"en.md": translation("Other", "## Part { #part }\n")},
        "gone": {"en.md": translation("Gone")},
        "hidden": {"en.md": translation("Hidden")},
    }
    for number, (text, *_) in enumerate(FAULTS, start=10):
        articles[f"own-{number}"] = {"en.md": translation("Own", text), "desk.png": png(9, 9)}
    take_in(empty_site, tmp_path / "content", articles)
    delete_article(empty_site, "gone")
    unpublish(empty_site, "hidden", "en")
    found = [(f"own-{number}/en", *fault) for number, (_, *fault) in enumerate(FAULTS, start=10)]
    assert sorted(faults(check_site(empty_site))) == found


def test_pictures_of_other_sites(empty_site: Site, tmp_path: Path) -> None:
    """An import refuses them; they are found in texts that came in otherwise."""
    take_in(empty_site, tmp_path / "content", {"own": {"en.md": translation("Own")}})
    with empty_site.database.transaction() as connection:
        connection.execute(update(Body).values(markdown="![x](//[x.png)\n\n![y](https://example.com/y.png)"))
    assert faults(check_site(empty_site)) == [
        ("own/en", "image elsewhere", "//[x.png", 1),
        ("own/en", "image elsewhere", "https://example.com/y.png", 3),
    ]


def test_a_lost_picture_and_one_of_a_plain_tree_that_never_came(empty_site: Site, tmp_path: Path) -> None:
    take_in(
        empty_site, tmp_path / "content", {"own": {"en.md": translation("Own", "![Desk](a.png)"), "a.png": png(9, 9)}}
    )
    for file in empty_site.settings.media_path.iterdir():
        file.unlink()
    plain = tmp_path / "manual/en/page.md"
    plain.parent.mkdir(parents=True)
    plain.write_text("# Page\n\n![Lost](lost.png)\n\n![Far](https://example.com/far.png)\n")
    import_content(empty_site, tmp_path / "manual")
    assert faults(check_site(empty_site)) == [
        ("own/en", "missing image", "a.png", 1),
        ("page/en", "missing image", "", 1),
        ("page/en", "missing image", "", 3),
    ]


def test_an_anchor_is_looked_for_in_the_text_that_the_reader_gets(empty_site: Site, tmp_path: Path) -> None:
    """A heading that the translation of the target lacks is missed there only."""
    link = "[x](article:other#part)"
    articles = {
        "own": {
            "en.md": translation("Own", link),
            "de.md": translation("Eigene", link),
            "ru.md": translation("Ru", link),
        },
        "other": {
            "en.md": translation("Other", "## Part { #part }\n"),
            "de.md": translation("Andere", "## Teil { #teil }\n\n### Noch { #noch }\n"),
        },
    }
    take_in(empty_site, tmp_path / "content", articles)
    assert faults(check_site(empty_site)) == [("own/de", "broken anchor", "article:other#part", 1)]


def test_translations_that_lack_or_lag(empty_site: Site, tmp_path: Path) -> None:
    """What the check calls missing, a title only or outdated is what translators are given."""
    source = translation("T", revision="2")
    articles = {
        "own": {
            "en.md": source,
            "de.md": translation("T", based_on="1"),
            "ru.md": translation("T", ""),
            "ar.md": translation("T", based_on="2"),
            "zh-Hans.md": translation("T", status="draft", based_on="2"),
        },
        "more": {
            "en.md": source,
            "de.md": translation("T", status="draft", based_on="1"),
            "ru.md": translation("T", "", status="draft"),
            "ar.md": translation("T", status="archived", based_on="1"),
            "zh-Hans.md": translation("T", status="in_review", based_on="2"),
        },
        "near": {
            "_article.yaml": "id: 12\nregions: [SG]\n",
            "en.md": source,
            "de.md": translation("T", ""),
            "ru.md": translation("T", based_on="1"),
        },
        "kept": {"_article.yaml": "id: 13\nwithheld: [en-SG]\n", "en.md": translation("T"), "de.md": translation("T")},
        "later": {"en.md": translation("T", published_at="2031-01-01"), "de.md": translation("T")},
        "unfinished": {"en.md": translation("T", status="draft")},
        "german": {
            "_article.yaml": "id: 16\nsource: de\n",
            "de.md": translation("T"),
            "en-SG.md": translation("T", ""),
        },
    }
    take_in(empty_site, tmp_path / "content", articles)
    found = check_site(empty_site)
    # en-SG inherits from en.
    assert states(found, "own") == {"de": "outdated", "ru": "title only", "zh-Hans": "draft", "zh-Hant": "missing"}
    assert states(found, "more") == {"de": "outdated", "ru": "title only", "zh-Hans": "draft", "zh-Hant": "missing"}
    assert states(found, "near") == {"ru": "outdated"}, "a text of its own may be inherited where it is shown"
    others = dict.fromkeys(("ru", "ar", "zh-Hans", "zh-Hant"), "missing")
    assert states(found, "kept") == states(found, "later") == others
    assert states(found, "unfinished") == {}
    assert states(found, "german") == {"en": "missing", "en-SG": "title only"} | others
    assert {bool(f.detail) for f in found if f.kind == "outdated"} == {True}
    assert {f.detail for f in found if f.kind in STATES and f.kind != "outdated"} == {""}
    for locale in empty_site.locales.all:
        lacks = {f.key for f in found if f.locale == locale.tag and f.kind in ("missing", "title only", "outdated")}
        names = export(empty_site, tmp_path / "lacks.po", locale.tag)
        assert {name.partition(":")[0] for name in names if ":title:" in name} == lacks, locale.tag


def test_a_folder_is_checked_as_if_it_had_been_imported(empty_site: Site, tmp_path: Path) -> None:
    for name, text in {
        "guides/_index.en.md": "---\ntitle: Guides\n---\n",
        "guides/basics/_index.en.md": "---\ntitle: Basics\n---\n",
        "guides/basics/own/en.md": "---\ntitle: Own\n---\n[x](#nowhere)\n\n![Desk](desk.png)\n",
    }.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "folder/guides/basics/own/desk.png").write_bytes(png(9, 9))
    assert faults(check_folder(empty_site, tmp_path / "folder")) == [("own/en", "broken anchor", "#nowhere", 1)]
    with empty_site.database.read() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(m)).scalar() for m in (Article, Translation, Body)
        ]
    assert counts == [0, 0, 0]
    assert not empty_site.settings.media_path.exists()


def test_the_demo_is_well(site: Site) -> None:
    assert faults(check_site(site)) == []


@pytest.mark.on("sqlite")
def test_as_a_command(empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    run = empty_app.test_cli_runner()
    articles = {
        "own": {
            "en.md": translation("Own", "## H { #h }\n\n[x](#nowhere)"),
            "de.md": translation("Eigene", "#### Tief\n"),
        }
    }
    take_in(empty_site, tmp_path / "content", articles)
    result = run.invoke(args=["helpdesk", "content", "check"])
    lines = result.output.splitlines()
    assert (result.exit_code, lines[:2], lines[-1]) == (
        1,
        [
            "own/en:3: error: broken anchor: #nowhere",
            "own/de: warning: headings out of order: level 4 below level 1: Tief",
        ],
        "Error: errors in the content: 1.",
    )
    assert [line.split() for line in lines[2:-1]] == [
        ["locale", "errors", "warnings", "missing", "title", "only", "draft", "outdated"],
        ["en", "1", *"-----"],
        ["en-SG", *"------"],
        ["de", "-", "1", *"----"],
        *[[tag, "-", "-", "1", *"---"] for tag in ("ru", "ar", "zh-Hans", "zh-Hant")],
    ]
    german = run.invoke(args=["helpdesk", "content", "check", "--locale", "de", "--locale", "ru", "--json"])
    assert german.exit_code == 0
    assert json.loads(german.output) == {
        "findings": [
            {
                "locale": "de",
                "key": "own",
                "kind": "headings out of order",
                "detail": "level 4 below level 1: Tief",
                "line": 0,
                "is_error": False,
            },
            {"locale": "ru", "key": "own", "kind": "missing", "detail": "", "line": 0, "is_error": False},
        ],
        "locales": {
            "de": {"errors": 0, "warnings": 1, "missing": 0, "title only": 0, "draft": 0, "outdated": 0},
            "ru": {"errors": 0, "warnings": 0, "missing": 1, "title only": 0, "draft": 0, "outdated": 0},
        },
    }
    unknown = run.invoke(args=["helpdesk", "content", "check", "--locale", "xx"])
    assert (unknown.exit_code, "xx is not a locale of this site." in unknown.output) == (2, True)
    broken = run.invoke(args=["helpdesk", "content", "check", str(tmp_path / "nowhere")])
    assert (broken.exit_code, broken.output.splitlines()[-1]) == (1, "Error: Nothing was checked.")
    assert run.invoke(args=["helpdesk", "content", "check", str(SAMPLEDATA / "faq")]).exit_code == 1
