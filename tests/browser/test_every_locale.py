"""Every shipped language in a real browser: nothing overflows, nothing is cut off, each script in a font made for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from helpdesk.locales import SHIPPED
from helpdesk.services.bootstrapping import prepare
from tests.browser.conftest import Reader
from tests.browser.test_layout import OVERFLOW
from tests.conftest import close, make_app
from tests.support.server import Server, serve

PAGES = ("/{tag}/", "/{tag}/search", "/{tag}/articles/10")
WIDTHS = (375, 1280)
# Text larger than the box that shows it, where the box neither scrolls nor ends in an ellipsis.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter(e => {
  const style = getComputedStyle(e);
  const hides = value => ["hidden", "clip"].includes(value);
  return e.checkVisibility() && style.webkitLineClamp === "none" && e.clientWidth > 1
    && (hides(style.overflowX) && e.scrollWidth > e.clientWidth + 1
      || hides(style.overflowY) && e.scrollHeight > e.clientHeight + 1);
}).map(e => e.outerHTML.slice(0, 90))"""
# Families that Debian's Noto packages bring, by what a language's own letters are drawn with.
FONTS = {
    "ar": "Noto Sans Arabic",
    "he": "Noto Sans Hebrew",
    "hi": "Noto Sans Devanagari",
    "th": "Noto Sans Thai",
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
    "zh-Hans": "Noto Sans CJK SC",
    "zh-Hant": "Noto Sans CJK TC",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo in all its languages."""
    app = make_app(tmp_path_factory.mktemp("world") / "instance", locales=SHIPPED)
    prepare(app.extensions["helpdesk"], "demo")
    with serve(app) as server:
        yield server
    close(app)


# Of those written in Latin letters alone, the ones with long words and with marks above marks.
@pytest.mark.parametrize("tag", [tag for tag in SHIPPED if tag not in {"en", "en-SG", "es", "id", "pt-BR"}])
def test_nothing_overflows_and_each_script_has_its_font(
    readers: Callable[..., Reader], world: Server, tag: str
) -> None:
    page = readers(world).open("/en/")
    cdp = page.context.new_cdp_session(page)
    cdp.send("DOM.enable")
    cdp.send("CSS.enable")
    drawn: set[str] = set()
    for path in PAGES:
        page.goto(path.format(tag=tag))
        assert page.locator("html").get_attribute("lang") == tag
        assert page.locator("html").get_attribute("dir") == ("rtl" if tag in ("ar", "he") else "ltr")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert (path, width, page.evaluate(OVERFLOW), page.evaluate(CUT_OFF)) == (path, width, 0, [])
        root = cdp.send("DOM.getDocument")["root"]["nodeId"]
        for name in ("h1", "main p", "main h2", "header"):
            node = cdp.send("DOM.querySelector", {"nodeId": root, "selector": name})["nodeId"]
            fonts = cdp.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"] if node else []
            drawn |= {font["familyName"] for font in fonts}
    assert FONTS.get(tag, "Noto Sans") in drawn
