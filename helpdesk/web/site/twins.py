"""What assistants read: an article's Markdown beside its page, and llms.txt (llmstxt.org), which lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby

import yaml
from flask import Response, make_response, url_for

from helpdesk import clock
from helpdesk.queries.articles import ArticlePage, get_source
from helpdesk.queries.listing import Card, Link, list_cards, list_links
from helpdesk.queries.visibility import reader_of
from helpdesk.text.markdown import relink
from helpdesk.web.around import find_page
from helpdesk.web.caching import keep
from helpdesk.web.filters import article_url
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import activate, current_locale, current_site
from helpdesk.web.pages import absolute, own_scope
from helpdesk.web.site.articles import canonical_of

MEDIA = "hd:media/"
LISTED = 1_000  # articles in llms.txt
ARTICLE = re.compile(r"article:([a-z0-9-]+)(?:#(.*))?", re.DOTALL)


def markdown(article_id: int) -> Response:
    """The text that the page shows, as it was written, with real addresses; four queries. Raises NotFound, Gone."""
    site = current_site()
    page = find_page(article_id, current_locale())
    source = get_source(site.database, page.translation_id)
    keys = {match[1] for target in source.targets.values() if (match := ARTICLE.fullmatch(target))}
    found = list_links(
        site.database,
        reader_of(site.locales, current_locale(), by_link=True),
        keys=sorted(keys),
        now=clock.now(),
    )
    links = {link.key: link for link in found}
    canonical = canonical_of(page)
    text = relink(source.markdown, lambda address: _real(source.targets[address], links))
    response = _plain(f"---\n{_front_matter(page, canonical)}---\n\n{text.lstrip()}", "text/markdown")
    response.headers["Content-Language"] = page.lang
    response.headers["Link"] = f'<{canonical}>; rel="canonical"'
    return response


def _real(target: str, links: Mapping[str, Link]) -> str | None:
    """An article in the reader's locale, "" for one that the reader cannot see; an image; None for all else."""
    if match := ARTICLE.fullmatch(target):
        link = links.get(match[1])
        if link is None:
            return ""
        return absolute(article_url(link.article_id, link.slug)) + (f"#h-{match[2]}" if match[2] else "")
    name = target.removeprefix(MEDIA)
    return absolute(url_for("helpdesk.media", name=name)) if name != target else None


def _front_matter(page: ArticlePage, canonical: str) -> str:
    fields = {
        "title": page.title,
        "lang": page.lang,
        "canonical": canonical,
        "updated": page.updated_at.date(),
        **({"regions": list(page.regions)} if page.regions else {}),
    }
    return yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=float("inf"))


def llms_of_default() -> Response:
    """The list in the default locale, at the address where it is looked for."""
    activate(current_site().locales.default)
    return llms()


def llms() -> Response:
    """The site in the reader's language: what it is, and its articles by category; one query."""
    site, locale = current_site(), current_locale()
    name = site.settings.site_name
    cards = list_cards(site.database, site.locales, locale, scope=own_scope(), limit=LISTED, now=clock.now())
    lead = _("Answers to questions about %(name)s: search, browse by topic, and read in your language.", name=name)
    blocks = [f"# {_line(_('%(name)s Help Center', name=name))}", f"> {_line(lead)}"]
    for category, group in groupby(cards, key=lambda card: card.category):
        blocks += [f"## {_line(category)}", "\n".join(map(_item, group))]
    others = [f"- [{item.name}]({absolute(url_for('helpdesk.llms', tag=item.tag))})" for item in site.locales.all]
    # "Optional" is the specification's word for what a reader in a hurry may leave out.
    response = _plain("\n\n".join([*blocks, "## Optional", "\n".join(others)]) + "\n", "text/plain")
    response.headers["Content-Language"] = locale.tag
    return response


def _item(card: Card) -> str:
    address = absolute(url_for("helpdesk.markdown", article_id=card.article_id))
    excerpt = _line(card.excerpt)
    return f"- [{_line(card.title)}]({address})" + (f": {excerpt}" if excerpt else "")


def _line(text: str) -> str:
    """Plain text in one line of Markdown."""
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", " ".join(text.split()))


def _plain(text: str, mimetype: str) -> Response:
    response = make_response(text)
    response.mimetype = mimetype
    response.headers["X-Robots-Tag"] = "noindex"
    return keep(response, "page")
