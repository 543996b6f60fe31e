"""Searches of several processes see every change that was committed before them."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from helpdesk.services.importing import import_content
from helpdesk.services.publishing import publish, unpublish
from helpdesk.services.site import Site
from tests.faults.test_concurrency import running
from tests.support.instances import (
    assert_in_step,
    copied,
    file_of,
    find,
    opened,
    site_of,
)
from tests.support.processes import FULL, ready, run_together

SECONDS = 60 if FULL else 5
COLOURS = ("red", "green", "blue")
TAGS = ("en", "de")
# Which translation the readers of a locale get first; the source stands last in every chain.
CHAINS = {"en": ("en", "de"), "de": ("de", "en"), "en-SG": ("en", "de"), "ar": ("en", "de")}
PROBES = 6


@dataclass(frozen=True, slots=True)
class Change:
    """The colour of a text as it was saved, None for a draft: not before `began`, and not after `returned`."""

    probe: int
    tag: str
    colour: str | None
    began: float
    returned: float


@dataclass(frozen=True, slots=True)
class Look:
    """A search for a text of one colour; `seen` is what the database showed just before it, by tag."""

    probe: int
    locale: str
    text: tuple[str, str]
    seen: dict[str, str | None]
    began: float
    ended: float
    total: int
    cards: int


def word(probe: int, tag: str, colour: str) -> str:
    """A word that no other text has, and no stemmer touches."""
    return f"zq{'abcdef'[probe]}{tag}{colour}x"


def served(shown: dict[str, str | None], locale: str) -> tuple[str, str] | None:
    """Tag and colour of the text that readers of a locale get."""
    return next(((tag, colour) for tag in CHAINS[locale] if (colour := shown[tag]) is not None), None)


def write_probe(root: Path, probe: int, texts: dict[str, tuple[str, str]]) -> Path:
    """A folder with this one article: colours and statuses by tag."""
    home = root / "probes" / "colours"
    article = home / f"probe-{probe}"
    article.mkdir(parents=True, exist_ok=True)
    for folder, title in ((home.parent, "Probes"), (home, "Colours")):
        (folder / "_index.en.md").write_text(f"---\ntitle: {title}\n---\n", "utf-8")
    for tag, (colour, status) in texts.items():
        text = word(probe, tag, colour)
        matter = f"---\ntitle: {text}\nstatus: {status}\n---\nThis is about {text}.\n"
        (article / f"{tag}.md").write_text(matter, "utf-8")
    return root


class Author:
    """Changes the texts of one language and remembers what they look like and since when."""

    def __init__(self, site: Site, root: Path, tag: str) -> None:
        self.site, self.root, self.tag = site, root, tag
        self.colours = dict.fromkeys(range(PROBES), COLOURS[0])
        self.is_shown = dict.fromkeys(range(PROBES), False)
        self.history: list[Change] = []

    def change(self, probe: int, chance: random.Random) -> None:
        began = time.monotonic()
        if self.tag != TAGS[0] or chance.random() < 0.5:
            self.is_shown[probe] = not self.is_shown[probe]
            assert (publish if self.is_shown[probe] else unpublish)(self.site, f"probe-{probe}", self.tag)
        else:
            self.colours[probe] = chance.choice(COLOURS)
            self.is_shown[probe] = chance.random() < 0.8
            text = self.colours[probe], "published" if self.is_shown[probe] else "draft"
            root = write_probe(self.root / str(probe), probe, {self.tag: text})
            import_content(self.site, root, keep="folder")  # else its own edits would stay
        shown = self.colours[probe] if self.is_shown[probe] else None
        self.history.append(Change(probe, self.tag, shown, began, time.monotonic()))


def author(instance: Path, root: Path, tag: str, probes: Sequence[int], seconds: float) -> list[Change]:
    """A worker: changes its probes in one language, the source's also by imports; all changes in order."""
    chance = random.Random(f"{tag}{probes}")
    with running(instance, locales=tuple(CHAINS)) as app:
        writer = Author(site_of(app), root, tag)
        ready()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            writer.change(chance.choice(probes), chance)
            time.sleep(chance.random() / 10)  # searches come between, and not only while the index is locked
    return writer.history


