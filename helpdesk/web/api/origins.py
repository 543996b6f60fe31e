"""Whose scripts may read the API (https://fetch.spec.whatwg.org/#http-cors-protocol); never with credentials."""

from __future__ import annotations

from flask import Response, request

from helpdesk.web.localization import current_site

A_DAY = "86400"


def add_headers(response: Response) -> Response:
    """Say which sites may read this answer, and what it varies by."""
    site = current_site()
    is_in_path = request.endpoint == "helpdesk_api.search_json"
    if not is_in_path and site.locales.find(request.args.get("locale", "")) is None:
        response.vary.add("Accept-Language")
    allowed, origin = site.settings.api_origins, request.headers.get("Origin", "")
    if not allowed:
        return response
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    is_for_all = "*" in allowed
    if not is_for_all:
        response.vary.add("Origin")
    if is_for_all or origin in allowed:
        response.headers["Access-Control-Allow-Origin"] = "*" if is_for_all else origin
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
            response.headers["Access-Control-Max-Age"] = A_DAY
    return response
