"""Categories and sections: the tree of the site, and what they narrow lists to."""

from __future__ import annotations

from flask import url_for
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.queries.categories import CategoryLink, list_categories
from helpdesk.queries.listing import Scope
from helpdesk.web.api.schemas import Asked, CategoryItem, CategoryList, SectionItem
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import absolute


def categories(asked: Asked) -> CategoryList:
    """The tree of categories and sections."""
    return CategoryList(tuple(_category(item) for item in _tree()))


def _tree() -> tuple[CategoryLink, ...]:
    site = current_site()
    return list_categories(site.database, site.locales, current_locale(), now=clock.now())


def _category(item: CategoryLink) -> CategoryItem:
    sections = tuple(
        SectionItem(part.key, part.title, part.lang, part.summary, section_url(item.slug, part.slug))
        for part in item.sections
    )
    return CategoryItem(item.key, item.title, item.lang, item.summary, category_url(item.slug), sections)


def category_url(slug: str) -> str:
    """A category's address."""
    return absolute(url_for("helpdesk.category", slug=slug))


def section_url(slug: str, section_slug: str) -> str:
    """A section's address."""
    return absolute(url_for("helpdesk.section", slug=slug, section_slug=section_slug))


def find_scope(category: str = "", section: str = "") -> Scope:
    """What a list is narrowed to by keys, empty ones do not; raises NotFound. One query, or none."""
    if not category and not section:
        return Scope()
    chosen = [item for item in _tree() if category in ("", item.key)]
    parts = [part for item in chosen for part in item.sections if part.key == section]
    if not chosen or (section and not parts):
        raise NotFound
    return Scope(section_id=parts[0].id) if section else Scope(category_id=chosen[0].id)
