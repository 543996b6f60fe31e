"""Our stylesheet in a host's page: the host's elements look as they did, ours keep their form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader

from tests.support.instances import copied
from tests.support.mounted import LAYOUT, Host, settings_of
from tests.support.server import serve

# Class names that hosts use as we do; the host itself says nothing about most of what ours would set.
CLASSES = "btn row badge page list top search wrap grid menu note tabs article meta card hero foot brand notice pager"
SAMPLES = "".join(
    f'<div class="sample {name}"><a href="/">{name}</a><ul><li>1</li></ul></div>' for name in CLASSES.split()
)
PLAIN = (
    '<h2 class="sample">Titre</h2><p class="sample">Texte <code class="sample">x</code></p>'
    '<table class="sample"><tr><td class="sample">1</td></tr></table><input class="sample"><button class="sample">Ok</button>'
)
STYLES = """() => [document.documentElement, document.body, ...document.querySelectorAll(".sample, .sample *")].map((e) => {
  const style = getComputedStyle(e);
  return [...style].filter((name) => !/^(block|inline)-size$|^(width|height|perspective-origin|transform-origin)$/.test(name))
    .map((name) => name + ":" + style.getPropertyValue(name)).join(";");
})"""


@pytest.fixture
def shop(tmp_path: Path, demo_template: Path) -> Any:
    host = Host(tmp_path / "shop")
    layout = LAYOUT.replace("</nav>", f"</nav><aside>{SAMPLES}{PLAIN}</aside>")
    host.app.jinja_loader = DictLoader({"host/base.html": layout})
    host.mount(settings_of(copied(demo_template, host.folder / "help"), layout="host/base.html"))
    with serve(host.app) as server:
        yield server
    host.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_hosts_elements_look_as_they_did(shop: Any, chromium: Any, scheme: str) -> None:
    context = chromium.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{shop.address}/page")
    before = page.evaluate(STYLES)
    page.goto(f"{shop.address}/support/de/")
    assert page.evaluate(STYLES) == before
    assert page.evaluate("getComputedStyle(document.querySelector('.hd .btn')).borderRadius") == "8px"
    context.close()


@pytest.mark.parametrize(("tag", "width"), [("en", 1200), ("ar", 1200), ("en", 375), ("ar", 375)])
def test_our_part_fits_and_works(shop: Any, chromium: Any, tag: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{shop.address}/support/{tag}/articles/16")
    assert page.evaluate("document.querySelector('.hd').scrollWidth <= document.documentElement.clientWidth")
    page.click(".hd .menu summary")
    page.click(".hd .menu a[hreflang=de]")
    assert f"{shop.address}/support/de/articles/16-" in page.url
    page.click(".hd button[name=answer][value=yes]")
    page.wait_for_selector(".hd [data-feedback] [role=status]")
    assert len(shop.votes(16)) == 1
    context.close()
