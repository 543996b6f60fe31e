"""A test client that checks every page it fetches, so that no test can overlook a broken one."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.test import TestResponse

READER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SCHEMA = {"TechArticle", "BreadcrumbList", "WebSite"}
RTL = {"ar", "fa", "he", "ur"}
# What a form on our own page sends along.
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost", "Referer": "http://localhost/"}

# Pages, statuses and paths in which no fault was found, by their hash: an answer like that has none either.
FAULTLESS: set[int] = set()


@lru_cache(200)
def parsed(html: str) -> tuple[Element, list[Any]]:
    """The root of a page, not to be changed, and what is wrong with its HTML; many tests get the same pages."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return parser.parse(html), parser.errors


class Page:
    """A parsed page."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.data = response.get_data()
        self.html = self.data.decode() if (response.mimetype or "").startswith("text/") else ""

    @cached_property
    def root(self) -> Element:
        return parsed(self.html)[0]

    @cached_property
    def errors(self) -> list[Any]:
        return parsed(self.html)[1]

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements by tag and attributes (`class_` for class; a class matches as a word)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.root.iter(tag) if all(_has(e, name, value) for name, value in wanted.items())]

    def one(self, tag: str, **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} <{tag} {attributes}>"
        return found[0]

    def texts(self, tag: str, **attributes: str) -> list[str]:
        return [text_of(e) for e in self.all(tag, **attributes)]

    @property
    def text(self) -> str:
        return text_of(self.root.find("body") or self.root)

    @property
    def hreflang(self) -> list[tuple[str, str]]:
        """The page's addresses in other languages, as (hreflang, address)."""
        links = [(e.get("hreflang", ""), e.get("href", "")) for e in self.all("link", rel="alternate")]
        return [(tag, url) for tag, url in links if tag]

    @property
    def data_graph(self) -> list[dict[str, Any]] | None:
        """What the page is in the words of schema.org; None without any, or when it is no JSON."""
        scripts = self.all("script", type="application/ld+json")
        try:
            data = json.loads(scripts[0].text or "") if scripts else {}
        except ValueError:
            return None
        return data["@graph"] if data.get("@context") == "https://schema.org" else None

    @property
    def cards(self) -> list[dict[str, Any]]:
        """Cards of the page's lists: title, excerpt, meta lines, address, lang."""
        found = []
        for item in (li for ul in [*self.all("ul", class_="list"), *self.all("ol", class_="list")] for li in ul):
            heading = item.find("h2") if item.find("h2") is not None else item.find("h3")
            link = heading.find("a")
            found.append(
                {
                    "title": text_of(link),
                    "url": link.get("href"),
                    "lang": link.get("lang"),
                    "excerpt": text_of(item.find("p")),
                    "meta": [text_of(li) for li in item.find("ul")],
                }
            )
        return found


def _has(element: Element, name: str, value: str) -> bool:
    actual = element.get(name)
    if actual is None:
        return False
    return value in actual.split() if name == "class" else actual == value