def searcher(instance: Path, seed: int, seconds: float) -> list[Look]:
    """A worker: searches at random, looking into the database just before."""
    chance = random.Random(seed)
    looks = []
    with running(instance, locales=tuple(CHAINS)) as app, closing(sqlite3.connect(file_of(instance))) as connection:
        ready()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            probe, locale = chance.randrange(PROBES), chance.choice(list(CHAINS))
            began = time.monotonic()
            seen = shown_by_database(connection, probe)
            # Mostly for what should be there; also for what was there, or never.
            wanted = served(seen, locale) if chance.random() < 0.6 else None
            text = wanted or (chance.choice(TAGS), chance.choice(COLOURS))
            total, cards = find(site_of(app), locale, word(probe, *text))
            looks.append(Look(probe, locale, text, seen, began, time.monotonic(), total, len(cards)))
    return looks


def rebuilder(instance: Path, seconds: float) -> int:
    """A worker: builds all indexes anew, again and again; how often."""
    count = 0
    with running(instance, locales=tuple(CHAINS)) as app:
        ready()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            site_of(app).indexer.rebuild()
            count += 1
    return count


def shown_by_database(connection: sqlite3.Connection, probe: int) -> dict[str, str | None]:
    query = (
        "SELECT t.locale, t.title FROM hd_translation t JOIN hd_article a ON a.id = t.article_id"
        " WHERE a.key = ? AND t.status = 'published'"
    )
    titles = dict(connection.execute(query, (f"probe-{probe}",)).fetchall())
    names = {word(probe, tag, colour): colour for tag in TAGS for colour in COLOURS}
    return {tag: names[titles[tag]] if tag in titles else None for tag in TAGS}


def possible(changes: Sequence[Change], look: Look, tag: str) -> list[str | None]:
    """The colours that a text can have had while a search ran, in order.

    A change may be seen from the moment it began until the next one had returned. What the database showed
    was committed before the search: nothing older is an answer.
    """
    ends = [change.returned for change in changes[1:]] + [float("inf")]
    pairs = zip(changes, ends, strict=True)
    found = [change.colour for change, end in pairs if change.began <= look.ended and end >= look.began]
    return found[found.index(look.seen[tag]) :]


def wrong_looks(history: Sequence[Change], looks: Sequence[Look]) -> list[Look]:
    """Searches whose total or cards fit nothing that readers can have been shown while they ran."""
    changes: dict[tuple[int, str], list[Change]] = {}
    for change in sorted(history, key=lambda change: change.began):
        changes.setdefault((change.probe, change.tag), []).append(change)
    wrong = []
    for look in looks:
        first, second = (possible(changes[look.probe, tag], look, tag) for tag in TAGS)
        shown = [dict(zip(TAGS, pair, strict=True)) for pair in product(first, second)]
        answers = {int(served(colours, look.locale) == look.text) for colours in shown}
        if not {look.total, look.cards} <= answers:
            wrong.append(look)
    return wrong


def test_every_search_sees_every_change_before_it(empty_template: Path, tmp_path: Path) -> None:
    """Two write the source's texts and a third the translations of the same articles; two others search, one rebuilds.

    All are stopped now and then, so that whatever another one can do in between is done in between.
    """
    instance = copied(empty_template, tmp_path / "instance")
    drafts = dict.fromkeys(TAGS, (COLOURS[0], "draft"))
    with opened(instance, locales=tuple(CHAINS)) as site:
        for probe in range(PROBES):
            import_content(site, write_probe(tmp_path / "first" / str(probe), probe, drafts))
    start = [Change(probe, tag, None, 0.0, 0.0) for probe in range(PROBES) for tag in TAGS]
    shares = [("en", range(0, PROBES, 2)), ("en", range(1, PROBES, 2)), ("de", range(PROBES))]
    results = run_together(
        [
            *((author, (instance, tmp_path / f"folder{n}", *shares[n], SECONDS)) for n in range(3)),
            *((searcher, (instance, n, SECONDS)) for n in range(2)),
            (rebuilder, (instance, SECONDS)),
        ],
        frozen_for=SECONDS - 1,
    )
    history = start + [change for changes in results[:3] for change in changes]
    looks = [look for found in results[3:5] for look in found]
    print(
        f"{len(history) - len(start)} changes, {len(looks)} searches, {sum(look.total for look in looks)} found,"
        f" {results[5]} rebuilds"
    )
    assert results[5] > 0
    assert wrong_looks(history, looks) == []
    assert {look.total for look in looks} == {0, 1}
    last = {(change.probe, change.tag): change.colour for change in sorted(history, key=lambda change: change.began)}
    with opened(instance, locales=tuple(CHAINS)) as site:
        assert_in_step(site)
        for probe, locale in product(range(PROBES), CHAINS):
            shown = served({tag: last[probe, tag] for tag in TAGS}, locale)
            texts = [text for text in product(TAGS, COLOURS) if find(site, locale, word(probe, *text))[0]]
            assert texts == ([shown] if shown else [])
