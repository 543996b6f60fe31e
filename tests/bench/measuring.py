"""The bench's measures: each takes engines or a text and gives figures in milliseconds, or what their names say."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import ParamSpec

from helpdesk.search.analysis import analyse
from helpdesk.search.backend import Document, SearchQuery
from helpdesk.search.passages import Sought, find_passages, mark
from tests.bench.corpus import KINDS, Ask, Asking, edited, sample_sentences
from tests.bench.engines import Engine, Helpdesk
from tests.bench.hostile import SHAPES
from tests.bench.opening import milliseconds, processor

ROOT = Path(__file__).parents[2]
WITH_PASSAGES = "question, passages"
SUGGESTION = "suggestion"
_WARMING = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds, and the share of queries that found the article in mind among the first."""

    p50: float
    p95: float
    found: float

    @classmethod
    def of(cls, times: Sequence[float], found: float) -> Timing:
        return cls(median(times), p95(times), found)


# By engine.
Row = Mapping[str, Timing]
# Ids that an engine answers a text with.
Answer = Callable[[Engine, str], Sequence[int]]
P = ParamSpec("P")


def p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def measure_build(engine: Engine, locale: str, documents: Sequence[Document]) -> float:
    """Seconds of processor time, with all that reading the index needs not opened yet."""
    seconds = processor(engine.build, locale, documents) / 1_000
    engine.close()
    return seconds


def megabytes(folder: Path) -> float:
    """On the disk; a file with several names counts once."""
    sizes = {(stat := path.stat()).st_ino: stat.st_size for path in folder.rglob("*") if path.is_file()}
    return sum(sizes.values()) / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Engines that have the same collection open, the first of them ours, and so many queries of each kind.

    `clock` is in seconds: that of the wall, or that of this thread alone where others use the machine as well.
    """

    ours: Helpdesk
    others: Sequence[Engine]
    asking: Asking
    number: int
    clock: Callable[[], float] = time.perf_counter

    def queries(self) -> dict[str, Row]:
        """Each query to all engines in turn, once."""
        rows = {kind: self.searches(kind, seed=1) for kind in KINDS}
        # Found is here: any title at all, for many begin with the same letter.
        anything = [Ask(ask.text, 0) for ask in self.asking.begin(self.number + _WARMING)]
        rows[SUGGESTION] = self._row(anything, lambda engine, text: engine.suggest(self._locale, text) and [0])
        return rows

    def searches(self, kind: str, *, seed: int) -> Row:
        """Queries of one kind, which are others with another seed."""
        asks = list(self.asking.ask(kind, self.number + _WARMING, seed=seed))
        return self._row(asks, lambda engine, text: engine.search(self._locale, text))

    def questions(self) -> Row:
        """As among the queries, other ones."""
        return self.searches("question", seed=2)

    def passages(self) -> Row:
        """A search for a question and its page: titles and passages of fifteen cards, their texts at hand."""
        texts = {document.article_id: document for document in self.asking.documents}
        asks = list(self.asking.ask("question", self.number + _WARMING, seed=3))
        return self._row(asks, lambda _engine, text: self._page(text, texts), (self.ours,))

    def hostile(self) -> dict[str, float]:
        """The median of some texts of each shape, one to forty queries, searched for, and suggested for."""
        times = self.number // 40 or 1
        search, suggest = self.ours.search, self.ours.suggest
        figures = {}
        for name, shape in SHAPES.items():
            rng = Random(name)
            texts = [shape(rng, self.asking) for _ in range(2 * times)]
            figures[name] = median(self._time(search, self._locale, text) for text in texts[:times])
            figures[f"{name}, suggested"] = median(self._time(suggest, self._locale, text) for text in texts[times:])
        common, locale = self.asking.common, self._locale
        for name, query in {
            "page 1,000": SearchQuery(locale=locale, text=common[0], offset=15_000),
            "by date": SearchQuery(locale=locale, text=common[0], sort="updated"),
            "by views": SearchQuery(locale=locale, text=common[0], sort="views"),
            "explained": SearchQuery(locale=locale, text=" ".join(common[:16]), is_explained=True),
        }.items():
            figures[name] = median(self._time(self.ours.backend.search, query) for _ in range(times))
        return figures

    @property
    def _locale(self) -> str:
        return self.asking.documents[0].language

    def _time(self, work: Callable[P, object], *args: P.args, **options: P.kwargs) -> float:
        begun = self.clock()
        work(*args, **options)
        return 1_000 * (self.clock() - begun)

    def _page(self, text: str, texts: Mapping[int, Document]) -> list[int]:
        """What the page of results does with its hits."""
        result = self.ours.backend.search(SearchQuery(locale=self._locale, text=text))
        ids, sought = [hit.article_id for hit in result.hits], Sought(result.marks)
        for document in map(texts.__getitem__, ids):
            mark(document.title, sought, language=self._locale)
            find_passages(document.body, sought, language=self._locale)
        return ids

    def _row(self, asks: Sequence[Ask], answer: Answer, engines: Sequence[Engine] = ()) -> Row:
        times: dict[str, list[float]] = {}
        found = Counter[str]()
        for ask in asks:
            for engine in engines or (self.ours, *self.others):
                begun = self.clock()
                ids = answer(engine, ask.text)
                times.setdefault(engine.name, []).append(1_000 * (self.clock() - begun))
                found[engine.name] += ask.target in ids
        return {name: Timing.of(each[_WARMING:], found[name] / len(asks)) for name, each in times.items()}


def measure_edits(engine: Engine, documents: Sequence[Document], locale: str, number: int) -> tuple[list[float], ...]:
    """An article is changed and then searched for: until it was indexed, the search after it, and, of our own
    engine, the first search of somebody else who has the index open."""
    rng = Random("edits")
    other = Helpdesk(engine.root) if isinstance(engine, Helpdesk) else None
    indexing, searching, elsewhere = [], [], []
    for turn in range(number):
        document = rng.choice(documents)
        word = f"qzwx{''.join(chr(97 + int(digit)) for digit in str(1_000 + turn))}"
        changed = edited(document, word)
        indexing.append(milliseconds(engine.edit, locale, changed))
        searching.append(milliseconds(_must_find, engine, locale, word, document.article_id))
        if other:
            elsewhere.append(milliseconds(_must_find, other, locale, word, document.article_id))
    if other:
        other.close()
    return indexing, searching, elsewhere


def measure_opening(name: str, root: Path, askings: Mapping[str, Sequence[Document]]) -> dict[str, float]:
    """A process of its own that opens the locales and asks each once: see `opening`."""
    asked = {}
    for locale, documents in askings.items():
        title = documents[-1].title
        first, *_ = title.split()
        asked[locale] = (title, f"{first[:-1]}x{first[-1]}", first[:3])
    command = [sys.executable, "-m", "tests.bench.opening", name, str(root), json.dumps(asked)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def measure_analysis(locale: str) -> tuple[float, float]:
    """Microseconds of this thread for a token of the sample content, the first time in this process and later."""
    text = "\n".join(sample_sentences(locale))
    times = []
    for _ in range(6):
        begun = time.thread_time()
        tokens = analyse(text, locale)
        times.append(1e6 * (time.thread_time() - begun) / len(tokens))
    return times[0], min(times)


def _must_find(engine: Engine, locale: str, word: str, article_id: int) -> None:
    found = engine.search(locale, word)
    assert found[:1] == [article_id], f"{engine.name} found {found} instead of article {article_id}"
