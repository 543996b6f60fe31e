"""Finds links of a text that lead to no article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from sqlalchemy import select
from sqlalchemy.engine import Connection

from helpdesk.models import Article, Body, Translation
from helpdesk.text.markdown import render

ARTICLE = re.compile(r"article:([^#]*)(?:#.*)?", re.DOTALL)


def list_broken(
    connection: Connection, links: Iterable[str], known: set[str], gone: Set[str], *, article_id: int, locale: str
) -> list[str]:
    """Links `article:key`, without anchors, to articles that are neither known nor on the site, or will be gone.

    Those found on the site are known then. What the translation on the site has already is left out: it broke when
    an article was deleted.
    """
    keys = _keys_of(links)
    for key in keys.keys() - known:
        known |= set(connection.execute(select(Article.key).where(Article.key == key)).scalars()) - gone
    if keys.keys() <= known:
        return []
    stored = select(Body.markdown).join(Translation).where(Translation.article_id == article_id)
    markdown = connection.execute(stored.where(Translation.locale == locale)).scalar()
    held = _keys_of(render(markdown or "").links)
    return [f"article:{key}" for key in keys if key not in known and key not in held]


def _keys_of(links: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(match[1] for link in links if (match := ARTICLE.fullmatch(link)))
