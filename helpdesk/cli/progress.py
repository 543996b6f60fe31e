"""A progress bar for whatever takes its time, and the site that a command is about."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, cast

import click
from flask import current_app
from flask.cli import with_appcontext

from helpdesk.errors import Busy, HelpdeskError
from helpdesk.services.bootstrapping import prepare
from helpdesk.services.site import Site

WIDTH = 30
# Seconds after which work shows how far it is, and between two lines of a log.
PATIENCE, BETWEEN = 0.5, 10


class _Clock:
    started = 0.0


def show_progress(label: str, done: int, total: int) -> None:
    """Draw one line on standard error, once the work has taken PATIENCE; in a log, a line at the end only."""
    if done == 0:
        _Clock.started = time.monotonic()
    if total == 0 or time.monotonic() - _Clock.started < PATIENCE:
        return
    if sys.stderr.isatty():
        filled = WIDTH * done // total
        bar = "#" * filled + "-" * (WIDTH - filled)
        click.echo(f"\r[{bar}] {done}/{total} {label[:40]:40}", nl=done == total, err=True)
    elif done == total or time.monotonic() - _Clock.started > BETWEEN:
        _Clock.started = time.monotonic()
        click.echo(f"{done}/{total} {label}".rstrip(), err=True)


def find_site() -> Site:
    """The help center of the application that the command runs in."""
    return cast(Site, current_app.extensions["helpdesk"])


@contextmanager
def ending_with_a_sentence() -> Iterator[None]:
    """Errors of ours end a command with one sentence."""
    try:
        yield
    except Busy as error:
        raise click.ClickException(f"The database is busy: {error}. Nothing was changed.") from None
    except HelpdeskError as error:
        raise click.ClickException(str(error)) from None


def with_site(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command its site, the database brought up to date; errors of ours end it with one sentence."""

    @with_appcontext
    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        site = find_site()
        with ending_with_a_sentence():
            prepare(site, "off" if site.settings.bootstrap == "off" else "empty", show_progress)
            return command(site, *args, **options)

    return cast(Callable[..., Any], run)
