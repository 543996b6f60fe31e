"""From the answers of a help center's API to a folder; the company and its bicycles do not exist."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from helpdesk.errors import Note
from helpdesk.locales import Locales
from helpdesk.services.folder import ContentErrors, read_folder
from helpdesk.services.import_state import Files
from helpdesk.services.zendesk import Summary, convert_dump
from tests.core.test_importing import png
from tests.support.zendesk import HOST, answer, article, attachment, category, save, section, translation

LOCALES = Locales.parse(["en", "de", "zh-Hant", "nb", "es-419"], default="en")
GROUPS = {
    "categories.json": answer("categories", [category(1, "Riding")]),
    "sections.json": answer("sections", [section(11, 1, "Pay")]),
}


def convert(tmp_path: Path, files: dict[str, Any], locales: Locales = LOCALES) -> Summary:
    """Into tmp_path / "out"."""
    summary = convert_dump(save(tmp_path / "dump", files), tmp_path / "out", locales)
    read_folder(tmp_path / "out", locales, Files(tmp_path / "out", "", {}, tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump", "out"]
    return summary


def written(tmp_path: Path) -> dict[str, str]:
    files = sorted((tmp_path / "out").rglob("*"))
    return {
        p.relative_to(tmp_path / "out").as_posix(): p.read_text("utf-8") for p in files if p.suffix in (".md", ".yaml")
    }


def body_of(tmp_path: Path, name: str) -> str:
    return written(tmp_path)[name].split("---\n", 2)[2].rstrip("\n")


def one(body: str, title: str = "A fine") -> dict[str, Any]:
    """A dump with one article, `riding/pay/a-fine/en.md`."""
    return {**GROUPS, "articles.json": answer("articles", [article(360000000101, 11, title, body)])}


def test_a_dump_becomes_a_folder(tmp_path: Path) -> None:
    texts = [
        translation(
            203000101, "en-us", "Return: a bike", "<p>At any <b>station</b>.</p>", updated_at="2024-01-02T03:04:05Z"
        ),
        translation(203000101, "de", "Rad zurückgeben", "<p>An jeder Station.</p>", outdated=True),
        translation(203000101, "zh-tw", "歸還自行車", "<p>在任何站點。</p>"),
        translation(11, "de", "Zahlen", "<p>Karte &amp; bar</p>", source_type="Section"),
    ]
    summary = convert(
        tmp_path,
        {
            **GROUPS,
            "articles/page1.json": answer(
                "articles",
                [article(203000101, 11, "Return: a bike", "<p>Old.</p>", label_names=["drop off", "yes", "no: 1"])],
                next_page=f"{HOST}/api/v2/help_center/articles.json?page=2",
            ),
            "articles/page2.json": answer("articles", [article(360000000102, 11, "Lost", draft=True)]),
            "deep/er/203000101/translations.json": answer("translations", texts),
        },
    )
    assert (summary.articles, summary.texts, summary.pictures, summary.notes) == (2, 4, 0, [])
    assert written(tmp_path) == {
        "riding/_category.yaml": "position: 1\n",
        "riding/_index.en.md": "---\ntitle: Riding\n---\n\n",
        "riding/pay/_section.yaml": "position: 1\n",
        "riding/pay/_index.en.md": "---\ntitle: Pay\n---\n\n",
        "riding/pay/_index.de.md": "---\ntitle: Zahlen\nsummary: Karte & bar\n---\n\n",
        "riding/pay/return-a-bike/_article.yaml": "id: 203000101\nsource: en\nposition: 1\n",
        "riding/pay/return-a-bike/en.md": (
            "---\ntitle: 'Return: a bike'\npublished_at: 2021-03-04 09:14:57+00:00\n"
            "updated_at: 2024-01-02 03:04:05+00:00\nstatus: published\nrevision: 2\n"
            "keywords:\n- drop off\n- 'yes'\n- 'no: 1'\n---\nAt any **station**.\n"
        ),
        "riding/pay/return-a-bike/de.md": (
            "---\ntitle: Rad zurückgeben\npublished_at: 2021-03-04 09:14:57+00:00\n"
            "updated_at: 2024-06-07 08:09:10+00:00\nstatus: published\nbased_on: 1\n"
            "keywords:\n- drop off\n- 'yes'\n- 'no: 1'\n---\nAn jeder Station.\n"
        ),
        "riding/pay/return-a-bike/zh-Hant.md": (
            "---\ntitle: 歸還自行車\npublished_at: 2021-03-04 09:14:57+00:00\n"
            "updated_at: 2024-06-07 08:09:10+00:00\nstatus: published\nbased_on: 2\n"
            "keywords:\n- drop off\n- 'yes'\n- 'no: 1'\n---\n在任何站點。\n"
        ),
        "riding/pay/lost/_article.yaml": "source: en\nposition: 2\n",
        "riding/pay/lost/en.md": (
            "---\ntitle: Lost\nupdated_at: 2024-05-06 07:08:09+00:00\nstatus: draft\n---\nText.\n"
        ),
    }
    assert (tmp_path / "out/redirects.csv").read_text().splitlines() == [
        "address,kind,key,locale",
        "/hc/en-us/categories/1-Riding,category,riding,en",
        "/hc/de/sections/11-Zahlen,section,riding/pay,de",
        "/hc/en-us/sections/11-Pay,section,riding/pay,en",
        "/hc/de/articles/203000101-Rad-zurückgeben,article,return-a-bike,de",
        "/hc/en-us/articles/203000101-Return:-a-bike,article,return-a-bike,en",
        "/hc/zh-tw/articles/203000101-歸還自行車,article,return-a-bike,zh-Hant",
        "/hc/en-us/articles/360000000102-Lost,article,lost,en",
    ]


ARTICLES = [article(101, 11, "A fine"), article(102, 11, "A loss")]
GERMAN = translation(101, "de", "Eine Strafe")
SHAPES: dict[str, dict[str, Any]] = {
    "side by side": {**GROUPS, "a.json": answer("articles", ARTICLES), "t.json": answer("translations", [GERMAN])},
    "in one file": {
        "all.json": answer(
            "articles",
            ARTICLES,
            categories=[category(1, "Riding")],
            sections=[section(11, 1, "Pay")],
            translations=[GERMAN],
            users=[{"id": 3600211, "name": "Ada"}],
        )
    },
    "texts in their articles": {
        **GROUPS,
        "a.json": answer(
            "articles",
            [
                ARTICLES[0] | {"translations": [{k: v for k, v in GERMAN.items() if not k.startswith("source")}]},
                ARTICLES[1],
            ],
        ),
    },
    "pages joined": {
        "all.json": [*GROUPS.values(), *(answer("articles", [one]) for one in ARTICLES), {"translation": GERMAN}]
    },
    "items alone": {
        "categories/1.json": category(1, "Riding"),
        "sections/11.json": {"section": section(11, 1, "Pay")},
        "articles/101.json": ARTICLES[0],
        "articles/102.json": {"article": ARTICLES[1]},
        "articles/101/translations/de.json": GERMAN,
    },
    "a list for each locale": {
        **GROUPS,
        "de/articles.json": answer("articles", [ARTICLES[0] | {"locale": "de", "title": "Eine Strafe"}]),
        "en-us/articles.json": answer("articles", ARTICLES),
    },
    "with a byte order mark": {
        **GROUPS,
        "a.json": b"\xef\xbb\xbf" + json.dumps(answer("articles", ARTICLES)).encode(),
        "t.JSON": answer("translations", [GERMAN]),
    },
}


@pytest.mark.parametrize("files", SHAPES.values(), ids=SHAPES.keys())
def test_answers_are_found_however_they_were_kept(tmp_path: Path, files: dict[str, Any]) -> None:
    summary = convert(tmp_path, files)
    assert (summary.texts, summary.notes) == (3, [])
    assert [name for name in written(tmp_path) if name.endswith(".md") and "_" not in name] == [
        "riding/pay/a-fine/de.md",
        "riding/pay/a-fine/en.md",
        "riding/pay/a-loss/en.md",
    ]
    assert "title: Eine Strafe\n" in written(tmp_path)["riding/pay/a-fine/de.md"]


def test_one_file_is_a_dump_too_and_others_are_said(tmp_path: Path) -> None:
    dump = save(tmp_path / "dump", SHAPES["in one file"] | {"users.json": answer("users", [{"id": 1}])})
    assert convert_dump(dump / "all.json", tmp_path / "one", LOCALES).texts == 3
    notes = convert_dump(dump, tmp_path / "two", LOCALES).notes
    assert notes == [Note("users.json", 1, "file without articles, sections or categories")]


def test_of_two_texts_the_translation_is_taken_then_the_later(tmp_path: Path) -> None:
    late = translation(101, "de", "Spät", updated_at="2025-01-01T00:00:00Z")
    early = translation(101, "de", "Früh", updated_at="2020-01-01T00:00:00Z")
    listed = article(101, 11, "Liste", locale="de", updated_at="2026-01-01T00:00:00Z", edited_at=None)
    for number, order in enumerate(
        permutations(
            [answer("translations", [late]), answer("translations", [early]), answer("articles", [listed, *ARTICLES])]
        )
    ):
        here = tmp_path / str(number)
        convert(here, {**GROUPS, **{f"{n}.json": part for n, part in enumerate(order)}})
        assert "title: Spät\n" in written(here)["riding/pay/a-fine/de.md"]


def test_keys_are_the_same_in_whatever_order_and_never_twice(tmp_path: Path) -> None:
    items = [
        article(1001, 11, "Pay by card"),
        article(1002, 11, "Pay: by card!"),
        article(1003, 11, "Pay by card 1001"),
        article(1004, 11, "用卡支付", source_locale="zh-tw", locale="zh-tw"),
        article(1005, 11, "登出 A1", source_locale="zh-tw", locale="zh-tw"),
        article(1006, 12, "x" * 200),
    ]
    files = {
        "categories.json": answer("categories", [category(1, "Riding"), category(2, "Riding")]),
        "sections.json": answer("sections", [section(11, 1, "FAQ"), section(12, 2, "FAQ"), section(13, 2, "Empty")]),
        "t.json": answer("translations", [translation(1005, "de", "Abmelden"), translation(1005, "en-us", "Sign off")]),
    }
    found = []
    for number, order in enumerate((items, items[::-1])):
        convert(tmp_path / str(number), {**files, "articles.json": answer("articles", order)})
        found.append(sorted(name for name in written(tmp_path / str(number)) if name.endswith("_article.yaml")))
    assert (
        found[0]
        == found[1]
        == [
            "riding-1/faq/article-1004/_article.yaml",
            "riding-1/faq/pay-by-card-1001-1003/_article.yaml",
            "riding-1/faq/pay-by-card-1001/_article.yaml",
            "riding-1/faq/pay-by-card-1002/_article.yaml",
            "riding-1/faq/sign-off/_article.yaml",
            f"riding-2/faq/{'x' * 60}/_article.yaml",
        ]
    )


def test_order_follows_positions_and_promoted_articles_come_first(tmp_path: Path) -> None:
    sections = [
        section(11, 1, "Last", position=2),
        section(12, 1, "First", position=1),
        section(13, 1, "Inner", position=5, parent_section_id=12),
        section(14, 1, "Innermost", parent_section_id=13, locale="de", source_locale="de"),
    ]
    items = [
        article(101, 11, "Five A", position=1),
        article(102, 11, "One A", position=3, promoted=True),
        article(103, 12, "Two A", position=3),
        article(104, 13, "Three A"),
        article(105, 14, "Four A"),
        article(106, 11, "Six A", position=2),
    ]
    german = [translation(12, "de", "Erstens", source_type="Section")]
    convert(
        tmp_path,
        {
            **GROUPS,
            "sections.json": answer("sections", sections),
            "articles.json": answer("articles", items),
            "t.json": answer("translations", german),
        },
    )
    folder = read_folder(tmp_path / "out", LOCALES, Files(tmp_path / "out", "", {}, tmp_path))
    order = sorted(folder.articles.values(), key=lambda found: found.position or 0)
    assert [found.key for found in order] == ["one-a", "two-a", "three-a", "four-a", "five-a", "six-a"]
    groups = sorted(folder.sections.values(), key=lambda found: found.position or 0)
    assert [(found.key, {tag: text.title for tag, text in found.texts.items()}) for found in groups] == [
        ("first", {"en": "First", "de": "Erstens"}),
        ("first-inner", {"en": "First / Inner"}),
        ("erstens-inner-innermost", {"de": "Erstens / Inner / Innermost"}),
        ("last", {"en": "Last"}),
    ]


def test_what_is_not_for_everybody_is_a_draft(tmp_path: Path) -> None:
    items = [
        article(101, 11, "For agents", user_segment_id=77),
        article(102, 11, "For members", user_segment_ids=[78]),
        article(103, 12, "In a closed section"),
        article(104, 11, "For all", user_segment_ids=[], outdated=True),
        article(105, 11, "Not ready", draft=True),
    ]
    sections = [section(11, 1, "Pay"), section(12, 1, "Closed", user_segment_id=79)]
    files = {**GROUPS, "sections.json": answer("sections", sections), "articles.json": answer("articles", items)}
    notes = convert(tmp_path, files).notes
    found = read_folder(tmp_path / "out", LOCALES, Files(tmp_path / "out", "", {}, tmp_path)).articles
    drafts = {key: found[key].translations["en"].draft for key in found}
    assert {key: (draft.status, draft.published_at is not None) for key, draft in drafts.items()} == {
        "for-agents": ("draft", True),
        "for-members": ("draft", True),
        "in-a-closed-section": ("draft", True),
        "for-all": ("published", True),
        "not-ready": ("draft", False),
    }
    assert drafts["for-all"].revision is None  # it is its own source
    assert {(note.path, note.kind) for note in notes} == {
        (f"riding/{key}", "restricted article, now a draft")
        for key in ("pay/for-agents", "pay/for-members", "closed/in-a-closed-section")
    }


def test_locales_are_those_of_the_site_and_the_others_are_said(tmp_path: Path) -> None:
    texts = [translation(101, name, f"T {name}") for name in ("en-us", "en-gb", "no", "es-419", "es", "zh-cn", "zh-tw")]
    empty = [
        article(102, 11, "Empty", "<p>&nbsp;</p><script>a()</script><form>Name</form>"),
        article(103, 11, "Fr", locale="fr", source_locale="fr"),
    ]
    notes = convert(
        tmp_path,
        {
            **GROUPS,
            "articles.json": answer("articles", [article(101, 11, "A fine", locale="fr", source_locale="fr"), *empty]),
            "t.json": answer(
                "translations", [*texts, translation(101, "en", "T en"), translation(101, "de", "T de", "")]
            ),
        },
    ).notes
    assert {
        name.rpartition("/")[2]: text.split("\n")[1] for name, text in written(tmp_path).items() if "fine/" in name
    } == {
        "_article.yaml": "source: en",
        "de.md": "title: T de",
        "en.md": "title: T en",
        "es-419.md": "title: T es-419",
        "nb.md": "title: T no",
        "zh-Hant.md": "title: T zh-tw",
    }
    assert sorted(map(str, notes)) == sorted(
        [
            *(
                f"articles/{i}:1: text left out, in the locale `{name}`: add it to HELPDESK_LOCALES"
                for i, name in ((101, "en-gb"), (101, "es"), (101, "zh-cn"), (101, "fr"), (103, "fr"))
            ),
            "articles/101:1: text left out, in the locale `en-us`: `en` is there already",
            "articles/102:1: article left out, without a text in a locale of this site",
            "articles/103:1: article left out, without a text in a locale of this site",
            "riding/pay/a-fine/de.md:1: no text: only its title was taken",
        ]
    )


OTHER = article(360000000102, 11, "Lost", '<h2 id="h_01HQ7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q">Call</h2>')


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        (f"{HOST}/hc/en-us/articles/360000000102-Lost", "article:lost"),
        ("/hc/de/articles/360000000102#h_01HQ7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q", "article:lost#h_01HQ7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q"),
        ("/hc/articles/360000000102-an-old-%C3%A9-name/?source=search", "article:lost"),
        ("/hc/zh-tw/articles/360000000101", "article:a-fine"),
        ("#part", "#part"),
        (
            "https://other.example/hc/en-us/articles/360000000102",
            "https://other.example/hc/en-us/articles/360000000102",
        ),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("mailto:a@b.example?subject=x", "mailto:a@b.example?subject=x"),
        ("tel:+123", "tel:+123"),
    ],
)
def test_links_to_articles_follow_them(tmp_path: Path, href: str, expected: str) -> None:
    summary = convert(tmp_path, {**one(f'<p><a href="{href}">x</a></p>'), "b.json": answer("articles", [OTHER])})
    assert (body_of(tmp_path, "riding/pay/a-fine/en.md"), summary.notes) == (f"[x]({expected})", [])


@pytest.mark.parametrize(
    ("href", "expected", "kind"),
    [
        ("/hc/en-us/articles/999-Gone", f"[x]({HOST}/hc/en-us/articles/999-Gone)", "link into the old help center"),
        (f"{HOST}/hc/en-us/sections/11", f"[x]({HOST}/hc/en-us/sections/11)", "link into the old help center"),
        ("javascript:a()", "x", "link that is not kept"),
        ("sms:+123", "x", "link that is not kept"),
    ],
)
def test_links_that_lead_elsewhere_are_said(tmp_path: Path, href: str, expected: str, kind: str) -> None:
    summary = convert(tmp_path, one(f'<p><a href="{href}">x</a></p>'))
    assert body_of(tmp_path, "riding/pay/a-fine/en.md") == expected
    assert summary.notes == [Note("riding/pay/a-fine/en.md", 1, kind, href)]


def test_a_link_that_no_browser_reads_is_said(tmp_path: Path) -> None:
    summary = convert(
        tmp_path, one('<p><a href="http://[x">One</a> <a class="b" href="viber://c">two</a> <a id="d">three</a></p>')
    )
    assert body_of(tmp_path, "riding/pay/a-fine/en.md") == "One two three"
    kind = "link without an address that can be read"
    assert summary.notes == [Note("riding/pay/a-fine/en.md", 1, kind, text) for text in ("One", "two")]


def test_ids_of_headings_are_kept_but_a_translation_shares_those_of_its_source(tmp_path: Path) -> None:
    ids = ["h_01HQ1111111111111111111111", "by-hand", "h_01HQ2222222222222222222222"]
    body = "".join(f'<h2 id="{ident}">A</h2><p>x</p>' for ident in ids)
    linking = article(360000000102, 11, "Lost", f'<p><a href="/hc/en-us/articles/1#{ids[2]}">x</a></p>')
    german = translation(360000000101, "de", "Strafe", body)
    convert(
        tmp_path, {**one(body), "b.json": answer("articles", [linking]), "t.json": answer("translations", [german])}
    )
    headings = [
        [line for line in body_of(tmp_path, f"riding/pay/a-fine/{tag}.md").split("\n") if "#" in line]
        for tag in ("en", "de")
    ]
    assert headings == [[f"## A {{ #{ident} }}" for ident in ids], ["## A", *(f"## A {{ #{i} }}" for i in ids[1:])]]


def test_pictures_in_the_dump_are_put_beside_the_article(tmp_path: Path) -> None:
    sources = [
        f"{HOST}/hc/article_attachments/360000000201/My%20Shot.png",
        "/hc/en-us/article_attachments/360000000202",
        f"{HOST}/hc/article_attachments/360000000203/shot.png",
        "images/map.PNG",
        f"{HOST}/hc/article_attachments/360000000201/My%20Shot.png",
    ]
    files = {
        **one("".join(f'<p><img src="{src}" alt="Shot" width="300"></p>' for src in sources)),
        "attachments.json": answer("article_attachments", [attachment(360000000202, 360000000101, "Ünten.png")]),
        "files/360000000201-My Shot.png": png(3, 2),
        "files/360000000101/Ünten.png": png(4, 2),
        "files/360000000999/Ünten.png": png(5, 2),
        "hc/article_attachments/360000000203/shot.png": png(6, 2),
        "images/map.PNG": png(7, 2),
        "images/unused.png": png(8, 2),
    }
    summary = convert(tmp_path, files)
    names = ["360000000201-my-shot.png", "unten.png", "shot.png", "map.png", "360000000201-my-shot.png"]
    assert body_of(tmp_path, "riding/pay/a-fine/en.md") == "\n\n".join(f"![Shot]({name})" for name in names)
    here = tmp_path / "out/riding/pay/a-fine"
    assert [(here / name).read_bytes() for name in names[:4]] == [png(3, 2), png(4, 2), png(6, 2), png(7, 2)]
    assert (summary.pictures, summary.notes, sorted(p.name for p in here.glob("*.png"))) == (4, [], sorted(set(names)))


def test_pictures_that_cannot_be_kept_become_links(tmp_path: Path) -> None:
    files = {
        **one(
            f'<p><img src="{HOST}/hc/article_attachments/7/gone.png" alt="Gone"></p>'
            '<p><img src="https://cdn.example/logo.png"></p><p><img src="/hc/article_attachments/8" alt="Bad"></p>'
            '<p><img src="data:image/png;base64,AAAA" alt="Dot"><img src="twice.png" alt="Twice"><img alt="None"></p>'
        ),
        "files/8.png": b"no picture",
        "files/logo.png": png(2, 2),
        "a/twice.png": png(2, 2),
        "b/twice.png": png(2, 2),
        "c.json": answer(
            "article_attachments",
            [attachment(9, 360000000101, "terms.pdf", inline=False), attachment(10, 5, "x.pdf", inline=False)],
        ),
    }
    summary = convert(tmp_path, files)
    assert body_of(tmp_path, "riding/pay/a-fine/en.md") == (
        f"[Gone]({HOST}/hc/article_attachments/7/gone.png)\n\n[logo.png](https://cdn.example/logo.png)\n\n"
        f"[Bad]({HOST}/hc/article_attachments/8)\n\nDot[Twice]({HOST}/twice.png)None"
    )
    lost = "picture that is not kept, now a link"
    assert [(note.kind, note.detail) for note in summary.notes] == [
        (lost, f"{HOST}/hc/article_attachments/7/gone.png is not in the dump"),
        (lost, "https://cdn.example/logo.png is not in the dump"),
        (lost, "/hc/article_attachments/8 is not a picture that can be read"),
        (lost, "data:image/png;base64,AAAA is not in the dump"),
        (lost, "twice.png is not in the dump"),
        (lost, " is not in the dump"),
        ("attachment that is not kept", "terms.pdf"),
    ]


def test_characters_that_no_file_may_hold(tmp_path: Path) -> None:
    convert(tmp_path, one("<p>a\x00b\x0bc\ufffe</p>", title="A \x07fine\n--- \u2028 'x' # y"))
    found = (
        read_folder(tmp_path / "out", LOCALES, Files(tmp_path / "out", "", {}, tmp_path))
        .articles["a-fine-x-y"]
        .translations["en"]
        .draft
    )
    assert (found.title, found.markdown) == ("A fine --- 'x' # y", "a b c\n")


TWICE = [translation(101, "de", "Eins"), translation(101, "de", "Zwei")]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"a.json": b'{"articles":\n\n[nul]}'},
            ["a.json:3: is not valid JSON: JSON is malformed: invalid character (byte 19)"],
        ),
        ({"a.json": b'{"articles":\n['}, ["a.json:2: is not valid JSON: Input data was truncated"]),
        (
            {"a.json": b'{"x": "\xff"}'},
            ["a.json:1: is not valid JSON: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"],
        ),
        (
            {"b/a.json": answer("articles", [ARTICLES[0], {"id": 1, "section_id": 11}])},
            ["b/a.json:1: Object missing required field `locale` - at `$.articles[1]`"],
        ),
        (
            {"a.json": answer("articles", [article(101, 11, "A", created_at="yesterday")])},
            ["a.json:1: Invalid RFC3339 encoded datetime - at `$.articles[0].created_at`"],
        ),
        (
            {"a.json": {"translations": [{"locale": "de", "title": "Eins"}]}},
            ["a.json:1: the translation `Eins` has no `source_id`"],
        ),
        (
            {**GROUPS, "a.json": answer("articles", ARTICLES), "t.json": answer("translations", TWICE)},
            ["t.json:1: article 101 has two texts in de that were changed at the same time"],
        ),
        (
            {
                "a.json": answer("articles", [*ARTICLES, article(103, 12, "B")]),
                "sections.json": answer("sections", [section(12, 2, "S", parent_section_id=9)]),
            },
            [
                "dump:1: lacks section 11 of article 101: add what /sections.json answers",
                "dump:1: lacks section 11 of article 102: add what /sections.json answers",
                "dump:1: lacks category 2 of section 12: add what /categories.json answers",
                "dump:1: lacks the section around section 12: add what /sections.json answers",
            ],
        ),
        (GROUPS, ["dump:1: lacks articles: add what /articles.json answers"]),
    ],
)
def test_a_broken_dump_is_refused_with_all_reasons(tmp_path: Path, files: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(ContentErrors) as caught:
        convert_dump(save(tmp_path / "dump", files), tmp_path / "out", LOCALES)
    assert str(caught.value).split("\n") == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump"]


def test_the_target_is_new_or_empty_and_gets_everything_or_nothing(tmp_path: Path) -> None:
    dump, target = save(tmp_path / "dump", one("<p>a</p>")), tmp_path / "deep/out"
    target.mkdir(parents=True)
    assert convert_dump(dump, target, LOCALES).articles == 1
    for source, wanted, reason in (
        (dump, target, f"{target}:1: is there already: name a new or an empty folder"),
        (dump, dump / "articles.json", f"{dump}/articles.json:1: is there already: name a new or an empty folder"),
        (tmp_path / "x", tmp_path / "y", f"{tmp_path}/x:1: is not there"),
    ):
        with pytest.raises(ContentErrors) as caught:
            convert_dump(source, wanted, LOCALES)
        assert str(caught.value) == reason
    files = {"z.json": answer("articles", [article(360000000109, 11, "Huge " + "a " * 40_000)])}
    with pytest.raises(ContentErrors) as caught:
        convert_dump(save(dump, files), tmp_path / "huge", LOCALES)
    assert str(caught.value) == f"riding/pay/huge{'-a' * 28}/en.md:2: the fields are longer than 64 KiB"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "dump"]
