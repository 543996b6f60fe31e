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


def count() -> None:
    """Count this request; it is answered all the same when the database takes no writes. Raises TooManyRequests."""
    site, now = current_site(), clock.now()
    try:
        requests = count_request(site.database, security.network_hash("api"), now=now, is_read=True)
    except Busy as error:
        log.warning("A request to the API was not counted: %s", error)
        return
    if requests > site.settings.api_per_minute:
        raise TooManyRequests(retry_after=60 - now.second)
