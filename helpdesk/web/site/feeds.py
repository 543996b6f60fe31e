"""Atom feeds (RFC 4287) of a locale and of a category in it, and the description of the search (OpenSearch 1.1)."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from flask import Response, url_for

from helpdesk import clock
from helpdesk.queries.listing import Card, Scope, list_cards
from helpdesk.web.caching import send_to, with_query
from helpdesk.web.filters import article_url
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import absolute, own_scope
from helpdesk.web.site.lists import find_category
from helpdesk.web.site.xml import add, document

ENTRIES = 50
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def feed() -> Response:
    """What was last published or updated in the reader's language; one query."""
    title = _("%(name)s Help Center", name=current_site().settings.site_name)
    return _feed(title, url_for("helpdesk.feed"), url_for("helpdesk.home"), own_scope())


def category_feed(slug: str) -> Response:
    """The same of one category; two queries. Raises NotFound."""
    chosen, _tree = find_category(slug)
    if chosen.slug != slug:
        return send_to(with_query(url_for("helpdesk.category_feed", slug=chosen.slug)), 308, "moved")
    name = _("%(name)s Help Center", name=current_site().settings.site_name)
    page = url_for("helpdesk.category", slug=chosen.slug)
    return _feed(
        f"{chosen.title} · {name}", url_for("helpdesk.category_feed", slug=slug), page, own_scope(category_id=chosen.id)
    )


def _feed(title: str, path: str, page: str, scope: Scope) -> Response:
    site, locale = current_site(), current_locale()
    cards = list_cards(site.database, site.locales, locale, scope=scope, sort="updated", limit=ENTRIES, now=clock.now())
    here = absolute(path)
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": locale.tag})
    add(root, "id", here)
    add(root, "title", title)
    add(root, "updated", max((card.updated_at for card in cards), default=NEVER).isoformat())
    add(add(root, "author"), "name", site.settings.site_name)
    add(root, "link", rel="self", type="application/atom+xml", href=here)
    add(root, "link", rel="alternate", type="text/html", hreflang=locale.tag, href=absolute(page))
    for card in cards:
        _add_entry(root, card)
    return document(root, "application/atom+xml")


def _add_entry(root: Element, card: Card) -> None:
    """The id is the translation's, whatever becomes of its slug, in every feed that inherits it."""
    entry = add(root, "entry", xml_lang=card.lang)
    add(entry, "id", absolute(url_for("helpdesk.article_by_id", article_id=card.article_id)) + f"#{card.lang}")
    add(entry, "title", card.title)
    add(entry, "updated", card.updated_at.isoformat())
    add(entry, "published", card.published_at.isoformat())
    add(entry, "summary", card.excerpt)
    add(entry, "link", rel="alternate", type="text/html", href=absolute(article_url(card.article_id, card.slug)))


def opensearch() -> Response:
    """How a browser searches this site in the reader's language."""
    name = current_site().settings.site_name
    root = Element("OpenSearchDescription", {"xmlns": "http://a9.com/-/spec/opensearch/1.1/"})
    # The specification's limits: 16, 1,024 and 48 characters.
    add(root, "ShortName", name[:16].strip())
    add(
        root,
        "Description",
        _("Answers to questions about %(name)s: search, browse by topic, and read in your language.", name=name)[:1024],
    )
    add(root, "LongName", _("%(name)s Help Center", name=name)[:48].strip())
    add(root, "Url", type="text/html", template=absolute(url_for("helpdesk.search")) + "?q={searchTerms}")
    suggestions = absolute(url_for("helpdesk.suggest", format="opensearch")) + "&q={searchTerms}"
    add(root, "Url", type="application/x-suggestions+json", rel="suggestions", template=suggestions)
    add(
        root,
        "Url",
        type="application/opensearchdescription+xml",
        rel="self",
        template=absolute(url_for("helpdesk.opensearch")),
    )
    add(root, "Language", current_locale().tag)
    add(root, "InputEncoding", "UTF-8")
    return document(root, "application/opensearchdescription+xml")
