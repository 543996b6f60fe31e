"""From the answers of a help center's API to a folder; the company and its bicycles do not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.errors import Note
from helpdesk.services.folder import ContentErrors
from helpdesk.services.zendesk import convert_dump
from tests.support.zendesk import (
    GROUPS,
    HERE,
    HOST,
    LOCALES,
    answer,
    article,
    category,
    convert,
    one,
    read,
    save,
    section,
    translation,
    written,
)


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
            "---\ntitle: 'Return: a bike'\npublished_at: 2021-03-04T09:14:57Z\n"
            "updated_at: 2024-01-02T03:04:05Z\nstatus: published\nrevision: 2\n"
            "keywords: 'drop off, yes, no: 1'\n---\nAt any **station**.\n"
        ),
        "riding/pay/return-a-bike/de.md": (
            "---\ntitle: Rad zurückgeben\npublished_at: 2021-03-04T09:14:57Z\n"
            "updated_at: 2024-06-07T08:09:10Z\nstatus: published\nbased_on: 1\n"
            "keywords: 'drop off, yes, no: 1'\n---\nAn jeder Station.\n"
        ),
        "riding/pay/return-a-bike/zh-Hant.md": (
            "---\ntitle: 歸還自行車\npublished_at: 2021-03-04T09:14:57Z\n"
            "updated_at: 2024-06-07T08:09:10Z\nstatus: published\nbased_on: 2\n"
            "keywords: 'drop off, yes, no: 1'\n---\n在任何站點。\n"
        ),
        "riding/pay/lost/_article.yaml": "source: en\nposition: 2\n",
        "riding/pay/lost/en.md": ("---\ntitle: Lost\nupdated_at: 2024-05-06T07:08:09Z\nstatus: draft\n---\nText.\n"),
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
    folder = read(tmp_path)
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
        article(106, 13, "Deeper in"),
    ]
    sections = [
        section(11, 1, "Pay"),
        section(12, 1, "Closed", user_segment_id=79),
        section(13, 1, "Inner", parent_section_id=12),
    ]
    files = {**GROUPS, "sections.json": answer("sections", sections), "articles.json": answer("articles", items)}
    notes = convert(tmp_path, files).notes
    found = read(tmp_path).articles
    drafts = {key: found[key].translations["en"].draft for key in found}
    assert {key: (draft.status, draft.published_at is not None) for key, draft in drafts.items()} == {
        "for-agents": ("draft", True),
        "for-members": ("draft", True),
        "in-a-closed-section": ("draft", True),
        "deeper-in": ("draft", True),
        "for-all": ("published", True),
        "not-ready": ("draft", False),
    }
    assert drafts["for-all"].revision is None  # it is its own source
    assert {(note.path, note.kind) for note in notes} == {
        (f"riding/{key}", "restricted article, now a draft")
        for key in ("pay/for-agents", "pay/for-members", "closed/in-a-closed-section", "closed-inner/deeper-in")
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
    for files, reason in (
        (
            {"articles.json": answer("articles", [article(101, 11, "")])},
            "riding/pay/article-101/en.md:1: has no `title`",
        ),
        (one("<hr>"), "dump:1: holds no article with a text in a locale of this site; HELPDESK_LOCALES names them"),
    ):
        with pytest.raises(ContentErrors) as caught:
            convert_dump(save(dump, files), tmp_path / "bad", LOCALES)
        assert str(caught.value) == reason
        assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "dump"]


def test_what_is_longer_than_a_field_is_cut_and_said(tmp_path: Path) -> None:
    groups = {"categories.json": answer("categories", [category(1, "Riding", description="<p>" + "a " * 900)])}
    notes = convert(tmp_path, one("<p>x</p>", label_names=["label"] * 400) | groups).notes
    assert notes == [
        Note("riding/_index.en.md", 1, "summary cut after 1,000 characters"),
        Note(HERE, 1, "keywords cut after 2,000 characters"),
    ]
    found = read(tmp_path)
    assert found.categories["riding"].texts["en"].summary == ("a " * 500).strip()
    assert found.articles["a-fine"].translations["en"].draft.keywords == ("label, " * 400)[:2000].strip()
