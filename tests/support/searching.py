"""Documents to search, and what is found among them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from hashlib import md5
from typing import Any

from helpdesk.search.backend import Changes, Document, SearchBackend, SearchQuery


def stamp(value: object) -> str:
    """32 hexadecimal digits for anything."""
    return md5(str(value).encode(), usedforsecurity=False).hexdigest()


def word(number: int) -> str:
    """A word for each number that no stemmer changes."""
    return "b" + "".join("aeiourlmnst"[int(digit)] for digit in f"{number:03d}") + "k"


def document(article_id: int, title: str = "", body: str = "", **values: Any) -> Document:
    """A document of the section `basics`; its stamp changes with its texts."""
    given = {"language": "en", "category": "faq", "section": "basics", "headings": "", "summary": "", "keywords": ""}
    given |= {"title_language": values.get("language", "en"), "stamp": stamp((title, body, values))}
    return Document(
        article_id=article_id, translation_id=article_id + 1000, title=title, body=body, **{**given, **values}
    )


def found(backend: SearchBackend, text: str, locale: str = "en", **options: Any) -> list[int]:
    """Articles that a query finds as it is typed, best first."""
    query = SearchQuery(locale=locale, text=text, **{"is_literal": True, **options})
    return [hit.article_id for hit in backend.search(query).hits]


def total(backend: SearchBackend, text: str, locale: str = "en") -> int:
    """How many articles a query finds as it is typed."""
    return backend.search(SearchQuery(locale=locale, text=text, is_literal=True)).total


def giving(*documents: Document, delete: tuple[int, ...] = ()) -> AbstractContextManager[Changes]:
    """What `latest` returns."""
    return nullcontext((documents, delete))
