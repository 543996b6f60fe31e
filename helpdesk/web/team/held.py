"""Votes that are held because many new ones came from one network: to be looked at, then counted or deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import BadRequest, NotFound

from helpdesk import clock
from helpdesk.queries.feedback import SPANS, HeldScope, count_held, list_effects, list_held
from helpdesk.queries.inbox import Filters, list_feedback
from helpdesk.services.feedback import drop_votes, release_votes
from helpdesk.services.permissions import Permission, may
from helpdesk.web.caching import send_to
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_site
from helpdesk.web.members import NAME, here
from helpdesk.web.pages import make_pager, page_number
from helpdesk.web.team.inbox import number_of
from helpdesk.web.team.pages import show, the_member

# Groups on a page, translations whose figures are told, and votes that are shown of a group.
SIZE = 50


def held() -> Response:
    """All of them by article and day, or hour. Raises NotFound."""
    by, number, reach = request.args.get("by", "day"), page_number(), the_member().reach
    if by not in SPANS or number is None:
        raise NotFound
    groups, total = list_held(current_site().database, by, reach=reach, limit=SIZE, offset=(number - 1) * SIZE)
    kept: dict[str, Any] = {} if by == "day" else {"by": by}
    pager = make_pager(number, SIZE, total, f"{NAME}.held", kept)
    if number > pager.pages:
        return send_to(url_for(f"{NAME}.held", **kept, page=pager.pages), 302, "personal")
    return show(
        "held.html",
        # Translators: heading: answers of readers to “Was this article helpful?” that are counted after a check
        _("Answers to check"),
        place=here("held", kept | ({"page": number} if number > 1 else {})),
        by=by,
        groups=groups,
        pager=pager,
        counted=number_of(request.args.get("counted", "")),
        dropped=number_of(request.args.get("dropped", "")),
    )


def votes() -> Response:
    """Those of an article and time, or all: what they say, and what counting them would do. Raises NotFound."""
    scope = _scope(request.args)
    if scope is None:
        raise NotFound
    database, asked = current_site().database, {name: request.args[name] for name in SCOPE if request.args.get(name)}
    filters = Filters(
        status="held",
        has_comment=True,
        article_id=scope.article_id,
        reach=scope.reach,
        first_since=scope.since,
        first_until=scope.until,
    )
    return show(
        "held_votes.html",
        _("Answers to check"),
        place=here("held_votes", asked),
        count=count_held(database, scope),
        effects=list_effects(database, scope, limit=SIZE),
        entries=list(list_feedback(database, filters, limit=SIZE)),
        size=SIZE,
        may_resolve=may(the_member(), Permission.RESOLVE_FEEDBACK),
        # What comes while somebody looks is not decided on.
        fixed=asked | {"until": scope.until.isoformat() if scope.until else ""},
    )


def settle() -> Response:
    """Count or delete them, as `action` tells. Raises BadRequest."""
    scope, action = _scope(request.form), request.form.get("action")
    if scope is None or action not in ("count", "drop") or not request.form.get("until"):
        raise BadRequest
    database = current_site().database
    told: dict[str, Any] = (
        {"counted": release_votes(database, scope)} if action == "count" else {"dropped": drop_votes(database, scope)}
    )
    return send_to(url_for(f"{NAME}.held", **told), 303, "personal")


SCOPE = ("article", "since", "until")


def _scope(values: Any) -> HeldScope | None:
    """The votes that are meant, none of later than now; None for what is no article or time."""
    now = clock.now()
    article = values.get("article", "")
    try:
        since, until = (
            datetime.fromisoformat(values[name]) if values.get(name) else None for name in ("since", "until")
        )
        if any(moment and (moment.tzinfo is None or not 2000 <= moment.year < 9000) for moment in (since, until)):
            return None
    except ValueError:
        return None
    if article and number_of(article) is None:
        return None
    return HeldScope(
        article_id=number_of(article),
        since=since,
        until=min(until or now, now),
        reach=the_member().reach,
    )
