"""Servers on this machine that take mail and messages, and refuse them as a test says."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import BaseServer, StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

# For 0.0.0.0, which is this machine as well, and no loopback address.
CERTIFICATE = Path(__file__).with_suffix("").parent / "receiver.pem"


@contextmanager
def _serving(server: BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Postbox:
    """What came; `refusing` are words, such as RCPT or RCPT TO:<A@B.C>, with the answer to commands that begin so; `taken`, to the text."""

    port: int = 0
    refusing: dict[str, str] = field(default_factory=dict)
    extensions: Sequence[str] = ("8BITMIME",)
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    is_tls: list[bool] = field(default_factory=list)

    @property
    def letters(self) -> list[tuple[str, str]]:
        """To whom, and about what."""
        return [(", ".join(to), str(message["Subject"])) for to, message in self.taken]


class _Session(StreamRequestHandler):
    """RFC 5321, as far as smtplib goes."""

    def handle(self) -> None:
        box: Postbox = self.server.box
        self.is_tls, to = isinstance(self.request, ssl.SSLSocket), []
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            box.said.append(line)
            refusal = next((answer for start, answer in box.refusing.items() if line.upper().startswith(start)), "")
            word = line.upper().split(":")[0].split()[0]
            if refusal:
                self.say(refusal)
            elif word == "EHLO":
                self.say("\r\n".join(f"250-{name}" for name in ("here", *box.extensions)), "250 ENHANCEDSTATUSCODES")
            elif word == "STARTTLS":
                self.say("220 go on")
                self.wrap()
            elif word == "RCPT":
                to.append(line[9:].split(">")[0])
                self.say("250 ok")
            elif word == "DATA":
                self.say("354 go on")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                box.taken.append((to, message_from_bytes(b"".join(lines), policy=default)))
                box.is_tls.append(self.is_tls)
                self.say(box.refusing.get("taken", "250 ok"))
            elif word == "QUIT":
                return self.say("221 bye")
            else:
                self.say("235 ok" if word == "AUTH" else "250 ok")
        return None

    def wrap(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self.request = context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile, self.is_tls = self.request.makefile("rb"), self.request.makefile("wb", 0), True

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def finish(self) -> None:
        super().finish()
        self.request.close()


class _Mail(ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *_request: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""


@contextmanager
def mail_server(*extensions: str, **refusing: str) -> Iterator[Postbox]:
    """Take mail at `localhost:port`, until the end of the block."""
    with _Mail(("0.0.0.0", 0), _Session) as server:
        server.box = Postbox(server.server_address[1], dict(refusing), ("8BITMIME", *extensions))
        with _serving(server):
            yield server.box


def login_of(box: Postbox) -> list[str]:
    """User and password that were said."""
    lines = [line.split()[-1] for line in box.said if line.startswith("AUTH PLAIN")]
    return [part for line in lines for part in base64.b64decode(line).decode().split("\0") if part]


@dataclass
class Hook:
    """What was posted, as (headers, body); `answers` are the statuses to answer with, 204 after the last of them."""

    address: str = ""
    answers: list[int] = field(default_factory=list)
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


class _Post(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        hook: Hook = self.server.hook
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hook.posts.append(({name.title(): value for name, value in self.headers.items()}, body))
        self.send_response(hook.answers.pop(0) if hook.answers else 204)
        self.send_header("Location", f"{hook.address}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_said: Any) -> None:
        """Say nothing: the tests look at what came."""


@contextmanager
def hook_server(*answers: int) -> Iterator[Hook]:
    """Take posts, until the end of the block."""
    with HTTPServer(("127.0.0.1", 0), _Post) as server:
        server.hook = Hook(f"http://127.0.0.1:{server.server_port}", list(answers))
        with _serving(server):
            yield server.hook
