"""Data in a script element is no script: the policy lets it stand, and the browser hands it over unharmed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.browser.conftest import Reader
from tests.support.server import Server


@pytest.mark.parametrize(
    ("path", "things"),
    [
        ("/en/", ["WebSite"]),
        ("/ar/articles/26", ["TechArticle", "BreadcrumbList"]),
        ("/en/categories/faq", ["BreadcrumbList"]),
    ],
)
def test_no_violation_of_the_policy(
    library: Server, readers: Callable[..., Reader], path: str, things: list[str]
) -> None:
    page = readers(library).open(path)
    written = page.locator("script[type='application/ld+json']").text_content()
    assert [thing["@type"] for thing in json.loads(written or "")["@graph"]] == things
