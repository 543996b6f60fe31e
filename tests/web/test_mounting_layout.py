"""Our pages inside the host's layout: the host's names are the host's, and everything of ours is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader

from helpdesk.web.rendering import hosted_stylesheet
from tests.conftest import TAGS
from tests.support.instances import copied
from tests.support.mounted import LAYOUT, Host, settings_of
from tests.support.pages import SAME_ORIGIN, CheckingClient, Page

# What is asked of the database here is asked on PostgreSQL by the tests of the pages themselves.
pytestmark = pytest.mark.on("sqlite")

MakeShop = Callable[..., Host]
READING = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def make_shop(tmp_path: Path, demo_template: Path) -> Iterator[MakeShop]:
    hosts: list[Host] = []

    def make(name: str = "shop", layout: str = "host/base.html", **templates: str) -> Host:
        host = Host(tmp_path / name)
        hosts.append(host)
        if templates:
            host.app.jinja_loader = DictLoader({f"{key}.html": value for key, value in templates.items()})
        host.mount(settings_of(copied(demo_template, host.folder / "help"), layout=layout))
        return host

    yield make
    for host in hosts:
        host.close()


def look(host: Host, path: str, method: str = "GET", **options: Any) -> Page:
    headers = READING | options.pop("headers", {})
    return Page(host.app.test_client().open(path, method=method, headers=headers, **options))


def test_a_page_stands_in_the_hosts_layout(make_shop: MakeShop) -> None:
    shop = make_shop()
    for tag, direction, word in (("de", "ltr", "Sprache"), ("ar", "rtl", "اللغة")):
        page = look(shop, f"/support/{tag}/")
        assert (page.status, page.errors) == (200, [])
        nav = page.one("nav", class_="row")
        assert page.texts("a", class_="btn")[0] == "Boutique", "the host's words, in the host's language"
        assert "".join(nav.itertext()).split() == ["Boutique", "hôte", "fr_FR"], "and the host's own names"
        wrapper = page.one("div", class_="hd")[0]
        assert (wrapper.get("lang"), wrapper.get("dir")) == (tag, direction)
        assert [len(page.all(name)) for name in ("main", "h1", "title", "html")] == [1, 1, 1, 1]
        assert page.one("html").get("lang") == "fr"
        assert page.texts("a", href="#content") == ["Aller au contenu"]
        assert not page.all("a", class_="skip")
        assert len(page.all("a", data_switch="")) == len(TAGS)
        assert page.one("nav", class_="menu", aria_label=word) is not None
        assert len(page.all("form", role="search")) == 1
        assert page.texts("h1")[0].startswith(page.texts("title")[0])
        assert page.one("link", rel="canonical").get("href") == f"http://localhost/support/{tag}/"
        for name in ("color-scheme", "theme-color"):
            assert not page.all("meta", name=name), "of the whole document the host speaks"
    assert not look(shop, "/page").all("div", class_="hd")


def test_every_page_and_every_state(make_shop: MakeShop) -> None:
    shop = make_shop()
    article = look(shop, "/support/de/articles/16").response.headers["Location"]
    paths = ("search", "search?q=telefon", "about/views", "nope", "categories/faq")
    pages = [look(shop, f"/support/de/{path}") for path in paths]
    assert [page.status for page in pages] == [200, 200, 200, 404, 200]
    pages.append(look(shop, article))
    client = shop.app.test_client()
    voted = client.post(f"{article}/vote", data={"answer": "no"}, headers=READING | SAME_ORIGIN)
    assert (voted.status_code, voted.headers["Location"]) == (303, f"{article}#feedback")
    pages.append(Page(client.get(article, headers=READING)))
    assert pages[-1].one("p", role="status") is not None
    fragment = client.post(
        f"{article}/vote", data={"answer": "yes"}, headers=READING | SAME_ORIGIN | {"X-Requested-With": "fetch"}
    )
    assert fragment.text.lstrip().startswith("<section"), "the script gets the fragment without a layout"
    pages.append(look(shop, f"{article}/vote", "POST", data={"answer": "yes"}))
    assert pages[-1].one("input", name="confirm") is not None
    for page in pages:
        assert (page.errors, len(page.all("main")), page.texts("a", class_="btn")[0]) == ([], 1, "Boutique")
    assert look(shop, "/support/de/", "PUT").status == 405


def test_headers_inside_a_layout_leave_the_hosts_page_to_the_host(make_shop: MakeShop) -> None:
    shop = make_shop()
    headers = look(shop, "/support/de/").response.headers
    assert "Content-Security-Policy" not in headers
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert "ETag" not in headers, "what the host puts around may change"
    static = look(shop, "/support/static/site.js").response
    assert "default-src 'none'" in static.headers["Content-Security-Policy"]
    static.close()


@pytest.mark.parametrize(
    ("layout", "sentence"),
    [
        ("nowhere.html", "HELPDESK_LAYOUT names nowhere.html, which is none of the app's templates."),
        ("empty.html", "empty.html, named by HELPDESK_LAYOUT, has no block `helpdesk_content`."),
        ("broken.html", "ZeroDivisionError"),
        ("child.html", "missing.html"),
    ],
)
def test_a_layout_that_fails_says_so_and_readers_get_our_own_page(
    make_shop: MakeShop, caplog: pytest.LogCaptureFixture, layout: str, sentence: str
) -> None:
    shop = make_shop(
        layout=layout,
        empty="<title>{% block helpdesk_title %}{% endblock %}</title>",
        broken="{{ 1 / 0 }}",
        child="{% extends 'missing.html' %}",
    )
    page = CheckingClient(shop.app).get("/support/de/")
    assert (page.status, page.root.get("lang"), len(page.all("main"))) == (500, "de", 1)
    assert sentence in caplog.text
    assert (shop.touched, shop.app.test_client().get("/").text) == ([], "Boutique")


def test_blocks_of_other_names_through_a_template_between(make_shop: MakeShop) -> None:
    base = (
        LAYOUT.replace("helpdesk_title", "title").replace("helpdesk_head", "head").replace("helpdesk_content", "main")
    )
    between = (
        '{% extends "base.html" %}'
        "{% block title %}{% block helpdesk_title %}{% endblock %}{% endblock %}"
        "{% block head %}{{ super() }}{% block helpdesk_head %}{% endblock %}{% endblock %}"
        "{% block main %}{% block helpdesk_content %}{% endblock %}{% endblock %}"
    )
    page = look(make_shop(layout="between.html", base=base, between=between), "/support/de/")
    assert (page.status, page.errors, page.texts("a", class_="btn")[0]) == (200, [], "Boutique")


def test_every_rule_of_the_hosted_stylesheet_stays_in_our_part(make_shop: MakeShop) -> None:
    css = hosted_stylesheet()
    selectors = [found.strip() for found in re.findall(r"([^{};]+)\{", css)]
    rules = [selector for selector in selectors if not selector.startswith("@")]
    parts = [part.strip() for rule in rules for part in re.split(r",\s*(?=\.hd\b)", rule)]
    assert len(rules) > 150
    assert [part for part in parts if not re.match(r"\.hd( |$)", part)] == []
    at_rules = {selector.split()[0] for selector in selectors if selector.startswith("@")}
    assert at_rules == {"@layer", "@media"}, "of others the scoping knows nothing"
    assert css.count("{") == css.count("}")
    assert not re.search(r"\.hd (html|body|:root)\b", css)
    shop = make_shop()
    sheet = look(shop, "/support/de/").all("link", rel="stylesheet")[1].get("href")
    answer = look(shop, sheet).response
    assert (answer.mimetype, answer.text) == ("text/css", css)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
