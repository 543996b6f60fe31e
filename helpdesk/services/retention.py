"""Forgets what is older than the settings say, and a visitor who asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Delete, Update, delete, or_, select, update

from helpdesk.models import SearchClick, SearchLog, SwitchTally, Vote
from helpdesk.services.counting import lock_counters, recount_votes
from helpdesk.services.site import Site


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows of the log of searches, rows of clicks, comments with searches before votes, and switches went."""

    searches: int
    clicks: int
    comments: int
    switches: int


def forget_old(site: Site, *, now: datetime) -> Forgotten:
    """Delete what is kept for a number of days only, all in one transaction. Raises Busy.

    A vote stays, without its words: the figures are computed from votes and from the daily tallies of views, which
    hold no person and stay for ever.
    """
    settings = site.settings

    def since(days: int) -> datetime:
        return now - timedelta(days=days)

    searches, comments, switches = map(since, (settings.searches_days, settings.comments_days, settings.switches_days))
    words = or_(Vote.comment != "", Vote.query != "")
    statements: list[tuple[int, Delete | Update]] = [
        (settings.searches_days, delete(SearchLog).where(SearchLog.searched_on < searches.date())),
        (settings.searches_days, delete(SearchClick).where(SearchClick.clicked_on < searches.date())),
        (settings.comments_days, update(Vote).where(Vote.updated_at < comments, words).values(comment="", query="")),
        (settings.switches_days, delete(SwitchTally).where(SwitchTally.day < switches.date())),
    ]
    with site.database.transaction() as connection:
        return Forgotten(*(connection.execute(statement).rowcount if days else 0 for days, statement in statements))


def erase_visitor(site: Site, cookie: str) -> int:
    """Delete all votes of the visitor whose cookie `hd_visitor` holds this; how many. Raises Busy.

    The cookie is a secret of 128 bits, so whoever tells it is the visitor.
    """
    visitor, _, _signature = cookie.strip().partition(".")
    own = Vote.visitor == visitor
    with site.database.transaction() as connection:
        translations = connection.execute(select(Vote.translation_id).where(own)).scalars().all()
        lock_counters(connection, translations)
        erased = connection.execute(delete(Vote).where(own, Vote.translation_id.in_(translations))).rowcount
        recount_votes(connection, translations)
    return erased
