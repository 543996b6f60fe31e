"""Brings an instance from nothing to something that serves, once, whoever starts it first."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from helpdesk.config import Settings
from helpdesk.errors import Busy, NotReady
from helpdesk.models import Article, State
from helpdesk.services.demo import load_demo
from helpdesk.services.migrating import current_revision, head_revision, upgrade
from helpdesk.services.site import Progress, Site, no_progress

STARTED_AS = "started_as"


def bootstrap_mode(settings: Settings, *, is_flask_run: bool) -> str:
    """`demo`, `empty` or `off`: what HELPDESK_BOOTSTRAP says, else by how the site is started."""
    if settings.bootstrap:
        return settings.bootstrap
    return "demo" if is_flask_run and not settings.database_url else "empty"


def prepare(site: Site, mode: str, progress: Progress = no_progress) -> None:
    """Migrate, and load the demo into a database that was never started before.

    Raises NotReady when `off` forbids it, and Busy.
    A process that dies here leaves either nothing or a state that the next start goes on from.
    """
    if mode == "off":
        if not is_prepared(site):
            raise NotReady("The database is not up to date; run: flask helpdesk db upgrade")
        return
    if is_prepared(site) and _started_as(site) is not None:
        return
    with _lock(site.settings.instance_dir), site.database.alone("bootstrap"):
        if current_revision(site.database) != head_revision():
            upgrade(site.database)
        if _started_as(site) is None:
            _start(site, "loading" if mode == "demo" and not _has_articles(site) else "empty")
        if _started_as(site) == "loading":
            with site.database.transaction():
                load_demo(site, progress)
                _start(site, "demo")
            site.indexer.begin()


def is_prepared(site: Site) -> bool:
    """Whether the database answers, its schema is the code's and no start was left half done."""
    try:
        is_current = current_revision(site.database) == head_revision()
        return is_current and _started_as(site) != "loading"
    except (Busy, DatabaseError):
        return False


def _started_as(site: Site) -> str | None:
    with site.database.read() as connection:
        return connection.execute(select(State.value).where(State.name == STARTED_AS)).scalar()


def _has_articles(site: Site) -> bool:
    with site.database.read() as connection:
        return connection.execute(select(Article.id).limit(1)).first() is not None


def _start(site: Site, value: str) -> None:
    with site.database.transaction() as connection:
        statement = site.database.upsert(State).values(name=STARTED_AS, value=value)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
        )


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "bootstrap.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def secret_key(settings: Settings) -> str:
    """The configured key, or on a site served to this machine only one made in the instance folder, mode 0600."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.instance_dir / "development.key"
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    # Not named by the process: two threads share its number, and in a container so does the next process.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(partial, path)  # the first process wins; the others read its key
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_text("utf-8")


def keyed_hash(settings: Settings, purpose: str, text: str, *, size: int = 16) -> bytes:
    """What nobody makes of a text without the secret key, another for each purpose (at most 16 characters)."""
    key = hashlib.sha256(secret_key(settings).encode()).digest()
    return hashlib.blake2b(text.encode(), key=key, person=purpose.encode(), digest_size=size).digest()
