"""Every page in a language that is none: what is readable English on it is not translated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from flask import Flask, request

from helpdesk import clock
from helpdesk.services.importing import import_content
from helpdesk.services.notices import set_notice
from helpdesk.services.site import Site
from helpdesk.web.api.schemas import Sort
from tests.support import pseudo
from tests.support.api import ask
from tests.support.databases import SQLITE, written_elsewhere
from tests.support.pages import SAME_ORIGIN, CheckingClient, Page
from tests.support.provider import provided
from tests.support.pseudo import ARCHIVED, FALLBACK, LAST, LTR, NEXT, OWN, REGIONAL, RTL, TITLE_ONLY
from tests.support.pseudo_team import need_app, send_by_mail, work
from tests.support.pseudo_vouched import settings_of, vouch
from tests.support.receivers import mail_server
from tests.web.test_routes import ROUTES

pytestmark = pytest.mark.on(SQLITE)

# Answers without a word: redirects, files, figures and lists of addresses.
SPEECHLESS = {"root", "article_by_id", "healthz", "readyz", "robots", "sitemap", "sitemap_part", "media", "static"}
SPEECHLESS |= {
    "hosted_style",
    "home_without_slash",
    "view",
    "view_page",
    "vote_page",
    "contact",
    "language",
    "llms_of_default",
}
SPEECHLESS |= {
    "team.sign_out",
    "team.oidc",
    "team.oidc_back",  # of a site with other settings
    "markdown",
    "api.status",
    "api.openapi",
    "api.search_json",
}  # the author's own words, and what is for programs
VOTE = f"/{{tag}}/articles/{NEXT}/vote"
PAGES = {
    "/{tag}/": 200,
    "/{tag}/categories/guides": 200,
    "/{tag}/categories/guides?sort=helpful&page=2": 200,
    "/{tag}/categories/guides/alpha": 200,
    "/{tag}/categories/news": 200,
    "/{tag}/search": 200,
    "/{tag}/search?sort=updated&page=2": 200,
    "/{tag}/search?q=κείμενο": 200,
    "/{tag}/search?q=κείμενο&page=2": 200,
    "/{tag}/search?q=κείμενο&page=3": 200,  # in other languages
    "/{tag}/search?q=κείμενο&category=guides": 200,
    "/{tag}/search?q=κειμενω": 200,
    "/{tag}/search?q=ghbdsn": 200,  # on Ukrainian keys, and then on Persian ones
    "/{tag}/search?q=sghl": 200,
    "/{tag}/search?q=υποσημείωση+ξξξξξξ": 200,
    "/{tag}/search?q=υποσημείωση+привіт": 200,
    "/{tag}/suggest?q=Τίτλ": 200,
    "/{tag}/suggest?q=ξξξξξξ": 200,
    "/{tag}/search?q=σημείωση&category=news": 200,
    "/{tag}/search?q=ξξξξξξ": 200,
    "/{tag}/about/views": 200,
    f"/{{tag}}/articles/{OWN}": 200,
    f"/{{tag}}/articles/{NEXT}": 200,
    f"/{{tag}}/articles/{FALLBACK}": 200,
    f"/{{tag}}/articles/{TITLE_ONLY}": 200,
    f"/{{tag}}/articles/{REGIONAL}": 200,
    f"/{{tag}}/articles/{LAST}": 200,
    f"/{{tag}}/articles/{ARCHIVED}": 410,
    "/{tag}/nowhere": 404,
    "/{tag}/search?page=0": 404,
}
DOCUMENTS = ("/{tag}/feed.xml", "/{tag}/categories/guides/feed.xml", "/{tag}/opensearch.xml", "/{tag}/llms.txt")
WORDED = {"title", "summary", "name", "ShortName", "LongName", "Description"}
QUESTIONS = (
    "/articles?locale={tag}&page=x",
    "/articles?locale={tag}&sort=x",
    "/articles?locale={tag}&nmae=x",
    "/articles?locale={tag}&page=1&page=2",
    "/search?locale={tag}",
    "/articles/999?locale={tag}",
    f"/articles/{ARCHIVED}?locale={{tag}}",
    "/nowhere?locale={tag}",
)


class Visitor:
    """Collects the words of whatever it is shown in one locale."""

    def __init__(self, app: Flask, tag: str) -> None:
        self.app, self.tag, self.client = app, tag, CheckingClient(app)
        self.texts: list[tuple[str, str]] = []

    def _take(self, page: Page, name: str, status: int) -> Page:
        assert (page.status, page.root.get("lang")) == (status, self.tag), name
        typed = next((field.get("value", "") for field in page.all("input", id="q")), "") or "\0"
        self.texts += [(f"{name} {where}", text.replace(typed, "")) for where, text in pseudo.texts_of(page)]
        return page

    def get(self, path: str, status: int = 200) -> Page:
        return self._take(self.client.get(path.format(tag=self.tag), follow=True), path, status)

    def post(self, path: str, status: int = 200, *, is_new: bool = False, headers=SAME_ORIGIN, **form: str) -> Page:
        """A form sent, and the page that it leads to; `is_new`: by a browser that was never here."""
        self.client = CheckingClient(self.app) if is_new else self.client
        page = self.client.post(path.format(tag=self.tag), form, headers=headers, follow=True)
        return self._take(page, f"{path} {form}", status)

    def read(self, path: str) -> None:
        """A document for programs that people see parts of."""
        page = self.client.get(path.format(tag=self.tag))
        assert page.status == 200
        self.texts += [(path, text) for text in _words_of(page)]

    def ask(self, question: str) -> None:
        """A problem that the API tells of; technical names that it lists are no words."""
        problem = ask(self.app, question.format(tag=self.tag)).body
        self.texts += [(f"{question} {name}", problem[name]) for name in ("title", "detail")]
        for error in problem.get("errors", ()):
            choices = ", ".join(sorted(get_args(Sort)))
            self.texts.append((f"{question} error", error["detail"].replace(choices, "…")))


def _words_of(page: Page) -> Iterator[str]:
    text = page.data.decode()
    if text.startswith("<?xml"):
        root = ElementTree.fromstring(text)
        yield from (element.text or "" for element in root.iter() if element.tag.rpartition("}")[2] in WORDED)
    else:  # llms.txt: titles without their addresses; the headline of the last part is the format's own word
        lines = text.replace("## Optional", "").splitlines()
        yield from (line.partition("](")[0] + line.rpartition("): ")[2] * ("): " in line) for line in lines)


@pytest.fixture
def make(build: Callable[..., Flask], empty_template: Path, tmp_path: Path) -> Callable[..., Flask]:
    """Make apps on one site that speaks the language of this test; by another name on one that was never started."""
    folder = pseudo.write_catalogs(tmp_path / "catalogs")
    (tmp_path / "none").mkdir()

    def make_speaking(**settings: object) -> Flask:
        return build(empty_template, translations_dir=folder, page_size=2, **pseudo.SETTINGS, **settings)

    return make_speaking


@pytest.mark.on("sqlite")
@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("tag", [LTR, RTL])
def test_every_message_is_shown_and_nothing_else(
    make: Callable[..., Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    monkeypatch.setattr("helpdesk.db.BUSY_TIMEOUT", 50)
    app = make(new_voters_per_hour=3, votes_per_minute=9, api_per_minute=len(QUESTIONS), sign_ins_per_account=3)
    site: Site = app.extensions["helpdesk"]
    endpoints: set[str] = set()
    app.before_request(lambda: endpoints.add(request.endpoint or ""))
    visitor = Visitor(app, tag)
    visitor.get("/{tag}/")  # nothing to read yet
    pseudo.plant(site, tmp_path / "content")
    site.indexer.rebuild()
    set_notice(site, "Ανακοίνωση", [tag], now=clock.now())
    for path, status in PAGES.items():
        visitor.get(path, status)
    for path in DOCUMENTS:
        visitor.read(path)
    _vote(visitor, tmp_path / "content")
    for question in QUESTIONS:
        visitor.ask(question)
    for path in ("/locales", "/categories", "/articles", f"/articles/{OWN}", f"/articles/{OWN}/translations"):
        ask(app, path)
    visitor.ask("/suggest?q=x&locale={tag}")  # one too many
    work(visitor, monkeypatch)
    stricter = Visitor(make(totp_roles=("admin",)), tag)
    need_app(stricter)
    with mail_server() as box:
        own = {"mail_from": "help@example.com", "site_url": "http://localhost:5000"}
        mailing = Visitor(make(smtp_url=f"smtp://localhost:{box.port}", **own), tag)
        send_by_mail(mailing, box)
    with provided() as provider:
        vouched = Visitor(make(**settings_of(provider)), tag)
        vouch(vouched, provider)
    visitor.texts += stricter.texts + vouched.texts + mailing.texts
    _break(visitor, monkeypatch)
    _speak(make(cdn_seconds=60), visitor, "/{tag}/about/views", 200)
    _speak(make(name="none", bootstrap="off"), visitor, "/{tag}/", 503)
    names = {name.removeprefix("helpdesk.").replace("helpdesk_api.", "api.") for name in endpoints}
    names = {name.replace("helpdesk_team.", "team.") for name in names}
    assert set(ROUTES) - names <= SPEECHLESS
    assert pseudo.letters(visitor.texts) == []
    assert pseudo.unseen(text for _where, text in visitor.texts) == []


def _vote(visitor: Visitor, content: Path) -> None:
    """All states of the vote, and of a post that is no vote."""
    visitor.post(VOTE, answer="yes")
    visitor.get(f"/{{tag}}/articles/{NEXT}?feedback=change")
    visitor.post(VOTE, answer="no")
    visitor.post(VOTE, answer="no", details="1", reason="hard")
    _revise(visitor, content)
    visitor.get(f"/{{tag}}/articles/{NEXT}")  # asked again
    visitor.post(VOTE, answer="remove")
    with written_elsewhere(visitor.app.extensions["helpdesk"]):
        visitor.post(VOTE, 503, answer="no", details="1", reason="hard", comment="Σχόλιο")
    visitor.post(VOTE, 400, answer="perhaps")
    visitor.post(VOTE, 403, headers={"Sec-Fetch-Site": "cross-site"}, answer="yes")
    visitor.post(VOTE, 403, headers={}, answer="yes")  # asked to confirm
    visitor.post(VOTE, 413, answer="yes", comment="ξ" * 70_000)
    visitor.post("/{tag}/", 405)
    for _ in range(2):
        visitor.post(VOTE, is_new=True, answer="yes")
    visitor.post(VOTE, is_new=True, answer="yes")  # held
    visitor.post(VOTE, answer="no", details="1", reason="hard", comment="ω@example.com")
    for _ in range(9):
        visitor.client.post(VOTE.format(tag=visitor.tag), {"answer": "yes"})
    visitor.post(VOTE, 429, answer="yes")


def _speak(app: Flask, visitor: Visitor, path: str, status: int) -> None:
    """A page of a site with other settings."""
    other = Visitor(app, visitor.tag)
    other.get(path, status)
    visitor.texts += other.texts


def _revise(visitor: Visitor, content: Path) -> None:
    path = content / f"guides/alpha/next/{visitor.tag}.md"
    path.write_text(path.read_text().replace("title:", "revision: 2\nsignificance: major\ntitle:"), "utf-8")
    import_content(visitor.app.extensions["helpdesk"], content)


def _break(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page says when something of ours is missing or broken."""
    site: Site = visitor.app.extensions["helpdesk"]
    with monkeypatch.context() as patch:
        patch.setattr(type(site.indexer), "ensure", lambda *_: False)
        visitor.get("/{tag}/search?q=κείμενο")
    with monkeypatch.context() as patch:
        patch.setattr("helpdesk.web.site.home.list_categories", lambda *_args, **_options: 1 / 0)
        visitor.get("/{tag}/", 500)
