"""The demo: in every language that it has, and on sites that speak few of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.models import Article, CategoryText, Translation
from helpdesk.services.demo import SAMPLEDATA, load_demo
from helpdesk.services.site import Site
from helpdesk.text.frontmatter import split
from tests.support.pages import CheckingClient


def with_text(locales: tuple[str, ...]) -> set[str]:
    """Keys of the articles that have a text in one of some locales."""
    files = [file for tag in locales for file in SAMPLEDATA.glob(f"*/*/*/{tag}.md")]
    return {file.parent.name for file in files if split(file.read_text("utf-8")).body.strip()}


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("locales", "default", "sources"),
    [
        (("en", "fr"), "en", {"en"}),
        (("de", "fr"), "de", {"de"}),
        (("zh-Hant", "de"), "zh-Hant", {"de", "zh-Hant"}),
        (("sv", "fi"), "sv", set()),
    ],
)
def test_it_speaks_the_languages_of_the_site(
    build: Callable[..., Flask],
    empty_template: Path,
    locales: tuple[str, ...],
    default: str,
    sources: set[str],
) -> None:
    app = build(empty_template, locales=locales, default_locale=default)
    site: Site = app.extensions["helpdesk"]
    load_demo(site)
    with site.database.read() as connection:
        assert set(connection.execute(select(Article.key)).scalars()) == with_text(locales)
        assert set(connection.execute(select(Article.source_locale)).scalars()) == sources
        for model in (Translation, CategoryText):
            assert set(connection.execute(select(model.locale)).scalars()) <= set(locales)
    page = CheckingClient(app).get(f"/{default}/")
    assert page.status == 200
