"""Rebuilds in a process of their own: what they take of memory, and how they end, is no server's."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO

from sqlalchemy import Engine

from helpdesk.config import Settings
from helpdesk.search.backend import SearchBackend, SearchUnavailable

# Called with a label, the steps done and the steps in all.
Progress = Callable[[str, int, int], None]
EVERY, MARKED = "every", "marked"


@dataclass(frozen=True, slots=True)
class Builder:
    """What such a process needs to know; it reads this from its standard input, as no argument keeps a secret.

    `backend` makes the index's backend out of its folder.
    """

    settings: Settings = field(repr=False)
    url: str = field(repr=False)
    backend: Callable[[Path], SearchBackend]

    def run(self, lock: int, progress: Progress) -> None:
        """Build the index of every locale and wait for it. Raises SearchUnavailable with what the process said."""
        with tempfile.TemporaryFile() as said, self._launch(EVERY, lock, subprocess.PIPE, said) as process:
            try:
                for line in process.stdout or ():
                    done, total, label = line.decode().rstrip("\n").split("\t")
                    progress(label, int(done), int(total))
            except BaseException:
                process.kill()
                raise
            if code := process.wait():
                said.seek(0)
                words = said.read().decode(errors="replace").strip().splitlines()
                raise SearchUnavailable(words[-1] if words else _end(code))

    def start(self, lock: int) -> None:
        """Build the indexes that are marked, and do not wait: the process outlives this one, and tells its log."""
        process = self._launch(MARKED, lock, subprocess.DEVNULL, None)
        Thread(target=process.wait, daemon=True).start()  # else it stays as a zombie once it has ended

    def _launch(self, what: str, lock: int, output: int, errors: IO[bytes] | None) -> subprocess.Popen[bytes]:
        """`lock` is the file locked for rebuilds: it stays so until all processes have closed it, however they end."""
        process = subprocess.Popen(  # noqa: S603  nothing of a reader's is in it
            [sys.executable, "-m", "helpdesk.services.rebuilding", what],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            pass_fds=(lock,),
            start_new_session=what == MARKED,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        if process.stdin is not None:
            with suppress(BrokenPipeError), process.stdin:  # it says itself why it ended
                pickle.dump(self, process.stdin)
        return process


def find_builder(settings: Settings, engine: Engine, backend: Callable[[Path], SearchBackend]) -> Builder | None:
    """None where another process cannot open the database as we do: a host's engine, or a database in memory."""
    is_own = engine.get_execution_options().get("hd_own", False)
    place = engine.url.database or ":memory:"
    is_in_memory = engine.dialect.name == "sqlite" and (":memory:" in place or "mode=memory" in str(engine.url))
    # Inside some servers this is the server's own program.
    is_python = Path(sys.executable or "").name.lower().startswith(("python", "pypy"))
    if not is_own or is_in_memory or not is_python:
        return None
    return Builder(settings, engine.url.render_as_string(hide_password=False), backend)


def _end(code: int) -> str:
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return f"The rebuild {how}; the index is as it was. Run the command again."
