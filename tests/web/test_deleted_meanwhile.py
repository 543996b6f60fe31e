"""An article that is deleted while its page is made, or while its vote is on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.services.publishing import delete_article
from helpdesk.services.site import Site
from helpdesk.web import around
from tests.support.pages import CheckingClient
from tests.support.votes import count_votes

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"


@pytest.fixture
def deleted_meanwhile(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The article is there when it is looked up, and gone when something is stored about it."""
    true: Callable[..., Any] = around.get_article_page

    def get_and_delete(*args: Any, **options: Any) -> Any:
        page = true(*args, **options)
        monkeypatch.setattr(around, "get_article_page", true)
        delete_article(site, "move-authenticator")
        return page

    monkeypatch.setattr(around, "get_article_page", get_and_delete)


@pytest.mark.usefixtures("deleted_meanwhile")
def test_the_page_is_served_and_not_counted(client: CheckingClient, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get(ARTICLE).status == 200
    assert "was not counted" in caplog.text
    assert client.get(ARTICLE).status == 404


@pytest.mark.usefixtures("deleted_meanwhile")
def test_the_vote_is_not_stored_and_the_next_try_is_told_why(client: CheckingClient, site: Site) -> None:
    page = client.post(f"{ARTICLE}/vote", {"answer": "yes"})
    assert (page.status, page.texts("p", class_="thanks")) == (503, [])
    assert client.post(f"{ARTICLE}/vote", {"answer": "yes"}).status == 404
    assert count_votes(site) == 0
