"""GET /{tag}/articles/{id}.md and llms.txt."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from flask import Flask

from helpdesk.services.site import Site
from helpdesk.text.frontmatter import split
from tests.core.test_importing import png
from tests.support.content import take_in, translation
from tests.support.pages import CheckingClient
from tests.support.queries import count_queries

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

PAGE = "http://localhost/en/articles/16-move-your-authenticator-to-a-new-phone"


def test_twin_of_an_article(client: CheckingClient) -> None:
    twin = client.get("/en/articles/16.md")
    assert (twin.status, twin.response.headers["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    assert twin.response.headers["Content-Language"] == "en"
    assert twin.response.headers["Link"] == f'<{PAGE}>; rel="canonical"'
    assert twin.response.headers["X-Robots-Tag"] == "noindex"
    fields = yaml.safe_load(twin.data.decode().split("---\n")[1])
    assert fields == {
        "title": "Move your authenticator to a new phone",
        "lang": "en",
        "canonical": PAGE,
        "updated": date(2026, 3, 2),
    }
    page = client.get("/en/articles/16-move-your-authenticator-to-a-new-phone")
    assert page.one("link", type="text/markdown").get("href") == "/en/articles/16.md"


def test_every_address_in_the_demos_twins_leads_somewhere(client: CheckingClient) -> None:
    targets, found = set(), set()
    tags = ("en", "en-SG", "ar")
    for tag in tags:
        for number in range(1, 50):
            twin = client.get(f"/{tag}/articles/{number}.md")
            if twin.status == 200:
                found.add((tag, number))
                text = re.sub(r"```.*?```|`[^`\n]*`", "", twin.data.decode(), flags=re.DOTALL)
                assert "](article:" not in text
                targets |= set(re.findall(r"\]\((http://localhost/[^)\s]+)\)", text))
    everything = {(tag, number) for tag in tags for _tag, number in found}
    assert (len(everything) >= 3 * 38, everything - found) == (True, {("en-SG", 39)}), "one is withheld"
    kinds = {target.rsplit("/", 2)[1] for target in targets}
    assert {"media", "articles"} <= kinds
    assert [target for target in sorted(targets) if client.get(target.partition("#")[0]).status != 200] == []


def test_fallback_is_in_its_own_language(client: CheckingClient) -> None:
    twin = client.get("/ar/articles/18.md")
    canonical = "http://localhost/de/articles/18-steuerreport-f%C3%BCr-deutschland-herunterladen"
    assert twin.response.headers["Content-Language"] == "de"
    assert twin.response.headers["Link"] == f'<{canonical}>; rel="canonical"'
    assert split(twin.data.decode()).fields["lang"] == "de"


def test_moves_and_ends_like_the_page(client: CheckingClient) -> None:
    for path, status, target in [
        ("/zh-cn/articles/16.md", 308, "/zh-Hans/articles/16.md"),
        ("/en/articles/16-move-your-authenticator-to-a-new-phone.md?a=1", 308, "/en/articles/16.md?a=1"),
        ("/en/articles/20.md", 410, None),
        ("/en/articles/19.md", 404, None),
        ("/en/articles/999999.md", 404, None),
        ("/en/articles/0.md", 404, None),
        ("/en/articles/99999999999999999999.md", 404, None),
        ("/en/articles/x.md", 404, None),
        ("/fr/articles/16.md", 404, None),
    ]:
        page = client.get(path)
        assert (page.status, page.response.headers.get("Location")) == (status, target), path
    assert client.get("/en/articles/19.md").html == client.get("/en/articles/98.md").html


def test_odd_titles_and_regions(empty_site: Site, empty_app: Flask, tmp_path: Path) -> None:
    title = "yes: \"no\" 'x' #1 \u2028 🏴‍☠️ شحن"
    body = "![Desk](my%20desk.png) [hidden](article:hidden) [shown](article:shown#part)\n\n`[code](article:shown)`"
    take_in(
        empty_site,
        tmp_path / "content",
        {
            "odd": {
                "en.md": translation(title, body),
                "my desk.png": png(30, 20),
                "_article.yaml": "id: 1\nregions: [SG, EU]\n",
            },
            "hidden": {"en.md": translation("Hidden", status="draft")},
            "shown": {"en.md": translation("Shown", "## Part { #part }")},
        },
    )
    client = CheckingClient(empty_app)
    matter = split(client.get("/en-SG/articles/1.md").data.decode())
    assert (matter.fields["title"], matter.fields["regions"]) == (" ".join(title.split()), ["SG", "EU"])
    media, rest = matter.body.strip().split(" ", 1)
    assert re.fullmatch(r"!\[Desk\]\(http://localhost/media/[0-9a-f]{32}\.png\)", media)
    assert client.get(media[8:-1]).status == 200
    assert rest == ("[hidden](<>) [shown](http://localhost/en-SG/articles/3-shown#h-part)\n\n`[code](article:shown)`")


def test_llms_txt(client: CheckingClient) -> None:
    page = client.get("/llms.txt")
    assert (page.status, page.response.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    lines = page.html.split("\n")
    assert lines[0] == "# Acme Exchange Help Center"
    assert lines[2].startswith("> Answers to questions about Acme Exchange")
    assert [line for line in lines if line.startswith("## ")] == [
        "## FAQ",
        "## Announcements",
        "## Product documents",
        "## Optional",
    ]
    links = re.findall(r"^- \[(.+?)\]\((http://localhost/[^)]+)\)", page.html, flags=re.MULTILINE)
    twins = [url for _title, url in links if url.endswith(".md")]
    entries = client.get("/en/feed.xml").data.count(b"<entry ")  # all but the German one
    assert len(twins) == entries >= 29
    assert [url for _title, url in links if client.get(url).status != 200] == []
    assert links[-1] == ("繁體中文", "http://localhost/zh-Hant/llms.txt")


def test_titles_are_no_markdown(empty_site: Site, empty_app: Flask, tmp_path: Path) -> None:
    take_in(empty_site, tmp_path / "content", {"a": {"en.md": translation("[x](y) <b> `c`", summary="*Never*")}})
    line = r"- [\[x\](y) \<b\> \`c\`](http://localhost/en/articles/1.md): \*Never\*"
    assert line in CheckingClient(empty_app).get("/llms.txt").html.split("\n")


def test_queries(app: Flask, client: CheckingClient) -> None:
    for path, number in (("/en/articles/16.md", 5), ("/llms.txt", 2)):
        client.get(path)
        with count_queries(app) as queries:
            client.get(path)
        assert len(queries) == number, path


def test_twins_are_not_counted_as_views(client: CheckingClient) -> None:
    page = "/en/articles/27-start-the-help-center"
    client.get(page)
    before = client.get(page).all("ul", class_="meta")[0]
    client.get("/en/articles/27.md", headers={"User-Agent": "Mozilla/5.0 another reader"})
    after = client.get(page).all("ul", class_="meta")[0]
    assert [li.text for li in before] == [li.text for li in after]
