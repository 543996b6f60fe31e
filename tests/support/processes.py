"""Real processes for the tests of faults: started together, heard out, or killed at a chosen moment.

A worker is a function at the top of a test module. It makes what it needs, calls `ready()` once, and then does
its work; what it `say`s reaches the test even when the process is killed right after.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

FULL = os.environ.get("HELPDESK_TEST_DOSE") == "full"
# Seconds after which a worker counts as hanging.
PATIENCE = 300

# Workers are forked from a server that has imported the product and done nothing else: real processes that
# share no state with the test, at a hundredth of what a fresh interpreter costs.
_context = get_context("forkserver")
_context.set_forkserver_preload(["tests.conftest", "tests.support.processes"])

_parent: Connection | None = None

Job = tuple[Callable[..., Any], Sequence[Any]]


class WorkerFailed(AssertionError):
    """A worker raised, warned or logged an error; the message holds what it said about that."""


class Worker:
    """A process that waits at its `ready()` until it is told to go."""

    def __init__(self, work: Callable[..., Any], *arguments: Any) -> None:
        self._own, theirs = _context.Pipe()
        self._process = _context.Process(target=_run, args=(theirs, work, arguments), daemon=True)
        self._process.start()
        theirs.close()
        self.said: list[Any] = []
        self.is_ready = False

    def wait_until_ready(self) -> Worker:
        outcome = self._hear_until(lambda: self.is_ready)
        if not self.is_ready:
            raise WorkerFailed(f"before it was ready: {outcome}")
        return self

    def go(self) -> Worker:
        self._own.send("go")
        return self

    def tell(self, value: Any) -> None:
        """Send what the worker's `listen()` returns."""
        self._own.send(value)

    def result(self) -> Any:
        """What the work returned; raises WorkerFailed."""
        outcome = self._hear_until(lambda: False)
        self._end()
        if outcome is None:
            raise WorkerFailed(f"the worker died with exit code {self._process.exitcode}")
        kind, value = outcome
        if kind == "failed":
            raise WorkerFailed(value)
        return value

    def wait_for(self, value: Any) -> None:
        """Until the worker has said this."""
        self._hear_until(lambda: value in self.said)
        assert value in self.said

    def freeze(self, seconds: float) -> None:
        """Stop the process wherever it is, and let it go on after so many seconds."""
        pid = self._process.pid
        if pid is not None and self._process.is_alive():
            os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(pid, signal.SIGCONT)

    def kill(self, *, after: float = 0.0) -> Any:
        """SIGKILL so many seconds from now: None, or what the work returned when it was done before."""
        outcome = self._hear_until(lambda: False, until=time.monotonic() + after)
        if self._process.is_alive() and self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGKILL)
        outcome = self._hear_until(lambda: False) or outcome
        self._end()
        if outcome is not None and outcome[0] == "failed":
            raise WorkerFailed(outcome[1])
        return None if outcome is None else outcome[1]

    def _hear_until(self, is_enough: Callable[[], bool], *, until: float | None = None) -> tuple[str, Any] | None:
        """Listen until enough was said, the time is up, or the process has ended; its outcome, if it sent one."""
        deadline = time.monotonic() + PATIENCE if until is None else until
        while not is_enough():
            left = deadline - time.monotonic()
            if left <= 0 or not self._own.poll(left):
                assert until is not None, "the worker hangs"
                return None
            try:
                kind, value = self._own.recv()
            except (EOFError, OSError):  # OSError: killed in the middle of a message
                return None
            if kind == "said":
                self.said.append(value)
            elif kind == "ready":
                self.is_ready = True
            else:
                return kind, value
        return None

    def _end(self) -> None:
        self._own.close()
        self._process.join(PATIENCE)
        assert self._process.exitcode is not None, "the worker hangs"


def run_together(jobs: Sequence[Job], *, frozen_for: float = 0.0) -> list[Any]:
    """Run workers that start their work at the same moment; what they returned, in order.

    For the first `frozen_for` seconds one after the other is stopped for a while, in the middle of anything.
    """
    workers = [Worker(work, *arguments) for work, arguments in jobs]
    for worker in workers:
        worker.wait_until_ready()
    for worker in workers:
        worker.go()
    end = time.monotonic() + frozen_for
    while time.monotonic() < end:
        random.choice(workers).freeze(random.random() / 5)
        time.sleep(random.random() / 20)
    return [worker.result() for worker in workers]


def run(work: Callable[..., Any], *arguments: Any) -> Any:
    """Run one worker to its end."""
    return run_together([(work, arguments)])[0]


def ready() -> None:
    """In a worker: all is prepared; waits for the others."""
    _send("ready", None)
    listen()


def listen() -> Any:
    """In a worker: wait for what the test tells it."""
    assert _parent is not None
    return _parent.recv()


def say(value: Any) -> None:
    """In a worker: tell the test; it was told when this returns."""
    _send("said", value)


def _send(kind: str, value: Any) -> None:
    assert _parent is not None
    _parent.send((kind, value))


class _Errors(logging.Handler):
    """Keeps what the product logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.found.append(f"{record.name}: {record.getMessage()}\n{trace}")


def _run(parent: Connection, work: Callable[..., Any], arguments: Sequence[Any]) -> None:
    """The life of a worker: errors, warnings and logged errors are all failures."""
    global _parent
    _parent = parent
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    sys.unraisablehook = lambda event: errors.found.append(f"{event.exc_value!r} in {event.object!r}")
    warnings.simplefilter("error")
    for category in (SyntaxWarning, DeprecationWarning):
        warnings.filterwarnings("ignore", category=category, module="whoosh.*")
    try:
        value = work(*arguments)
        gc.collect()
        outcome = ("failed", "\n".join(errors.found)) if errors.found else ("done", value)
    except BaseException:
        outcome = ("failed", traceback.format_exc() + "\n".join(errors.found))
    _send(*outcome)
