"""Lists over the site of what to look at: translations in need, suspect ones, and what the last revision improved.

As in `queries.helpfulness`; only what is published is listed, and its votes are those on its text as it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Connection

from helpdesk.db import Database
from helpdesk.intervals import CONFIDENCE, chance_of_so_few, holm, votes_for, wilson
from helpdesk.locales import Locales
from helpdesk.models import Article, DailyTally, Revision, SwitchTally, Translation, Vote
from helpdesk.queries.helpfulness import COUNTED, LINES, YES, Change, Line, Verdict, by_text, changes
from helpdesk.queries.reading import views_of
from helpdesk.queries.reports import EVERYWHERE, Period, Reach
from helpdesk.sql import utc_day

# A typo changes nothing that a reader judges: its votes are those of the text before it.
CHANGING = Revision.significance.in_(("minor", "major"))


@dataclass(frozen=True, slots=True)
class Need(Line):
    """A published translation with the votes on its text as it stands, and its views in a period.

    `readers` is the lower end of the interval of the share of no times the views: so many of them, with confidence,
    went away without help, had they all voted. Few votes make the lower end low, and few readers the product.
    """

    yes: int
    no: int
    no_share: float
    no_low: float
    views: int
    readers: float


def list_needs(database: Database, *, period: Period, reach: Reach = EVERYWHERE, limit: int) -> list[Need]:
    """Where most readers are not helped, these first; three queries."""
    with database.read() as connection:
        views: dict[int, int] = dict(map(tuple, connection.execute(views_of(period))))
        found = []
        for row in connection.execute(_standing(reach)):
            no = row.votes - row.yes
            low = wilson(no, row.votes).low
            if readers := low * views.get(row.id, 0):
                found.append((row.id, (row.yes, no, no / row.votes, low, views[row.id], readers)))
        found.sort(key=lambda item: (-item[1][-1], item[0]))
        return [Need(*line, *numbers) for line, numbers in _lined(connection, found[:limit])]


def _standing(reach: Reach = EVERYWHERE) -> Any:
    """The votes on published texts as they stand: from the last minor or major revision on."""
    starts = (
        select(Revision.translation_id, func.max(Revision.number).label("number"))
        .where(CHANGING)
        .group_by(Revision.translation_id)
        .subquery()
    )
    return (
        select(Translation.id, Translation.article_id, YES.label("yes"), func.count().label("votes"))
        .join(Vote, Vote.translation_id == Translation.id)
        .outerjoin(starts, starts.c.translation_id == Translation.id)
        .where(COUNTED, Translation.status == "published", Vote.revision >= func.coalesce(starts.c.number, 0))
        .where(*reach.conditions())
        .group_by(Translation.id, Translation.article_id)
    )


def _lined(connection: Connection, found: Sequence[tuple[int, Any]]) -> list[tuple[tuple[int, str, str, str], Any]]:
    """What was found of translations, with what a line says of each."""
    rows = connection.execute(LINES.where(Translation.id.in_([own for own, _ in found])))
    lines = {own: (article_id, key, locale, title) for own, article_id, key, locale, title in rows}
    return [(lines[own], what) for own, what in found]


@dataclass(frozen=True, slots=True)
class Improved(Line):
    """A published translation whose last minor or major revision made it better."""

    change: Change


def list_improved(
    database: Database, *, period: Period, reach: Reach = EVERYWHERE, limit: int, width: float
) -> list[Improved]:
    """Where the last revision, made in a period, helped most, by the lower end of the difference; three queries."""
    voted = (
        select(Vote.translation_id)
        .where(COUNTED)
        .group_by(Vote.translation_id)
        .having(func.min(Vote.revision) < func.max(Vote.revision))
    )
    steps = (
        select(Revision.translation_id, Revision.number, Revision.created_at)
        .join(Translation, Translation.id == Revision.translation_id)
        .where(CHANGING, Revision.translation_id.in_(voted), Translation.status == "published")
        .where(*reach.conditions())
        .order_by(Revision.translation_id, Revision.number)
    )
    votes = (
        select(Vote.translation_id, Vote.revision, YES.label("yes"), func.count().label("votes"))
        .where(COUNTED, Vote.translation_id.in_(voted))
        .group_by(Vote.translation_id, Vote.revision)
    )
    with database.read() as connection:
        made, judged = by_text(connection.execute(steps)), by_text(connection.execute(votes))
        found = []
        for own, rows in made.items():
            for change in list(changes(rows[-2:], judged[own], width))[-1:]:
                if change.verdict is Verdict.BETTER and period.holds(change.made_at.date()):
                    found.append((own, change))
        found.sort(key=lambda item: (-(item[1].difference_low or 0), item[0]))
        return [Improved(*line, change) for line, change in _lined(connection, found[:limit])]


class _Sides(NamedTuple):
    """How many of how many here, and elsewhere."""

    part: int
    of: int
    other_part: int
    other_of: int

    def chance_of_less(self) -> float:
        return chance_of_so_few(*self)

    def chance_of_more(self) -> float:
        return chance_of_so_few(self.of - self.part, self.of, self.other_of - self.other_part, self.other_of)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A share here, with Wilson's interval, and the usual one elsewhere.

    `chance`: how likely chance alone shows such a thing anywhere among all comparisons that were made with it (Fisher's
    test, Holm's correction); 1 where nothing was compared.
    """

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None
    usual: float | None
    chance: float

    @property
    def is_significant(self) -> bool:
        """Whether it is told as more than chance."""
        return self.chance < 1 - CONFIDENCE


