"""Who may keep an answer, and for how long: one name for each policy."""

from __future__ import annotations

from flask import Response, make_response, redirect, request

POLICIES = {
    # Pages that show what the reader said: Back has to show the true state, so nothing keeps them.
    "personal": "private, no-store",
    # Pages that are the same for everybody; asked for again each time.
    "page": "no-cache",
    "never": "no-store",
    "moved": "max-age=3600",
    "hour": "public, max-age=3600",
    "forever": "public, max-age=31536000, immutable",
}
# How long a cache in front may go on with what it has while this site fails.
STALE_IF_ERROR = 86_400


def keep(response: Response, policy: str) -> Response:
    """Put a policy on an answer."""
    response.headers["Cache-Control"] = POLICIES[policy]
    return response


def share(response: Response, seconds: int) -> Response:
    """Let caches in front keep a page for `seconds`: they are told by name, browsers do as without them.

    RFC 9213 for a CDN, X-Accel-Expires for nginx; `s-maxage` for all others, but only on pages that show no answer of
    the reader's: a browser would keep those for Back. No stale-while-revalidate: it would outlast the page's end.
    """
    response.headers["CDN-Cache-Control"] = f"public, max-age={seconds}, stale-if-error={STALE_IF_ERROR}"
    response.headers["X-Accel-Expires"] = str(seconds)
    if response.headers["Cache-Control"] == POLICIES["page"]:
        response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}, stale-if-error={STALE_IF_ERROR}"
    return response


def finish_static(response: Response) -> Response:
    """A static file that is asked for by its content's fingerprint never changes; a streamed file gets closed."""
    if response.is_streamed and hasattr(response.response, "close"):
        response.call_on_close(response.response.close)  # compression replaces the stream and forgets it
    if request.endpoint == "helpdesk.static" and "v" in request.args and response.status_code == 200:
        keep(response, "forever")
    return response


def send_to(target: str, status: int, policy: str) -> Response:
    """Send the reader to another address, with the status said outright (Flask's default is changing)."""
    return keep(make_response(redirect(target, status)), policy)


def with_query(path: str) -> str:
    """The path with the query that this request carries."""
    query = request.query_string.decode("ascii", "replace")
    return f"{path}?{query}" if query else path
