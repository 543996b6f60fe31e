"""One table from what went wrong to what is said of it: a page to readers, problem details to who asks the API."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, request
from werkzeug.exceptions import BadHost, BadRequest, HTTPException, default_exceptions
from werkzeug.routing import RequestRedirect

from helpdesk.errors import Busy, NotReady
from helpdesk.search.backend import SearchUnavailable
from helpdesk.web import frames, security
from helpdesk.web.caching import keep
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import activate, asked, current_locale, is_below_mount, leave, locale_of_path
from helpdesk.web.pages import Page, show

log = logging.getLogger(__name__)

RETRY_AFTER = 5  # seconds
SEARCH_JSON = re.compile(r"/[^/]+/search\.json")
# What is told as it is; of all others, what the asker did is 400 and the rest 500.
TOLD = (400, 403, 404, 405, 410, 413, 429, 503)


class WrongParameters(BadRequest):
    """Parameters that cannot be taken: what is expected of each, by its name, in the language of the answer."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__()
        self.reasons = reasons


def words(status: int) -> tuple[str, str]:
    """Title and explanation of an error."""
    table = {
        400: (
            # Translators: heading of an error page; the request is what the browser sent
            _("We could not read this request"),
            _("The address or the form was not complete. Go back and try again."),
        ),
        403: (
            # Translators: heading of an error page; the answer to “Was this article helpful?” came from another site
            _("This answer did not come from our page"),
            # Translators: answer the question “Was this article helpful?”
            _("Open the article and answer there."),
        ),
        404: (
            # Translators: heading of an error page
            _("We could not find this page"),
            # Translators: it: the page
            _("It may have moved, or the address has a typing error."),
        ),
        405: (
            # Translators: heading of an error page: the browser asked for something that this address does not do
            _("This does not work here"),
            # Translators: from the start: anew, not out of the browser’s history
            _("Open the page from the start and try again."),
        ),
        410: (
            # Translators: heading of an error page
            _("This article has been retired"),
            # Translators: it: the article
            _("It is no longer true, so we took it away. Search for what you need."),
        ),
        413: (
            # Translators: heading of an error page, said of what the reader wrote
            _("That was too long"),
            _("Shorten your text and send it again."),
        ),
        429: (
            # Translators: heading of an error page: too many requests came within a minute
            _("Too many requests"),
            _("Too many requests came from your network in the last minute. Wait a moment and try again."),
        ),
        503: (
            # Translators: heading of an error page: for a moment something of ours does not work
            _("We cannot do this right now"),
            _("Try again in a few seconds."),
        ),
    }
    # Translators: heading of an error page
    unexpected = _("Something went wrong")
    return table.get(status, (unexpected, _("The fault is ours and has been noted. Try again later.")))


def error_response(status: int) -> Response:
    """A localized error page; where something broke, without the host's layout, which may be what did."""
    frames.ask_no_more()
    if status >= 500:
        g.hd_is_alone = True
    title, text = words(status)
    page = Page(title=title, is_indexed=False)
    response = show("error.html", page, policy="never", status=status, text=text)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def problem_response(status: int, reasons: Mapping[str, str] | None = None) -> Response:
    """A localized problem (RFC 9457); `reasons` by parameter."""
    title, text = words(status)
    problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": text}
    if reasons:
        problem["errors"] = [{"parameter": name, "detail": reason} for name, reason in reasons.items()]
    response = Response(json.dumps(problem, ensure_ascii=False), status, mimetype="application/problem+json")
    response.headers["Content-Language"] = current_locale().tag
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return keep(response, "never")


def handle(error: Exception) -> Response:
    """Answer any exception of ours, in the language of the path or as the API was asked; see the table."""
    path = request.path.removeprefix(current_app.extensions["helpdesk_prefix"])
    is_api = path.startswith("/api/")
    activate(asked() if is_api else locale_of_path())
    is_for_programs = is_api or SEARCH_JSON.fullmatch(path) is not None
    if isinstance(error, BadHost):  # no link can be made for such a host, so there is no page either
        return security.add_headers(keep(make_response("Bad request\n", 400, {"Content-Type": "text/plain"}), "never"))
    status = _status_of(error)
    if is_for_programs:
        response = problem_response(status, error.reasons if isinstance(error, WrongParameters) else None)
    else:
        response = error_response(status)
    if status == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    if wait := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(wait)
    return security.add_headers(response)


def _status_of(error: Exception) -> int:
    """The status of an error; what the machine lacks is noted, and what nobody expected with all that is known."""
    if isinstance(error, HTTPException):
        status = error.code or 500
        return status if status in TOLD else 400 if status < 500 else 500
    if isinstance(error, Busy | NotReady | SearchUnavailable):
        log.warning("%s %s: %s", request.method, request.path, error)
        return 503
    log.exception("%s %s", request.method, request.path)
    return 500


def claim(blueprint: Blueprint) -> None:
    """Errors of ours are ours: Flask asks a host's handler of a status before a blueprint's handler of Exception."""
    for status in default_exceptions:
        blueprint.register_error_handler(status, handle)


def answer_below_mount() -> Response | None:
    """An address or method below our prefix that no view of ours takes; the host answers for everything else."""
    error = request.routing_exception
    if error is None or isinstance(error, RequestRedirect) or not is_below_mount():
        return None
    try:
        return handle(error)
    finally:
        leave()
