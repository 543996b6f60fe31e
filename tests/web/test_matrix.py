"""Every state of a translation through every channel, by planted words: what is shown, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask

from helpdesk.services.importing import import_content
from tests.conftest import filled
from tests.core.test_importing import write
from tests.support.databases import Backend, drop_database
from tests.support.pages import CheckingClient

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

TAGS = ("en", "en-SG", "de")
SOON = "9999-01-01"


def word(state: str, part: str, tag: str) -> str:
    return f"zq{state}{part}{tag.replace('-', '').lower()}q"


# State: (fields of the article, {locale: front matter; "title" makes a title alone}), the source first.
STATES: dict[str, tuple[str, dict[str, str]]] = {
    "own": ("", {"en": "", "de": ""}),
    "inherited": ("", {"en": ""}),
    "variant": ("", {"en": "", "en-SG": ""}),
    "germanfirst": ("source: de", {"de": ""}),
    "titlealone": ("", {"en": "", "de": "title"}),
    "draft": ("", {"en": "status: draft"}),
    "drafted": ("", {"en": "", "de": "status: draft"}),
    "review": ("", {"en": "", "de": "status: in_review"}),
    "retired": ("", {"en": "status: archived"}),
    "scheduled": ("", {"en": f"published_at: {SOON}"}),
    "planned": ("", {"en": "", "de": f"published_at: {SOON}"}),
    "withheld": ("withheld: [en-SG]", {"en": ""}),
    "withheldown": ("withheld: [en-SG]", {"en": "", "en-SG": ""}),
    "singapore": ("regions: [SG]", {"en": ""}),
    "germany": ("regions: [DE]", {"en": "", "de": ""}),
    "union": ("regions: [EU]", {"en": ""}),
    "nowhere": ("regions: [US]", {"en": ""}),
}
# What lists of a locale show of a state: the locales of title and text; what is not named is not shown.
LISTED: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "own": ("en", "en"),
        "inherited": ("en", "en"),
        "variant": ("en", "en"),
        "germanfirst": ("de", "de"),
        "titlealone": ("en", "en"),
        "drafted": ("en", "en"),
        "review": ("en", "en"),
        "planned": ("en", "en"),
        "withheld": ("en", "en"),
        "withheldown": ("en", "en"),
    },
    "en-SG": {
        "own": ("en", "en"),
        "inherited": ("en", "en"),
        "variant": ("en-SG", "en-SG"),
        "germanfirst": ("de", "de"),
        "titlealone": ("en", "en"),
        "drafted": ("en", "en"),
        "review": ("en", "en"),
        "planned": ("en", "en"),
        "singapore": ("en", "en"),
    },
    "de": {
        "own": ("de", "de"),
        "inherited": ("en", "en"),
        "variant": ("en", "en"),
        "germanfirst": ("de", "de"),
        "titlealone": ("de", "en"),
        "drafted": ("en", "en"),
        "review": ("en", "en"),
        "planned": ("en", "en"),
        "withheld": ("en", "en"),
        "withheldown": ("en", "en"),
        "germany": ("de", "de"),
        "union": ("en", "en"),
    },
}
# The writing that a locale has of its own or inherits; the rest of its lists is a fallback.
WRITING = {"en": ("en",), "en-SG": ("en", "en-SG"), "de": ("de",)}
# By link: what an article limited to other regions shows, and the answers of those that show nothing.
BY_LINK = {
    "en": {"singapore": "en", "germany": "en", "union": "en", "nowhere": "en"},
    "en-SG": {"germany": "en", "union": "en", "nowhere": "en"},
    "de": {"singapore": "en", "nowhere": "en"},
}
REFUSED = {
    "en": {"draft": 404, "retired": 410, "scheduled": 404},
    "en-SG": {"draft": 404, "retired": 410, "scheduled": 404, "withheld": 404, "withheldown": 404},
    "de": {"draft": 404, "retired": 410, "scheduled": 404},
}
# Where the translations live (hreflang, sitemap): state to the locales of addresses.
HOMES = {
    "own": ("en", "de"),
    "inherited": ("en",),
    "variant": ("en", "en-SG"),
    "germanfirst": ("de",),
    "titlealone": ("en",),
    "drafted": ("en",),
    "review": ("en",),
    "planned": ("en",),
    "withheld": ("en",),
    "withheldown": ("en",),
    "singapore": ("en-SG",),
    "germany": ("de",),
}
# The translations that readers can see somewhere, where that is not all of them.
VISIBLE = {"drafted": ("en",), "review": ("en",), "planned": ("en",), "withheldown": ("en",)}
IDS = {state: 100 + number for number, state in enumerate(STATES)}
WORDS = re.compile(r"zq[a-z]+?q(?=\W|_|$)")


def files() -> Iterator[tuple[str, str]]:
    yield "guides/_index.en.md", "---\ntitle: Guides\n---\n"
    yield "guides/all/_index.en.md", "---\ntitle: All of them\n---\n"
    for state, (fields, translations) in STATES.items():
        folder = f"guides/all/{state}"
        yield f"{folder}/_article.yaml", f"id: {IDS[state]}\nposition: {IDS[state]}\n{fields}\n"
        for tag, matter in translations.items():
            is_title = matter == "title"
            body = "" if is_title else f"Zqcommon stands beside {word(state, 'text', tag)} here.\n"
            # Every text was published once: it is the status that hides it.
            matter = matter if "published_at" in matter else f"{matter}\npublished_at: 2024-01-01"
            title = f"Something {word(state, 'title', tag)}"
            yield f"{folder}/{tag}.md", f"---\ntitle: {title}\n{matter.removeprefix('title')}\n---\n{body}"


SETTINGS: dict[str, Any] = {"locales": TAGS, "regions": {"de": ("DE",)}, "page_size": 50, "news_category": "guides"}


@pytest.fixture(scope="module")
def template(empty_template: Path, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Taken in once; every test has a copy."""
    folder = tmp_path_factory.mktemp("matrix")
    content = write(folder / "content", dict(files()))
    instance = filled(empty_template, folder / "instance", lambda site: import_content(site, content), **SETTINGS)
    yield instance
    drop_database(instance)


