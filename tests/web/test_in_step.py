"""What is saved, switched off and on again is right in every channel at the next request, whatever was kept before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from tests.core.test_importing import write
from tests.support.pages import CheckingClient

FIRST, SECOND = "zqfirstq", "zqsecondq"
# Where an English reader, a reader of a regional variant and a German one meet the article's text or title.
CHANNELS = {
    "front page": "/en/",
    "category": "/en/categories/guides",
    "section": "/en/categories/guides/money",
    "all articles": "/en/search",
    "latest": "/en/categories/guides?sort=updated",
    "search": "/en/search?q=zqcommon",
    "feed": "/en/feed.xml",
    "category feed": "/en/categories/guides/feed.xml",
    "sitemap": "/sitemap.xml",
    "llms.txt": "/llms.txt",
    "page": "/en/articles/70-{slug}",
    "twin": "/en/articles/70.md",
    "neighbour": "/en/articles/71-neighbour",
    "link in a text": "/en/articles/72-linking",
    "inherited page": "/en-SG/articles/70-{slug}",
    "inherited list": "/en-SG/categories/guides",
    "inherited feed": "/en-SG/feed.xml",
    "fallback page": "/de/articles/70-{slug}",
    "fallback list": "/de/categories/guides",
    "fallback search": "/de/search?q=zqcommon",
    "API list": "/api/v1/articles?locale=en",
    "API article": "/api/v1/articles/70?locale=en",
    "API translations": "/api/v1/articles/70/translations?locale=en",
    "API search": "/api/v1/search?locale=en&q=zqcommon",
    "suggestions": "/en/suggest?q=something",
    "API suggestions": "/api/v1/suggest?locale=en&q=something",
}


def folder(word: str) -> dict[str, str | bytes]:
    return {
        "guides/_index.en.md": "---\ntitle: Guides\n---\n",
        "guides/money/_index.en.md": "---\ntitle: Money\n---\n",
        "guides/money/pay/_article.yaml": "id: 70\nposition: 1\n",
        "guides/money/pay/en.md": f"---\ntitle: Something {word}\n---\nZqcommon words of {word}.\n",
        "guides/money/other/_article.yaml": "id: 71\nposition: 2\n",
        "guides/money/other/en.md": "---\ntitle: Neighbour\n---\nNothing.\n",
        "guides/money/linking/_article.yaml": "id: 72\nposition: 3\n",
        "guides/money/linking/en.md": "---\ntitle: Linking\n---\nSee [the other](article:pay).\n",
    }


class Keeper:
    """A client that keeps what it got, and asks each time whether that is still true."""

    def __init__(self, client: CheckingClient) -> None:
        self.client = client
        self.kept: dict[str, tuple[str, str]] = {}

    def text(self, url: str) -> str:
        tag, text = self.kept.get(url, ("", ""))
        page = self.client.get(url, headers={"If-None-Match": tag} if tag else {})
        if page.status == 304:
            return text
        if page.status == 308:
            return self.text(page.response.headers["Location"])
        text = page.data.decode() if page.status == 200 else ""
        self.kept[url] = (page.response.headers.get("ETag", ""), text)
        return text

    def where(self, word: str) -> set[str]:
        """The channels that show a word; a link in a text is told by its address."""
        return {name for name, url in CHANNELS.items() if word in self.text(url.format(slug=f"something-{word}"))}


@pytest.fixture
def run(app_with_content: tuple[Flask, Site, Path]) -> Callable[..., None]:
    app = app_with_content[0]

    def call(*words: str) -> None:
        result = app.test_cli_runner().invoke(args=["helpdesk", *words])
        assert result.exit_code == 0, result.output

    return call


@pytest.fixture
def app_with_content(build: Callable[..., Flask], empty_template: Path, tmp_path: Path) -> tuple[Flask, Site, Path]:
    app = build(empty_template, locales=("en", "en-SG", "de"), news_category="guides", api_per_minute=10_000)
    site: Site = app.extensions["helpdesk"]
    root = write(tmp_path / "content", folder(FIRST))
    import_content(site, root)
    return app, site, root


@pytest.fixture
def keeper(app_with_content: tuple[Flask, Site, Path]) -> Keeper:
    found = Keeper(CheckingClient(app_with_content[0]))
    assert found.where(FIRST) == set(CHANNELS)
    return found


def test_import(keeper: Keeper, app_with_content: tuple[Flask, Site, Path]) -> None:
    _, site, root = app_with_content
    import_content(site, write(root, folder(SECOND)))
    assert (keeper.where(FIRST), keeper.where(SECOND)) == (set(), set(CHANNELS))
    draft = folder(SECOND)["guides/money/pay/en.md"].replace("---\nZq", "status: draft\n---\nZq")
    import_content(site, write(root, {"guides/money/pay/en.md": draft}))
    assert keeper.where(SECOND) == set()
    import_content(site, write(root, folder(SECOND)))
    assert keeper.where(SECOND) == set(CHANNELS)


@pytest.mark.parametrize("off", ["unpublish", "archive"])
def test_command(keeper: Keeper, run: Callable[..., None], off: str) -> None:
    for _ in range(2):
        run("content", off, "pay", "--locale", "en")
        assert keeper.where(FIRST) == set()
        run("content", "publish", "pay", "--locale", "en")
        assert keeper.where(FIRST) == set(CHANNELS)


@pytest.mark.on("sqlite")
def test_delete(keeper: Keeper, run: Callable[..., None], app_with_content: tuple[Flask, Site, Path]) -> None:
    _, site, root = app_with_content
    run("content", "delete", "pay", "--yes")
    assert keeper.where(FIRST) == set()
    import_content(site, root)
    assert keeper.where(FIRST) == set(CHANNELS)


@pytest.mark.on("sqlite")
def test_restore(keeper: Keeper, run: Callable[..., None], app_with_content: tuple[Flask, Site, Path]) -> None:
    _, site, root = app_with_content
    import_content(site, write(root, folder(SECOND)))
    assert (keeper.where(FIRST), keeper.where(SECOND)) == (set(), set(CHANNELS))
    run("content", "restore", "pay", "1", "--locale", "en")
    # The address that readers have kept stays: of the later text nothing but the slug.
    slug = f"something-{SECOND}"
    shown = {name for name, url in CHANNELS.items() if FIRST in keeper.text(url.format(slug=slug))}
    assert shown == set(CHANNELS) - {"sitemap", "link in a text"}
    left = {name for name, url in CHANNELS.items() if f"words of {SECOND}" in keeper.text(url.format(slug=slug))}
    assert left == set()
