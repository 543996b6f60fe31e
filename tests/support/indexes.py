"""Indexes that are broken on purpose, and backends for rebuilds that come to a bad end in their own process."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from helpdesk.models import SearchNode
from helpdesk.search.backend import SearchBackend, SearchQuery
from helpdesk.search.whoosh_backend import WhooshBackend
from helpdesk.services.site import Site

# Seconds after which a rebuild counts as hanging.
PATIENCE = 300


def damage(site: Site, *tags: str) -> None:
    """Nothing of these locales' indexes can be read any more."""
    site.indexer.backend.close()
    for tag in tags:
        for path in (site.settings.index_path / tag).rglob("*"):
            if path.is_file():
                path.unlink()  # builds share their files
                path.write_bytes(b"broken")


def states(site: Site) -> dict[str, str]:
    return {locale.tag: site.indexer.backend.status(locale.tag).state for locale in site.locales.all}


def nodes(site: Site) -> list[str]:
    """All nodes but the site's own."""
    with site.database.read() as connection:
        return list(connection.execute(select(SearchNode.name).where(SearchNode.name != site.indexer.node)).scalars())


def answers(site: Site, tag: str, text: str) -> list[int]:
    """What the index says by itself."""
    return [hit.article_id for hit in site.indexer.backend.search(SearchQuery(locale=tag, text=text)).hits]


def with_backend(site: Site, backend: Callable[[Path], SearchBackend]) -> None:
    """Let the site's rebuilds in processes of their own use this one."""
    assert site.indexer.builder is not None
    site.indexer.builder = replace(site.indexer.builder, backend=backend)


def wait_until_built(site: Site) -> None:
    """Until nothing is marked, and no process holds the lock."""
    _wait_while(site.indexer.marked)
    wait_until_idle(site)


def wait_until_idle(site: Site) -> None:
    _wait_while(site.indexer.is_rebuilding)


def _wait_while(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while is_so():
        assert time.monotonic() < end, "nobody builds the index"
        time.sleep(0.02)


class Dying(WhooshBackend):
    """Killed just before the swap."""

    def rebuild(self, locale, documents, *, latest):  # type: ignore[no-untyped-def]
        def deadly(stamps):  # type: ignore[no-untyped-def]
            os.kill(os.getpid(), signal.SIGKILL)

        super().rebuild(locale, documents, latest=deadly)


class Crashing(WhooshBackend):
    """Wrong in itself."""

    def rebuild(self, locale, documents, *, latest):  # type: ignore[no-untyped-def]
        raise ZeroDivisionError


class Cramped(WhooshBackend):
    """On a disk that is full: no file of it may grow beyond a few bytes."""

    def rebuild(self, locale, documents, *, latest):  # type: ignore[no-untyped-def]
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, resource.RLIM_INFINITY))
        try:
            super().rebuild(locale, documents, latest=latest)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
