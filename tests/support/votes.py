"""What the database says about votes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from helpdesk.models import Article, Counter, Translation, Vote
from helpdesk.services.site import Site


def list_votes(site: Site, **where: Any) -> list[dict[str, Any]]:
    """Votes of real visitors, the demo's made-up ones left out."""
    statement = select(Vote.__table__).where(Vote.visitor.not_like("demo-%")).order_by(Vote.id)
    with site.database.read() as connection:
        rows = [row._asdict() for row in connection.execute(statement)]
    return [row for row in rows if all(row[name] == value for name, value in where.items())]


def figures(site: Site, key: str, locale: str) -> tuple[int, int, int]:
    """Views, yes and no of a translation, as its counter holds them."""
    statement = (
        select(Counter.views, Counter.yes, Counter.no)
        .join(Translation, Translation.id == Counter.translation_id)
        .join(Article, Article.id == Translation.article_id)
        .where(Article.key == key, Translation.locale == locale)
    )
    with site.database.read() as connection:
        return tuple(connection.execute(statement).one())


def translation_id(site: Site, key: str, locale: str) -> int:
    statement = (
        select(Translation.id)
        .join(Article, Article.id == Translation.article_id)
        .where(Article.key == key, Translation.locale == locale)
    )
    with site.database.read() as connection:
        return connection.execute(statement).scalar_one()


def count_votes(site: Site) -> int:
    with site.database.read() as connection:
        return connection.execute(
            select(func.count()).select_from(Vote).where(Vote.visitor.not_like("demo-%"))
        ).scalar_one()
