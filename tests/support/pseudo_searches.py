"""The team's pages of searches in the language that is none: everything that they may say."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import delete

from helpdesk.models import SearchLog
from helpdesk.search.backend import SearchUnavailable
from helpdesk.services.site import Site
from tests.support.pseudo import FALLBACK, NEXT
from tests.support.searched import done, search
from tests.support.team import csrf_of

REPORT = "/{tag}/team/searches"
TEXT, OTHER, NOWHERE = "κείμενο", "σημείωση", "ξξξξξξ"


def read_searches(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table, empty and not, a query's page, and all that is done there or refused."""
    site: Site = visitor.app.extensions["helpdesk"]
    with site.database.transaction() as connection:
        connection.execute(delete(SearchLog))  # what was searched on other keys
    visitor.get(f"{REPORT}/changes")
    visitor.get(f"{REPORT}?about=ignored")
    search(site, TEXT, 30, clicks=30, article=NEXT, locale=visitor.tag, refined=OTHER, correction=OTHER)
    search(site, NOWHERE, locale=visitor.tag)
    search(site, OTHER, 30, locale=visitor.tag)
    search(site, OTHER, 1, locale=visitor.tag, refined=TEXT)
    for about in ("top", "no-result", "few-clicks", "refined"):
        visitor.get(f"{REPORT}?about={about}")
    _act(visitor, monkeypatch)
    for query, figures in {
        "α": ((30, 0, 0), (30, 3, 30)),
        "β": ((30, 3, 30), (30, 0, 0)),
        "γ": ((30, 3, 0), (30, 3, 0)),
        "δ": ((1, 3, 0), (1, 3, 0)),
    }.items():
        for ago, (times, results, clicks) in zip((9, 3), figures, strict=True):
            search(site, query, times, ago=ago, results=results, clicks=clicks, article=NEXT, locale=visitor.tag)
        made = {"locale": visitor.tag, "detail": query, "made_by": "άδα@παράδειγμα.δοκιμή"}
        done(site, query, "keyword", ago=5, article=NEXT, **made)
    visitor.get(f"{REPORT}/changes")


def _act(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    here = f"{REPORT}/query?{urlencode({'locale': visitor.tag, 'q': TEXT})}"
    token = csrf_of(visitor.get(here))

    def send(status: int = 200, **form: str) -> None:
        visitor.post(here, status, csrf=token, **form)

    for words in ("", "α β γ δ ε ζ", TEXT.upper()):
        send(422, action="synonym", words=words, means=TEXT)
    visitor.get(f"{here}&words={NOWHERE}&means={TEXT}&two_way=1")
    send(action="synonym", words=TEXT, means="Παράγραφος")
    send(422, action="synonym", words=TEXT, means="Παράγραφος")
    with monkeypatch.context() as patch:
        patch.setattr("helpdesk.services.synonyms.MOST", 1)
        send(422, action="synonym", words=TEXT, means=OTHER)
    with monkeypatch.context() as patch:
        patch.setattr("helpdesk.web.team.query.try_synonyms", _unavailable)
        visitor.get(f"{here}&words={TEXT}&means={OTHER}", 422)
    send(422, action="keyword", keyword="", number=str(NEXT))
    for article in (999, FALLBACK):
        send(422, action="keyword", keyword=TEXT, number=str(article))
    send(action="keyword", keyword=TEXT, number=str(NEXT))
    send(422, action="article", title="", section="guides/alpha")
    send(422, action="article", title=TEXT, section="guides/nope")
    send(action="article", title=TEXT, section="guides/alpha")
    send(action="ignore")
    visitor.get(f"{REPORT}?about=ignored")
    send(action="unignore")


def _unavailable(*_args: Any, **_options: Any) -> None:
    raise SearchUnavailable
