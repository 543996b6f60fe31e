"""A real server on a free port of this machine, for tests that drive a browser."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.serving import WSGIRequestHandler, make_server

from helpdesk.services.site import Site

VOTES = text(
    "SELECT v.is_helpful, v.reasons, v.comment, v.query FROM hd_vote v"
    " JOIN hd_translation t ON t.id = v.translation_id WHERE t.article_id = :article_id AND v.id > :last ORDER BY v.id"
)
LAST = text("SELECT coalesce(max(id), 0) FROM hd_vote")
TITLE = text("SELECT title FROM hd_translation WHERE article_id = :article_id AND locale = :tag")


@dataclass(frozen=True, slots=True)
class Server:
    """A served site, and what its database says."""

    address: str
    site: Site
    last_vote: int

    def votes(self, article_id: int) -> list[tuple[bool, str, str, str]]:
        """Every vote on an article since the start, as (is_helpful, reasons, comment, query)."""
        with self.site.database.read() as connection:
            rows = connection.execute(VOTES, {"article_id": article_id, "last": self.last_vote}).all()
        return [(bool(row.is_helpful), row.reasons, row.comment, row.query) for row in rows]

    def title(self, article_id: int, tag: str) -> str:
        """The article's title in a locale."""
        with self.site.database.read() as connection:
            return str(connection.execute(TITLE, {"article_id": article_id, "tag": tag}).scalar_one())


class _Handler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the tests look at the answers."""


@contextmanager
def serve(app: Flask, *, without: Collection[str] = ()) -> Iterator[Server]:
    """Serve an app; the headers `without`, as WSGI names, never reach it, as if the browser had not sent them."""

    def stripped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        for name in without:
            environ.pop(name, None)
        return app(environ, start_response)

    site: Site = app.extensions["helpdesk"]
    with site.database.read() as connection:
        last_vote = int(connection.execute(LAST).scalar_one())
    server = make_server("127.0.0.1", 0, stripped, threaded=True, request_handler=_Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}", site, last_vote)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
