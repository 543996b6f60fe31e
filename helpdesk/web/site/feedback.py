"""The states of "Was this article helpful?" as values for the template (product rule 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import request, url_for

from helpdesk.queries.articles import ArticlePage
from helpdesk.queries.feedback import OwnVote, find_own_vote
from helpdesk.text.masking import is_masked
from helpdesk.web.filters import article_ref, reason_labels
from helpdesk.web.localization import current_site
from helpdesk.web.security import find_visitor

STATES = ("ask", "yes", "no", "stored", "removed", "failed", "limited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One state; `answer` is what the reader said or tried to say, None before that.

    A vote that is held has the states of any other, and says so in each.
    """

    state: str
    url: str
    contact_url: str
    change_url: str
    query: str = ""
    answer: bool | None = None
    reasons: Sequence[str] = ()
    comment: str = ""
    is_asked_again: bool = False
    is_held: bool = False
    # A removal failed: the vote stands, and so does the way to remove it.
    is_kept: bool = False

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Reasons as (key, label, whether chosen), in the order of the settings."""
        labels = reason_labels()
        return [(key, labels[key], key in self.reasons) for key in current_site().settings.vote_reasons]

    @property
    def is_masked(self) -> bool:
        """Whether something was masked in the comment."""
        return is_masked(self.comment)

    @property
    def comment_length(self) -> int:
        """Characters that a comment may have."""
        return current_site().settings.comment_length


def current_feedback(page: ArticlePage) -> Feedback:
    """The true state out of the database; `?feedback=` only chooses between true ways to show it."""
    visitor = find_visitor()
    vote = find_own_vote(current_site().database, visitor, page.translation_id) if visitor else None
    asked = request.args.get("feedback", "")
    if vote is None:
        return make_feedback(page, "removed" if asked == "removed" else "ask")
    if asked == "change":
        return make_feedback(page, "ask", vote=vote)
    if not vote.is_settled:
        return make_feedback(page, "ask", is_asked_again=True)
    if vote.reasons or vote.comment:
        return make_feedback(page, "stored", vote=vote)
    return make_feedback(page, "yes" if vote.is_helpful else "no", vote=vote)


def make_feedback(
    page: ArticlePage, state: str, *, vote: OwnVote | None = None, is_asked_again: bool = False
) -> Feedback:
    """A state with the addresses that its forms need."""
    query = searched_before()
    ref = article_ref(page.article_id, page.slug)
    carried: dict[str, Any] = {"q": query} if query else {}
    return Feedback(
        state=state,
        url=url_for("helpdesk.vote", ref=ref),
        change_url=url_for("helpdesk.article", ref=ref, feedback="change", **carried) + "#feedback",
        contact_url=contact_url(page, query, vote),
        query=query,
        answer=vote.is_helpful if vote else None,
        reasons=vote.reasons if vote else (),
        comment=vote.comment if vote else "",
        is_held=vote.is_held if vote else False,
        is_asked_again=is_asked_again,
    )


def searched_before() -> str:
    """The words that led here: the article's own `?q=`, on a post its Referer's, same origin by our policy."""
    if request.method == "GET":
        found = request.args.get("q", "")
    else:
        found = (
            request.form.get("q") or (parse_qs(urlsplit(request.headers.get("Referer", "")).query).get("q", [""])[0])
        )
    printable = "".join(c if c.isprintable() else " " for c in found[:1024])
    return " ".join(printable.split())[: current_site().settings.query_length]


def contact_url(page: ArticlePage, query: str, vote: OwnVote | None) -> str:
    """The way to people by our own address, which counts it; see `site.contacts`."""
    said = None if vote is None else "yes" if vote.is_helpful else "no"
    return url_for("helpdesk.contact", article=page.article_id, q=query or None, vote=said)
