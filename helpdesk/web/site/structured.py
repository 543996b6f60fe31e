"""What a page is in the words of schema.org; printed by `Page.json_ld`."""

from __future__ import annotations

from typing import Any, TypeAlias

from flask import url_for

from helpdesk.queries.articles import ArticlePage
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import absolute

Thing: TypeAlias = dict[str, Any]
# Title, endpoint and the endpoint's values.
Step: TypeAlias = tuple[str, str, dict[str, Any]]


def website() -> Thing:
    """The site in the reader's language, and how to search it."""
    return _website() | {
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": absolute(url_for("helpdesk.search")) + "?q={search_term_string}",
            },
            "query-input": "required name=search_term_string",
        }
    }


def _website() -> Thing:
    name = _("%(name)s Help Center", name=current_site().settings.site_name)
    return {
        "@type": "WebSite",
        "name": name,
        "url": absolute(url_for("helpdesk.home")),
        "inLanguage": current_locale().tag,
    }


def crumbs(*steps: Step) -> Thing:
    """The way from the front page."""
    way: list[Step] = [(_("Home"), "helpdesk.home", {}), *steps]
    items = [
        {"@type": "ListItem", "position": place, "name": title, "item": absolute(url_for(endpoint, **values))}
        for place, (title, endpoint, values) in enumerate(way, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def tech_article(page: ArticlePage, *, canonical: str, description: str, image: str | None) -> Thing:
    """The translation that is served, as it stands at its canonical address."""
    publisher = {"@type": "Organization", "name": current_site().settings.site_name}
    return {
        "@type": "TechArticle",
        "headline": page.title,
        "description": description,
        "inLanguage": page.lang,
        "datePublished": page.published_at.isoformat(),
        "dateModified": page.updated_at.isoformat(),
        "author": publisher,
        "publisher": publisher,
        "mainEntityOfPage": canonical,
        "articleSection": page.section.title,
        "isPartOf": _website(),
    } | ({"image": image} if image else {})
