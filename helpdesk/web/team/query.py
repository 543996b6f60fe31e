"""One query: how it fares, what it finds today, what was done about it, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import BadRequest, NotFound

from helpdesk import clock
from helpdesk.errors import AnswerError, SynonymError
from helpdesk.locales import Locale
from helpdesk.queries.categories import list_categories
from helpdesk.queries.listing import list_links
from helpdesk.queries.search_changes import ChangeLine, find_titled_text, list_changes
from helpdesk.queries.searches import QueryFigures, get_query
from helpdesk.queries.users import Member
from helpdesk.queries.visibility import reader_of
from helpdesk.search.backend import SearchQuery, SearchUnavailable
from helpdesk.services import answering
from helpdesk.services.answering import KEYWORD, Cause
from helpdesk.services.permissions import Permission, may
from helpdesk.services.synonyms import LONGEST, TRIED, WORDS, Difference, clean_synonym, try_synonyms
from helpdesk.text.masking import masked_query
from helpdesk.web.caching import send_to
from helpdesk.web.filters import day as day_in_words
from helpdesk.web.filters import number
from helpdesk.web.finding import find
from helpdesk.web.gettext import gettext as _
from helpdesk.web.gettext import ngettext
from helpdesk.web.localization import current_site
from helpdesk.web.members import NAME, current_member
from helpdesk.web.pages import clean, clean_query
from helpdesk.web.team.gate import forbid
from helpdesk.web.team.pages import show, typed
from helpdesk.web.team.plots import Mark, Plot, Point, line
from helpdesk.web.team.reporting import Asked, status_of
from helpdesk.web.team.searches import kind_labels, report_of_locale, searches_of, with_words

FIRST, DONE = 5, 200  # results that are shown, and changes


def query() -> Response:
    """The page; `words` and `means` in its address try a synonym out. Raises NotFound."""
    if "means" not in request.args:
        return _show()
    cause = _cause()
    try:
        return _show(trial=_try(cause))
    except (AnswerError, SynonymError) as error:
        return _show(status=422, failed="synonym", error=_explain(error.reason))


def change() -> Response:
    """Do something about the query; `action` tells what. Raises NotFound, BadRequest."""
    action, cause = request.form.get("action", ""), _cause()
    if action not in _ACTIONS:
        raise BadRequest
    try:
        _ACTIONS[action](cause)
    except (AnswerError, SynonymError) as error:
        return _show(status=422, failed=action, error=_explain(error.reason))
    return send_to(url_for(f"{NAME}.query", locale=cause.locale, q=cause.query, saved=1), 303, "personal")


def _cause() -> Cause:
    """Who asks, and about what: of a language only that the address names or the page is in."""
    report, text, member = report_of_locale(), masked_query(clean_query()), current_member()
    if member is None or request.args.get("locale", report.locale) != report.locale:
        forbid()
    if not text:
        raise NotFound
    return Cause(report.locale, text, member, clock.now())


def _may_add_synonyms(member: Member, tag: str) -> bool:
    """They change the results in all categories."""
    return may(member, Permission.PUBLISH, locale=tag) and not member.categories


def _try(cause: Cause) -> dict[str, Any]:
    """What a synonym in the address would change. Raises SynonymError, AnswerError."""
    site, (words, means) = current_site(), (request.args.get(name, "") for name in ("words", "means"))
    if not _may_add_synonyms(cause.member, cause.locale):
        forbid()
    line = clean_synonym(site, cause.locale, words, means, is_two_way="two_way" in request.args)
    try:
        changed: tuple[Difference, ...] = try_synonyms(site, [line], now=cause.now)
    except SearchUnavailable:
        raise AnswerError("index") from None
    return {"line": line, "changed": changed, "tried": TRIED}


def _keep_synonym(cause: Cause) -> None:
    if not _may_add_synonyms(cause.member, cause.locale):
        forbid()
    form, is_two_way = request.form, "two_way" in request.form
    words, means = form.get("words", ""), form.get("means", "")
    line = clean_synonym(current_site(), cause.locale, words, means, is_two_way=is_two_way)
    answering.keep_synonym(current_site(), cause, line)


def _add_keyword(cause: Cause) -> None:
    site, form = current_site(), request.form
    named = form.get("number", "").strip() or form.get("article", "")
    locale = site.locales.get(cause.locale)
    is_id = named.isascii() and named.isdecimal() and len(named) < 10
    if not may(cause.member, Permission.PUBLISH, locale=locale.tag):
        forbid()
    text = find_titled_text(site.database, site.locales, locale, int(named), now=cause.now) if is_id else None
    if text is None:
        raise AnswerError("gone")
    own = site.locales.find(text.locale)
    if own is None or not site.locales.is_same_writing(own, locale):
        raise AnswerError("language")
    if not may(cause.member, Permission.PUBLISH, locale=own.tag, category=text.category):
        forbid()
    answering.add_keyword(site, cause, text, form.get("keyword", ""))


def _start_article(cause: Cause) -> None:
    category, _slash, section = request.form.get("section", "").partition("/")
    if not may(cause.member, Permission.WRITE, locale=cause.locale, category=category):
        forbid()
    answering.start_article(current_site(), cause, request.form.get("title", ""), category=category, section=section)


def _ignore(cause: Cause) -> None:
    if not may(cause.member, Permission.RESOLVE_FEEDBACK, locale=cause.locale):
        forbid()
    (answering.ignore if request.form["action"] == "ignore" else answering.stop_ignoring)(current_site(), cause)


_ACTIONS: dict[str, Callable[[Cause], None]] = {
    "synonym": _keep_synonym,
    "keyword": _add_keyword,
    "article": _start_article,
    "ignore": _ignore,
    "unignore": _ignore,
}


def _show(*, status: int = 200, failed: str = "", error: str = "", trial: dict[str, Any] | None = None) -> Response:
    site, report, cause = current_site(), report_of_locale(), _cause()
    locale, wanted = site.locales.get(cause.locale), searches_of(report)
    figures = get_query(site.database, wanted, cause.query)
    ids = [article_id for article_id, _clicks, _places in figures.read]
    links = list_links(site.database, reader_of(site.locales, locale), ids=ids, now=cause.now) if ids else ()
    width = site.settings.helpful_width
    done, _number = list_changes(site.database, cause.locale, query=cause.query, width=width, now=cause.now, limit=DONE)
    found = find(SearchQuery(locale=cause.locale, text=cause.query, limit=FIRST))
    cards = [item.card for item in found.cards]
    return show(
        "query.html",
        # Translators: heading; %(query)s is what readers typed
        _("Searches for “%(query)s”", query=cause.query),
        status=status if failed else status_of(report),
        is_saved="saved" in request.args and not failed,
        report=report,
        text=cause.query,
        figures=figures,
        articles_read={link.article_id: link for link in links},
        found=found,
        cards=cards,
        done=with_words(done),
        kinds=kind_labels(),
        plot=_plot(report, figures, done),
        is_ignored=any(line.kind == "ignored" for line in done),
        trial=trial,
        failed=failed,
        error=error,
        typed=typed if request.method == "POST" else _asked_for,
        length=KEYWORD,
        **_permitted(cause, locale, cards),
    )


def _asked_for(name: str) -> str:
    return clean(request.args.get(name, ""))


def _plot(report: Asked, figures: QueryFigures, done: Sequence[ChangeLine]) -> Plot:
    """Searches by day, with a line where something was done."""
    days, labels = {day.day: day.searches for day in figures.days}, kind_labels()
    every = [report.first + timedelta(days=place) for place in range(report.days)]
    since = {item.since: labels[item.kind] for item in done if item.since is not None}
    marks = [Mark(place, since[day]) for place, day in enumerate(every) if day in since]
    return line(
        [Point(day_in_words(day), days.get(day, 0) if day < clock.today() else None) for day in every],
        # Translators: title of a plot: how often something was searched on each day
        title=_("Searches a day"),
        summary=ngettext("%(number)s search", "%(number)s searches", figures.searches, number=number(figures.searches)),
        marks=marks,
    )


def _permitted(cause: Cause, locale: Locale, cards: list[Any]) -> dict[str, Any]:
    """What the member may do, and what there is to choose from: articles for a keyword, sections for a new article."""
    site, member, tag = current_site(), cause.member, cause.locale
    can_write = may(member, Permission.WRITE, locale=tag)
    tree = list_categories(site.database, site.locales, locale, now=cause.now, with_empty=True) if can_write else ()
    return {
        "can_add_synonym": _may_add_synonyms(member, tag),
        "can_add_keyword": may(member, Permission.PUBLISH, locale=tag),
        "can_ignore": may(member, Permission.RESOLVE_FEEDBACK, locale=tag),
        "categories": [item for item in tree if may(member, Permission.WRITE, locale=tag, category=item.key)],
        "articles": [card for card in cards if may(member, Permission.PUBLISH, category=card.category_key)],
        # A capital where the language has any; Georgian and others have none.
        "capital": ("İ" if tag in ("tr", "az") and cause.query[0] == "i" else cause.query[0].title()) + cause.query[1:],
    }


def _explain(reason: str) -> str:
    words = {
        "empty": _("Write words on both sides."),
        "long": _(
            "Each side has at most %(words)s words and %(number)s characters.",
            words=number(WORDS),
            number=number(LONGEST),
        ),
        "same": _("Search takes these words for the same already."),
        # Translators: of a synonym or keyword that somebody wants to add
        "known": _("It is there already."),
        # Translators: there are too many synonyms or keywords
        "many": _("There is no room for one more. Take others away first."),
        "index": _("Search is being prepared. Try again later."),
        "keyword": _("Write a keyword of at most %(number)s characters, without a comma.", number=number(KEYWORD)),
        "gone": _("Choose an article that readers of this language see."),
        "language": _("This article is not written in this language, so it cannot have a keyword in it."),
        "title": _("Write a title."),
        "section": _("Choose a section."),
    }
    return words[reason]