def text_of(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


class CheckingClient:
    """A reader with a browser's headers; every HTML page is checked."""

    def __init__(self, app: Flask, *, user_agent: str = READER, address: str = "127.0.0.1") -> None:
        self.flask = app.test_client()
        self.headers = {"User-Agent": user_agent}
        self.address = address

    def get(self, url: str, *, headers: dict[str, str] | None = None, follow: bool = False) -> Page:
        return self.open("GET", url, headers=headers, follow_redirects=follow)

    def post(
        self, url: str, data: dict[str, Any], *, headers: dict[str, str] | None = None, follow: bool = False
    ) -> Page:
        headers = SAME_ORIGIN if headers is None else headers
        return self.open("POST", url, data=data, headers=headers, follow_redirects=follow)

    def open(self, method: str, url: str, *, headers: dict[str, str] | None = None, **options: Any) -> Page:
        response = self.flask.open(
            url,
            method=method,
            headers=self.headers | (headers or {}),
            environ_base={"REMOTE_ADDR": self.address},
            **options,
        )
        page = Page(response)
        response.close()
        is_fragment = (headers or {}).get("X-Requested-With") == "fetch" and "<html" not in page.html
        if response.mimetype == "text/html" and response.status_code not in range(300, 400) and page.html:
            known = (page.html, page.status, response.request.path)
            if not is_fragment and hash(known) not in FAULTLESS:  # many tests get the same pages
                problems = check_page(page, urljoin("http://localhost/", response.request.path))
                assert problems == [], f"{method} {url}: {problems}"
                FAULTLESS.add(hash(known))
        check_headers(response)
        return page


def check_headers(response: TestResponse) -> None:
    headers = response.headers
    assert headers.get("X-Content-Type-Options") == "nosniff"
    path = response.request.path
    is_secret = "/team/link/" in path or path.endswith("/team/oidc/back")
    assert headers.get("Referrer-Policy") == ("strict-origin" if is_secret else "same-origin")
    assert "default-src 'none'" in headers.get("Content-Security-Policy", "")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers.get("Cache-Control"), "no cache policy"
    if response.request.method in ("GET", "HEAD") and not path.endswith(("/language", "/team/oidc", "/team/oidc/back")):
        assert not headers.getlist("Set-Cookie"), "a cookie on reading"


def check_page(page: Page, address: str) -> list[str]:
    """All that is wrong with a page, in words."""
    problems = [f"HTML {error}" for error in page.errors]
    html = page.root
    lang, direction = html.get("lang", ""), html.get("dir")
    if not lang or direction != ("rtl" if lang.partition("-")[0] in RTL else "ltr"):
        problems.append(f"lang {lang!r} dir {direction!r}")
    first = urlsplit(address).path.split("/")[1]
    if re.fullmatch(r"[a-z]{2}(-[A-Za-z]+)?", first) and page.status == 200 and lang != first:
        problems.append(f"lang {lang} on /{first}/")
    problems += _check_structure(page)
    problems += _check_links(page, lang)
    problems += _check_data(page)
    for element in html.iter():
        if isinstance(element.tag, str) and ("style" in element.attrib or element.tag == "style"):
            problems.append(f"inline style at <{element.tag}>")
        if any(name.startswith("on") for name in element.attrib):
            problems.append(f"event handler at <{element.tag}>")
    return problems


def _check_data(page: Page) -> list[str]:
    """The one script with text in it is data: JSON to the letter, about this very page."""
    inline = [script for script in page.all("script") if script.text]
    if any(script.get("type") != "application/ld+json" or script.get("src") for script in inline):
        return ["inline script"]
    if len(inline) > 1:
        return [f"{len(inline)} scripts of data"]
    return [] if not inline else _check_graph(page)


def _check_graph(page: Page) -> list[str]:
    problems = []
    if page.data_graph is None:
        return ["no JSON"]
    if any(thing.get("@type") not in SCHEMA or None in thing.values() for thing in page.data_graph):
        problems.append(f"things {page.data_graph}")
    canonical = [e.get("href") for e in page.all("link", rel="canonical")]
    for thing in page.data_graph:
        if thing.get("@type") == "TechArticle" and (
            [thing["mainEntityOfPage"]] != canonical or thing["headline"] != page.all("h1")[0].text
        ):
            problems.append(f"article {thing}")
        if thing.get("@type") == "BreadcrumbList":
            items = thing["itemListElement"]
            if [item["position"] for item in items] != [*range(1, len(items) + 1)]:
                problems.append(f"crumbs {items}")
            if any(not item["name"] or not item["item"].startswith("http") for item in items):
                problems.append(f"crumbs {items}")
    return problems


def _check_head(page: Page) -> list[str]:
    """What networks and result lists are told: complete wherever a page may be shown by them."""
    described = [e.get("content", "") for e in page.all("meta", name="description")]
    problems = [f"description {text!r}" for text in described if not text.strip() or "\n" in text or len(text) > 201]
    graph = {e.get("property", ""): e.get("content", "") for e in page.all("meta") if e.get("property")}
    if [url for url in (e.get("href") for e in page.all("link", rel="canonical")) if url != graph.get("og:url")]:
        problems.append("og:url is not the canonical address")
    if graph and not {"og:title", "og:type", "og:url", "og:site_name", "og:locale"} <= set(graph):
        problems.append(f"Open Graph {sorted(graph)}")
    if any(not re.fullmatch(r"[a-z]{2,3}_[A-Z]{2}", value) for name, value in graph.items() if "locale" in name):
        problems.append(f"Open Graph {graph}")
    if len(page.all("link", rel="search")) != 1:
        problems.append("no description of the search")
    return problems


def _check_structure(page: Page) -> list[str]:
    problems = []
    headings = page.texts("h1")
    title = text_of(page.one("title"))
    if len(headings) != 1:
        problems.append(f"{len(headings)} h1")
    elif not title or not (title.startswith(headings[0]) or headings[0].startswith(title)):
        problems.append(f"h1 {headings[0]!r} does not start the title {title!r}")
    ids = Counter(e.get("id") for e in page.root.iter() if isinstance(e.tag, str) and e.get("id"))
    problems += [f"id {name} stands {n} times" for name, n in ids.items() if n > 1]
    problems += _check_forms(page) + _check_anchors(page, set(ids))
    for image in page.all("img"):
        if not (image.get("width") and image.get("height")) or image.get("alt") is None:
            problems.append(f"image {image.get('src')} without size or alt")
    if any("hidden" not in alert.attrib for alert in page.all("p", role="alert")) and page.all("p", class_="thanks"):
        problems.append("thanks beside a failure")
    text = page.text
    for quoted in [*page.texts("pre"), *(card["excerpt"] for card in page.cards)]:  # an article about templates
        text = text.replace(quoted, "")
    if re.search(r"%\(\w+\)s|\{\{|\{%", text):
        problems.append("a placeholder in the text")
    if re.search(r"\bM(0\d|1[0-2])\b", page.text):
        problems.append("an unlocalized month")
    return problems


def _check_forms(page: Page) -> list[str]:
    labels = {label.get("for") for label in page.all("label")}
    wrapped = {id(e) for label in page.all("label") for e in label.iter()}
    return [
        f"<{tag} name={field.get('name')}> has no label"
        for tag in ("input", "textarea", "select")
        for field in page.all(tag)
        if "hidden" not in (field.get("type"), *field.keys())
        and field.get("id") not in labels
        and id(field) not in wrapped
    ]


def _check_anchors(page: Page, ids: set[str | None]) -> list[str]:
    problems = []
    for address in (a.get("href", "") for a in page.all("a")):
        if address.startswith("#") and unquote(address[1:]) not in ids:
            problems.append(f"broken anchor {address}")
        if address.startswith(("article:", "hd:")):
            problems.append(f"unresolved address {address}")
    return problems


def _check_links(page: Page, lang: str) -> list[str]:
    problems = []
    alternates = page.hreflang
    tags = [tag for tag, _url in alternates]
    canonical = [e.get("href", "") for e in page.all("link", rel="canonical")]
    if len(canonical) > 1 or any(not url.startswith("http") for url in canonical):
        problems.append(f"canonical {canonical}")
    if alternates:
        if len(set(tags)) != len(tags) or "x-default" not in tags or lang not in tags:
            problems.append(f"hreflang {tags}")
        if any(not url.startswith("http") for _tag, url in alternates):
            problems.append("hreflang not absolute")
        if [url for tag, url in alternates if tag == lang] != canonical or page.all("meta", name="robots"):
            problems.append("hreflang on a page that is not its own canonical one")
    switches = page.all("a", data_switch="")
    if len(switches) < 2 or any(a.get("lang") != a.get("hreflang") or not a.get("dir") for a in switches):
        problems.append("switcher")
    if page.status == 200 and not page.all("meta", name="robots") and not page.all("meta", name="description"):
        problems.append("no description")
    return problems + _check_head(page)
