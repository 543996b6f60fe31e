"""What stands around an article: related ones, the way on, reading time, pictures that open, the link to share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.services.importing import import_content
from helpdesk.services.publishing import unpublish
from helpdesk.services.site import Site
from tests.core.test_importing import png, write
from tests.support.pages import CheckingClient, Page, text_of

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

SECTION = "guides/money"
TITLES = {
    "pay": "Pay by card",
    "send": "Limits of cards and transfers",
    "limits": "Limits of cards",
    "asia": "Limits of cards in Asia",
}


def folder(**about: str) -> dict[str, str | bytes]:
    """Four articles of one section, with lines for the `_article.yaml` of each."""
    files: dict[str, str | bytes] = {
        "guides/_index.en.md": "---\ntitle: Guides\n---\n",
        f"{SECTION}/_index.en.md": "---\ntitle: Money\n---\n",
    }
    for number, (key, title) in enumerate(TITLES.items()):
        yaml = f"id: {70 + number}\nsource: en\nposition: {number + 1}\n{about.get(key, '')}"
        files[f"{SECTION}/{key}/_article.yaml"] = yaml
        files[f"{SECTION}/{key}/en.md"] = f"---\ntitle: {title}\n---\nMoney and cards.\n"
    return files


@pytest.fixture
def load(build: Callable[..., Flask], empty_template: Path, tmp_path: Path) -> Callable[..., CheckingClient]:
    """Import files into an empty site; settings by name."""

    def make(files: dict[str, str | bytes], **settings: object) -> CheckingClient:
        app = build(empty_template, **settings)
        import_content(app.extensions["helpdesk"], write(tmp_path / "content", files))
        return CheckingClient(app)

    return make


def site_of(client: CheckingClient) -> Site:
    return client.flask.application.extensions["helpdesk"]


def related(page: Page) -> list[tuple[str, str]]:
    lists = page.all("ul", class_="related")
    return [(text_of(a), a.get("href", "")) for a in lists[0].iter("a")] if lists else []


def ways_on(page: Page) -> dict[str, str]:
    return {a.get("rel"): text_of(a.find("b")) for nav in page.all("nav", class_="between") for a in nav.iter("a")}


def open_article(client: CheckingClient, tag: str, article_id: int) -> Page:
    return client.get(f"/{tag}/articles/{article_id}", follow=True)


def test_related_articles_chosen_by_hand_stand_in_their_order(load: Callable[..., CheckingClient]) -> None:
    client = load(folder(pay="related: [limits, pay, nowhere, send]\n"))
    assert related(open_article(client, "en", 70)) == [
        ("Limits of cards", "/en/articles/72-limits-of-cards"),
        ("Limits of cards and transfers", "/en/articles/71-limits-of-cards-and-transfers"),
    ]


def test_related_articles_that_nobody_chose_come_from_the_index(load: Callable[..., CheckingClient]) -> None:
    client = load(folder())
    found = [title for title, _url in related(open_article(client, "en", 72))]
    assert sorted(found) == ["Limits of cards and transfers", "Limits of cards in Asia"]
    unpublish(site_of(client), "send", "en")
    assert [title for title, _url in related(open_article(client, "en", 72))] == ["Limits of cards in Asia"]


@pytest.mark.parametrize("chosen", ["related: [send, asia]\n", ""], ids=["by hand", "by the index"])
def test_only_what_the_reader_can_see_is_related_or_next(load: Callable[..., CheckingClient], chosen: str) -> None:
    client = load(
        folder(limits=chosen, asia="regions: [SG]\n", send="withheld: [en-SG]\n"),
        locales=("en", "en-SG", "de-AT", "de"),
        regions={"de": ("DE",)},
    )
    titles = {tag: {title for title, _url in related(open_article(client, tag, 72))} for tag in ("en", "en-SG", "de")}
    assert ("Limits of cards and transfers" in titles["en-SG"], "Limits of cards in Asia" in titles["de"]) == (
        False,
        False,
    )
    assert "Limits of cards in Asia" in titles["en-SG"]
    ways = {tag: ways_on(open_article(client, tag, 72)) for tag in ("en-SG", "de")}
    assert ways == {
        "en-SG": {"prev": "Pay by card", "next": "Limits of cards in Asia"},
        "de": {"prev": "Limits of cards and transfers"},
    }


def test_the_way_on_goes_through_the_section_in_its_order(load: Callable[..., CheckingClient]) -> None:
    client = load(folder())
    assert [ways_on(open_article(client, "en", article_id)) for article_id in (70, 71, 73)] == [
        {"next": "Limits of cards and transfers"},
        {"prev": "Pay by card", "next": "Limits of cards"},
        {"prev": "Limits of cards"},
    ]
    unpublish(site_of(client), "send", "en")
    assert ways_on(open_article(client, "en", 70)) == {"next": "Limits of cards"}


def test_an_article_alone_has_no_way_on(load: Callable[..., CheckingClient]) -> None:
    files = {name: text for name, text in folder().items() if not any(f"/{key}/" in name for key in list(TITLES)[1:])}
    page = open_article(load(files), "en", 70)
    assert (ways_on(page), related(page)) == ({}, [])


def test_titles_of_other_languages_say_so(load: Callable[..., CheckingClient]) -> None:
    files = folder(pay="related: [send, limits]\n") | {
        f"{SECTION}/pay/de.md": "---\ntitle: Mit Karte zahlen\n---\nGeld.\n",
        f"{SECTION}/send/de.md": "---\ntitle: Geld senden\n---\n",  # a title only
    }
    page = open_article(load(files), "de", 70)
    links = [(text_of(a), a.get("lang")) for a in page.one("ul", class_="related").iter("a")]
    assert links == [("Geld senden", None), ("Limits of cards", "en")]
    assert page.one("a", rel="next").find("b").get("lang") is None


def test_an_article_is_read_while_the_index_is_broken(load: Callable[..., CheckingClient]) -> None:
    client = load(folder())
    backend = site_of(client).indexer.backend
    backend.close()
    for path in site_of(client).settings.index_path.rglob("*"):
        if path.is_file():
            path.unlink()
            path.write_bytes(b"broken")
    assert open_article(client, "en", 70).status == 200


def test_reading_time_is_the_served_texts_and_in_the_readers_words(load: Callable[..., CheckingClient]) -> None:
    files = folder() | {
        f"{SECTION}/pay/en.md": "---\ntitle: Pay\n---\n" + "word " * 950,
        f"{SECTION}/pay/zh-Hans.md": "---\ntitle: 付款\n---\n" + "钱" * 2550,
        f"{SECTION}/send/en.md": "---\ntitle: Send\n---\nOne word.",
    }
    client = load(files, locales=("en", "zh-Hans", "de"))

    def minutes(tag: str, article_id: int) -> str:
        return text_of(list(open_article(client, tag, article_id).one("ul", class_="meta"))[-1])

    assert minutes("en", 70) == "5 minutes to read"
    assert minutes("en", 71) == "1 minute to read"
    assert "10" in minutes("zh-Hans", 70)
    assert "5" in minutes("de", 70)


def test_a_large_picture_opens_in_full_without_script(load: Callable[..., CheckingClient]) -> None:
    text = "![Where the button is](wide.png)\n\n![](wide.png)\n\n[![Logo](wide.png)](article:send)\n\n![Dot](dot.png)\n"
    client = load(
        folder()
        | {
            f"{SECTION}/pay/en.md": f"---\ntitle: Pay\n---\n{text}",
            f"{SECTION}/pay/wide.png": png(1200, 10),
            f"{SECTION}/pay/dot.png": png(20, 20),
        }
    )
    page = open_article(client, "en", 70)
    (zoom,) = page.all("a", class_="zoom")
    (picture,) = list(zoom)
    assert (picture.get("alt"), picture.get("src")) == ("Where the button is", zoom.get("href"))
    answer = client.get(zoom.get("href", ""))
    assert (answer.status, answer.response.mimetype) == (200, "image/png")
    assert len(page.all("img")) == 4


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, "http://localhost/articles/70"),
        ({"site_url": "http://localhost:8080/help"}, "http://localhost:8080/help/articles/70"),
    ],
)
def test_the_link_to_share_is_a_link_in_each_readers_language(
    load: Callable[..., CheckingClient], settings: dict[str, str], address: str
) -> None:
    client = load(folder(), **settings)
    link = open_article(client, "de", 70).one("a", data_share="")
    assert (link.get("href"), text_of(link)) == (address, address)
    assert link.get("data-copied")
    there = client.get("/articles/70", headers={"Accept-Language": "de"})
    assert (there.status, there.response.headers["Location"].removeprefix("/help")[:4]) == (302, "/en/")
