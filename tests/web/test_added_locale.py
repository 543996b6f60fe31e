"""A locale that we do not ship: one folder with its catalog, one line of configuration, and the whole site speaks it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from helpdesk.cli.messages import messages
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from tests.cli.test_messages import fill, replace
from tests.core.test_importing import write
from tests.support.pages import CheckingClient, Page

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

WORDS = {
    "%(name)s Help Center": "Helpocentro de %(name)s",
    "How can we help you?": "Kiel ni povas helpi vin?",
    "%(number)s article": ["%(number)s artikolo", "%(number)s artikoloj"],
    "Published on %(date)s": "Publikigita je %(date)s",
    "This article is not available in %(language)s yet. You are reading it in %(served)s.": (
        "Ĉi tiu artikolo ankoraŭ ne haveblas en: %(language)s. Vi legas ĝin en: %(served)s."
    ),
    "We could not find this page": "Ni ne trovis ĉi tiun paĝon",
}
LOCALES = ("en", "de", "ar", "eo")
ARTICLE = (
    "---\ntitle: Kiel malŝlosi monujon\npublished_at: 2026-01-02\nupdated_at: 2026-03-04\n---\nPremu la butonon.\n"
)
CONTENT = {
    "faq/_index.eo.md": "---\ntitle: Demandoj\n---\n",
    "faq/trading/_index.eo.md": "---\ntitle: Komerco\n---\n",
    "faq/trading/unlock/_article.yaml": "id: 900\nsource: eo\n",
    "faq/trading/unlock/eo.md": ARTICLE,
}


@pytest.fixture
def instance(build: Callable[..., Flask], demo_template: Path) -> Path:
    """A demo site that has run before, without the locale."""
    app = build(demo_template)
    return app.extensions["helpdesk"].settings.instance_dir


@pytest.fixture
def catalog(instance: Path) -> Path:
    """The folder: a catalog as the command makes it, with a few of its messages translated."""
    folder = instance / "translations"
    made = CliRunner().invoke(messages, ["update", "eo", "--translations", str(folder)])
    assert made.output.splitlines()[1].split()[:2] == ["eo", "0%"]
    path = folder / "eo" / "LC_MESSAGES" / "messages.po"
    body = path.read_text("utf-8")
    for key, value in WORDS.items():
        body = fill(body.replace(f'msgid ""\n"{key}', f'msgid "{key}'), key, value)
    path.write_text(body, "utf-8")
    return path


@pytest.fixture
def app(build: Callable[..., Flask], demo_template: Path, instance: Path, catalog: Path) -> Flask:
    """The site started again with the line, and with a first article in the language."""
    app = build(demo_template, locales=LOCALES)
    import_content(app.extensions["helpdesk"], write(instance / "content", CONTENT))
    return app


def shown(page: Page) -> tuple[str | None, str | None, int]:
    return page.root.get("lang"), page.root.get("dir"), page.status


def test_the_whole_site_speaks_it(client: CheckingClient, site: Site) -> None:
    home = client.get("/eo/")
    assert shown(home) == ("eo", "ltr", 200)
    assert home.texts("h1") == ["Helpocentro de Acme Exchange: Kiel ni povas helpi vin?"]
    assert "Browse by topic" in home.texts("h2")  # not translated yet
    assert [a.text for a in home.all("a", data_switch="")] == ["English", "Deutsch", "العربية", "Esperanto"]
    assert client.get("/", headers={"Accept-Language": "eo"}).response.headers["Location"] == "/eo/"

    section = client.get("/eo/categories/demandoj/komerco")
    [own] = [card for card in section.cards if card["lang"] is None]
    assert (own["title"], own["meta"][0]) == ("Kiel malŝlosi monujon", "Publikigita je 2 Jan 2026")
    assert section.texts("p", class_="range") == [f"{len(section.cards)} artikoloj"]
    assert client.get("/eo/search?q=malŝlosi").cards[0]["title"] == "Kiel malŝlosi monujon"

    page = client.get(own["url"])
    assert shown(page) == ("eo", "ltr", 200)
    fallback = client.get("/eo/articles/16", follow=True)
    assert fallback.texts("p")[0] == "Ĉi tiu artikolo ankoraŭ ne haveblas en: Esperanto. Vi legas ĝin en: angla."
    assert shown(client.get("/eo/nenie")) == ("eo", "ltr", 404)
    assert client.get("/eo/nenie").texts("h1") == ["Ni ne trovis ĉi tiun paĝon"]

    sitemap = client.get("/sitemap-1.xml").data.decode()
    assert all(f"<loc>http://localhost{url}</loc>" in sitemap for url in ("/eo/", own["url"].replace("ŝ", "%C5%9D")))


@pytest.mark.usefixtures("catalog")
def test_what_is_not_translated_comes_from_the_configured_language(
    build: Callable[..., Flask], demo_template: Path
) -> None:
    app = build(demo_template, locales=LOCALES, fallbacks={"eo": ("de",)})
    home = CheckingClient(app).get("/eo/")
    assert home.texts("h1") == ["Helpocentro de Acme Exchange: Kiel ni povas helpi vin?"]
    assert "Themen im Überblick" in home.texts("h2")


def test_another_catalog_is_another_page(
    build: Callable[..., Flask], demo_template: Path, app: Flask, catalog: Path
) -> None:
    before = CheckingClient(app).get("/eo/").response.headers["ETag"]
    assert CheckingClient(build(demo_template, locales=LOCALES)).get("/eo/").response.headers["ETag"] == before
    replace(catalog, "Kiel ni povas helpi vin?", "Pri kio temas?")
    os.utime(catalog, ns=(1, 1))
    page = CheckingClient(build(demo_template, locales=LOCALES)).get("/eo/")
    assert (page.texts("h1"), page.response.headers["ETag"] == before) == (
        ["Helpocentro de Acme Exchange: Pri kio temas?"],
        False,
    )
