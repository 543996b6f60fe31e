"""Posts to another program over HTTP, signed so that it can know from whom."""

from __future__ import annotations

import hashlib
import hmac
import time
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from helpdesk.errors import NotSent, printable
from helpdesk.values import is_loopback

# Attempts, seconds between the first two, which double with each, and seconds that the other side may be silent.
TRIES, PAUSE, SECONDS = 3, 1.0, 10.0
SIGNATURE = "X-Helpdesk-Signature"
ANSWER_LENGTH = 200


class _Unredirected(HTTPRedirectHandler):
    def redirect_request(self, *_request: Any) -> None:
        """What is signed for one address goes to no other: a redirect is an error."""


def post(address: str, secret: str, body: bytes) -> None:
    """Hand in JSON; an answer of 2xx is a yes. Raises NotSent, after several attempts where another may help."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "User-Agent": "Helpdesk", SIGNATURE: f"sha256={signature}"}
    # Settings allow https, and http within this machine.
    request = Request(address, body, headers, method="POST")  # noqa: S310
    proxies = ProxyHandler({}) if is_loopback(urlsplit(address)) else ProxyHandler()
    opener, failure = build_opener(_Unredirected, proxies), ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE * 2 ** (attempt - 1))
        try:
            with opener.open(request, timeout=SECONDS):
                return
        except HTTPError as error:
            error.close()
            failure = f"it answered {error.code} {error.reason}"
            if error.code < 500 and error.code != 429:
                break
        except (OSError, HTTPException) as error:
            failure = str(getattr(error, "reason", "") or error or type(error).__name__)
    raise NotSent("hook", printable(failure)[:ANSWER_LENGTH])
