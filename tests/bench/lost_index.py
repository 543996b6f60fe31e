"""How searches fare while a large index is lost: `python -m tests.bench lost_index [ARTICLES]`."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from helpdesk import clock
from helpdesk.queries.searching import Found
from helpdesk.search.backend import SearchQuery
from helpdesk.services.bootstrapping import prepare
from helpdesk.services.finding import find
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from tests.bench.import_again import timed
from tests.conftest import close, make_app
from tests.support.trees import plant_tree


def search(site: Site, text: str) -> Found:
    return find(site, SearchQuery(locale="en", text=text), now=clock.now())


def main(articles: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        root = plant_tree(base / "help", articles, ("en",))
        app = make_app(base / "instance", locales=("en",))
        site: Site = app.extensions["helpdesk"]
        prepare(site, "empty")
        timed("first import", lambda: import_content(site, root))
        timed("rebuild in a process of its own", lambda: site.indexer.rebuild(is_apart=True))
        timed("search in the index", lambda: search(site, "wallet address network"), 3)
        site.indexer.backend.close()
        shutil.rmtree(site.settings.index_path / "en")
        begun = time.perf_counter()
        _, found = timed("first search without one", lambda: search(site, "wallet address network"))
        assert found.is_plain
        slowest = 0.0
        while True:
            one = time.perf_counter()
            if not search(site, "wallet address network").is_plain:
                break
            slowest = max(slowest, time.perf_counter() - one)
            time.sleep(0.1)
        print(f"{'slowest of the others':45}{slowest:9.2f} s")
        print(f"{'until the index answers again':45}{time.perf_counter() - begun:9.2f} s")
        close(app)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
