"""What must not be seen is planted as words, and looked for in every channel that machines read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.services.site import Site
from tests.support.content import take_in, translation
from tests.support.pages import CheckingClient

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

WORDS = (
    "openword",
    "draftword",
    "archivedword",
    "scheduledword",
    "withheldword",
    "regionalword",
    "sourceword",
    "titelwort",
    "reviewword",
    "germanword",
    "singaporeword",
)
IDS = {word: number for number, word in enumerate(WORDS, start=1)}
EVERYWHERE = {"openword", "withheldword", "sourceword", "singaporeword"}


def planted(word: str, **fields: str) -> str:
    return translation(
        f"The {word}", f"Body {word}, and [more](article:draftword).", summary=f"About {word}.", **fields
    )


@pytest.fixture
def planted_site(empty_site: Site, tmp_path: Path) -> Site:
    regional = "id: {}\nposition: 9\n{}\n"
    take_in(
        empty_site,
        tmp_path / "content",
        {
            "openword": {"en.md": planted("openword"), "de.md": planted("openword")},
            "draftword": {"en.md": planted("draftword", status="draft")},
            "archivedword": {"en.md": planted("archivedword", status="archived")},
            "scheduledword": {"en.md": planted("scheduledword", published_at="2099-01-01")},
            "withheldword": {
                "en.md": planted("withheldword"),
                "_article.yaml": regional.format(IDS["withheldword"], "withheld: [en-SG]"),
            },
            "regionalword": {
                "en.md": planted("regionalword"),
                "_article.yaml": regional.format(IDS["regionalword"], "regions: [SG]"),
            },
            "sourceword": {
                "en.md": planted("sourceword"),
                "de.md": translation("Das titelwort", "", summary="Zum titelwort."),
            },
            "titelwort": {"en.md": planted("draftword", status="draft"), "de.md": planted("titelwort", status="draft")},
            "reviewword": {"en.md": planted("reviewword", status="in_review")},
            "germanword": {
                "de.md": planted("germanword"),
                "_article.yaml": regional.format(IDS["germanword"], "source: de"),
            },
            "singaporeword": {"en.md": planted("singaporeword"), "en-SG.md": planted("singaporeword")},
        },
    )
    return empty_site


def words_in(text: str) -> set[str]:
    return {word for word in WORDS if word in text}


@pytest.mark.parametrize("name", ["feed.xml", "categories/{}/feed.xml", "llms.txt"])
@pytest.mark.parametrize(
    ("tag", "slug", "expected"),
    [
        ("en", "guides", EVERYWHERE),
        ("en-SG", "guides", (EVERYWHERE - {"withheldword"}) | {"regionalword"}),
        ("de", "anleitungen", {"openword", "germanword"}),
        ("ar", "guides", set()),
    ],
)
def test_feeds_and_lists_hold_own_and_inherited_alone(
    planted_site: Site, empty_app: Flask, name: str, tag: str, slug: str, expected: set[str]
) -> None:
    page = CheckingClient(empty_app).get(f"/{tag}/{name.format(slug)}")
    assert page.status == 200
    text = page.data.decode()
    if name == "llms.txt":  # links by id alone
        assert {word for word, number in IDS.items() if f"/articles/{number}.md" in text} == expected
    assert words_in(text) == expected


def test_llms_txt_is_the_default_locales(planted_site: Site, empty_app: Flask) -> None:
    client = CheckingClient(empty_app)
    assert client.get("/llms.txt", headers={"Accept-Language": "de"}).data == client.get("/en/llms.txt").data


def test_sitemap_has_every_translation_at_its_address(planted_site: Site, empty_app: Flask) -> None:
    text = CheckingClient(empty_app).get("/sitemap.xml").data.decode()
    assert words_in(text) == EVERYWHERE | {"regionalword", "germanword"}
    at_home = [line for line in text.split("\n") if "<url>" in line and "regionalword" in line]
    assert [line.split("</loc>")[0] for line in at_home] == [
        f"<url><loc>http://localhost/en-SG/articles/{IDS['regionalword']}-the-regionalword"
    ]


# Of /en/, /en-SG/ and /de/, in the order of WORDS.
STATUSES = {
    "openword": (200, 200, 200),
    "draftword": (404, 404, 404),
    "archivedword": (410, 410, 410),
    "scheduledword": (404, 404, 404),
    "withheldword": (200, 404, 200),
    "regionalword": (200, 200, 200),
    "sourceword": (200, 200, 200),
    "titelwort": (404, 404, 404),
    "reviewword": (404, 404, 404),
    "germanword": (200, 200, 200),
    "singaporeword": (200, 200, 200),
}


def test_twins_are_to_be_had_where_pages_are(planted_site: Site, empty_app: Flask) -> None:
    client = CheckingClient(empty_app)
    found, pages = {}, {}
    for word, number in IDS.items():
        twins = [client.get(f"/{tag}/articles/{number}.md") for tag in ("en", "en-SG", "de")]
        found[word] = tuple(twin.status for twin in twins)
        pages[word] = tuple(
            client.get(f"/{tag}/articles/{number}", follow=True).status for tag in ("en", "en-SG", "de")
        )
        shown = {word} | ({"titelwort"} if word == "sourceword" else set())
        assert [words_in(twin.data.decode()) - shown for twin in twins] == [set()] * 3, word
    assert found == STATUSES
    assert pages == STATUSES


def test_heads_say_nothing_of_what_is_hidden(planted_site: Site, empty_app: Flask) -> None:
    client = CheckingClient(empty_app)
    home = client.get("/en/")
    assert words_in(home.html.split("</head>")[0]) == set()
    page = client.get(f"/de/articles/{IDS['openword']}-the-openword")
    assert words_in(page.html.split("</head>")[0]) == {"openword"}
    assert [tag for tag, _url in page.hreflang] == ["en", "de", "x-default"]
    regional = client.get(f"/en-SG/articles/{IDS['regionalword']}-the-regionalword")
    assert [tag for tag, _url in regional.hreflang] == ["en-SG", "x-default"]
    elsewhere = client.get(f"/en/articles/{IDS['regionalword']}-the-regionalword")
    assert elsewhere.hreflang == []
    assert elsewhere.one("meta", name="robots").get("content") == "noindex"
    assert elsewhere.one("link", rel="canonical").get("href") == regional.one("link", rel="canonical").get("href")
    negotiated = client.get(f"/articles/{IDS['regionalword']}").response.headers["Location"]
    assert negotiated == f"/en-SG/articles/{IDS['regionalword']}-the-regionalword"


def test_an_empty_site_has_all_documents(build: Callable[..., Flask], empty_template: Path) -> None:
    client = CheckingClient(build(empty_template, locales=("en",)))
    paths = ("/sitemap.xml", "/llms.txt", "/en/feed.xml", "/en/opensearch.xml", "/robots.txt")
    assert [client.get(path).status for path in paths] == [200] * 5
    assert client.get("/sitemap.xml").data.count(b"<url>") == 2
