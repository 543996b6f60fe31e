"""Content import: both layouts, all or nothing, the same folder twice changes nothing."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from helpdesk import clock
from helpdesk.models import Article, Body, Media, Outbox, Revision, SearchNode, Translation
from helpdesk.services import publishing
from helpdesk.services.demo import SAMPLEDATA
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from helpdesk.text.characters import CONTROLS
from tests.conftest import TAGS
from tests.support.content import errors_of
from tests.support.pages import CheckingClient


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xff" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


FOLDER: dict[str, str | bytes] = {
    "guides/_category.yaml": "position: 2\n",
    "guides/_index.en.md": "---\ntitle: Guides\n---\n",
    "guides/_index.de.md": "---\ntitle: Anleitungen\n---\n",
    "guides/money/_index.en.md": "---\ntitle: Money\nsummary: All about it\n---\n",
    "guides/money/pay/_article.yaml": "id: 70\nsource: en\nposition: 3\n",
    "guides/money/pay/en.md": "---\ntitle: How to pay\npublished_at: 2024-02-03\nkeywords: [cash, card]\n---\n"
    "Pay at the desk.\n\n## Steps { #steps }\n\n![Desk](desk.png)\n",
    "guides/money/pay/de.md": "---\ntitle: So zahlen Sie\nstatus: draft\n---\nZahlen Sie.\n\n## Schritte\n\nEins.\n",
    "guides/money/pay/desk.png": png(30, 20),
}


def count(site: Site, model: type) -> int:
    with site.database.read() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def rows(site: Site) -> list[tuple[object, ...]]:
    statement = select(
        Translation.locale,
        Translation.title,
        Translation.slug,
        Translation.status,
        Translation.revision,
        Translation.based_on,
        Translation.keywords,
    ).order_by(Translation.locale)
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def refusals(site: Site, root: Path) -> list[str]:
    errors = errors_of(site, root)
    assert (count(site, Article), count(site, Outbox)) == (0, 0)
    return errors


def test_folder(empty_site: Site, tmp_path: Path) -> None:
    summary = import_content(empty_site, write(tmp_path / "content", FOLDER))
    assert (summary.new, summary.changed, summary.unchanged) == (["pay/en", "pay/de"], [], [])
    assert rows(empty_site) == [
        ("de", "So zahlen Sie", "so-zahlen-sie", "draft", 1, 1, ""),
        ("en", "How to pay", "how-to-pay", "published", 1, None, "cash, card"),
    ]
    with empty_site.database.read() as connection:
        article = connection.execute(select(Article.id, Article.position)).one()
        image = connection.execute(select(Media.hash, Media.width, Media.height)).one()
    assert tuple(article) == (70, 3)
    assert tuple(image)[1:] == (30, 20)
    assert (empty_site.settings.media_path / f"{image.hash}.png").read_bytes() == FOLDER["guides/money/pay/desk.png"]


def test_twice_changes_nothing(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    before = rows(empty_site), count(empty_site, Revision)
    summary = import_content(empty_site, root)
    assert (summary.new, summary.changed, summary.unchanged) == ([], [], ["pay/en", "pay/de"])
    assert (rows(empty_site), count(empty_site, Revision)) == before
    assert count(empty_site, Outbox) == 0


def test_an_article_without_an_id_leaves_those_of_the_others_alone(empty_site: Site, tmp_path: Path) -> None:
    files = {"guides/money/aaa/en.md": "---\ntitle: New\n---\nText.\n"}
    files |= {name: text.replace("id: 70", "id: 1") if isinstance(text, str) else text for name, text in FOLDER.items()}
    import_content(empty_site, write(tmp_path / "content", files))
    with empty_site.database.read() as connection:
        found = {key: row_id for row_id, key in connection.execute(select(Article.id, Article.key))}
    assert found == {"pay": 1, "aaa": 2}


def test_what_stands_below_a_sections_fields_is_noted(empty_site: Site, tmp_path: Path) -> None:
    files = FOLDER | {"guides/_index.en.md": "---\ntitle: Guides\n---\n\nAll of them.\n"}
    notes = import_content(empty_site, write(tmp_path / "content", files)).notes
    assert [str(note) for note in notes] == ["guides/_index.en.md:4: text left out: a list shows none"]


def test_the_demo_twice_changes_nothing(build: Callable[..., Flask], demo_template: Path) -> None:
    site = build(demo_template, locales=tuple(tag for tag in TAGS if tag != "ru")).extensions["helpdesk"]
    summary = import_content(site, SAMPLEDATA, is_demo=True)
    assert (summary.new, summary.changed, summary.notes) == ([], [], [])
    assert len(summary.unchanged) > 150


def test_dry_run_changes_nothing(empty_site: Site, tmp_path: Path) -> None:
    summary = import_content(empty_site, write(tmp_path / "content", FOLDER), dry_run=True)
    assert summary.new == ["pay/en", "pay/de"]
    assert (count(empty_site, Article), count(empty_site, Media)) == (0, 0)
    assert not empty_site.settings.media_path.exists()


def test_a_changed_text_is_a_new_revision_and_outdates_its_translations(
    empty_app: Flask, empty_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = FOLDER | {"guides/money/pay/de.md": "---\ntitle: So zahlen Sie\n---\nZahlen Sie.\n"}
    start = datetime(2026, 1, 2, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: start)
    root = write(tmp_path / "content", published)
    import_content(empty_site, root)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=5))
    write(root, {"guides/money/pay/en.md": "---\ntitle: How to pay\npublished_at: 2024-02-03\n---\nPay online.\n"})
    summary = import_content(empty_site, root)
    assert summary.changed == ["pay/en"]
    assert [(row[0], row[4], row[5]) for row in rows(empty_site)] == [("de", 1, 1), ("en", 2, None)]
    page = CheckingClient(empty_app).get("/de/articles/70-so-zahlen-sie")
    assert "7. Jan. 2026" in " ".join(page.one("aside").itertext())
    write(root, {"guides/money/pay/de.md": "---\ntitle: So zahlen Sie\n---\nZahlen Sie online.\n"})
    import_content(empty_site, root)
    assert [(row[0], row[4], row[5]) for row in rows(empty_site)] == [("de", 2, 2), ("en", 2, None)]
    assert CheckingClient(empty_app).get("/de/articles/70-so-zahlen-sie").all("aside") == []


def test_a_typo_does_not_move_the_date_of_update(
    empty_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def updated() -> datetime:
        with empty_site.database.read() as connection:
            return connection.execute(select(Translation.updated_at).where(Translation.locale == "en")).scalar_one()

    start = datetime(2026, 1, 2, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: start)
    text = "---\ntitle: How to pay\nsignificance: {}\n---\n{}\n"
    files = {**FOLDER, "guides/money/pay/en.md": text.format("minor", "Pay at teh desk.")}
    import_content(empty_site, write(tmp_path / "content", files))
    first = updated()
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=1))
    write(tmp_path / "content", {"guides/money/pay/en.md": text.format("typo", "Pay at the desk.")})
    import_content(empty_site, tmp_path / "content")
    assert (updated(), rows(empty_site)[1][4]) == (first, 2)
    write(tmp_path / "content", {"guides/money/pay/en.md": text.format("minor", "Pay at any desk.")})
    import_content(empty_site, tmp_path / "content")
    assert (updated(), rows(empty_site)[1][4]) == (start + timedelta(days=1), 3)


def found(app: Flask, query: str) -> list[str]:
    """Titles of the results; a page without results lists popular articles, which carry no place."""
    page = CheckingClient(app).get(f"/en/search?q={query}")
    return [card["title"] for card in page.cards if "pos=" in card["url"]]


def test_an_edit_is_found_at_the_next_search(empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    assert found(empty_app, "desk") == []
    import_content(empty_site, root)
    assert found(empty_app, "desk") == ["How to pay"]
    write(root, {"guides/money/pay/en.md": "---\ntitle: How to pay\n---\nUse the counter.\n"})
    import_content(empty_site, root)
    assert (found(empty_app, "desk"), found(empty_app, "counters")) == ([], ["How to pay"])


@pytest.mark.parametrize("is_new_machine", [False, True])
def test_a_scheduled_translation_is_found_when_its_time_comes(
    empty_app: Flask, empty_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_new_machine: bool
) -> None:
    start = datetime(2026, 1, 2, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: start)
    files = FOLDER | {"guides/money/pay/en.md": "---\ntitle: How to pay\npublished_at: 2026-01-05\n---\nAt the desk.\n"}
    import_content(empty_site, write(tmp_path / "content", files))
    if is_new_machine:
        with empty_site.database.transaction() as connection:
            connection.execute(delete(SearchNode))
    client = CheckingClient(empty_app)
    assert (found(empty_app, "desk"), client.get("/en/articles/70-how-to-pay").status) == ([], 404)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=2))
    assert (found(empty_app, "desk"), client.get("/en/articles/70-how-to-pay").status) == ([], 404)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=3))
    assert (found(empty_app, "desk"), client.get("/en/articles/70-how-to-pay").status) == (["How to pay"], 200)
    assert count(empty_site, Outbox) == 0


def test_other_fallbacks_make_another_index(build: Callable[..., Flask], empty_template: Path, tmp_path: Path) -> None:
    first = build(empty_template, locales=("en", "de", "fr"))
    files = {name: text for name, text in FOLDER.items() if not name.endswith("pay/de.md")}
    files |= {"guides/money/pay/de.md": "---\ntitle: So zahlen Sie\n---\nAn der Theke.\n"}
    import_content(first.extensions["helpdesk"], write(tmp_path / "content", files))

    def titles(app: Flask) -> list[str]:
        page = CheckingClient(app).get("/fr/search?q=Theke")
        return [card["title"] for card in page.cards if "pos=" in card["url"]]

    assert titles(first) == []
    second = build(empty_template, locales=("en", "de", "fr"), fallbacks={"fr": ("de",)})
    assert titles(second) == ["So zahlen Sie"]


def test_a_changed_slug_of_a_category_is_one_hop(empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    write(root, {"guides/_index.en.md": "---\ntitle: Handbook\n---\n"})
    import_content(empty_site, root)
    page = CheckingClient(empty_app).get("/en/categories/guides/money")
    assert (page.status, page.response.headers["Location"]) == (308, "/en/categories/handbook/money")


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ({"guides/money/pay/xx.md": "---\ntitle: T\n---\n"}, "guides/money/pay/xx.md:1: `xx` is not a locale of this site; HELPDESK_LOCALES names them"),
        ({"guides/money/pay/en.md": "no front matter"}, "guides/money/pay/en.md:1: has no `title`"),
        ({"guides/money/pay/en.md": "---\ntitle: T\nstatus: live\n---\n"}, "guides/money/pay/en.md:3: `status` must be one of draft, in_review, published, archived, not `live`"),
        ({"guides/money/pay/en.md": "---\ntitle: T\n\npublished_at: 5 May\n---\n"}, "guides/money/pay/en.md:4: `published_at` must be a date such as 2026-04-24, not `5 May`"),
        ({"guides/money/pay/en.md": "---\ntitle: T\nrevision: two\n---\n"}, "guides/money/pay/en.md:3: `revision` must be a whole number above 0, not `two`"),
        ({"guides/money/pay/en.md": b"---\ntitle: T\n---\nok\n\xff\n"}, "guides/money/pay/en.md:5: is not valid UTF-8"),
        ({"guides/money/pay/en.md": b"---\r\ntitle: T\r\n---\r\nok\r\n\0\r\n"}, "guides/money/pay/en.md:5: holds a NUL character; take it out"),
        ({"guides/money/pay/en.md": "---\ntitle: T\n---\n\u2028\n\ntext ![x](no.png)\n"}, "guides/money/pay/en.md:6: the image `no.png` is missing"),
        ({"guides/money/pay/en.md": "---\ntitle: T\n---\n\ntext ![x](no.png)\n"}, "guides/money/pay/en.md:5: the image `no.png` is missing"),
        ({"guides/money/pay/en.md": "---\ntitle: T\n---\n![x](%00.png)\n"}, "guides/money/pay/en.md:4: the image `\\x00.png` is missing"),
        ({"guides/money/pay/en.md": f"---\ntitle: T\n---\n![x]({'x' * 300}.png)\n"}, f"guides/money/pay/en.md:4: the image `{'x' * 300}.png` is missing"),
        ({"guides/money/pay/en.md": "---\ntitle: T\n---\n![x](../../../../../../etc/passwd.png)\n"}, "guides/money/pay/en.md:4: the image `../../../../../../etc/passwd.png` leads out of the folder"),
        ({"guides/money/pay/en.md": "---\ntitle: T\n---\n![x](a.svg)\n", "guides/money/pay/a.svg": "<svg/>"}, "guides/money/pay/en.md:4: the image `a.svg` is not one of .gif, .jpeg, .jpg, .png, .webp"),
        ({"guides/money/pay/en.md": "---\ntitle: T\n---\n![x](desk.png)\n", "guides/money/pay/desk.png": b"junk"}, "guides/money/pay/en.md:4: the image `desk.png` is not a picture that can be read"),
        ({"guides/money/pay/en.md": "---\ntitle: T\n---\n![x](https://cdn.example/x.png)\n"}, "guides/money/pay/en.md:4: the image `https://cdn.example/x.png` stands on another site, which would learn of every reader; put it beside the text"),
        ({"guides/money/pay/_article.yaml": "source: de\nposition: -1\n"}, "guides/money/pay/_article.yaml:2: `position` must be a whole number above 0, not `-1`"),
        ({"guides/money/other/_article.yaml": "id: 70\n", "guides/money/other/en.md": "---\ntitle: T\n---\nText.\n"}, "guides/money/pay/_article.yaml:1: wants the id 70, which `other` has"),
        ({"guides/Money 2/_index.en.md": "---\ntitle: T\n---\n"}, "guides/Money 2:1: a folder's name is made of a-z, 0-9 and single hyphens"),
        ({"guides/more/pay/en.md": "---\ntitle: T\n---\n"}, "guides/more:1: has no `_index.<tag>.md` with a title"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_where_it_stands(
    empty_site: Site, tmp_path: Path, files: dict[str, str | bytes], refusal: str
) -> None:
    assert refusal in refusals(empty_site, write(tmp_path / "content", FOLDER | files))


def test_all_that_is_wrong_is_said_at_once(empty_site: Site, tmp_path: Path) -> None:
    files = {
        "guides/money/pay/en.md": "---\ntitle: T\nstatus: x\nbody: y\n---\nText.\n",
        "guides/money/pay/de.md": "---\nslug: a\n---\n",
    }
    assert len(refusals(empty_site, write(tmp_path / "content", FOLDER | files))) == 3


def test_a_link_out_of_the_folder_is_refused(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    secret = write(tmp_path, {"secret.md": "---\ntitle: Secret\n---\n"}) / "secret.md"
    (root / "guides/money/pay/ar.md").symlink_to(secret)
    assert refusals(empty_site, root) == ["guides/money/pay/ar.md:1: leads out of the folder"]


@pytest.mark.parametrize("make", [False, True])
def test_nothing_to_import(empty_site: Site, tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "content").mkdir()
    assert len(refusals(empty_site, tmp_path / "content")) == 1


PLAIN: dict[str, str | bytes] = {
    "en/index.md": "---\ntags: [a]\nhide: {toc: yes}\n---\n# Welcome { #welcome }\n\nSee [the setup](guide/setup.md#first).\n",
    "en/guide/setup.md": "# Set up\n\n{* ../src/x.py hl[1] *}\n\n/// note | Mind\n\nThe **gap**.\n\n///\n\n## First { #first }\n\nDo <abbr title='x'>it</abbr>.\n\n<div class='shot'><img src='/img/a.png' alt='A shot'></div>\n",
    "zh/guide/setup.md": "# 安装 { #set-up }\n\n请点击**「提现」**。\n\n## 第一步 { #first }\n\n做。\n",
    "de/only/here.md": "Kein Titel hier.\n",
}  # fmt: skip


def test_plain_tree(empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    summary = import_content(empty_site, write(tmp_path / "manual", PLAIN))
    assert sorted(summary.new) == ["guide-setup/en", "guide-setup/zh-Hans", "index/en", "only-here/de"]
    assert [str(note) for note in summary.notes] == [
        "en/guide/setup.md:3: include line left out: {* ../src/x.py hl[1] *}",
        "en/index.md:1: front matter not kept: hide",
        "en/guide/setup.md:15: image is missing; its description is shown: /img/a.png",
    ]
    client = CheckingClient(empty_app)
    home = client.get("/en/")
    assert home.texts("h3")[0] == "Manual"
    welcome = client.get(client.get("/en/search?q=welcome").cards[0]["url"])
    link = welcome.one("div", class_="prose").find(".//a").get("href")
    assert link.endswith("-set-up#h-first")
    setup = client.get(link.partition("#")[0])
    assert setup.texts("strong") == ["gap"]
    assert setup.texts("p", class_="note-title") == ["Mind"]
    assert "{*" not in setup.text
    assert "///" not in setup.text
    assert setup.texts("span", class_="missing-image") == ["A shot"]
    chinese = client.get(client.get("/zh-Hans/search?q=%E6%8F%90%E7%8E%B0").cards[0]["url"])
    assert chinese.texts("strong") == ["「提现」"]
    assert chinese.texts("h1") == ["安装"]
    german = client.get("/de/search?q=Titel").cards[0]
    assert german["title"] == "Here"


HUGO: dict[str, str | bytes] = {
    "hugo.toml": 'defaultContentLanguage = "en"\n',
    "content/docs/_index.md": "---\ntitle: The guide\nweight: 1\n---\n",
    "content/docs/_index.de.md": "---\ntitle: Die Anleitung\n---\n",
    "content/docs/setup/index.md": "+++\ntitle = 'Set up'\nweight = 2\nslug = 'setting-up'\n+++\n![Desk](desk.png)\n\n## First { #one }\n\nDo.\n",
    "content/docs/setup/index.de.md": "+++\ntitle = 'Einrichten'\n+++\n![Tisch](desk.png)\n\n## Zuerst\n\nSieh [unten](#zuerst).\n",
    "content/docs/start.md": "---\ntitle: Start\nweight: 1\n---\n{{< note >}}\nMind the *gap*.\n{{< /note >}}\n\n[Set up]({{< ref \"setup#one\" >}}) ![Far](/img/far.png)\n",
    "content/docs/setup/desk.png": png(30, 20),
    "static/img/far.png": png(4, 5),
}  # fmt: skip


def test_a_project_of_hugo(empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "manual", HUGO)
    summary = import_content(empty_site, root)
    assert summary.new == ["docs-start/en", "docs-setup/en", "docs-setup/de"]
    assert summary.notes == []
    again = import_content(empty_site, root)
    assert (again.new, again.changed, again.unchanged) == ([], [], summary.new)
    client = CheckingClient(empty_app)
    cards = client.get("/en/categories/manual/the-guide").cards
    assert [card["title"] for card in cards] == ["Start", "Set up"]
    start = client.get(cards[0]["url"])
    assert start.texts("em") == ["gap"]
    assert start.one("img").get("width") == "4"
    link = start.one("div", class_="prose").find(".//a").get("href")
    assert link.endswith("-setting-up#h-one")
    german = client.get(client.get("/de/categories/manual/die-anleitung").cards[1]["url"])
    assert (german.texts("h1"), german.one("img").get("alt")) == (["Einrichten"], "Tisch")
    assert german.one("div", class_="prose").find(".//p/a").get("href") == "#h-one"


def test_links_that_were_stored_beside_a_text_still_lead(empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    """Trees that were imported before links stood in the text."""
    import_content(empty_site, write(tmp_path / "manual", {"en/a.md": "[b](b.md)\n", "en/b.md": "x\n"}))
    with empty_site.database.transaction() as connection:
        found = connection.execute(select(Body.translation_id).where(Body.markdown == "[b](article:b)\n")).scalar_one()
        old = {"markdown": "[b](b.md)\n", "targets": '{"b.md": "article:b"}'}
        connection.execute(update(Body).where(Body.translation_id == found).values(**old))
        values = {"markdown": old["markdown"], "targets": old["targets"]}
        connection.execute(update(Revision).where(Revision.translation_id == found).values(**values))
    publishing.restore(empty_site, "a", "en", 1)
    with empty_site.database.read() as connection:
        html = connection.execute(select(Body.html).where(Body.translation_id == found)).scalar_one()
    assert html == '<p><a href="article:b">b</a></p>\n'


def test_plain_tree_of_unknown_locales_says_which_to_add(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "manual", {"en/a.md": "# A\n", "fr/a.md": "# A\n", "uk/a.md": "# A\n"})
    assert refusals(empty_site, root) == ["fr:1: no locale of this site; add to HELPDESK_LOCALES: fr, uk"]


def test_characters_that_no_page_may_hold_become_spaces(empty_site: Site, tmp_path: Path) -> None:
    title = r'"A\x07b\uD83Cc \U0001F3F4 d\uFFFEe\u0085f"'
    files = {**FOLDER, "guides/money/pay/en.md": f"---\ntitle: {title}\n---\nText.\n"}
    import_content(empty_site, write(tmp_path / "content", files))
    with empty_site.database.read() as connection:
        titles = connection.execute(select(Translation.title).where(Translation.locale == "en")).scalars().all()
    assert titles == ["A b c 🏴 d e f"]


def test_such_characters_of_a_text_are_kept_and_not_shown(empty_site: Site, tmp_path: Path) -> None:
    body = "One\x85two \x1b[2J\x0b `a\x9bb` \ufdd0\ufffe.\r\nThree\x7f\x0c\tfour\u2028.\n"
    files = {**FOLDER, "guides/money/pay/en.md": f"---\ntitle: T\n---\n{body}".encode()}
    import_content(empty_site, write(tmp_path / "content", files))
    with empty_site.database.read() as connection:
        stored = select(Body.markdown, Body.html, Body.text).join(Translation).where(Translation.locale == "en")
        markdown, html, text = connection.execute(stored).one()
    assert markdown == body
    assert (html, CONTROLS.findall(html.replace("\n", ""))) == (
        "<p>One two  [2J  <code>a b</code>   .\nThree \x0c\tfour\u2028.</p>\n",
        ["\x0c", "\t"],
    )
    assert CONTROLS.findall(text) == []
