"""The bench's measures: each takes engines or a text and gives figures in milliseconds, or what their names say."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median, quantiles

from helpdesk.search.analysis import analyse
from helpdesk.search.backend import Document, SearchQuery
from helpdesk.search.passages import find_passages, mark
from tests.bench.corpus import KINDS, Ask, Asking, edited, sample_sentences
from tests.bench.engines import Engine, Helpdesk
from tests.bench.hostile import SHAPES
from tests.bench.opening import milliseconds

ROOT = Path(__file__).parents[2]
WITH_PASSAGES = "question, passages"
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


def p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def measure_build(engine: Engine, locale: str, documents: Sequence[Document]) -> float:
    """Seconds, with all that reading the index needs not opened yet."""
    seconds = milliseconds(engine.build, locale, documents) / 1_000
    engine.close()
    return seconds


def megabytes(folder: Path) -> float:
    """On the disk; a file with several names counts once."""
    sizes = {(stat := path.stat()).st_ino: stat.st_size for path in folder.rglob("*") if path.is_file()}
    return sum(sizes.values()) / 1e6


def measure_queries(engines: Sequence[Engine], asking: Asking, locale: str, number: int) -> dict[str, Row]:
    """So many queries of each kind, each to all engines in turn, each once."""
    rows = {kind: _in_turn(engines, locale, list(asking.ask(kind, number + _WARMING))) for kind in KINDS}
    return {**rows, "suggestion": _suggestions(engines, locale, list(asking.begin(number + _WARMING)))}


def measure_questions(engines: Sequence[Engine], asking: Asking, locale: str, number: int) -> Row:
    """As a part of the measure before, with other questions."""
    return _in_turn(engines, locale, list(asking.ask("question", number + _WARMING, seed=2)))


def measure_passages(engine: Helpdesk, asking: Asking, locale: str, number: int) -> Row:
    """A search for a question and its page: titles and passages of fifteen cards, their texts at hand."""
    texts = {document.article_id: document for document in asking.documents}
    times, found = [], 0
    for ask in asking.ask("question", number + _WARMING, seed=3):
        hits: list[int] = []
        times.append(milliseconds(_dress, engine, locale, ask.text, texts, hits))
        found += ask.target in hits
    return {engine.name: Timing.of(times[_WARMING:], found / len(times))}


def measure_edits(engine: Engine, documents: Sequence[Document], locale: str, number: int) -> tuple[list[float], ...]:
    """An article is changed and then searched for: until it was indexed, the search after it, and, of our own
    engine, the first search of somebody else who has the index open."""
    rng = Random("edits")
    other = Helpdesk(engine.backend.root.parent) if isinstance(engine, Helpdesk) else None
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
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def measure_hostile(engine: Helpdesk, asking: Asking, locale: str, times: int = 5) -> dict[str, float]:
    """The median of some texts of each shape, searched for, and suggested for."""
    figures = {}
    for name, shape in SHAPES.items():
        rng = Random(name)
        texts = [shape(rng, asking) for _ in range(2 * times)]
        figures[name] = median(milliseconds(engine.search, locale, text) for text in texts[:times])
        figures[f"{name}, suggested"] = median(milliseconds(engine.suggest, locale, text) for text in texts[times:])
    common = asking.common[0]
    for name, query in {
        "page 1,000": SearchQuery(locale=locale, text=common, offset=15_000),
        "by date": SearchQuery(locale=locale, text=common, sort="updated"),
        "by views": SearchQuery(locale=locale, text=common, sort="views"),
        "explained": SearchQuery(locale=locale, text=" ".join(asking.common[:16]), is_explained=True),
    }.items():
        figures[name] = median(milliseconds(engine.backend.search, query) for _ in range(times))
    return figures


def measure_analysis(locale: str) -> tuple[float, float]:
    """Microseconds a token of the sample content, the first time in this process and later."""
    text = "\n".join(sample_sentences(locale))
    begun = time.perf_counter()
    tokens = len(analyse(text, locale))
    first = time.perf_counter() - begun
    warm = min(milliseconds(analyse, text, locale) for _ in range(5)) / 1_000
    return 1e6 * first / tokens, 1e6 * warm / tokens


def _in_turn(engines: Sequence[Engine], locale: str, asks: Sequence[Ask]) -> Row:
    return _timed(engines, asks, lambda engine, text: engine.search(locale, text))


def _suggestions(engines: Sequence[Engine], locale: str, asks: Sequence[Ask]) -> Row:
    """Found is here: any title at all, for many begin with the same letter."""
    anything = [Ask(ask.text, 0) for ask in asks]
    return _timed(engines, anything, lambda engine, text: engine.suggest(locale, text) and [0])


def _timed(
    engines: Sequence[Engine], asks: Iterable[Ask], answer: Callable[[Engine, str], Sequence[int]]
) -> dict[str, Timing]:
    times: dict[str, list[float]] = {engine.name: [] for engine in engines}
    found = dict.fromkeys(times, 0)
    for ask in asks:
        for engine in engines:
            begun = time.perf_counter()
            ids = answer(engine, ask.text)
            times[engine.name].append(1_000 * (time.perf_counter() - begun))
            found[engine.name] += ask.target in ids
    return {name: Timing.of(each[_WARMING:], found[name] / len(each)) for name, each in times.items()}


def _must_find(engine: Engine, locale: str, word: str, article_id: int) -> None:
    found = engine.search(locale, word)
    assert found == [article_id], f"{engine.name} found {found} instead of article {article_id}"


def _dress(engine: Helpdesk, locale: str, text: str, texts: Mapping[int, Document], hits: list[int]) -> None:
    """What the page of results does with its hits."""
    for hit in engine.backend.search(SearchQuery(locale=locale, text=text)).hits:
        document = texts[hit.article_id]
        mark(document.title, query=text, languages=(locale,), language=locale)
        find_passages(document.body, query=text, languages=(locale,), language=locale)
        hits.append(hit.article_id)
