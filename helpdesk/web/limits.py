"""How often a network may ask."""

from __future__ import annotations

import logging

from flask import current_app
from werkzeug.exceptions import TooManyRequests

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.services.feedback import count_request
from helpdesk.web import security
from helpdesk.web.localization import current_site

log = logging.getLogger(__name__)


# What a process answers before it tells the database, as a part of the limit: a write for each key that a reader
# presses would cost more than the suggestions.
PART = 30


def count(limit: str, most: int) -> None:
    """Count this request for a limit; it is answered all the same when the database takes no writes.

    Raises TooManyRequests above `most` a minute, of all processes but for what each has not told yet.
    """
    site, now = current_site(), clock.now()
    network, minute = security.network_hash(limit), int(now.timestamp()) // 60
    known: dict[tuple[int, bytes], tuple[int, int]] = current_app.extensions.setdefault("helpdesk_limits", {})
    if (minute, b"") not in known:  # of the minutes before nothing is kept
        known.clear()
        known[minute, b""] = (0, 0)
    waiting, told = known.get((minute, network), (0, 0))
    waiting += 1
    if waiting > most // PART:
        try:
            told = count_request(site.database, network, now=now, number=waiting, is_read=True)
        except Busy as error:
            log.warning("Requests were not counted for the limit %s: %s", limit, error)
        waiting = 0
    known[minute, network] = (waiting, told)
    if told + waiting > most:
        raise TooManyRequests(retry_after=60 - now.second)
