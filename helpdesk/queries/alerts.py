"""What the team is to be told of at once: more readers say no, feedback lies unread, searches find nothing any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection

from helpdesk.config import Settings
from helpdesk.db import Database
from helpdesk.intervals import chance_of_so_few, holm, newcombe, votes_for
from helpdesk.models import Article, Counter, SearchLog, Translation, Vote
from helpdesk.queries.helpfulness import COUNTED, YES
from helpdesk.queries.overview import UNREAD
from helpdesk.queries.searches import IS_EMPTY, IS_TOLD

# Of chance among all comparisons of a run, for something to begin and to be over. One in twenty would not do for what
# is looked at every few minutes.
CHANCE, OVER = 0.01, 0.05
# Days before those that are looked at, in which a query has to have been found.
BEFORE = 28
# Queries without a result that are looked into, the most frequent first.
QUERIES = 100


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something to tell of, once while it lasts: by its kind and what it is about.

    `no`: `count` of `of` votes on a translation say no, at least `more` (a share) beyond `before` (a share).
    `unread`: `count` readers said something of a locale's texts that nobody has read, the first of them at `since`.
    `search`: so many searches for a query found nothing since it was found last, on the day of `since`.
    """

    kind: str
    subject: str
    locale: str
    count: int
    about: str = ""
    article_id: int | None = None
    of: int | None = None
    before: float | None = None
    more: float | None = None
    since: date | datetime | None = None
    # Told already, it is not over yet; else it would come and go with each vote.
    is_fading: bool = False


def list_alarms(database: Database, settings: Settings, *, now: datetime) -> list[Alarm]:
    """All that there is to tell of now, by kind, the surest, longest and most frequent first; at most five queries."""
    since = now - timedelta(days=settings.alert_days)
    with database.read() as connection:
        return [
            *_no(connection, since, votes_for(settings.helpful_width)),
            *_unread(connection, now - timedelta(hours=settings.alert_hours)),
            *_search(connection, settings, since.date()),
        ]


def _no(connection: Connection, since: datetime, enough: int) -> list[Alarm]:
    """Translations whose readers say no more often than before: Fisher's test, Holm's correction.

    Compared is what has enough votes on both sides; their number alone decides, so the correction holds.
    """
    # An expression, so that SQLite goes along the times, and not through all votes in the order of translations.
    own = (Vote.translation_id + 0).label("own")
    lately = (
        select(own, YES.label("yes"), func.count().label("votes"))
        .where(COUNTED, Vote.updated_at >= since)
        .group_by(own)
        .having(func.count() >= enough)
        .subquery("lately")
    )
    statement = (
        select(Translation.id, Article.id.label("article"), Translation.locale, Translation.title)
        .add_columns(lately.c.yes, lately.c.votes, Counter.yes.label("all_yes"), Counter.no.label("all_no"))
        .join(lately, lately.c.own == Translation.id)
        .join(Counter, Counter.translation_id == Translation.id)
        .join(Article, Article.id == Translation.article_id)
        .where(Translation.status == "published")
        .order_by(Translation.id)
    )
    compared = []
    for row in connection.execute(statement):
        yes, votes = row.all_yes - row.yes, row.all_yes + row.all_no - row.votes
        if votes >= enough:
            compared.append((row, votes - yes, votes, chance_of_so_few(row.yes, row.votes, yes, votes)))
    chances = holm([item[-1] for item in compared])
    found = []
    for chance, (row, no, votes, _chance) in sorted(zip(chances, compared, strict=True), key=lambda pair: pair[0]):
        if chance < OVER:
            count = row.votes - row.yes
            more = newcombe(no, votes, count, row.votes).low
            place = (row.locale, count, row.title, row.article)
            found.append(
                Alarm("no", str(row.id), *place, of=row.votes, before=no / votes, more=more, is_fading=chance >= CHANCE)
            )
    return found


def _unread(connection: Connection, until: datetime) -> list[Alarm]:
    first = func.min(Vote.updated_at)
    statement = (
        select(Translation.locale, func.count(), first)
        .join(Vote, Vote.translation_id == Translation.id)
        .where(*UNREAD, Vote.updated_at < until)
        .group_by(Translation.locale)
        .order_by(first, Translation.locale)
    )
    return [Alarm("unread", tag, tag, count, since=at) for tag, count, at in connection.execute(statement)]


def _search(connection: Connection, settings: Settings, since: date) -> list[Alarm]:
    """Queries that were found, and then only missed; in one, two or three queries."""
    own = (SearchLog.locale, SearchLog.query)
    asked = (SearchLog.locale.in_([locale.tag for locale in settings.locale_set.all]), SearchLog.page == 1)
    # An expression, so that SQLite goes along the days, and not through all of the log in the order of queries.
    words = SearchLog.query.concat("").label("words")
    missed = (
        select(SearchLog.locale, words)
        .where(*asked, IS_EMPTY, SearchLog.searched_on >= since, *IS_TOLD)
        .group_by(SearchLog.locale, words)
        .having(func.count() >= settings.alert_searches)
        .order_by(func.count().desc(), SearchLog.locale, words)
        .limit(QUERIES)
    )
    pairs = [tuple(row) for row in connection.execute(missed)]
    found = (
        select(*own, func.max(SearchLog.id), func.max(SearchLog.searched_on))
        .where(*asked, ~IS_EMPTY, SearchLog.searched_on >= since - timedelta(days=BEFORE))
        .where(SearchLog.query.in_([query for _tag, query in pairs]))
        .group_by(*own)
    )
    last = {(tag, query): (own_id, day) for tag, query, own_id, day in connection.execute(found)} if pairs else {}
    last = {pair: last[pair] for pair in pairs if pair in last}
    if not last:
        return []
    number = func.count()
    later = (
        and_(SearchLog.locale == tag, SearchLog.query == query, SearchLog.id > own_id)
        for (tag, query), (own_id, _day) in last.items()
    )
    statement = (
        select(*own, number)
        .where(*asked, IS_EMPTY, SearchLog.searched_on >= since, or_(*later))
        .group_by(*own)
        .having(number >= settings.alert_searches)
        .order_by(number.desc(), *own)
    )
    return [_lost(tag, query, count, last[tag, query][1]) for tag, query, count in connection.execute(statement)]


def _lost(tag: str, query: str, count: int, day: date) -> Alarm:
    return Alarm("search", f"{tag} {query}", tag, count, query, since=day)
