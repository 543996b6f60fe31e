"""How helpful readers find the articles, out of the votes that count: figures, and what revisions changed.

Votes and views belong to the translation that was served, whatever locale was asked for. A vote stands on the day on
which its answer was last given, and for the revision that it judged; held votes are in nothing here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Integer, cast, func, select

from helpdesk.db import Database
from helpdesk.errors import TranslationNotFound
from helpdesk.intervals import newcombe, wilson
from helpdesk.models import Article, Revision, Translation, Vote
from helpdesk.queries.reports import ALWAYS, EVERYWHERE, Period, Reach
from helpdesk.sql import by_code, utc_day
from helpdesk.text.tables import rounded

COUNTED = Vote.status == "counted"
YES = func.sum(cast(Vote.is_helpful, Integer))


@dataclass(frozen=True, slots=True)
class Score:
    """Votes, the share of yes, and Wilson's interval, None without votes; enough: narrower than what was asked for."""

    yes: int
    no: int
    share: float | None
    low: float | None
    high: float | None
    is_enough: bool

    @property
    def votes(self) -> int:
        """All of them."""
        return self.yes + self.no


def score(yes: int, votes: int, width: float) -> Score:
    """What so many votes say."""
    if votes == 0:
        return Score(0, 0, None, None, None, False)
    interval = wilson(yes, votes)
    return Score(yes, votes - yes, yes / votes, interval.low, interval.high, interval.width < width)


class Verdict(StrEnum):
    """What became of an article after a revision."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "no difference seen"
    OPEN = "not enough votes yet"


@dataclass(frozen=True, slots=True)
class Change:
    """Votes before a minor or major revision, since the one before it, and after, up to the next one.

    The difference, after minus before, is Newcombe's interval; open where either side has not enough votes.
    """

    revision: int
    made_at: datetime
    before: Score
    after: Score
    difference_low: float | None
    difference_high: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RevisionScore:
    """What readers said of one revision; without time and significance where it was not kept."""

    number: int
    significance: str | None
    made_at: datetime | None
    score: Score


@dataclass(frozen=True, slots=True)
class Week:
    """The votes of seven days from a Monday on, and the revisions that were made in them."""

    monday: date
    revisions: tuple[int, ...]
    score: Score


@dataclass(frozen=True, slots=True)
class Line:
    """One translation in a list."""

    article_id: int
    key: str
    locale: str
    title: str


@dataclass(frozen=True, slots=True)
class Helpfulness(Line):
    """The figures of a translation in a period; what revisions changed is told from all its votes."""

    score: Score
    revisions: tuple[RevisionScore, ...]
    changes: tuple[Change, ...]
    weeks: tuple[Week, ...]


def get_helpfulness(
    database: Database, named: str, *, reach: Reach = EVERYWHERE, period: Period = ALWAYS, width: float
) -> tuple[Helpfulness, ...]:
    """The translations of an article (its id or key), the source first; three queries. Raises TranslationNotFound."""
    is_id = named.isascii() and named.isdecimal() and len(named) < 10
    texts = (
        LINES.where(Article.id == int(named) if is_id else Article.key == named)
        .where(*reach.conditions())
        .order_by(Translation.locale != Article.source_locale, by_code(Translation.locale))
    )
    with database.read() as connection:
        lines = {row.id: Line(*row[1:]) for row in connection.execute(texts)}
        if not lines:
            raise TranslationNotFound(
                f"There is no article {named}{' in ' + ', '.join(reach.locales) if reach.locales else ''}."
            )
        revisions = by_text(
            connection.execute(
                select(Revision.translation_id, Revision.number, Revision.significance, Revision.created_at)
                .where(Revision.translation_id.in_(lines))
                .order_by(Revision.translation_id, Revision.number)
            )
        )
        votes = by_text(
            connection.execute(
                select(
                    Vote.translation_id,
                    Vote.revision,
                    utc_day(Vote.updated_at).label("voted_on"),
                    YES.label("yes"),
                    func.count().label("votes"),
                )
                .where(Vote.translation_id.in_(lines), COUNTED)
                .group_by(Vote.translation_id, Vote.revision, "voted_on")
            )
        )
    return tuple(_helpfulness(line, revisions[own], votes[own], period, width) for own, line in lines.items())


def list_reasons(
    database: Database, article_id: int, *, reach: Reach = EVERYWHERE, period: Period = ALWAYS
) -> dict[str, dict[str, int]]:
    """Why readers said no in a period: by locale, how often each reason was given; one query."""
    statement = (
        select(Translation.locale, Vote.reasons, func.count().label("votes"))
        .join(Vote, Vote.translation_id == Translation.id)
        .where(Translation.article_id == article_id, COUNTED, Vote.is_helpful.is_(False), Vote.reasons != "")
        .where(*reach.conditions(), *period.covers_times(Vote.updated_at))
        .group_by(Translation.locale, Vote.reasons)
    )
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    with database.read() as connection:
        for row in connection.execute(statement):
            for reason in row.reasons.split():
                found[row.locale][reason] += row.votes
    return found


LINES = select(Translation.id, Article.id, Article.key, Translation.locale, Translation.title).join(
    Article, Article.id == Translation.article_id
)


def by_text(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows by their translation."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.translation_id].append(row)
    return found


def _helpfulness(line: Line, kept: list[Any], votes: list[Any], period: Period, width: float) -> Helpfulness:
    revisions, weeks = {row.number: row for row in kept}, defaultdict[date, list[int]](list)
    by_revision, by_week = _Votes(width), _Votes(width)
    for row in votes:
        if period.holds(day := row.voted_on):
            by_revision.add(row.revision, row)
            by_week.add(_monday(day), row)
    for row in kept:
        if period.holds(day := row.created_at.date()):
            weeks[_monday(day)].append(row.number)
    numbers = sorted(revisions.keys() | by_revision.numbers.keys())
    mondays = sorted(weeks.keys() | by_week.numbers.keys())
    steps = [row for row in kept if row.significance != "typo"]
    return Helpfulness(
        line.article_id,
        line.key,
        line.locale,
        line.title,
        by_revision.score(*by_revision.numbers),
        tuple(
            RevisionScore(n, row and row.significance, row and row.created_at, by_revision.score(n))
            for n in numbers
            for row in [revisions.get(n)]
        ),
        tuple(changes(steps, votes, width)),
        tuple(Week(monday, tuple(weeks[monday]), by_week.score(monday)) for monday in mondays),
    )


class _Votes:
    """Sums of votes by whatever they are to be told apart by."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.numbers: dict[Any, tuple[int, int]] = {}

    def add(self, key: Any, row: Any) -> None:
        yes, votes = self.numbers.get(key, (0, 0))
        self.numbers[key] = yes + row.yes, votes + row.votes

    def score(self, *keys: Any) -> Score:
        found = [self.numbers.get(key, (0, 0)) for key in keys]
        return score(sum(yes for yes, _votes in found), sum(votes for _yes, votes in found), self.width)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def changes(steps: Sequence[Any], votes: Iterable[Any], width: float) -> Iterator[Change]:
    """What each minor or major revision changed, but for the first, before which nothing was read."""
    numbers, eras = [row.number for row in steps], _Votes(width)
    for row in votes:
        eras.add(bisect_right(numbers, row.revision), row)
    for place, row in enumerate(steps):
        before, after = eras.score(place), eras.score(place + 1)
        if place or before.votes:
            yield Change(row.number, row.created_at, before, after, *compare(before, after))


