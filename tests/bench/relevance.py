"""The product's own search as an engine for judges of relevance: `build(docs, locale)` gives `search(text, k)`.

`python -m tests.bench relevance LOCALE DOCUMENTS` takes documents as lines of JSON and queries, a line each, from
its input, and prints each with the ids of the ten best.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from helpdesk.search.backend import Document, SearchQuery
from helpdesk.search.whoosh_backend import WhooshBackend

Search = Callable[[str, int], list[str]]


def build(docs: Iterable[Mapping[str, str]], locale: str) -> Search:
    """Index documents of `id`, `title` and `body`; the search gives ids, best first."""
    folder = tempfile.TemporaryDirectory()
    backend = WhooshBackend(Path(folder.name))
    names = {number: doc["id"] for number, doc in enumerate(docs, 1)}
    documents = [
        Document(number, number, locale, locale, "faq", "all", doc["title"], "", "", "", doc["body"], f"{number:032x}")
        for number, doc in enumerate(docs, 1)
    ]
    backend.rebuild(locale, documents)

    def search(text: str, k: int) -> list[str]:
        assert folder
        return [names[hit.article_id] for hit in backend.search(SearchQuery(locale=locale, text=text, limit=k)).hits]

    return search


def main(locale: str, documents: str) -> None:
    search = build([json.loads(line) for line in Path(documents).read_text("utf-8").splitlines()], locale)
    for line in sys.stdin:
        print(line.strip(), *search(line.strip(), 10), sep="\t", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
