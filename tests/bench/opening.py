"""What it costs a new process to open indexes: `python -m tests.bench.opening ENGINE FOLDER ASKED`, printed as JSON.

ASKED gives for each locale what is searched, a word of it with a typo, and what is suggested for.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from tests.bench.engines import ENGINES

P = ParamSpec("P")


def resident() -> float:
    """Megabytes of this process in memory (Linux)."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.M)
    assert found
    return int(found[1]) / 1024


def milliseconds(work: Callable[P, object], *args: P.args, **options: P.kwargs) -> float:
    begun = time.perf_counter()
    work(*args, **options)
    return 1_000 * (time.perf_counter() - begun)


def processor(work: Callable[P, object], *args: P.args, **options: P.kwargs) -> float:
    """Milliseconds of this process, whatever others do with the machine meanwhile."""
    begun = time.process_time()
    work(*args, **options)
    return 1_000 * (time.process_time() - begun)


def main(name: str, root: Path, asked: dict[str, tuple[str, str, str]]) -> dict[str, float]:
    engine = ENGINES[name](root)
    before = resident()
    first = [processor(engine.search, locale, text) for locale, (text, _, _) in asked.items()]
    opened = resident()
    typo = [processor(engine.search, locale, text) for locale, (_, text, _) in asked.items()]
    begun = [processor(engine.suggest, locale, text) for locale, (_, _, text) in asked.items()]
    used = resident()
    engine.close()
    return {
        "first search, processor ms": max(first),
        "first typo, processor ms": max(typo),
        "first suggestion, processor ms": max(begun),
        "process before, MB": before,
        "opening, MB more": opened - before,
        "use, MB more": used - before,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))))
