"""What a search costs, beside other engines: `python -m tests.bench search [ARTICLES ...] [--help]`.

Everything goes through the product's own backend, on collections of made-up words and of recombined sample content,
with the same articles and queries for each engine in turn. The figures are those of one run on one machine; what
carries over to others are the ratios. At the end stand the goals.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import NamedTuple

from helpdesk.search.backend import Document
from tests.bench.corpus import LOCALES, Asking, planted, recombined
from tests.bench.engines import ENGINES, HAS_TANTIVY, Engine, Helpdesk
from tests.bench.measuring import (
    SUGGESTION,
    WITH_PASSAGES,
    Row,
    Trial,
    measure_analysis,
    measure_build,
    measure_edits,
    measure_opening,
    megabytes,
    p95,
)

OURS, THEIRS = "helpdesk", "FTS5"
_ANALYSED = ("en", "de", "ar")


class Goal(NamedTuple):
    """A figure, named as it is noted, must not be above the limit."""

    figure: str
    limit: float
    unit: str


GOALS = (
    Goal("question, 10,000 articles, p95", 5, "ms"),
    Goal("question, 50,000 articles, p95", 5, "ms"),
    Goal(f"{WITH_PASSAGES}, 10,000 articles, p95", 15, "ms"),
    Goal(f"{WITH_PASSAGES}, 50,000 articles, p95", 15, "ms"),
    Goal("edit to searchable, 1,000 articles, p95", 50, "ms"),
    Goal("edit to searchable, 10,000 articles, p95", 100, "ms"),
    Goal("opening 10 locales x 10,000 articles", 60, "MB"),
    Goal("first typo of a process, 10,000 articles", 50, "ms"),
    Goal("suggestion, 10,000 articles, p95", 5, "ms"),
    Goal("analysis, warm", 3, "us a token"),
    Goal("analysis, the first time", 3, "us a token"),
    Goal("hostile input", 10, "times"),
)


class Notes(dict[str, float]):
    """Figures that goals are about; of several, the worst."""

    def note(self, figure: str, value: float) -> None:
        self[figure] = max(value, self.get(figure, 0.0))


def main(arguments: Sequence[str]) -> Notes:
    options = parse(arguments)
    notes = Notes()
    _print_head()
    print("Builds and what a new process does are in processor time;", end=" ")
    print("queries too, and edits by the clock." if options.cpu else "queries and edits by the clock.")
    analysis(notes)
    for articles in options.articles:
        collection(notes, f"{articles:,} articles of made-up words", planted("en", articles), options)
    middle = min(10_000, max(options.articles))
    collection(notes, f"{middle:,} articles of recombined sample content", recombined("en", middle), options)
    if options.locales:
        many_locales(notes, LOCALES[: options.locales], middle)
    _print_goals(notes)
    return notes


def analysis(notes: Notes) -> None:
    """Before everything else, for the first time of a process comes once."""
    print(f"\n{'analysis, us a token':36}{'first':>10}{'warm':>10}")
    for locale in _ANALYSED:
        first, warm = measure_analysis(locale)
        print(f"  {locale:34}{first:10.2f}{warm:10.2f}", flush=True)
        notes.note("analysis, the first time", first)
        notes.note("analysis, warm", warm)


def collection(notes: Notes, title: str, documents: Sequence[Document], options: argparse.Namespace) -> dict[str, Row]:
    """All engines on one collection of one locale; the timings of the first queries."""
    asking = Asking(documents)
    words = sum(len(document.body.split()) for document in documents)
    print(f"\n{title}: {words:,} words of text, {len(asking.frequency):,} different ones")
    size = f"{len(documents):,} articles"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        ours, others = Helpdesk(root), [engine(root) for name, engine in ENGINES.items() if name != OURS]
        engines = [ours, *others]
        _print_names(engines)
        builds = {engine.name: measure_build(engine, "en", documents) for engine in engines}
        _print_row("build, processor s", builds)
        _print_row("articles a processor second", {name: len(documents) / seconds for name, seconds in builds.items()})
        _print_row("on the disk, MB", {name: megabytes(root / name) for name in builds})
        opened = {name: measure_opening(name, root, {"en": documents}) for name in builds}
        _print_figures(opened)
        notes.note(f"first typo of a process, {size}", opened[OURS]["first typo, processor ms"])
        # What the bench itself holds is none of the product's garbage.
        gc.collect()
        gc.freeze()
        clock = time.thread_time if options.cpu else time.perf_counter
        trial = Trial(ours=ours, others=others, asking=asking, number=options.queries, clock=clock)
        rows = {**trial.queries(), WITH_PASSAGES: trial.passages()}
        _print_timings(engines, rows)
        for kind in ("question", WITH_PASSAGES, SUGGESTION):
            notes.note(f"{kind}, {size}, p95", rows[kind][OURS].p95)
        edits(notes, engines, documents, size, options.edits)
        _print_timings(engines, {"question, after": trial.questions()})
        hostile(notes, trial, rows["two words"][OURS].p50)
        for engine in engines:
            engine.close()
        gc.unfreeze()
    return rows


def edits(notes: Notes, engines: Sequence[Engine], documents: Sequence[Document], size: str, number: int) -> None:
    """Until another process has opened what was written and found it, or the one that wrote, if that takes longer."""
    typical, slow = {}, {}
    for engine in engines:
        indexing, searching, elsewhere = measure_edits(engine, documents, "en", number)
        both = [a + b for a, b in zip(indexing, searching, strict=True)]
        typical[engine.name], slow[engine.name] = median(both), p95(both)
        if elsewhere:
            there = [a + b for a, b in zip(indexing, elsewhere, strict=True)]
            print(
                f"  of an edit: index {median(indexing):.1f} ms, the search after it {median(searching):.1f},"
                f" in another process {median(elsewhere):.1f}"
            )
            notes.note(f"edit to searchable, {size}, p95", max(p95(both), p95(there)))
    _print_row("edit to searchable, p50 ms", typical)
    _print_row("edit to searchable, p95 ms", slow)


def hostile(notes: Notes, trial: Trial, ordinary: float) -> None:
    figures = trial.hostile()
    worst = sorted(figures, key=lambda name: figures[name], reverse=True)
    print(
        f"  hostile input ({len(figures)} shapes), the worst, in medians of a query of two words ({ordinary:.2f} ms):"
    )
    for name in worst[:6]:
        print(f"    {name:40}{figures[name]:10.2f} ms{figures[name] / ordinary:8.1f}", flush=True)
    notes.note("hostile input", figures[worst[0]] / ordinary)


def many_locales(notes: Notes, locales: Sequence[str], articles: int) -> None:
    """What a process pays that serves them all."""
    print(f"\n{len(locales)} locales x {articles:,} articles of made-up words, all opened by one new process")
    last: dict[str, Sequence[Document]] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        engines = [engine(root) for engine in ENGINES.values()]
        _print_names(engines)
        seconds = dict.fromkeys(ENGINES, 0.0)
        for locale in locales:
            documents = planted(locale, articles)
            last[locale] = documents[-1:]
            for engine in engines:
                seconds[engine.name] += measure_build(engine, locale, documents)
        _print_row("build, processor s", seconds)
        _print_row("on the disk, MB", {name: megabytes(root / name) for name in seconds})
        opened = {name: measure_opening(name, root, last) for name in seconds}
        _print_figures(opened)
        notes.note(f"opening {len(locales)} locales x {articles:,} articles", opened[OURS]["use, MB more"])


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench search", description=str(__doc__).split("\n\n")[1])
    parser.add_argument("articles", nargs="*", type=int, default=[1_000, 10_000, 50_000], help="sizes of collections")
    parser.add_argument("--queries", type=int, default=200, help="of each kind (200)")
    parser.add_argument("--edits", type=int, default=20, help="single edits (20)")
    parser.add_argument("--locales", type=int, default=10, help="locales that one process opens; 0: none (10)")
    parser.add_argument("--cpu", action="store_true", help="queries in processor time, where others use the machine")
    return parser.parse_args(arguments)


def _print_head() -> None:
    # CPUs that others use as well show in the figures.
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} CPUs,", end=" ")
    print(f"load {os.getloadavg()[0]:.1f},", "PyStemmer" if find_spec("Stemmer") else "stems without PyStemmer")
    print("FTS5 and tantivy stem nothing, mend nothing and count nothing; ours does, in the same time.")
    if not HAS_TANTIVY:
        print("tantivy is not installed: its column is missing (pip install tantivy).")


def _print_names(engines: Sequence[Engine]) -> None:
    print(f"  {'':34}{''.join(f'{engine.name:>23}' for engine in engines)}{f'to {THEIRS}':>18}")


def _print_row(what: str, values: Mapping[str, float]) -> None:
    ratio = values[OURS] / values[THEIRS] if values[THEIRS] else float("nan")
    print(f"  {what:34}{''.join(f'{value:23,.1f}' for value in values.values())}{ratio:18.1f}", flush=True)


def _print_figures(opened: Mapping[str, Mapping[str, float]]) -> None:
    for what in opened[OURS]:
        _print_row(f"new process: {what}", {name: figures[what] for name, figures in opened.items()})


def _print_timings(engines: Sequence[Engine], rows: Mapping[str, Row]) -> None:
    print(f"  {'queries, ms':34}{'p50     p95 found'.rjust(23) * len(engines)}{'p50     p95':>18}")
    for kind, row in rows.items():
        cells = [
            f"{timing.p50:10.2f}{timing.p95:8.2f}{100 * timing.found:5.0f}" if timing else f"{'':23}"
            for timing in (row.get(engine.name) for engine in engines)
        ]
        theirs = row.get(THEIRS)
        ratio = f"{row[OURS].p50 / theirs.p50:10.1f}{row[OURS].p95 / theirs.p95:8.1f}" if theirs else ""
        print(f"  {kind:34}{''.join(cells)}{ratio}", flush=True)


def _print_goals(notes: Mapping[str, float]) -> None:
    print(f"\n{'goal':50}{'at most':>10}{'here':>10}")
    for goal in GOALS:
        here = notes.get(goal.figure)
        verdict = "not measured" if here is None else f"{here:10.2f}  {'met' if here <= goal.limit else 'NOT MET'}"
        print(f"  {f'{goal.figure} ({goal.unit})':48}{goal.limit:10g}  {verdict:>10}")


if __name__ == "__main__":
    main(sys.argv[1:])
