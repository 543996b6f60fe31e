"""The pages as a browser shows them, in a language a third longer than English: its script speaks it, and all of it fits."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from helpdesk import clock
from helpdesk.services.notices import set_notice
from helpdesk.services.site import Site
from tests.browser.conftest import OFFLINE, Reader, answer, expect_state
from tests.conftest import close, make_app
from tests.support import pseudo
from tests.support.pseudo import FALLBACK, LTR, OWN, REGIONAL, RTL
from tests.support.server import Server, serve

PATHS = {
    "home": "/{tag}/",
    "list": "/{tag}/categories/guides",
    "results": "/{tag}/search?q=κείμενο",
    "nothing found": "/{tag}/search?q=σημείωση&category=news",
    "fallback": f"/{{tag}}/articles/{FALLBACK}",
    "regional": f"/{{tag}}/articles/{REGIONAL}",
    "about": "/{tag}/about/views",
    "error": "/{tag}/nowhere",
}
# Everything that a reader sees, hears or hovers over, with all that can be opened open; addresses shown as such apart.
SHOWN = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const own = e => [...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE).map(n => n.data).join(" ");
  const drawn = e => ["::before", "::after", "::marker"].map(p => getComputedStyle(e, p).content)
    .filter(c => c.startsWith('"')).join(" ");
  const read = ["title", "alt", "aria-label", "aria-description", "placeholder", "label"];
  return [["title", document.title], ...[...document.body.querySelectorAll("*:not(bdi, script)")].flatMap(e => [
    [e.tagName, own(e)], [`${e.tagName} drawn`, drawn(e)],
    ...read.map(name => [`${e.tagName} ${name}`, e.getAttribute(name) ?? ""]),
  ])];
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDTHS = (320, 375, 1280)

both_directions = pytest.mark.parametrize("tag", [LTR, RTL])


@pytest.fixture(scope="module")
def speaking(empty_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A site that speaks the language of these tests."""
    folder = tmp_path_factory.mktemp("pseudo")
    catalogs = pseudo.write_catalogs(folder / "catalogs")
    instance = shutil.copytree(empty_template, folder / "instance")
    app = make_app(instance, translations_dir=catalogs, page_size=3, **pseudo.SETTINGS)
    site: Site = app.extensions["helpdesk"]
    pseudo.plant(site, folder / "content")
    set_notice(site, "Ανακοίνωση", [LTR, RTL], now=clock.now())
    site.indexer.rebuild()
    with serve(app) as running:
        yield running
    close(app)


def problems(page: Page, name: str) -> list[tuple[str, str]]:
    """What is shown in English, and how far the page overflows at which width."""
    found = [(f"{name}: {where}", text) for where, text in pseudo.letters(map(tuple, page.evaluate(SHOWN)))]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        overflow = page.evaluate(OVERFLOW)
        found += [(f"{name} at {width}", f"{overflow} px wider")] if overflow else []
    return found


@both_directions
def test_every_page_fits_and_speaks_one_language(speaking: Server, readers: Callable[..., Reader], tag: str) -> None:
    reader = readers(speaking)
    reader.foresee_status(404, "NOT FOUND")
    page = reader.open("about:blank")
    found = []
    for name, path in PATHS.items():
        page.goto(path.format(tag=tag))
        found += problems(page, name)
    assert found == []


@both_directions
def test_the_script_speaks_it_as_well(speaking: Server, readers: Callable[..., Reader], tag: str) -> None:
    reader = readers(speaking)
    reader.foreseen.add(OFFLINE)
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = reader.open(f"/{tag}/articles/{OWN}")
    page.locator("[data-share]").click()
    expect(page.locator(".share output")).to_have_text(pseudo.pseudo("Copied"))
    found = problems(page, "copied")
    for state, value in (("failed", "no"), ("no", "no"), ("stored", "no"), ("removed", "remove"), ("yes", "yes")):
        reader.context.set_offline(state == "failed")
        if state == "stored":
            page.locator("[name=comment]").fill("Σχόλιο")
            expect(page.locator("[data-counter]")).to_contain_text("6 / 1")
            found += problems(page, "counter")
        answer(page, value)
        expect_state(page, state)
        found += problems(page, state)
    assert found == []