@pytest.fixture
def client(build: Callable[..., Flask], template: Path) -> CheckingClient:
    return CheckingClient(build(template, **SETTINGS))


def planted(text: str) -> set[str]:
    return set(WORDS.findall(text.lower()))


def listed(tag: str, parts: tuple[str, ...] = ("title", "text"), *, only: tuple[str, ...] = TAGS) -> set[str]:
    """The words that a list of a locale shows, of translations into the locales `only`."""
    return {
        word(state, part, served)
        for state, served_in in LISTED[tag].items()
        for part, served in zip(("title", "text"), served_in, strict=True)
        if part in parts and served_in[1] in only
    }


def test_every_word_is_told_apart() -> None:
    text = " ".join(content for _, content in files()).lower()
    assert planted(text) == {
        word(state, part, tag)
        for state, (_, translations) in STATES.items()
        for tag, matter in translations.items()
        for part in (("title",) if matter == "title" else ("title", "text"))
    }


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("path", ["categories/guides", "categories/guides/all-of-them", "search", "search?q=zqcommon"])
def test_lists_and_search(client: CheckingClient, tag: str, path: str) -> None:
    page = client.get(f"/{tag}/{path}")
    assert planted(page.html) == listed(tag)
    assert len(page.cards) == len(LISTED[tag])
    assert page.texts("p", class_="range")[0].split()[0] == str(len(LISTED[tag]))


@pytest.mark.parametrize("tag", TAGS)
def test_every_order_of_a_list(client: CheckingClient, tag: str) -> None:
    for sort in ("updated", "popular", "helpful"):
        assert planted(client.get(f"/{tag}/categories/guides?sort={sort}").html) == listed(tag)


@pytest.mark.parametrize("tag", TAGS)
def test_front_page(client: CheckingClient, tag: str) -> None:
    """The popular and the latest are some of those that lists show."""
    found = planted(client.get(f"/{tag}/").html)
    assert len(found) >= 12
    assert found - listed(tag) == set()


@pytest.mark.parametrize("tag", TAGS)
def test_search_finds_no_word_that_is_not_shown(client: CheckingClient, tag: str) -> None:
    shown = listed(tag)
    every = {word(s, part, t) for s, (_, texts) in STATES.items() for t in texts for part in ("title", "text")}
    for planted_word in sorted(every):
        page = client.get(f"/{tag}/search?q={planted_word}&exact=1")
        hits = [len(results) for results in page.all("ol", class_="list")]
        assert hits == ([1] if planted_word in shown else []), planted_word


@pytest.mark.parametrize("tag", TAGS)
def test_by_link(client: CheckingClient, tag: str) -> None:
    for state, article_id in IDS.items():
        page = client.get(f"/{tag}/articles/{article_id}")
        page = client.get(page.response.headers["Location"]) if page.status == 308 else page
        if state in REFUSED[tag]:
            assert (state, page.status, planted(page.html)) == (state, REFUSED[tag][state], set())
            continue
        elsewhere = BY_LINK[tag].get(state)
        title, text = (elsewhere, elsewhere) if elsewhere else LISTED[tag][state]
        own = {word(state, "title", title), word(state, "text", text)}
        # A page may also name its neighbours and related articles, which lists show as well; other titles of the
        # article itself stand only in the addresses of its other languages.
        others = {word(state, "title", home) for home in HOMES.get(state, ())}
        assert own <= planted(page.html), state
        assert planted(page.html) - own - others - listed(tag, ("title",)) == set(), state
        # One notice for another region, one for another language.
        assert len(page.all("aside")) == bool(elsewhere) + (text not in WRITING[tag]), state
        assert bool(page.all("meta", name="robots")) == bool(elsewhere)


