"""Deletes what earlier imports brought and the folder lacks, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.engine import Connection

from helpdesk.models import Article, Category, CategoryText, Redirect, Section, SectionText, Translation
from helpdesk.services.folder import Folder


@dataclass(slots=True)
class Pruning:
    """What is to go: keys of articles with their ids, else tags by article; translations as `key/tag`."""

    articles: dict[str, int] = field(default_factory=dict)
    tags: dict[int, set[str]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def plan_pruning(folder: Folder, *, is_demo: bool, keeps_edits: bool) -> Pruning:
    """Translations, and articles of which none is left; never what was made here, or edited if that is kept."""
    plan = Pruning()
    for key, article in sorted(folder.files.known.items()):
        if article.row.is_demo != is_demo:
            continue
        wanted = folder.articles[key].translations if key in folder.articles else {}
        gone = [tag for tag in article.earlier if tag not in wanted]
        kept = {tag for tag in gone if keeps_edits and article.earlier[tag].is_edited}
        tags = set(gone) - kept
        is_gone = key not in folder.articles and tags == set(article.tags)
        if key not in folder.articles and not is_gone:
            kept |= tags & {article.row.source_locale}  # the others need their source
        tags -= kept
        if is_gone and tags:
            plan.articles[key] = article.row.id
        elif tags:
            plan.tags[article.row.id] = tags
        plan.deleted += [f"{key}/{tag}" for tag in gone if tag in tags]
        plan.kept += [f"{key}/{tag}" for tag in gone if tag in kept]
    return plan


def prune_articles(connection: Connection, plan: Pruning) -> list[int]:
    """Delete what is to go; the ids of the articles that are touched."""
    connection.execute(delete(Article).where(Article.id.in_(plan.articles.values())))
    for article_id, tags in plan.tags.items():
        here = (Translation.article_id == article_id, Translation.locale.in_(tags))
        connection.execute(delete(Translation).where(*here))
    return [*plan.articles.values(), *plan.tags]


def prune_texts(connection: Connection, kind: str, owner_id: int, tags: Collection[str], *, is_demo: bool) -> bool:
    """Delete a category's or section's texts in other languages than these; whether there were any."""
    model, table = (Category, CategoryText.__table__) if kind == "category" else (Section, SectionText.__table__)
    is_ours = select(model.id).where(model.id == owner_id, model.is_demo == is_demo)
    gone = delete(cast(Table, table)).where(table.c[f"{kind}_id"].in_(is_ours), table.c.locale.not_in(tags))
    return connection.execute(gone).rowcount > 0


def prune_groups(connection: Connection, categories: Iterable[int], sections: Iterable[int], *, is_demo: bool) -> bool:
    """Delete imported sections and categories that are empty and not among these; whether there were any."""
    is_changed = False
    for model, wanted, users in (
        (Section, sections, (Article.section_id,)),
        (Category, categories, (Article.category_id, Section.category_id)),
    ):
        conditions = [model.is_imported, model.is_demo == is_demo, model.id.not_in(list(wanted))]
        conditions += [model.id.not_in(select(column)) for column in users]
        ids = list(connection.execute(select(model.id).where(*conditions)).scalars())
        # A later one may get the same id, and is not to be found where redirects led to this one.
        is_old = (Redirect.kind == model.__tablename__.removeprefix("hd_"), Redirect.target_id.in_(ids))
        connection.execute(delete(Redirect).where(*is_old))
        connection.execute(delete(model).where(model.id.in_(ids)))
        is_changed |= bool(ids)
    return is_changed
