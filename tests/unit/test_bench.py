"""The bench of the search measures what it says: every engine finds what was planted, every goal has its figure."""

from __future__ import annotations

import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import pytest

from tests.bench import search
from tests.bench.corpus import KINDS, Asking, planted, recombined
from tests.bench.engines import ENGINES
from tests.bench.measuring import SUGGESTION, WITH_PASSAGES, measure_analysis

ROOT = Path(__file__).parents[2]


def test_every_engine_finds_what_was_planted(capsys: pytest.CaptureFixture[str]) -> None:
    notes = search.Notes()
    options = search.parse(["--queries", "3", "--edits", "2"])
    rows = search.collection(notes, "50 articles", planted("en", 50), options)
    found = {(kind, engine): timing.found for kind, row in rows.items() for engine, timing in row.items()}
    assert found == {
        **{(kind, engine): 1.0 for kind in (*KINDS, SUGGESTION) for engine in ENGINES},
        **{("typo, alone", engine): 0.0 for engine in ENGINES if engine != "helpdesk"},
        (WITH_PASSAGES, "helpdesk"): 1.0,
    }
    assert set(notes) == {
        "question, 50 articles, p95",
        f"{WITH_PASSAGES}, 50 articles, p95",
        f"{SUGGESTION}, 50 articles, p95",
        "edit to searchable, 50 articles, p95",
        "first typo of a process, 50 articles",
        "hostile input",
    }
    printed = capsys.readouterr().out
    assert [engine for engine in ENGINES if engine not in printed] == []


def test_one_process_opens_many_locales() -> None:
    notes = search.Notes()
    search.many_locales(notes, ("en", "de"), 2)
    assert list(notes) == ["opening 2 locales x 2 articles"]


def test_every_goal_is_noted_by_a_full_run() -> None:
    sizes = [f"{size:,} articles" for size in search.parse([]).articles]
    noted = {
        f"{what}, {size}, p95"
        for what in ("question", WITH_PASSAGES, SUGGESTION, "edit to searchable")
        for size in sizes
    }
    noted |= {f"first typo of a process, {size}" for size in sizes}
    noted |= {"opening 10 locales x 10,000 articles", "analysis, warm", "analysis, the first time", "hostile input"}
    assert [goal.figure for goal in search.GOALS if goal.figure not in noted] == []
    first, warm = measure_analysis("en")
    assert first >= warm > 0


def test_a_collection_and_its_queries_are_the_same_in_every_run() -> None:
    asking = Asking(planted("en", 3))
    asks = [list(asking.ask(kind, 3)) for kind in KINDS]
    texts = [(document.title, document.body) for document in asking.documents]
    made = repr((texts, asks, list(asking.begin(3)), asking.rare)).encode()
    assert blake2b(made, digest_size=8).hexdigest() == "ca15dd00c3ef1172"


def test_sample_content_is_recombined_to_articles_that_can_be_asked_for() -> None:
    documents = recombined("en", 50)
    assert documents == recombined("en", 50)
    assert [document.title for document in documents if not 2 <= len(document.title.split()) <= 9] == []
    assert len({document.body for document in documents}) == 50
    assert [ask.text for kind in KINDS for ask in Asking(documents).ask(kind, 20) if not ask.text.strip()] == []


def test_the_bench_says_what_can_be_measured() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "x"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.stderr == "Say which: python -m tests.bench hostile | import_again | lost_index | relevance | search\n"
