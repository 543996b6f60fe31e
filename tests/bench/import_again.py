"""How long an import takes that finds nothing changed: `python -m tests.bench.import_again [ARTICLES]`.

Prints it against what reading and hashing the same files costs, and the first import and the exports besides.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from helpdesk.services.bootstrapping import prepare
from helpdesk.services.exporting import export_content
from helpdesk.services.importing import import_content
from tests.conftest import close, make_app
from tests.support.trees import plant_tree

TAGS = ("en", "de", "ar", "zh-Hans", "zh-Hant")
T = TypeVar("T")


def timed(what: str, work: Callable[[], T], times: int = 1) -> tuple[float, T]:
    """The best of some times, printed."""
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - begun)
    print(f"{what:45}{best:9.2f} s", flush=True)
    return best, result


def hash_all(root: Path) -> int:
    files = [path for path in root.rglob("*") if path.is_file()]
    for path in files:
        hashlib.sha256(path.read_bytes()).hexdigest()
    return len(files)


def files_of(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def main(articles: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        root = plant_tree(base / "help", articles, TAGS)
        app = make_app(base / "instance")
        site = app.extensions["helpdesk"]
        prepare(site, "empty")
        timed("first import", lambda: import_content(site, root))
        again, summary = timed("import of the same", lambda: import_content(site, root), 3)
        assert len(summary.unchanged) == articles * len(TAGS)
        plain, _files = timed("reading and hashing the same files", lambda: hash_all(root), 3)
        print(f"{again / plain:.1f} times as long, {len(summary.unchanged) / again:,.0f} translations a second")
        timed("first export", lambda: export_content(site, base / "one"))
        _seconds, exported = timed("export over it", lambda: export_content(site, base / "one"))
        assert exported.written == 0
        _seconds, summary = timed("import of the export", lambda: import_content(site, base / "one"))
        assert (summary.new, summary.changed) == ([], [])
        timed("export after it, into another folder", lambda: export_content(site, base / "two"))
        print("the exports are", "identical" if files_of(base / "one") == files_of(base / "two") else "DIFFERENT")
        close(app)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
