"""What search knows beside the documents: synonyms, what readers read and find helpful, views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from math import log2

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from helpdesk.db import Database
from helpdesk.intervals import Interval, wilson
from helpdesk.locales import Locale, Locales
from helpdesk.models import Counter, DailyTally, Synonym, Translation, Vote
from helpdesk.queries.listing import served_articles
from helpdesk.queries.visibility import reader_of
from helpdesk.search import backend
from helpdesk.search.backend import Knowledge
from helpdesk.sql import by_code

# Twice the views of the usual text in a language make a text's scores so much higher.
DOUBLING = 0.01
# So much higher or lower for each vote in a hundred that is surely helpful, or surely not, beyond the usual share.
HELPFULNESS = 0.3
LOWEST, HIGHEST = 0.9, 1.15


@dataclass(frozen=True, slots=True)
class SynonymLine:
    """A synonym as it was written."""

    locale: str
    words: str
    means: str
    is_two_way: bool


def list_synonyms(database: Database, tags: Sequence[str] = ()) -> tuple[SynonymLine, ...]:
    """The synonyms of these locales, or of all; by locale and words."""
    statement = select(Synonym.locale, Synonym.words, Synonym.means, Synonym.is_two_way)
    statement = statement.order_by(*map(by_code, (Synonym.locale, Synonym.words, Synonym.means)))
    if tags:
        statement = statement.where(Synonym.locale.in_(tags))
    with database.read() as connection:
        return tuple(SynonymLine(*row) for row in connection.execute(statement))


def get_knowledge(database: Database, locales: Locales, locale: Locale, *, news: str, now: datetime) -> Knowledge:
    """What the searches of a locale go by for the rest of this UTC day, as far as no synonym changes; four queries.

    Texts, views and votes are those of the day's beginning, so that all machines agree, and with them the pages of a
    result; only a vote that is changed or taken back today is missing at once. Without the views that sort a result.
    """
    with database.read() as connection:
        priors = _priors(connection, reader_of(locales, locale).chain, now.date())
    return Knowledge(expand(database, locales, locale), priors, news=news)


def expand(
    database: Database, locales: Locales, locale: Locale, more: Sequence[SynonymLine] = ()
) -> tuple[backend.Synonym, ...]:
    """The one-way synonyms for readers of a locale, with those of locales that it inherits from, and some `more`."""
    tags = [other.tag for other in locales.chain(locale) if locales.is_same_writing(locale, other)]
    pairs: dict[tuple[str, str], None] = {}
    for line in (*list_synonyms(database, tags), *more):
        pairs[line.words, line.means] = None
        if line.is_two_way:
            pairs[line.means, line.words] = None
    return tuple(backend.Synonym(words, means) for words, means in pairs)


def days_of(day: date) -> int:
    """A day as search counts it: in days since 1970."""
    return (day - date(1970, 1, 1)).days


def get_views(database: Database, locales: Locales, locale: Locale, *, now: datetime) -> dict[int, int]:
    """The views of the translations that readers of a locale get, as they are now; one query."""
    statement = served_articles(reader_of(locales, locale), Counter.views).where(Counter.views > 0)
    with database.read() as connection:
        return {row.translation_id: row.views for row in connection.execute(statement, {"now": now})}


def _priors(connection: Connection, tags: Sequence[str], day: date) -> dict[int, float]:
    """Factors of the texts in some locales, each compared with the texts of its own locale; 1 is left out."""
    figures: dict[str, list[tuple[int, int, int, int]]] = {}
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    today = connection.execute(
        select(DailyTally.translation_id, func.sum(DailyTally.views))
        .where(DailyTally.day == day)
        .group_by(DailyTally.translation_id)
    )
    views_today = {translation_id: views for translation_id, views in today}
    votes = connection.execute(
        select(Vote.translation_id, Vote.is_helpful, func.count())
        .where(Vote.updated_at >= midnight, Vote.status == "counted")
        .group_by(Vote.translation_id, Vote.is_helpful)
    )
    votes_today = {(translation_id, is_helpful): number for translation_id, is_helpful, number in votes}
    rows = connection.execute(
        select(Translation.id, Translation.locale, Counter.views, Counter.yes, Counter.no)
        .join(Counter, Counter.translation_id == Translation.id)
        .where(
            Translation.locale.in_(tags),
            Translation.status == "published",
            Translation.published_at < midnight,
            Translation.has_body,
        )
    )
    for key, tag, views, yes, no in rows:
        views -= views_today.get(key, 0)
        yes -= votes_today.get((key, True), 0)
        no -= votes_today.get((key, False), 0)
        figures.setdefault(tag, []).append((key, max(0, views), max(0, yes), max(0, no)))
    return {key: factor for texts in figures.values() for key, factor in _compare(texts) if factor != 1}


def _compare(texts: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, float]]:
    usual = sum(log2(1 + views) for _key, views, _yes, _no in texts) / len(texts)
    yes = sum(text[2] for text in texts)
    share = (yes + 1) / (yes + sum(text[3] for text in texts) + 2)
    found = []
    for key, views, yes, no in texts:
        said = wilson(yes, yes + no) if yes + no else Interval(0.0, 1.0)
        helpful = HELPFULNESS * (max(0.0, said.low - share) - max(0.0, share - said.high))
        factor = 1 + DOUBLING * (log2(1 + views) - usual) + helpful
        found.append((key, round(min(HIGHEST, max(LOWEST, factor)), 3)))
    return found


class Memory:
    """The knowledge of each locale that was asked for last; one for a site in each process, shared by its threads."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[date, str, Knowledge]] = {}

    def get(
        self, database: Database, locales: Locales, locale: Locale, *, news: str, generation: str, now: datetime
    ) -> Knowledge:
        """As `get_knowledge`, without a query until the day ends.

        Synonyms are read again when the content's generation, which was read before, is another one.
        """
        known = self._known.get(locale.tag)
        if known is None or known[0] != now.date():
            found = get_knowledge(database, locales, locale, news=news, now=now)
        elif known[1] != generation:
            found = replace(known[2], synonyms=expand(database, locales, locale))
        else:
            return known[2]
        self._known[locale.tag] = now.date(), generation, found
        return found
