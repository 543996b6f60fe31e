"""How often a network may ask."""

from __future__ import annotations

import logging

from werkzeug.exceptions import TooManyRequests

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.services.feedback import count_request
from helpdesk.web import security
from helpdesk.web.localization import current_site

log = logging.getLogger(__name__)


def count(limit: str, most: int) -> None:
    """Count this request for a limit; it is answered all the same when the database takes no writes.

    Raises TooManyRequests above `most` a minute.
    """
    site, now = current_site(), clock.now()
    try:
        requests = count_request(site.database, security.network_hash(limit), now=now, is_read=True)
    except Busy as error:
        log.warning("A request was not counted for the limit %s: %s", limit, error)
        return
    if requests > most:
        raise TooManyRequests(retry_after=60 - now.second)
