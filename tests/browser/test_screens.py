"""Pictures for translators: found where they stand, cut out, and what is not found is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import imagesize
import pytest
from playwright.sync_api import Browser

from helpdesk.cli.messages import PACKAGE, catalog_path, extract_catalog, read_catalog
from helpdesk.cli.screens import TOUR, Demo, visit, write
from helpdesk.services.migrating import shipped_folder
from tests.browser.conftest import PATIENCE
from tests.conftest import close, make_app

TRANSLATIONS = shipped_folder("translations")
VOTE = "/articles/17/vote"
STOPS = [
    {"path": "/"},
    {"path": VOTE, "form": {"answer": "no"}},
    {"path": VOTE, "form": {"answer": "yes"}, "lacks": ["HTTP_SEC_FETCH_SITE", "HTTP_ORIGIN", "HTTP_REFERER"]},
    {"path": "/api/v1/articles?locale={tag}&page=x"},
]
ARTICLE = "/de/articles/17-warum-sich-eine-auszahlung-verzögert"
PLACES = {
    "How can we help you?": ("/de/", "part of a text"),  # the site's name stands before it, for screen readers
    "How can we help?": ("/de/", "placeholder"),
    "Search": ("/de/", "text"),
    "Language": ("/de/", "aria-label"),
    "Updated on %(date)s": ("/de/", "text"),
    "Answers to questions about %(name)s: search, browse by topic, and read in your language.": ("/de/", "description"),
    "Copied": (ARTICLE, "data-copied"),
    "Send": (ARTICLE, "text"),
    "At most %(number)s characters.": (ARTICLE, "part of a text"),
    "Send my answer": (f"/de{VOTE}", "text"),
    "A whole number from %(least)s to %(most)s is expected.": (
        "/api/v1/articles?locale=de&page=x",
        "part of a text",
    ),
}


@pytest.fixture
def demo(demo_template: Path, tmp_path: Path):
    """A demo as the command makes it, but for its articles, which are there already."""
    host = make_app(tmp_path / "host")
    with host.app_context():
        made = Demo(shutil.copytree(demo_template, tmp_path / "instance"), TRANSLATIONS, ["de"])
    made.fill()
    yield made
    close(host)


def test_messages_are_found_and_pictured(chromium: Browser, demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with demo.served() as address, chromium.new_page(base_url=address) as page:
        page.set_default_timeout(PATIENCE)
        seen = visit(demo, page, "de", folder, STOPS)
    assert {message: (seen[message]["address"], seen[message]["place"]) for message in PLACES} == PLACES
    sizes = {message: imagesize.get(folder / found["picture"]) for message, found in seen.items() if "picture" in found}
    assert {message for message in seen if message not in sizes} == {next(m for m in PLACES if m.startswith("Answers"))}
    assert {message: size for message, size in sizes.items() if not (size[0] >= 300 and 40 <= size[1] <= 420)} == {}

    template = extract_catalog(PACKAGE)
    report = write(folder / "de.html", template, read_catalog(catalog_path(TRANSLATIONS, "de"), "de"), seen)
    total = len(template)
    assert report == f"{folder}/de.html: {len(seen)} of {total} messages found, {len(sizes)} with a picture."
    html = (folder / "de.html").read_text("utf-8")
    assert (html.count("<section"), html.count("<img")) == (len(seen), len(sizes))
    listed = html.partition(f"Not found on the demo: {total - len(seen)}<")[2]
    assert (listed.count("<li>"), "Search is being prepared" in listed) == (total - len(seen), True)


def test_the_tour_is_well_formed() -> None:
    keys = {"path", "form", "environ", "lacks", "is_new", "times"}
    assert [stop for stop in TOUR["stops"] if not {"path"} <= set(stop) <= keys] == []
    assert set(TOUR) == {"settings", "files", "stops"}
