"""Articles: lists of them, one as readers of a locale get it, and its translations."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.queries import listing
from helpdesk.queries.articles import ArticlePage, get_text
from helpdesk.queries.translations import list_translations
from helpdesk.text.finishing import HEADING_PREFIX
from helpdesk.web.api.groups import category_url, find_scope, section_url
from helpdesk.web.api.paging import page_of
from helpdesk.web.api.schemas import (
    AlternateItem,
    Article,
    ArticleList,
    Asked,
    AskedArticles,
    Card,
    GroupItem,
    HeadingItem,
    TitleItem,
    TranslationItem,
    TranslationList,
)
from helpdesk.web.around import find_page, look_around
from helpdesk.web.filters import article_url
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import absolute

ID = re.compile(r"[1-9][0-9]{0,8}")
OWN_PATH = re.compile(r'(href|src)="(/(?!/)[^"]*)"')


def articles(asked: AskedArticles) -> ArticleList:
    """A list of articles."""
    site = current_site()
    found = listing.get_card_page(
        site.database,
        site.locales,
        current_locale(),
        scope=find_scope(asked.category, asked.section),
        sort=asked.sort,
        page=asked.page,
        size=asked.per_page,
        now=clock.now(),
    )
    return ArticleList(tuple(Card(**card_values(card)) for card in found.cards), *page_of(asked, found.total))


def card_values(card: listing.Card) -> dict[str, Any]:
    """What the API says of an article in a list, by its names."""
    return {
        "id": card.article_id,
        "title": card.title,
        "title_lang": card.title_lang,
        "url": url_of(card.article_id, card.slug),
        "excerpt": card.excerpt,
        "excerpt_lang": card.excerpt_lang,
        "category": card.category_key,
        "published_at": card.published_at,
        "updated_at": card.updated_at,
        "views": card.views,
        "lang": card.lang,
        "kind": card.kind,
    }


def title_item(link: listing.Link) -> TitleItem:
    """What the API says of an article that is named."""
    return TitleItem(link.article_id, link.title, link.lang, url_of(link.article_id, link.slug))


def url_of(article_id: int, slug: str, tag: str = "") -> str:
    """An article's address in the reader's locale, or in another."""
    return absolute(article_url(article_id, slug, **({"tag": tag} if tag else {})))


def article(asked: Asked, article_id: str) -> Article:
    """An article as readers of a locale get it; reading it here is not a view."""
    page = _find(article_id)
    around, url = look_around(page), url_of(page.article_id, page.slug)
    alternates = {item.translation_id: url_of(page.article_id, item.slug, item.tag) for item in page.alternates}
    slug = page.category.slug
    return Article(
        id=page.article_id,
        title=page.title,
        title_lang=page.title_lang,
        summary=page.summary,
        lang=page.lang,
        kind=page.kind,
        outdated_since=page.outdated_since,
        url=url,
        canonical=alternates.get(page.translation_id, url),
        published_at=page.published_at,
        updated_at=page.updated_at,
        views=page.views,
        minutes=page.minutes,
        regions=page.regions or None,
        is_elsewhere=page.is_elsewhere,
        category=GroupItem(page.category.title, page.category.lang, category_url(slug)),
        section=GroupItem(page.section.title, page.section.lang, section_url(slug, page.section.slug)),
        headings=tuple(HeadingItem(item.level, HEADING_PREFIX + item.id, item.text) for item in page.headings),
        html=OWN_PATH.sub(lambda match: f'{match[1]}="{absolute(match[2])}"', around.html),
        text=get_text(current_site().database, page.translation_id),
        alternates=tuple(AlternateItem(item.tag, alternates[item.translation_id]) for item in page.alternates),
        related=tuple(map(title_item, around.related)),
    )


def translations(asked: Asked, article_id: str) -> TranslationList:
    """Every translation of an article."""
    page, site = _find(article_id), current_site()
    homes = {item.translation_id: item.tag for item in page.alternates}
    found = []
    for item in list_translations(site.database, page.article_id, now=clock.now()):
        tag = homes.get(item.translation_id) or (item.tag if site.locales.find(item.tag) else None)
        found.append(
            TranslationItem(
                lang=item.tag,
                title=item.title,
                slug=item.slug,
                url=url_of(page.article_id, item.slug, tag) if tag else None,
                has_body=item.has_body,
                published_at=item.published_at,
                updated_at=item.updated_at,
                outdated_since=item.outdated_since,
            )
        )
    return TranslationList(tuple(found))


def _find(article_id: str) -> ArticlePage:
    """The article by the id of the path; raises NotFound, Gone."""
    if ID.fullmatch(article_id) is None:
        raise NotFound(request.path)
    return find_page(int(article_id), current_locale())
