"""The product's own search as an engine for judges of relevance: `build(docs, locale)` gives `search(text, k)`."""

from __future__ import annotations

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
        Document(number, number, locale, locale, "faq", "all", doc["title"], "", "", "", doc["body"], str(number))
        for number, doc in enumerate(docs, 1)
    ]
    backend.rebuild(locale, documents)

    def search(text: str, k: int) -> list[str]:
        assert folder
        return [names[hit.article_id] for hit in backend.search(SearchQuery(locale, text, limit=k)).hits]

    return search
