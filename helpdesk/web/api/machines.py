"""What the site consists of and whether it is well; addresses and methods that the API does not know."""

from __future__ import annotations

from flask import Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import MethodNotAllowed, NotFound

from helpdesk.errors import NotReady
from helpdesk.services.bootstrapping import is_prepared
from helpdesk.web.api.schemas import Asked, LocaleItem, LocaleList, Status
from helpdesk.web.caching import keep
from helpdesk.web.localization import current_site

VERSION = "1.0"
UNKNOWN = "unknown"
ALLOWED = ("GET", "HEAD", "OPTIONS")
METHODS = (*ALLOWED, "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT")


def status(asked: Asked) -> Status:
    """Whether the help center is well."""
    site = current_site()
    if not is_prepared(site):
        raise NotReady("The database is not up to date.")
    return Status(VERSION, "ok", "ok" if site.indexer.is_ready() else "degraded")


def locales(asked: Asked) -> LocaleList:
    """The languages of the site."""
    found = current_site().locales
    return LocaleList(
        tuple(LocaleItem(item.tag, item.name, item.direction, item == found.default) for item in found.all)
    )


def answer_options() -> Response | None:
    """What may be done here; browsers ask before scripts of other sites do."""
    if request.method != "OPTIONS" or request.endpoint == f"{request.blueprint}.{UNKNOWN}":
        return None
    response = Response(status=204)
    response.headers["Allow"] = ", ".join(ALLOWED)
    return keep(response, "never")


def unknown(rest: str) -> Response:
    """Raises MethodNotAllowed where a GET would be answered, else NotFound.

    A host answers what no route of ours takes: so this one takes every method.
    """
    rule, _values = request_ctx.url_adapter.match(method="GET", return_rule=True)  # type: ignore[union-attr]
    if rule.endpoint == request.endpoint:
        raise NotFound(rest)
    raise MethodNotAllowed(ALLOWED)
