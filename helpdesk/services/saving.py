"""Saves categories, sections, articles and translations inside the caller's transaction; renders what it saves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.engine import Connection

from helpdesk.db import Database, new_id
from helpdesk.locales import Locale
from helpdesk.models import (
    Article,
    Body,
    Category,
    CategoryText,
    Counter,
    Redirect,
    Revision,
    Section,
    SectionText,
    Translation,
)
from helpdesk.text.excerpt import excerpt_of
from helpdesk.text.frontmatter import plain_lines
from helpdesk.text.markdown import ImageInfo, Rendered, render
from helpdesk.text.reading import reading_minutes
from helpdesk.text.slug import slugify

# Columns whose change makes a new revision, as a change of the text does; the others are about the translation.
TEXT_COLUMNS = ("title", "summary", "keywords")
# Columns that people decide on; the others are made of the text.
DECIDED = (*TEXT_COLUMNS, "slug", "status", "published_at", "updated_at", "revision", "based_on")


@dataclass(frozen=True, slots=True)
class Draft:
    """A translation to be saved; None: keep what is there, or decide as the docstring of `save_translation` says."""

    title: str
    markdown: str
    slug: str = ""
    summary: str = ""
    keywords: str = ""
    status: str = "published"
    published_at: datetime | None = None
    updated_at: datetime | None = None
    revision: int | None = None
    based_on: int | None = None
    significance: str = "minor"
    author: str = ""
    comment: str = ""

    @property
    def has_body(self) -> bool:
        """Whether it is more than a title."""
        return bool(self.markdown.strip())


@dataclass(frozen=True, slots=True)
class Targets:
    """What the addresses in a Markdown text stand for: pictures that were stored, and other articles."""

    images: Mapping[str, ImageInfo] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """As `Body.targets` holds them."""
        images = {src: [image.url, image.width, image.height] for src, image in self.images.items()}
        return json.dumps({**images, **self.links}, ensure_ascii=False)

    @classmethod
    def of_json(cls, text: str) -> Targets:
        """The reverse of `to_json`."""
        found = json.loads(text).items()
        return cls(
            {src: ImageInfo(*target) for src, target in found if isinstance(target, list)},
            {src: target for src, target in found if isinstance(target, str)},
        )


def save_group(
    connection: Connection, *, category_id: int | None, key: str, position: int | None, is_demo: bool
) -> tuple[int, bool]:
    """Insert or move an imported category (`category_id` None) or section; its id, and whether anything changed."""
    model: Any = Category if category_id is None else Section
    where = [model.key == key] if category_id is None else [model.key == key, model.category_id == category_id]
    row = connection.execute(select(model.id, model.position, model.is_imported).where(*where)).first()
    if row is not None:
        place = row.position if position is None else position
        is_changed = (place, True) != (row.position, row.is_imported)
        if is_changed:
            connection.execute(update(model).where(model.id == row.id).values(position=place, is_imported=True))
        return int(row.id), is_changed
    if position is None:
        position = connection.execute(select(func.coalesce(func.max(model.position), 0) + 1)).scalar_one()
    values: dict[str, Any] = {"key": key, "position": position, "is_demo": is_demo, "is_imported": True}
    if category_id is not None:
        values["category_id"] = category_id
    return new_id(connection, insert(model).values(**values)), True


def take_over_group(connection: Connection, kind: str, owner_id: int, *, is_demo: bool) -> None:
    """Note whose a category or section is that an import changed: the demo's, or the company's own."""
    model: Any = Category if kind == "category" else Section
    connection.execute(update(model).where(model.id == owner_id).values(is_demo=is_demo))


def save_group_text(
    database: Database,
    connection: Connection,
    *,
    kind: str,
    owner_id: int,
    locale: str,
    title: str,
    slug: str,
    summary: str,
) -> bool:
    """Save the text of a category or section; a slug that goes leaves a redirect. Whether anything changed."""
    model: Any = CategoryText if kind == "category" else SectionText
    table: Table = model.__table__
    owner = table.c[f"{kind}_id"]
    here = (owner == owner_id) & (table.c.locale == locale)
    values = {"title": title, "slug": slug or slugify(title) or f"{kind}-{owner_id}", "summary": summary}
    row = connection.execute(select(table.c.title, table.c.slug, table.c.summary).where(here)).first()
    if row is None:
        connection.execute(insert(table).values({owner.name: owner_id, "locale": locale, **values}))
        return True
    if row._asdict() == values:
        return False
    connection.execute(update(table).where(here).values(**values))
    if row.slug != values["slug"]:
        old = {"kind": kind, "locale": locale, "slug": row.slug, "target_id": owner_id}
        connection.execute(database.upsert(Redirect).values(**old).on_conflict_do_nothing())
    return True


def save_translation(
    connection: Connection,
    article_id: int,
    locale: Locale,
    draft: Draft,
    rendered: Rendered,
    targets: Targets,
    now: datetime,
    *,
    is_kept: bool = False,
) -> str:
    """Save one translation: "new", "changed" or "unchanged". `targets` are those that `rendered` was made with.

    With `is_kept` what people decided on stays: what would change it is not saved, and is "kept".

    A changed text, not one that looks the same, becomes a new revision: the draft's number if it is higher than the
    last, else the next. Without dates in the draft, the first publication is `now`, and the update is `now` unless the
    change is a typo. Without `based_on`, a new or changed text is held to be made from the source's current revision.
    """
    found = connection.execute(_existing(article_id, locale.tag)).first()
    old = found._asdict() if found is not None else None
    is_changed = old is None or _is_other(old, draft, rendered)
    number = _revision_number(old, draft, is_changed)
    draft = _complete(connection, article_id, locale, old, draft, is_changed, now)
    card = {
        "title": draft.title,
        "slug": draft.slug or slugify(draft.title),
        "summary": draft.summary,
        "keywords": draft.keywords,
        "excerpt": excerpt_of(rendered.html, rendered.text),
        "status": draft.status,
        "has_body": draft.has_body,
        "published_at": draft.published_at,
        "updated_at": draft.updated_at,
        "revision": number,
        "based_on": draft.based_on,
    }
    body = {
        "markdown": draft.markdown,
        "html": rendered.html,
        "text": rendered.text,
        "headings": json.dumps([[h.level, h.id, h.text] for h in rendered.headings], ensure_ascii=False),
        "targets": targets.to_json(),
        "minutes": reading_minutes(rendered.text),
    }
    if old is None:
        translation_id = _insert(connection, article_id, locale, card, body)
    elif all(old[name] == value for name, value in {**card, **body}.items()):
        return "unchanged"
    elif is_kept and (old["markdown"] != draft.markdown or any(old[name] != card[name] for name in DECIDED)):
        return "kept"
    else:
        translation_id = old["id"]
        connection.execute(update(Translation).where(Translation.id == translation_id).values(**card))
        connection.execute(update(Body).where(Body.translation_id == translation_id).values(**body))
    if old is None or number != old["revision"]:
        _snapshot(connection, translation_id, number, draft, str(body["targets"]), now)
    return "new" if old is None else "changed"


def save_again(
    connection: Connection, article_id: int, source: str, locale: Locale, draft: Draft, targets: Targets, now: datetime
) -> None:
    """Save a translation, whose article has its source in `source`, rendered anew from what it was rendered with."""
    rendered = render(
        draft.markdown,
        rtl=locale.direction == "rtl",
        heading_ids=[] if locale.tag == source else source_headings(connection, article_id),
        images=targets.images,
        links=targets.links,
    )
    save_translation(connection, article_id, locale, draft, rendered, targets, now)


def _existing(article_id: int, locale: str) -> Any:
    body = [column for column in Body.__table__.c if column.name != "translation_id"]
    return (
        select(*Translation.__table__.c, *body)
        .join(Body, Body.translation_id == Translation.id)
        .where(Translation.article_id == article_id, Translation.locale == locale)
        .with_for_update()  # nobody else makes a revision of the same number
    )


def _is_other(old: Mapping[str, Any], draft: Draft, rendered: Rendered) -> bool:
    """Whether readers see other words; line ends, empty lines around, or other addresses of the same are not."""
    if any(old[name] != getattr(draft, name) for name in TEXT_COLUMNS):
        return True
    is_same = plain_lines(old["markdown"]).strip("\n") == plain_lines(draft.markdown).strip("\n")
    return not is_same and old["html"] != rendered.html


def _revision_number(old: Mapping[str, Any] | None, draft: Draft, is_changed: bool) -> int:
    if old is None:
        return draft.revision or 1
    if draft.revision is not None and draft.revision > old["revision"]:
        return draft.revision
    return int(old["revision"]) + (1 if is_changed else 0)


def _complete(
    connection: Connection,
    article_id: int,
    locale: Locale,
    old: Mapping[str, Any] | None,
    draft: Draft,
    is_changed: bool,
    now: datetime,
) -> Draft:
    published_at = draft.published_at or (old["published_at"] if old else None)
    if published_at is None and draft.status == "published":
        published_at = now
    updated_at = draft.updated_at or (old["updated_at"] if old else None)
    if draft.updated_at is None and old and is_changed and draft.significance != "typo":
        updated_at = now
    based_on = draft.based_on or (None if is_changed or old is None else old["based_on"])
    if based_on is None:
        based_on = connection.execute(
            select(Translation.revision)
            .join(Article, Article.id == Translation.article_id)
            .where(
                Article.id == article_id,
                Translation.locale == Article.source_locale,
                Translation.locale != locale.tag,
            )
        ).scalar()
    return replace(draft, published_at=published_at, updated_at=updated_at or published_at, based_on=based_on)


def _insert(
    connection: Connection, article_id: int, locale: Locale, card: Mapping[str, Any], body: Mapping[str, Any]
) -> int:
    row = {"article_id": article_id, "locale": locale.tag, **card}
    translation_id = new_id(connection, insert(Translation).values(**row))
    connection.execute(insert(Body).values(translation_id=translation_id, **body))
    connection.execute(insert(Counter).values(translation_id=translation_id, views=0, yes=0, no=0))
    return translation_id


def _snapshot(
    connection: Connection, translation_id: int, number: int, draft: Draft, targets: str, now: datetime
) -> None:
    connection.execute(
        insert(Revision).values(
            translation_id=translation_id,
            number=number,
            title=draft.title,
            summary=draft.summary,
            keywords=draft.keywords,
            markdown=draft.markdown,
            targets=targets,
            author=draft.author,
            comment=draft.comment,
            significance=draft.significance,
            based_on=draft.based_on,
            created_at=draft.updated_at or now,
        )
    )


def source_headings(connection: Connection, article_id: int) -> list[tuple[int, str]]:
    """Level and id of each heading of an article's source, for `render`."""
    headings = connection.execute(
        select(Body.headings)
        .join(Translation, Translation.id == Body.translation_id)
        .join(Article, Article.id == Translation.article_id)
        .where(Article.id == article_id, Translation.locale == Article.source_locale)
    ).scalar()
    return [(level, identifier) for level, identifier, _text in json.loads(headings or "[]")]