@dataclass(frozen=True, slots=True)
class Suspect(Line):
    """A published translation that is liked less than the article's others, or left for the source by its readers.

    `votes` compares its yes with the article's other locales, each text as it stands; `switches`, how often its
    readers chose the source's language, with the site's other translations. Its readers are those who asked for its
    own locale, on days on which it was read in it, after that of its last minor or major revision.
    """

    votes: Comparison
    switches: Comparison


def list_suspects(
    database: Database, locales: Locales, *, period: Period, reach: Reach = EVERYWHERE, limit: int, width: float
) -> list[Suspect]:
    """The surest first; switches and views are those of a period; four queries, and one for a reach.

    Compared is what has so many votes or views that Wilson's interval would be narrower than `width` whatever they
    said. Their number alone decides, so the correction holds; it is for the whole site, whatever of it is shown.
    """
    with database.read() as connection:
        standing = connection.execute(_standing()).all()
        votes, switches = _votes_by_article(standing), _switches_by_text(connection, locales, period)
        enough = votes_for(width)
        raw = {(own, "votes"): s.chance_of_less() for own, s in votes.items() if min(s.of, s.other_of) >= enough}
        raw |= {(own, "switches"): s.chance_of_more() for own, s in switches.items() if s.of >= enough}
        chances = dict(zip(raw, holm(list(raw.values())), strict=True))
        surest: dict[int, float] = {}
        for (own, _kind), chance in chances.items():
            if chance < 1 - CONFIDENCE:
                surest[own] = min(chance, surest.get(own, 1.0))
        if not reach.is_all:
            shown = set(connection.execute(select(Translation.id).where(*reach.conditions())).scalars())
            surest = {own: chance for own, chance in surest.items() if own in shown}
        first = sorted(surest, key=lambda own: (surest[own], own))[:limit]
        return [
            Suspect(
                *line,
                _comparison(votes.get(own), chances.get((own, "votes"), 1.0)),
                _comparison(switches.get(own), chances.get((own, "switches"), 1.0)),
            )
            for line, own in _lined(connection, [(own, own) for own in first])
        ]


def _votes_by_article(rows: Iterable[Any]) -> dict[int, _Sides]:
    """Each text's yes and votes, and those of the article's others."""
    totals: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        totals[row.article_id][0] += row.yes
        totals[row.article_id][1] += row.votes
    return {row.id: _Sides(row.yes, row.votes, *_without(totals[row.article_id], row.yes, row.votes)) for row in rows}


def _switches_by_text(connection: Connection, locales: Locales, period: Period) -> dict[int, _Sides]:
    """Each translation's switches to the source and views, and those of all others on the site."""
    switches: dict[int, int] = defaultdict(int)
    for row in connection.execute(_OWN_SWITCHES.where(*period.covers(SwitchTally.day)).group_by(*_SWITCHED)):
        source, chosen = locales.find(row.source_locale), locales.find(row.to_locale)
        # A regional variant shows the source as well.
        if source and chosen and locales.is_same_writing(source, chosen):
            switches[row.id] += row.switches
    rows = connection.execute(_OWN_VIEWS.where(*period.covers(DailyTally.day)).group_by(Translation.id)).all()
    # Repeats are no views, but may switch.
    numbers = {own: (min(switches[own], views), views) for own, views in rows if views}
    totals = [sum(pair[place] for pair in numbers.values()) for place in (0, 1)]
    return {own: _Sides(*pair, *_without(totals, *pair)) for own, pair in numbers.items()}


def _without(totals: Sequence[int], count: int, of: int) -> tuple[int, int]:
    return totals[0] - count, totals[1] - of


_IS_TRANSLATED = and_(Translation.locale != Article.source_locale, Translation.status == "published")
# On the day of a revision nobody can tell which text was left.
_IS_OF_TEXT = DailyTally.day > utc_day(Translation.updated_at)
_SWITCHED = (Translation.id, Article.source_locale, SwitchTally.to_locale)
_OWN_SWITCHES = (
    select(*_SWITCHED, func.sum(SwitchTally.switches).label("switches"))
    .select_from(SwitchTally)
    .join(Article, Article.id == SwitchTally.article_id)
    .join(Translation, and_(Translation.article_id == Article.id, Translation.locale == SwitchTally.from_locale))
    .join(DailyTally, and_(DailyTally.translation_id == Translation.id, DailyTally.locale == Translation.locale))
    .where(_IS_TRANSLATED, _IS_OF_TEXT, DailyTally.day == SwitchTally.day, DailyTally.views > 0)
)
_OWN_VIEWS = (
    select(Translation.id, func.sum(DailyTally.views))
    .join(DailyTally, and_(DailyTally.translation_id == Translation.id, DailyTally.locale == Translation.locale))
    .join(Article, Article.id == Translation.article_id)
    .where(_IS_TRANSLATED, _IS_OF_TEXT)
)


def _comparison(sides: _Sides | None, chance: float) -> Comparison:
    if sides is None or sides.of == 0:
        return Comparison(0, 0, None, None, None, None, chance)
    count, of, elsewhere, of_elsewhere = sides
    interval = wilson(count, of)
    usual = elsewhere / of_elsewhere if of_elsewhere else None
    return Comparison(count, of, count / of, interval.low, interval.high, usual, chance)
