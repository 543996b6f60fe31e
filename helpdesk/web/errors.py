"""One table from what went wrong to what the reader is told."""

from __future__ import annotations

import logging

from flask import Response, make_response, request
from werkzeug.exceptions import BadHost, HTTPException

from helpdesk.errors import Busy, NotReady
from helpdesk.web import frames, security
from helpdesk.web.caching import keep
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import activate, locale_of_path
from helpdesk.web.pages import Page, show

log = logging.getLogger(__name__)

RETRY_AFTER = 5  # seconds


def words(status: int) -> tuple[str, str]:
    """Title and explanation of an error page."""
    table = {
        400: (
            _("We could not read this request"),
            _("The address or the form was not complete. Go back and try again."),
        ),
        403: (_("This answer did not come from our page"), _("Open the article and answer there.")),
        404: (_("We could not find this page"), _("It may have moved, or the address has a typing error.")),
        405: (_("This does not work here"), _("Open the page from the start and try again.")),
        410: (
            _("This article has been retired"),
            _("It is no longer true, so we took it away. Search for what you need."),
        ),
        413: (_("That was too long"), _("Shorten your text and send it again.")),
        503: (_("We cannot do this right now"), _("Try again in a few seconds.")),
    }
    return table.get(status, (_("Something went wrong"), _("The fault is ours and has been noted. Try again later.")))


def error_response(status: int) -> Response:
    """A localized error page."""
    frames.ask_no_more()
    title, text = words(status)
    page = Page(title=title, is_indexed=False)
    response = show("error.html", page, policy="never", status=status, text=text)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def handle(error: Exception) -> Response:
    """Answer any exception of ours in the language of the path; what nobody expected is logged."""
    activate(locale_of_path())
    if isinstance(error, BadHost):  # no link can be made for such a host, so there is no page either
        return security.add_headers(keep(make_response("Bad request\n", 400, {"Content-Type": "text/plain"}), "never"))
    if isinstance(error, HTTPException):
        status = error.code or 500
        if status not in (400, 403, 404, 405, 410, 413, 503):
            status = 400 if status < 500 else 500
    elif isinstance(error, Busy | NotReady):
        log.warning("%s %s: %s", request.method, request.path, error)
        status = 503
    else:
        log.exception("%s %s", request.method, request.path)
        status = 500
    response = error_response(status)
    if isinstance(error, HTTPException) and error.code == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return security.add_headers(response)
