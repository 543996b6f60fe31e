"""Takes the vote; the page and the script post to the same address and get the same states."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from werkzeug.exceptions import BadRequest

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.queries.articles import ArticlePage
from helpdesk.queries.feedback import OwnVote
from helpdesk.services.feedback import Ballot, Reception, cast_vote, remove_vote
from helpdesk.text.masking import masked
from helpdesk.web import security
from helpdesk.web.around import find_page
from helpdesk.web.caching import keep, send_to
from helpdesk.web.errors import RETRY_AFTER, error_response
from helpdesk.web.filters import article_ref
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import Page, show
from helpdesk.web.rendering import render
from helpdesk.web.site.articles import show_article
from helpdesk.web.site.feedback import Feedback, current_feedback, make_feedback, searched_before
from helpdesk.web.site.sources import parse_ref

log = logging.getLogger(__name__)

ANSWERS = {"yes": True, "no": False}


def vote_page(ref: str) -> Response:
    """Somebody opened the form's address by hand: the article is what they want."""
    target = url_for("helpdesk.article", ref=ref, _anchor="feedback")
    return send_to(target, 303, "never")


def vote(ref: str) -> Response:
    """Cast, explain, change or remove a vote."""
    _limit_body()
    article_id, _slug = parse_ref(ref)
    page = find_page(article_id, current_locale())
    verdict = security.judge_post()
    if verdict is security.Verdict.FOREIGN:
        return error_response(403)
    if verdict is security.Verdict.UNKNOWN and not security.is_confirmed():
        return _confirm(page)
    answer = request.form.get("answer", "")
    if answer not in ANSWERS and answer != "remove":
        raise BadRequest
    return _remove(page) if answer == "remove" else _cast(page)


def _cast(page: ArticlePage) -> Response:
    visitor = security.find_visitor() or security.new_visitor()
    ballot, network = _ballot(page, visitor), security.network_hash()
    try:
        reception = cast_vote(current_site(), ballot, network=network, now=clock.now())
    except Busy as error:
        return _fail(page, error)
    if reception is Reception.REFUSED:
        return _answer(page, "limited", 429)
    response = _done(page, "", is_held=reception is Reception.HELD)
    security.set_visitor_cookie(response, visitor)
    return response


def _remove(page: ArticlePage) -> Response:
    visitor = security.find_visitor()
    try:
        if visitor is not None and not remove_vote(current_site(), visitor, page.translation_id, now=clock.now()):
            return _answer(page, "limited", 429)
    except Busy as error:
        return _fail(page, error)
    return _done(page, "removed")


def _fail(page: ArticlePage, error: Busy) -> Response:
    log.warning("A vote on article %s was not stored: %s", page.article_id, error)
    return _answer(page, "failed", 503)


def _limit_body() -> None:
    """Bodies of posts are small; a larger one is refused with 413 when the form is read."""
    request.max_content_length = current_site().settings.form_bytes
    request.max_form_parts = 50


def _ballot(page: ArticlePage, visitor: str) -> Ballot:
    details = _details()
    return Ballot(
        visitor=visitor,
        translation_id=page.translation_id,
        locale=current_locale().tag,
        revision=page.revision,
        is_helpful=ANSWERS[request.form["answer"]],
        reasons=details[0] if details else None,
        comment=details[1] if details else None,
        query=searched_before(),
    )


def _details() -> tuple[tuple[str, ...], str] | None:
    """Reasons and comment, when the form that asks for them was posted; raises BadRequest when too long."""
    if "details" not in request.form:
        return None
    settings = current_site().settings
    known = tuple(key for key in settings.vote_reasons if key in request.form.getlist("reason"))
    comment = request.form.get("comment", "").replace("\r\n", "\n").replace("\x00", "").strip()
    return known, comment[: settings.comment_length]


def _done(page: ArticlePage, hint: str, *, is_held: bool = False) -> Response:
    """Stored: 303 to the article, or for the script the new state itself."""
    carried: dict[str, Any] = {"q": searched_before()} if searched_before() else {}
    if _is_script():
        state = _stored_feedback(page, hint, is_held=is_held)
        response = make_response(render("_feedback.html", feedback=state, article=page))
    else:
        ref = article_ref(page.article_id, page.slug)
        hints: dict[str, Any] = {"feedback": hint} if hint else {}
        target = url_for("helpdesk.article", ref=ref, **carried, **hints, _anchor="feedback")
        response = make_response(redirect(target, 303))
    return keep(response, "never")


def _stored_feedback(page: ArticlePage, hint: str, *, is_held: bool) -> Feedback:
    if hint == "removed":
        return make_feedback(page, "removed")
    tried = _tried()
    own = replace(tried, comment=masked(tried.comment), is_held=is_held)
    if own.reasons or own.comment:
        return make_feedback(page, "stored", vote=own)
    return make_feedback(page, "yes" if own.is_helpful else "no", vote=own)


def _tried() -> OwnVote:
    """What the form says, whether it was stored or not."""
    reasons, comment = _details() or ((), "")
    return OwnVote(ANSWERS[request.form["answer"]], reasons, comment, is_settled=True, is_held=False)


def _answer(page: ArticlePage, state: str, status: int) -> Response:
    """Not stored: the form again with what the reader chose and wrote, and why."""
    if request.form["answer"] == "remove":
        true = current_feedback(page)
        feedback = replace(true, state=state, is_kept=true.answer is not None)
    else:
        feedback = make_feedback(page, state, vote=_tried())
    if _is_script():
        response = make_response(render("_feedback.html", feedback=feedback, article=page), status)
    else:
        response = show_article(page, feedback, status)
    response.headers["Retry-After"] = str(60 - clock.now().second if status == 429 else RETRY_AFTER)
    return keep(response, "never")


def _is_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _confirm(page: ArticlePage) -> Response:
    """A browser that says nothing about where the post came from is asked once more, on our own page."""
    token = secrets.token_urlsafe(32)
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != security.CONFIRM_FIELD]
    # Translators: heading of a page that asks before the answer to “Was this article helpful?” is sent
    frame = Page(title=_("Send your answer?"), is_indexed=False, here={"route": "article", "id": page.article_id})
    response = show("confirm.html", frame, policy="never", status=403, article=page, fields=fields[:50], token=token)
    security.set_confirm_cookie(response, token)
    return response
