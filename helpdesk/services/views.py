"""Counts views as the public page about them says (product rule 5)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any

from crawleruseragents import is_crawler
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from helpdesk.db import Database
from helpdesk.models import ContactTally, Counter, DailyTally, Reading, ReadingKey, SwitchTally
from helpdesk.services.feedback import count_request

# Some proxies write the port behind the address: `192.0.2.7:49152`, `[2001:db8::7]:49152`.
WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](:\d+)?|(?P<four>[^:]+):\d+")


class Request(Enum):
    """What a request for an article is, named as the column of the tally that counts it."""

    READER = "views"
    REPEAT = "repeats"
    PREFETCH = "prefetches"
    BOT = "bots"
    TEAM = "team"


class Source(Enum):
    """Where the reader of a view came from, named as the column of the tally that counts it; elsewhere has none."""

    SEARCHED = "searched"
    LISTED = "listed"
    LINKED = "linked"
    ELSEWHERE = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, held only while the request lasts; neither address nor user agent is stored."""

    address: str
    user_agent: str
    purpose: str = ""
    is_team: bool = False


@lru_cache(maxsize=4096)
def is_bot(user_agent: str) -> bool:
    """Whether the user agent names a crawler, a tool, or nothing at all (list of crawler-user-agents)."""
    return not user_agent.strip() or is_crawler(user_agent)


def classify(reader: Reader) -> Request:
    """What the request is before repeats are looked up; `purpose` is Sec-Purpose or Purpose."""
    if reader.is_team:
        return Request.TEAM
    if "prefetch" in reader.purpose.lower() or "prerender" in reader.purpose.lower():
        return Request.PREFETCH
    return Request.BOT if is_bot(reader.user_agent) else Request.READER


def network_of(address: str) -> str:
    """The network that counts as one place: an IPv4 address, or the first 64 bits of an IPv6 address."""
    if match := WITH_PORT.fullmatch(address):
        address = match["six"] or match["four"]
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)


def record_view(
    database: Database,
    reader: Reader,
    *,
    translation_id: int,
    locale: str,
    source: Source,
    now: datetime,
    repeat_minutes: int,
) -> Request:
    """Count one answered request; a buffer may stand here later. Raises Busy: then nothing was counted."""
    kind = classify(reader)
    with database.transaction(is_brief=True) as connection:
        what = str(translation_id)
        if kind is Request.READER and not _is_first(database, connection, reader, what, now, repeat_minutes):
            kind = Request.REPEAT
        columns = [kind.value, source.value] if kind is Request.READER and source.value else [kind.value]
        _tally(database, connection, DailyTally, columns, translation_id, locale, now.date())
        if kind is Request.READER:
            connection.execute(
                update(Counter).where(Counter.translation_id == translation_id).values(views=Counter.views + 1)
            )
    return kind


def record_switch(
    database: Database, reader: Reader, article_id: int, *, left: str, chosen: str, now: datetime
) -> bool:
    """Count that a reader of an article left one locale for another, without a person; whether it was one.

    Raises Busy: then nothing was counted.
    """
    if left == chosen or classify(reader) is not Request.READER:
        return False
    row = {"article_id": article_id, "from_locale": left, "to_locale": chosen, "day": now.date()}
    statement = database.upsert(SwitchTally).values(**row, switches=1)
    with database.transaction(is_brief=True) as connection:
        connection.execute(
            statement.on_conflict_do_update(index_elements=list(row), set_={"switches": SwitchTally.switches + 1})
        )
    return True


def record_contact(
    database: Database,
    reader: Reader,
    *,
    translation_id: int,
    locale: str,
    now: datetime,
    repeat_minutes: int,
) -> bool:
    """Count that a reader of a translation went on to ask people, without a person; whether it was one.

    What is no view is no contact either, nor is a repeat within the time of a view's. Raises Busy: nothing was counted.
    """
    if classify(reader) is not Request.READER:
        return False
    with database.transaction(is_brief=True) as connection:
        is_first = _is_first(database, connection, reader, f"contact {translation_id}", now, repeat_minutes)
        if is_first:
            _tally(database, connection, ContactTally, ["contacts"], translation_id, locale, now.date())
    return is_first


def record_told_view(
    database: Database,
    reader: Reader,
    *,
    network: bytes,
    limit: int,
    translation_id: int,
    locale: str,
    source: Source,
    now: datetime,
    repeat_minutes: int,
) -> Request | None:
    """Count a reading that a page's script tells of; None: the network (a keyed hash) told of too many this minute.

    Raises Busy: then nothing was counted.
    """
    with database.transaction(is_brief=True):
        if count_request(database, network, now=now) > limit:
            return None
        return record_view(
            database,
            reader,
            translation_id=translation_id,
            locale=locale,
            source=source,
            now=now,
            repeat_minutes=repeat_minutes,
        )


def _tally(
    database: Database,
    connection: Connection,
    model: Any,
    columns: Sequence[str],
    translation_id: int,
    locale: str,
    day: date,
) -> None:
    """Add one to some columns of a day's row, all at once."""
    row = {"translation_id": translation_id, "locale": locale, "day": day}
    statement = database.upsert(model).values(**row, **dict.fromkeys(columns, 1))
    more = {column: getattr(model, column) + 1 for column in columns}
    connection.execute(statement.on_conflict_do_update(index_elements=list(row), set_=more))


def _is_first(
    database: Database,
    connection: Connection,
    reader: Reader,
    what: str,
    now: datetime,
    repeat_minutes: int,
) -> bool:
    """Whether the reader's last such deed lies far enough back; one upsert decides for all processes."""
    key = _key_of(database, connection, now.date())
    content = f"{network_of(reader.address)}\n{reader.user_agent}\n{what}".encode()
    fingerprint = hashlib.blake2b(content, key=key, digest_size=16).digest()
    statement = database.upsert(Reading).values(fingerprint=fingerprint, read_at=now)
    stored = statement.on_conflict_do_update(
        index_elements=["fingerprint"],
        set_={"read_at": statement.excluded.read_at},
        where=Reading.read_at <= now - timedelta(minutes=repeat_minutes),
    ).returning(Reading.read_at)  # PostgreSQL's driver counts no rows of an INSERT
    return connection.execute(stored).first() is not None


def _key_of(database: Database, connection: Connection, day: date) -> bytes:
    key = connection.execute(select(ReadingKey.key).where(ReadingKey.day == day)).scalar()
    if key is None:
        fresh = database.upsert(ReadingKey).values(day=day, key=secrets.token_bytes(32))
        connection.execute(fresh.on_conflict_do_nothing())
        # With its key gone, yesterday's fingerprints say nothing any more; they go as well.
        connection.execute(delete(ReadingKey).where(ReadingKey.day < day))
        midnight = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
        connection.execute(delete(Reading).where(Reading.read_at < midnight))
        key = connection.execute(select(ReadingKey.key).where(ReadingKey.day == day)).scalar_one()
    return bytes(key)
