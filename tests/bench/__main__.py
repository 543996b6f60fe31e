"""Measures that are made by hand: `python -m tests.bench NAME [ARGUMENTS]`."""

from __future__ import annotations

import runpy
import sys

NAMES = ("hostile", "import_again", "lost_index", "relevance", "search")

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        sys.exit(f"Say which: python -m tests.bench {' | '.join(NAMES)}")
    del sys.argv[0]
    runpy.run_module(f"tests.bench.{sys.argv[0]}", run_name="__main__", alter_sys=True)
