"""Makes up a past for the demo: months of views, votes, switches, searches and earlier revisions, marked as made up.

What is told stands in `history.yaml`, `history-comments.csv` and `history-searches.csv` beside the demo's articles.
Views that the demo's figures give a translation are spread over the months, not added to. Each translation and each
query has random numbers of its own, seeded by its name: what is told of one does not depend on the others.
"""

from __future__ import annotations

import csv
import re
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import exp
from random import Random
from typing import Any, NamedTuple, TypeAlias

import yaml
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from helpdesk import clock
from helpdesk.db import wait_for_turn
from helpdesk.errors import HistoryError
from helpdesk.models import (
    Article,
    ContactTally,
    DailyTally,
    Revision,
    SearchClick,
    SearchLog,
    State,
    SwitchTally,
    Translation,
    Vote,
)
from helpdesk.queries.history import HISTORY, MADE_UP, find_history
from helpdesk.queries.listing import served_articles
from helpdesk.queries.visibility import Kind, kind_of, reader_of
from helpdesk.services.counting import recount
from helpdesk.services.demo import FIGURES, SAMPLEDATA, read_figures
from helpdesk.services.site import Progress, Site, no_progress
from helpdesk.sql import by_code
from helpdesk.text.characters import normalized

SEED = 1
LENGTH = 300  # days
AFTER = 0.2  # so many of the searches of a query are made in the place of the one after which it was typed
CLICKED = (45, 38, 12, 5)  # of a hundred searches for an article, how many read nothing, and it in which place
BEFORE = timedelta(days=120)  # the readers of a mended text begin so long before its last revision, if not earlier
SOURCES = {"searched": 0.34, "listed": 0.55, "linked": 0.64}  # up to which share of the views came from there
ASKING = 0.1  # how many of those whom an article does not help ask people
NIGHT, MINUTES = 3 * 3600, 45 * 60  # when forged votes come, and for how long
Story: TypeAlias = Mapping[str, Any]
# A locale asked for and a day, with the views that they have.
Views: TypeAlias = Mapping[tuple[str, date], int]


class _Era(NamedTuple):
    """The days from `first` on, in which a revision was read; `votes`: how many, and of a hundred, how many a yes."""

    first: date
    revision: int
    votes: Sequence[float] = ()


def make_history(site: Site, *, until: date, seed: int = SEED, progress: Progress = no_progress) -> dict[str, int]:
    """Make up the months before a day, all in one transaction; how many of what. The same day and seed, the same rows.

    Raises HistoryError: no demo, a history already, or no such day. Raises Busy.
    """
    with site.database.transaction() as connection:
        wait_for_turn(connection, "history")
        _check(site, connection, until)
        past = _Past(site, connection, until, seed)
        texts = past.read_texts()
        for done, (text, readers) in enumerate(texts):
            progress(f"{text.key}/{text.locale}", done, len(texts))
            past.tell(text, readers)
        past.tell_searches()
        made = past.write()
        site.indexer.note(connection, [])
    progress("", len(texts), len(texts))
    return made


def _check(site: Site, connection: Connection, until: date) -> None:
    first = connection.execute(select(func.min(Translation.published_at)).join(Article).where(Article.is_demo)).scalar()
    told = find_history(site.database)
    if first is None:
        raise HistoryError("There is no demo on this site, and a history is made up for its articles only.")
    if told is not None:
        raise HistoryError(f"There is a history already, {told}. It goes with the demo: flask helpdesk demo remove")
    if not first.date() < until <= clock.today():
        raise HistoryError(f"A history ends after {first.date()}, the first day of the demo, and not after today.")


