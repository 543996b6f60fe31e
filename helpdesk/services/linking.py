"""Finds links of a text that lead to no article."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.engine import Connection

from helpdesk.models import Article

ARTICLE = re.compile(r"article:([^#]*)(?:#.*)?", re.DOTALL)


def list_broken(connection: Connection, links: Iterable[str], known: set[str]) -> list[str]:
    """Links `article:key`, without anchors, to articles that are not known nor on the site; these are known then."""
    keys = dict.fromkeys(match[1] for link in links if (match := ARTICLE.fullmatch(link)))
    for key in keys.keys() - known:
        known |= set(connection.execute(select(Article.key).where(Article.key == key)).scalars())
    return [f"article:{key}" for key in keys if key not in known]
