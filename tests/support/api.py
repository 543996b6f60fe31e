"""Questions to the API, and what every answer of it must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any
    text: str


def ask(app: Flask, path: str, *, method: str = "GET", headers: dict[str, str] | None = None, **query: Any) -> Answer:
    """An answer of /api/v1; its common headers are checked."""
    response = app.test_client().open(f"/api/v1{path}", method=method, headers=headers, query_string=query or None)
    check(response)
    return Answer(
        response.status_code, response.get_json(silent=True), response.headers, response.get_data(as_text=True)
    )


def check(response: TestResponse) -> None:
    headers, status = response.headers, response.status_code
    assert headers.getlist("Set-Cookie") == []
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] in ("no-cache", "no-store")
    assert "Access-Control-Allow-Credentials" not in headers
    if status >= 400:
        assert headers["Cache-Control"] == "no-store"
        assert response.mimetype == "application/problem+json"
        if response.request.method != "HEAD":
            problem = response.get_json(force=True)
            assert (problem["type"], problem["status"]) == ("about:blank", status)
            assert problem["title"]
            assert problem["detail"]
    elif status == 200:
        assert response.mimetype == "application/json"
    assert (status in (429, 503)) == ("Retry-After" in headers)