def compare(before: Score, after: Score) -> tuple[float | None, float | None, Verdict]:
    """Newcombe's interval of the difference, after minus before, and what it says."""
    if not before.votes or not after.votes:
        return None, None, Verdict.OPEN
    difference = newcombe(before.yes, before.votes, after.yes, after.votes)
    verdict = Verdict.BETTER if difference.low > 0 else Verdict.WORSE if difference.high < 0 else Verdict.SAME
    if not (before.is_enough and after.is_enough):
        verdict = Verdict.OPEN
    return difference.low, difference.high, verdict


def table(item: Helpfulness) -> Iterator[dict[str, Any]]:
    """One table of all that is known of a translation, for files: `part` says what a row is about."""
    line = {"article_id": item.article_id, "key": item.key, "locale": item.locale, "title": item.title}

    def row(part: str, begun: Any, score: Score, change: Change | None = None, number: Any = None) -> dict[str, Any]:
        names = ("difference_low", "difference_high", "verdict")
        more = {name: getattr(change, name, None) for name in names}
        before = {f"before_{name}": getattr(change and change.before, name, None) for name in ("yes", "no")}
        values: dict[str, Any] = rounded(asdict(score) | before | more)
        return line | {"part": part, "revision": number, "from": begun} | values

    yield row("all", None, item.score)
    for revision in item.revisions:
        yield row("revision", revision.made_at, revision.score, number=revision.number)
    for change in item.changes:
        yield row("change", change.made_at, change.after, change, change.revision)
    for week in item.weeks:
        yield row("week", week.monday, week.score, number=week.revisions)
