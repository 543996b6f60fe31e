"""POST /{tag}/articles/{id}-{slug}/vote: states, guard, limits, with and without script."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.models import Revision
from helpdesk.services.site import Site
from tests.support.databases import written_elsewhere
from tests.support.pages import SAME_ORIGIN, CheckingClient, Page
from tests.support.votes import count_votes, figures, list_votes, translation_id

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
VOTE = f"{ARTICLE}/vote"
SCRIPT = SAME_ORIGIN | {"X-Requested-With": "fetch"}


def state(page: Page) -> str:
    """The state that a reader sees, by what can be done in it."""
    alert = page.one("p", role="alert")
    if "hidden" not in alert.attrib:
        return "alert"
    said = page.texts("p", class_="said")
    if page.all("textarea"):
        return f"explain {'yes' if 'Yes' in said[0] else 'no'}"
    if said:
        return f"stored {'yes' if 'Yes' in said[0] else 'no'}"
    return "removed" if page.all("p", class_="thanks") else "ask"


def test_the_way_through_all_states(site: Site, client: CheckingClient) -> None:
    _views, yes, no = figures(site, "move-authenticator", "en")
    assert state(client.get(ARTICLE)) == "ask"

    answer = client.post(VOTE, {"answer": "no"})
    assert (answer.status, answer.response.headers["Location"]) == (303, f"{ARTICLE}#feedback")
    page = client.get(ARTICLE)
    assert state(page) == "explain no"
    assert [i.get("value") for i in page.all("input", name="reason")] == [
        "hard",
        "incomplete",
        "outdated",
        "wrong",
        "unsolved",
    ]
    assert figures(site, "move-authenticator", "en")[1:] == (yes, no + 1)

    details = {"answer": "no", "details": "1", "reason": ["wrong", "hard"], "comment": " Step 3\r\nis gone. "}
    client.post(VOTE, details)
    assert state(client.get(ARTICLE)) == "stored no"
    (vote,) = list_votes(site)
    assert (vote["is_helpful"], vote["reasons"], vote["comment"]) == (False, "hard wrong", "Step 3\nis gone.")
    assert (vote["locale"], vote["revision"], vote["status"]) == ("en", 1, "counted")

    changing = client.get(f"{ARTICLE}?feedback=change")
    assert state(changing) == "ask"
    assert changing.one("button", value="no").get("aria-pressed") == "true"
    client.post(VOTE, {"answer": "yes"})
    assert state(client.get(ARTICLE)) == "explain yes"
    (vote,) = list_votes(site)
    assert (vote["is_helpful"], vote["reasons"], vote["comment"]) == (True, "", "")
    assert figures(site, "move-authenticator", "en")[1:] == (yes + 1, no)

    removed = client.post(VOTE, {"answer": "remove"})
    assert removed.response.headers["Location"] == f"{ARTICLE}?feedback=removed#feedback"
    assert state(client.get(f"{ARTICLE}?feedback=removed")) == "removed"
    assert state(client.get(ARTICLE)) == "ask"
    assert list_votes(site) == []
    assert figures(site, "move-authenticator", "en")[1:] == (yes, no)


def test_an_address_cannot_claim_a_state(client: CheckingClient) -> None:
    for claim in ("removed", "stored", "yes", "change"):
        assert state(client.get(f"{ARTICLE}?feedback={claim}")) in ("ask", "removed")
    client.post(VOTE, {"answer": "yes"})
    assert state(client.get(f"{ARTICLE}?feedback=removed")) == "explain yes"


def test_the_script_gets_the_same_states_without_the_page(site: Site, client: CheckingClient) -> None:
    page = client.post(VOTE, {"answer": "no"}, headers=SCRIPT)
    assert (page.status, state(page)) == (200, "explain no")
    details = {"answer": "no", "details": "1", "reason": "hard", "comment": ""}
    assert state(client.post(VOTE, details, headers=SCRIPT)) == "stored no"
    assert state(client.post(VOTE, {"answer": "remove"}, headers=SCRIPT)) == "removed"
    assert count_votes(site) == 0


def test_cookie_comes_with_the_first_vote_only_and_is_private(client: CheckingClient) -> None:
    first = client.post(VOTE, {"answer": "yes"}).response.headers.getlist("Set-Cookie")
    assert len(first) == 1
    parts = {part.strip().partition("=")[0] for part in first[0].split(";")}
    assert parts == {"hd_visitor", "Expires", "Max-Age", "HttpOnly", "Path", "SameSite"}


def test_a_first_vote_sent_again_after_its_answer_was_lost_is_one_vote(site: Site, app: Flask) -> None:
    """The cookie was lost with the answer; the script's random bits are the same, other readers' are not."""
    for answer in ("no", "yes"):
        CheckingClient(app).post(VOTE, {"answer": answer, "attempt": "0a" * 16}, headers=SCRIPT)
    CheckingClient(app).post(VOTE, {"answer": "yes", "attempt": "0b" * 16}, headers=SCRIPT)
    assert [vote["is_helpful"] for vote in list_votes(site)] == [True, True]
    assert [vote for vote in list_votes(site) if vote["visitor"] == "0a" * 16] == []


@pytest.mark.parametrize("attempt", ["", "x", "0A" * 16, "0a" * 17, "0a" * 16 + "\n"])
def test_other_bits_are_taken_for_nothing(site: Site, app: Flask, attempt: str) -> None:
    for _ in range(2):
        CheckingClient(app).post(VOTE, {"answer": "yes", "attempt": attempt}, headers=SCRIPT)
    assert count_votes(site) == 2


def test_a_forged_cookie_is_a_new_visitor(site: Site, client: CheckingClient) -> None:
    client.post(VOTE, {"answer": "yes"})
    real = list_votes(site)[0]["visitor"]
    forger = CheckingClient(client.flask.application)
    forger.flask.set_cookie("hd_visitor", f"{real}.forged")
    assert state(forger.get(ARTICLE)) == "ask"
    forger.post(VOTE, {"answer": "no"})
    assert [(vote["visitor"] == real, vote["is_helpful"]) for vote in list_votes(site)] == [
        (True, True),
        (False, False),
    ]


def test_votes_on_inherited_and_fallback_pages_belong_to_what_was_served(site: Site, client: CheckingClient) -> None:
    client.post("/en-SG/articles/16-x/vote", {"answer": "yes"})
    client.post("/ru/articles/18-x/vote", {"answer": "no"})
    votes = [(vote["translation_id"], vote["locale"]) for vote in list_votes(site)]
    assert votes == [
        (translation_id(site, "move-authenticator", "en"), "en-SG"),
        (translation_id(site, "tax-report-germany", "de"), "ru"),
    ]


def test_the_search_before_is_kept_and_carried_to_contact(site: Site, client: CheckingClient) -> None:
    headers = SAME_ORIGIN | {"Referer": f"http://localhost{ARTICLE}?q=lost+phone&pos=1"}
    answer = client.post(VOTE, {"answer": "no"}, headers=headers)
    assert answer.response.headers["Location"] == f"{ARTICLE}?q=lost+phone#feedback"
    assert list_votes(site)[0]["query"] == "lost phone"
    contact = client.get(f"{ARTICLE}?q=lost+phone").all("p", class_="contact")[0].find("a").get("href")
    assert contact == "/en/contact?article=16&q=lost+phone&vote=no"


def test_after_a_major_revision_the_reader_is_asked_again(site: Site, client: CheckingClient) -> None:
    client.post(VOTE, {"answer": "no", "details": "1", "reason": "hard", "comment": "old"})
    _revise(site, number=2, significance="minor")
    assert state(client.get(ARTICLE)) == "stored no"
    _revise(site, number=3, significance="major")
    page = client.get(ARTICLE)
    assert state(page) == "ask"
    assert "changed much" in page.text
    client.post(VOTE, {"answer": "no"})
    (vote,) = list_votes(site)
    assert (vote["revision"], vote["reasons"], vote["comment"]) == (3, "", "")


def _revise(site: Site, *, number: int, significance: str) -> None:
    from sqlalchemy import insert, update

    from helpdesk.models import Translation

    translation = translation_id(site, "move-authenticator", "en")
    with site.database.transaction() as connection:
        connection.execute(
            insert(Revision).values(
                translation_id=translation,
                number=number,
                title="t",
                summary="",
                markdown="m",
                author="",
                comment="",
                significance=significance,
                created_at=clock.now(),
            )
        )
        connection.execute(update(Translation).where(Translation.id == translation).values(revision=number))


OWN = "http://localhost"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OWN, "Referer": f"{OWN}/"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": OWN}, 303),
        ({"Origin": "https://evil.example", "Referer": f"{OWN}/"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "null", "Referer": f"{OWN}{ARTICLE}"}, 303),
        ({"Origin": "null", "Referer": "https://evil.example/"}, 403),
        ({"Referer": f"{OWN}{ARTICLE}"}, 303),
        ({"Referer": "https://evil.example/http://localhost/"}, 403),
        ({"Referer": "http://[broken"}, 403),
    ],
)
def test_guard(site: Site, client: CheckingClient, headers: dict[str, str], status: int) -> None:
    page = client.post(VOTE, {"answer": "yes"}, headers=headers)
    assert page.status == status
    assert count_votes(site) == (1 if status == 303 else 0)
    if status == 403:
        assert page.all("a", class_="primary")


def test_without_any_sign_the_reader_confirms_once(site: Site, client: CheckingClient) -> None:
    said = {"answer": "no", "details": "1", "reason": ["hard", "wrong"], "comment": 'a "quoted" <b>'}
    page = client.post(VOTE, said, headers={})
    assert (page.status, count_votes(site)) == (403, 0)
    fields = [(i.get("name"), i.get("value")) for i in page.one("form", method="post").iter("input")]
    assert fields[:-1] == [
        ("answer", "no"),
        ("details", "1"),
        ("reason", "hard"),
        ("reason", "wrong"),
        ("comment", 'a "quoted" <b>'),
    ]
    data: dict[str, Any] = {name: [v for n, v in fields if n == name] for name, _ in fields}
    assert client.post(VOTE, data, headers={}).status == 303
    (vote,) = list_votes(site)
    assert (vote["reasons"], vote["comment"]) == ("hard wrong", 'a "quoted" <b>')


def test_a_token_of_another_browser_confirms_nothing(site: Site, client: CheckingClient) -> None:
    page = client.post(VOTE, {"answer": "yes"}, headers={})
    token = page.one("input", name="confirm").get("value")
    other = CheckingClient(client.flask.application)
    assert other.post(VOTE, {"answer": "yes", "confirm": token}, headers={}).status == 403
    other.flask.set_cookie("hd_confirm", "")
    assert other.post(VOTE, {"answer": "yes", "confirm": ""}, headers={}).status == 403
    assert count_votes(site) == 0


@pytest.mark.parametrize(
    "data", [{}, {"answer": ""}, {"answer": "maybe"}, {"answer": "YES"}, {"vote": "yes"}, {"answer": "yes\x00"}]
)
def test_bad_forms(site: Site, client: CheckingClient, data: dict[str, str]) -> None:
    page = client.post(VOTE, data)
    assert (page.status, count_votes(site)) == (400, 0)


def test_hostile_details_are_kept_harmless(site: Site, client: CheckingClient) -> None:
    comment = "<script>alert(1)</script>\x00 \u202e 🏴‍☠️ " + "x" * 3000
    client.post(VOTE, {"answer": "no", "details": "1", "reason": ["hard", "'; DROP", "hard"], "comment": comment})
    (vote,) = list_votes(site)
    assert vote["reasons"] == "hard"
    assert len(vote["comment"]) == 1000
    assert "\x00" not in vote["comment"]


@pytest.mark.parametrize("is_script", [False, True])
def test_what_looks_personal_is_masked_before_it_is_kept_and_the_reader_told(
    site: Site, client: CheckingClient, is_script: bool
) -> None:
    told = "We made e-mail addresses and long numbers in your comment unreadable."
    form = {"answer": "no", "details": "1", "q": "my card 4111 1111 1111 1111", "comment": "I am ada@example.com"}
    answer = client.post(VOTE, form, headers=SCRIPT if is_script else SAME_ORIGIN)
    page = answer if is_script else client.get(answer.response.headers["Location"])
    (vote,) = list_votes(site)
    assert (vote["comment"], vote["query"]) == ("I am •••@•••", "my card •••")
    assert (told in page.text, "ada@example.com" in page.text) == (True, False)
    client.post(VOTE, {"answer": "no", "details": "1", "comment": "I am Ada"})
    assert told not in client.get(ARTICLE).text


def test_too_large_a_form_is_413(site: Site, client: CheckingClient) -> None:
    page = client.post(VOTE, {"answer": "yes", "details": "1", "comment": "x" * 70_000})
    assert (page.status, count_votes(site)) == (413, 0)


@pytest.mark.parametrize(
    "path", ["/en/articles/999/vote", "/en/articles/x/vote", "/xx/articles/16/vote", "/en/articles/19/vote"]
)
def test_votes_on_nothing_are_404(site: Site, client: CheckingClient, path: str) -> None:
    assert client.post(path, {"answer": "yes"}).status == 404
    assert count_votes(site) == 0


def test_votes_on_archived_articles_are_410(site: Site, client: CheckingClient) -> None:
    assert client.post("/en/articles/20/vote", {"answer": "yes"}).status == 410


def test_get_on_the_vote_leads_to_the_article(client: CheckingClient) -> None:
    page = client.get(VOTE)
    assert (page.status, page.response.headers["Location"]) == (303, f"{ARTICLE}#feedback")


def test_when_the_database_takes_no_writes_nothing_is_lost(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.db.BUSY_TIMEOUT", 50)
    site.database.engine.dispose()
    said = {"answer": "no", "details": "1", "reason": "wrong", "comment": "mine"}
    with written_elsewhere(site):
        assert client.get(ARTICLE).status == 200
        page = client.post(VOTE, said)
        assert (page.status, state(page)) == (503, "alert")
        assert page.response.headers["Retry-After"] == "5"
        assert page.one("textarea").text == "mine"
        assert "Thank" not in page.text
        fragment = client.post(VOTE, {"answer": "yes"}, headers=SCRIPT)
        assert (fragment.status, state(fragment)) == (503, "alert")
        assert fragment.one("button", value="yes").get("aria-pressed") == "true"
    assert client.post(VOTE, said).status == 303
    assert [vote["comment"] for vote in list_votes(site)] == ["mine"]
    with written_elsewhere(site):
        page = client.post(VOTE, {"answer": "remove"})
        assert (page.status, state(page)) == (503, "alert")
        assert page.texts("p", class_="said") == ["You answered: No, it was not helpful."]
        assert len(page.all("button", value="remove")) == 1
        assert page.all("button", value="yes") == []
    assert client.post(VOTE, {"answer": "remove"}).status == 303
    assert list_votes(site) == []
