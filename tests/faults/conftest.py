"""An nginx of one's own, with the rules that the product prints."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.machine import find_nginx, leave_out

MAIN = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/helpdesk.conf;
}}
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Nginx:
    """One nginx in a folder, for rules that listen on its port."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder, self.port = program, folder, free_port()
        self.listen, self.cache = f"127.0.0.1:{self.port}", f"{folder}/cache"
        self._process: subprocess.Popen[bytes] | None = None

    def complaints(self, rules: str) -> str:
        """What nginx has against the rules; empty: nothing."""
        (self.folder / "helpdesk.conf").write_text(rules)
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, user=user))
        result = subprocess.run([*self._command, "-t", "-q"], capture_output=True, text=True, check=False)
        return result.stderr

    def start(self, rules: str) -> None:
        assert self.complaints(rules) == ""
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)
        for _try in range(200):
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError((self.folder / "error.log").read_text())

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    @property
    def _command(self) -> list[str]:
        return [
            self.program,
            "-e",
            f"{self.folder}/error.log",
            "-p",
            str(self.folder),
            "-c",
            f"{self.folder}/nginx.conf",
        ]


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Nginx]:
    """Absent, tests are skipped, or fail where HELPDESK_REQUIRE asks for it."""
    program = find_nginx()
    if program is None:
        leave_out("nginx")
    folder = tmp_path / "nginx"
    folder.mkdir()
    made = Nginx(program, folder)
    yield made
    made.stop()