@pytest.mark.parametrize("tag", TAGS)
def test_addresses_of_translations(client: CheckingClient, tag: str) -> None:
    for state, article_id in IDS.items():
        page = client.get(f"/{tag}/articles/{article_id}")
        page = client.get(page.response.headers["Location"]) if page.status == 308 else page
        found = [e.get("hreflang") for e in page.all("link", rel="alternate") if e.get("hreflang")]
        homes = HOMES.get(state, ())
        assert found == ([*homes, "x-default"] if tag in homes else []), state


@pytest.mark.parametrize("tag", TAGS)
def test_switches_to_what_is_refused_are_refused(client: CheckingClient, tag: str) -> None:
    for state, article_id in IDS.items():
        status = client.get(f"/{tag}/language?route=article&id={article_id}").status
        assert status == REFUSED[tag].get(state, 303), state


@pytest.mark.parametrize("tag", TAGS)
def test_feeds_and_llms_hold_what_is_written_in_the_locale(client: CheckingClient, tag: str) -> None:
    """No fallback: a feed in German brings German."""
    shown = listed(tag, only=WRITING[tag])
    for path in ("feed.xml", "categories/guides/feed.xml", "llms.txt"):
        assert planted(client.get(f"/{tag}/{path}").data.decode()) == shown, path


def test_sitemap_holds_each_text_at_its_home(client: CheckingClient) -> None:
    text = client.get("/sitemap.xml").data.decode()
    found = {
        (loc.text.split("/")[3], *planted(loc.text))
        for loc in ElementTree.fromstring(text).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
        if "/articles/" in (loc.text or "")
    }
    expected = {
        (tag, word(state, "title", tag if tag in STATES[state][1] else "en"))
        for state, tags in HOMES.items()
        for tag in tags
    }
    assert found == expected
    assert planted(text) == {planted_word for _tag, planted_word in expected}


@pytest.mark.parametrize("tag", TAGS)
def test_markdown_twins(client: CheckingClient, tag: str) -> None:
    for state, article_id in IDS.items():
        page = client.get(f"/{tag}/articles/{article_id}.md")
        if state in REFUSED[tag]:
            assert (page.status, planted(page.data.decode())) == (REFUSED[tag][state], set()), state
            continue
        elsewhere = BY_LINK[tag].get(state)
        title, text = (elsewhere, elsewhere) if elsewhere else LISTED[tag][state]
        # The canonical address in the front matter names the text's own title.
        own = {word(state, "title", title), word(state, "title", text), word(state, "text", text)}
        assert planted(page.data.decode()) == own, state


def api(client: CheckingClient, path: str) -> tuple[int, set[str]]:
    page = client.get(f"/api/v1/{path}")
    return page.status, planted(page.data.decode())


@pytest.mark.parametrize("tag", TAGS)
def test_api_lists_search_and_suggestions(client: CheckingClient, tag: str) -> None:
    shown = listed(tag)
    for path in (
        f"articles?locale={tag}&per_page=50",
        f"articles?locale={tag}&per_page=50&category=guides",
        f"articles?locale={tag}&per_page=50&sort=updated",
        f"search?locale={tag}&per_page=50&q=zqcommon",
    ):
        assert api(client, path) == (200, shown), path
        body = json.loads(client.get(f"/api/v1/{path}").data)
        assert body["meta"]["total"] == len(LISTED[tag]), path
    every = {word(s, part, t) for s, (_, texts) in STATES.items() for t in texts for part in ("title", "text")}
    for planted_word in sorted(every):
        is_title = planted_word in listed(tag, ("title",))
        expected = (200, {planted_word} if is_title else set())
        assert api(client, f"suggest?locale={tag}&q={planted_word}") == expected, planted_word
        hits = json.loads(client.get(f"/api/v1/search?locale={tag}&q={planted_word}&exact=1").data)["meta"]["total"]
        assert hits == (planted_word in shown), planted_word


@pytest.mark.parametrize("tag", TAGS)
def test_api_articles_and_translations(client: CheckingClient, tag: str) -> None:
    related = listed(tag, ("title",))
    for state, article_id in IDS.items():
        found = api(client, f"articles/{article_id}?locale={tag}")
        translations = api(client, f"articles/{article_id}/translations?locale={tag}")
        if state in REFUSED[tag]:
            assert found == translations == (REFUSED[tag][state], set()), state
            continue
        elsewhere = BY_LINK[tag].get(state)
        title, text = (elsewhere, elsewhere) if elsewhere else LISTED[tag][state]
        homes = {word(state, "title", home) for home in HOMES.get(state, ()) if home in STATES[state][1]}
        assert {word(state, "title", title), word(state, "text", text)} <= found[1], state
        assert found[1] - {word(state, "title", title), word(state, "text", text)} - homes - related == set(), state
        visible = {word(state, "title", other) for other in VISIBLE.get(state, STATES[state][1])}
        assert translations == (200, visible), state