class _Past:
    """Draws the rows of a history, then writes them."""

    def __init__(self, site: Site, connection: Connection, until: date, seed: int) -> None:
        self.site, self.connection, self.until, self.seed = site, connection, until, seed
        self.told: Any = yaml.safe_load((SAMPLEDATA / "history.yaml").read_text("utf-8"))
        self.comments, self.queries = _lines("history-comments.csv"), _lines("history-searches.csv")
        self.figures: dict[int, Tally[tuple[str, date]]] = defaultdict(Tally)
        for figure in read_figures(connection, SAMPLEDATA / FIGURES):
            self.figures[figure.translation_id][figure.locale, figure.day] += figure.views
        self.changed: list[int] = []
        self.tallies: list[dict[str, Any]] = []
        self.contacts: list[dict[str, Any]] = []
        self.votes: list[dict[str, Any]] = []
        self.switches: Tally[tuple[int, str, str, date]] = Tally()
        self.searches: list[dict[str, Any]] = []
        self.clicks: Tally[tuple[str, str, date, int, int]] = Tally()
        self.articles: dict[str, tuple[int, date]] = {}
        self.revisions = 0

    def read_texts(self) -> list[tuple[Any, dict[str, float]]]:
        """The demo's translations that are read, and the shares of their readers by the locale asked for."""
        readers: dict[int, dict[str, float]] = defaultdict(dict)
        for locale in self.site.locales.all:
            if share := self.told["readers"].get(locale.tag):
                served = served_articles(reader_of(self.site.locales, locale))
                for row in self.connection.execute(served, {"now": _moment(self.until)}):
                    readers[row.translation_id][locale.tag] = share
        texts = self.connection.execute(
            select(Translation.__table__, Article.key, Article.source_locale)
            .join(Article, Article.id == Translation.article_id)
            .where(Article.is_demo)
            .order_by(Article.id, by_code(Translation.locale))
        ).all()
        read = [(text, readers[text.id]) for text in texts if text.id in readers]
        for text, _readers in read:
            first = self.articles.get(text.key, (text.article_id, date.max))[1]
            self.articles[text.key] = text.article_id, min(first, text.published_at.date())
        return read

    def tell(self, text: Any, readers: Mapping[str, float]) -> None:
        """Draw what happened to one translation."""
        rng = Random(f"{self.seed} {text.key} {text.locale}")
        story: Story = self.told["articles"].get(text.key, {})
        eras = self._mend(text)
        first = self.until - timedelta(days=LENGTH)
        if len(eras) > 1:
            first = min(first, eras[-1].first - BEFORE)
        first = max(first, text.published_at.date())
        days = [first + timedelta(days=n) for n in range((self.until - first).days)]
        figures = self.figures[text.id]
        shares = {tag: share * self._share("read", tag, text) for tag, share in readers.items()}
        total = figures.total()
        if not total and text.locale not in self.told["counted"]:
            total = round(story.get("views", 0) * sum(shares.values()) / 100 * len(days) / LENGTH)
        if not days or not total:
            return
        weights = [self._readers_on(day, text, story) for day in days]
        asked = rng.choices(list(shares), list(shares.values()), k=total)
        views = Tally(zip(asked, rng.choices(days, weights, k=total), strict=True))
        self.changed.append(text.id)
        change = Tally(views)
        change.subtract(figures)
        ways = Random(f"{self.seed} ways {text.key} {text.locale}")
        asking = ASKING * (100 - story.get("helpful", 80)) / 100
        for (tag, day), number in change.items():
            place = {"translation_id": text.id, "locale": tag, "day": day}
            beside = {name: int(max(0, number) * part + rng.random()) for name, part in self.told["beside"].items()}
            self.tallies.append({**place, "views": number, **beside, **_ways(max(0, number), ways)})
            if contacts := int(max(0, number) * asking + ways.random()):
                self.contacts.append({**place, "contacts": contacts})
        for era, end in zip(eras, [*(era.first for era in eras[1:]), self.until], strict=True):
            if seen := {cell: number for cell, number in views.items() if era.first <= cell[1] < end}:
                self._vote(text, rng, story, era, seen)
        self._flood(text, rng, story.get("flood", {}), eras)
        self._switch(text, rng, story, views)

    def _share(self, what: str, tag: str, text: Any) -> float:
        """How many of those who asked for a locale do something with the text that they got, in it or in another."""
        kind = kind_of(self.site.locales, self.site.locales.get(tag), self.site.locales.find(text.locale))
        return float(self.told[what]["other" if kind is Kind.FALLBACK else "own"])

    def _readers_on(self, day: date, text: Any, story: Story) -> float:
        left, age = (self.until - day).days, (day - text.published_at.date()).days
        weight = self.told["week"][day.weekday()] * story.get("trend", 1) ** (1 - left / LENGTH)
        for begun, height, fade in story.get("peaks", ()):
            if left <= begun:
                weight *= 1 + height * exp((left - begun) / fade)
        height, fade = self.told["news"]
        return float(weight * (1 + height * exp(-age / fade)))

    def _mend(self, text: Any) -> list[_Era]:
        """Put earlier revisions below the current one, where it is the only one and its number leaves room."""
        steps = self.told["revisions"].get(text.key, {}).get(text.locale, [])
        kept = self.connection.execute(select(Revision.__table__).where(Revision.translation_id == text.id)).all()
        number = text.revision
        if not 0 < len(steps) <= number or len(kept) != 1:
            return [_Era(date.min, number)]
        older = kept[0]._asdict()
        eras = [_Era(older["created_at"].date(), number, steps[-1]["votes"])]
        named = {"author": steps[-1]["author"], "comment": steps[-1]["comment"]}
        self.connection.execute(update(Revision).where(Revision.id == older.pop("id")).values(**named))
        for step in reversed(steps[:-1]):
            number -= 1
            older |= {name: step[name] for name in ("author", "comment", "significance")}
            older |= {"number": number, "created_at": _moment(step["date"], 9 * 3600)}
            older |= {"markdown": earlier_text(older["markdown"], step)}
            older |= {"based_on": older["based_on"] and min(older["based_on"], number)}
            self.connection.execute(insert(Revision).values(**older))
            eras.insert(0, _Era(step["date"], number, step["votes"]))
        self.revisions += len(steps) - 1
        return [eras[0]._replace(first=date.min), *eras[1:]]

    def _vote(self, text: Any, rng: Random, story: Story, era: _Era, seen: Views) -> None:
        share, most = self.told["votes"]
        usual = min(most, sum(seen.values()) * share), story.get("helpful", 80) + rng.uniform(-6, 6)
        number, helpful = era.votes or story.get("liked", {}).get(text.locale, usual)
        yes = round(number * helpful / 100)
        tags = {tag for tag, _day in seen}
        said = [line for line in self.comments if line["article"] == text.key and line["locale"] in tags]
        said = [line for line in said if line["revision"] in ("", str(era.revision))]
        for answer, wanted in (("yes", yes), ("no", round(number) - yes)):
            lines = [line for line in said if line["answer"] == answer]
            reasons = [*story.get("reasons", ()), ""] if answer == "no" else [""]
            for line in lines + [{}] * (wanted - len(lines)):
                cells = [cell for cell in seen if cell[0] == line.get("locale")] or list(seen)
                tag, day = rng.choices(cells, [seen[cell] for cell in cells])[0]
                led = [each["query"] for each in self.queries if (each["article"], each["locale"]) == (text.key, tag)]
                silent = {"locale": tag, "reasons": rng.choice(reasons), "query": rng.choice([*led, *[""] * 9])}
                self._cast(text, era.revision, _moment(day, rng.randrange(24 * 3600)), answer, line or silent)

    def _cast(
        self, text: Any, revision: int, moment: datetime, answer: str, words: Mapping[str, str], status: str = "counted"
    ) -> None:
        vote: dict[str, Any] = {name: words.get(name, "") for name in ("locale", "reasons", "comment", "query")}
        vote |= {"translation_id": text.id, "revision": revision, "status": status, "is_helpful": answer == "yes"}
        vote |= {"visitor": f"{MADE_UP}{len(self.votes)}", "created_at": moment, "updated_at": moment}
        self.votes.append(vote)

    def _flood(self, text: Any, rng: Random, flood: Story, eras: Sequence[_Era]) -> None:
        """Forged votes of one night, which are held."""
        night = self.until - timedelta(days=flood.get("left", 0))
        if flood.get("locale") == text.locale and text.published_at.date() < night:
            revision = [era.revision for era in eras if era.first <= night][-1]
            for _ in range(flood["votes"]):
                words = {"locale": text.locale, "comment": flood["comment"] if rng.random() < flood["said"] else ""}
                moment = _moment(night, NIGHT + rng.randrange(MINUTES))
                self._cast(text, revision, moment, flood["answer"], words, "held")

    def _switch(self, text: Any, rng: Random, story: Story, views: Views) -> None:
        tags = [locale.tag for locale in self.site.locales.all]
        for tag in dict.fromkeys(asked for asked, _day in views):
            days = [day for (asked, day), number in views.items() if asked == tag for _ in range(number)]
            share = story.get("left", {}).get(tag, 100 * self._share("switched", tag, text)) / 100
            others = [other for other in tags if (other == text.source_locale) != (tag == text.source_locale)]
            for day in rng.choices(days, k=round(len(days) * share)) if others else ():
                self.switches[text.article_id, tag, rng.choice(others), day] += 1

    def tell_searches(self) -> None:
        """Draw the searches in the languages of the site, and what was read of what they found."""
        for line in self.queries:
            if self.site.locales.find(line["locale"]) is None:
                continue
            rng = Random(f"{self.seed} {line['locale']} {line['query']}")
            days = [self.until - timedelta(days=n + 1) for n in range(int(line["days"] or LENGTH))]
            tag, query, after = line["locale"], normalized(line["query"]), normalized(line["typed after"])
            found = {"locale": tag, "query": query, "results": int(line["results"])}
            found |= {"category": None, "page": 1, "correction": ""}
            article, first = self.articles.get(line["article"], (0, date.max))
            number = round(float(line["weekly"]) * len(days) / 7)
            for day in rng.choices(days, [self.told["week"][day.weekday()] for day in days], k=number):
                refined = after if after and rng.random() < AFTER else ""
                self.searches.append({**found, "searched_on": day, "refined": refined})
                (position,) = rng.choices(range(len(CLICKED)), CLICKED)
                if position and day >= first:
                    self.clicks[tag, query, day, article, -position] += 1

    def write(self) -> dict[str, int]:
        """Put the rows in the place of the demo's figures; how many of what."""
        made_up = Vote.visitor.startswith(MADE_UP)
        self.connection.execute(delete(Vote).where(made_up, Vote.translation_id.in_(self.changed)))
        self.searches.sort(key=lambda search: search["searched_on"])
        for number, search in enumerate(self.searches, start=-len(self.searches)):
            search["id"] = number  # below 0: made up; the last is -1, after which SQLite goes on with 0
        columns = ("article_id", "from_locale", "to_locale", "day")
        switches = [dict(zip(columns, cell, strict=True), switches=n) for cell, n in self.switches.items()]
        places = ("translation_id", "locale", "day")
        self._add(DailyTally, places, self.tallies)
        self._add(ContactTally, places, self.contacts)
        self._add(SwitchTally, columns, switches)
        names = ("locale", "query", "clicked_on", "article_id", "position")
        self._add(
            SearchClick, names, [dict(zip(names, cell, strict=True), clicks=n) for cell, n in self.clicks.items()]
        )
        for model, rows in ((Vote, self.votes), (SearchLog, self.searches)):
            if rows:
                self.connection.execute(insert(model), rows)
        value = f"made up until {self.until} with the seed {self.seed}"
        self.connection.execute(insert(State).values(name=HISTORY, value=value))
        counted = (DailyTally.views, *(getattr(DailyTally, name) for name in self.told["beside"]))
        nothing = sum(counted[1:], counted[0]) <= 0
        self.connection.execute(delete(DailyTally).where(DailyTally.translation_id.in_(self.changed), nothing))
        recount(self.connection, self.changed)
        found = {
            "votes": len(self.votes),
            "searches": len(self.searches),
            "clicks": self.clicks.total(),
            "switches": self.switches.total(),
        }
        return {"daily tallies": len(self.tallies), **found, "earlier revisions": self.revisions}

    def _add(self, model: Any, key: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
        """Insert tallies, or add them to those that are there."""
        if rows:
            new = self.site.database.upsert(model)
            numbers = {name: getattr(model, name) + new.excluded[name] for name in rows[0] if name not in key}
            self.connection.execute(new.on_conflict_do_update(index_elements=key, set_=numbers), rows)


def earlier_text(markdown: str, step: Story) -> str:
    """A text before it was mended: without sections (`#anchor`) or lines (how they begin), with older words instead."""
    for start in step.get("without", ()):
        section = rf"^#+ [^\n]*\{{ {re.escape(start)} \}}\n.*?(?=^#+ |\Z)"
        pattern = section if start.startswith("#") else rf"^{re.escape(start)}[^\n]*\n"
        markdown = re.sub(pattern, "", markdown, flags=re.MULTILINE | re.DOTALL)
    for new, old in step.get("instead", {}).items():
        markdown = markdown.replace(new, old)
    return markdown.rstrip("\n") + "\n"


def _ways(views: int, rng: Random) -> dict[str, int]:
    """How many of some views came from where; never more than there are."""
    chance = rng.random()
    ends = [0, *(int(views * share + chance) for share in SOURCES.values())]
    return {name: end - start for name, start, end in zip(SOURCES, ends, ends[1:], strict=False)}


def _lines(name: str) -> list[dict[str, str]]:
    with (SAMPLEDATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _moment(day: date, seconds: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)
