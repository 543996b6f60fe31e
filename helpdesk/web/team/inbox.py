"""The feedback inbox: what readers say, and what the team makes of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import BadRequest, NotFound

from helpdesk import clock
from helpdesk.errors import Busy, RevisionNotFound, TranslationNotFound
from helpdesk.queries.feedback import HeldScope, count_held
from helpdesk.queries.helpfulness import Change, Verdict, get_helpfulness
from helpdesk.queries.inbox import (
    MOST,
    STATES,
    Case,
    Filters,
    count_unread_by_locale,
    find_case,
    get_inbox_page,
    list_feedback,
)
from helpdesk.queries.reports import Reach
from helpdesk.queries.users import Member, list_users
from helpdesk.services import triage
from helpdesk.services.permissions import Permission, may
from helpdesk.web.caching import send_to
from helpdesk.web.filters import reason_labels
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_site
from helpdesk.web.members import NAME, here
from helpdesk.web.pages import clean, make_pager, page_number
from helpdesk.web.security import is_prefetch
from helpdesk.web.team.gate import refuse
from helpdesk.web.team.pages import category_choices, show, the_member
from helpdesk.web.team.reporting import download, downloads, is_download

log = logging.getLogger(__name__)

SIZE = 50
# Entries of a file; the command `feedback export` writes them all.
MOST_EXPORTED = 50_000
ANSWERS = {"yes": True, "no": False}
# What an address may hold of these; what is empty asks for nothing.
NAMES = ("state", "locale", "category", "article", "reason", "answer", "assignee", "comment", "words", "since", "until")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as it stands there, and what is wrong with its days."""

    filters: Filters
    values: dict[str, Any]
    error: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether more is asked for than a state."""
        return bool(self.values.keys() - {"state"})


def feedback() -> Response:
    """The list, or all that it holds as a file. Raises NotFound for what cannot be asked for."""
    site, member, asked, number = current_site(), the_member(), _asked(), page_number()
    if number is None:
        raise NotFound
    if is_download() and not asked.error:
        return download("feedback", list(map(asdict, list_feedback(site.database, asked.filters, limit=MOST_EXPORTED))))
    changed = number_of(request.args.get("changed", ""))
    found = get_inbox_page(site.database, asked.filters, page=number, size=SIZE)
    pager = make_pager(number, SIZE, min(found.total, MOST), f"{NAME}.feedback", asked.values)
    if number > pager.pages:
        last = asked.values | {"page": pager.pages, "changed": changed}
        return send_to(url_for(f"{NAME}.feedback", **last), 302, "personal")
    reach, users = member.reach, list_users(site.database)
    return show(
        "feedback.html",
        _("Feedback"),
        status=422 if asked.error else 200,
        place=here("feedback", asked.values | ({"page": number} if number > 1 else {})),
        asked=asked,
        states=_states(asked),
        entries=found.entries,
        is_more=found.total > MOST,
        most=MOST,
        pager=pager,
        downloads=downloads(),
        unread=[
            (tag, votes, url_for(f"{NAME}.feedback", state="unread", locale=tag))
            for tag, votes in count_unread_by_locale(site.database, reach).items()
        ],
        held=count_held(site.database, HeldScope(reach=reach)).votes,
        may_resolve=may(member, Permission.RESOLVE_FEEDBACK),
        seen_at=clock.now().isoformat(),
        changed=changed,
        names={user.email: user.name for user in users},
        users=users,
        locales=[item.tag for item in site.locales.all if not reach.locales or item.tag in reach.locales],
        categories=[item for item in category_choices() if not reach.categories or item[0] in reach.categories],
    )


def change() -> Response:
    """Do something to the entries that are ticked, or to all that were shown. Raises BadRequest."""
    form, member, database = request.form, the_member(), current_site().database
    chosen = [number_of(value) for value in form.getlist("shown" if "all" in form else "vote")]
    votes = [vote for vote in chosen if vote is not None]
    if (
        len(votes) != len(chosen)
        or len(votes) > SIZE
        or form.get("action") not in ("read", "resolve", "reopen", "mine")
    ):
        raise BadRequest
    if form["action"] != "read" and not may(member, Permission.RESOLVE_FEEDBACK):
        return refuse()
    reach, seen_at = member.reach, _moment(form.get("seen_at", ""))
    if form["action"] == "read":
        changed = triage.mark_read(database, votes, reach, seen_at=seen_at)
    elif form["action"] == "resolve":
        changed = triage.resolve(database, votes, reach, by=member.email, seen_at=seen_at, now=clock.now())
    elif form["action"] == "reopen":
        changed = triage.reopen(database, votes, reach)
    else:
        changed = triage.assign(database, votes, reach, assignee=member.email)
    kept: dict[str, Any] = {name: request.args[name] for name in (*NAMES, "page") if request.args.get(name)}
    return send_to(url_for(f"{NAME}.feedback", **kept, changed=changed), 303, "personal")


def entry(vote_id: int) -> Response:
    """One entry; whoever opens it has read it. Raises NotFound."""
    member, case = the_member(), _find(vote_id)
    if case.entry.state == "unread" and request.method == "GET" and not is_prefetch():
        try:
            triage.mark_read(current_site().database, [vote_id], member.reach, seen_at=case.entry.voted_at)
        except Busy as error:
            log.warning("That feedback was read was not noted: %s", error)
    users = list_users(current_site().database)
    return show(
        "feedback_entry.html",
        # Translators: heading of a page: the answer of one reader to “Was this article helpful?”
        _("A reader’s answer"),
        is_saved="saved" in request.args,
        place=here("feedback_entry", {"vote_id": vote_id}),
        case=case,
        change=_effect(case),
        verdicts=_verdict_labels(),
        may_resolve=may(member, Permission.RESOLVE_FEEDBACK),
        names={user.email: user.name for user in users},
        users=_readers(users, case),
    )


def change_entry(vote_id: int) -> Response:
    """Take one of the forms; `action` tells which. Raises NotFound, BadRequest."""
    member, case, action = the_member(), _find(vote_id), request.form.get("action", "")
    if action not in ("unread", "resolve", "reopen", "assign"):
        raise BadRequest
    if action != "unread" and not may(member, Permission.RESOLVE_FEEDBACK):
        return refuse()
    database, reach = current_site().database, member.reach
    if action == "unread":
        triage.mark_unread(database, [vote_id], reach)
        return send_to(url_for(f"{NAME}.feedback"), 303, "personal")
    if action == "resolve":
        _resolve(case, member)
    elif action == "reopen":
        triage.reopen(database, [vote_id], reach)
    else:
        triage.assign(database, [vote_id], reach, assignee=_assignee(case, member))
    return send_to(url_for(f"{NAME}.feedback_entry", vote_id=vote_id, saved=1), 303, "personal")


def _resolve(case: Case, member: Member) -> None:
    chosen = request.form.get("revision", "")
    revision = number_of(chosen)
    if chosen and revision is None:
        raise BadRequest
    seen_at, now = _moment(request.form.get("seen_at", "")), clock.now()
    try:
        triage.resolve(
            current_site().database,
            [case.entry.id],
            member.reach,
            by=member.email,
            seen_at=seen_at,
            now=now,
            revision=revision,
        )
    except RevisionNotFound:
        raise BadRequest from None


def _assignee(case: Case, member: Member) -> str:
    """The address of whom the form names: `me`, a member by id, or nobody. Raises BadRequest."""
    chosen = request.form.get("assignee", "")
    if chosen in ("", "me"):
        return member.email if chosen else ""
    found = {str(user.id): user.email for user in _readers(list_users(current_site().database), case)}
    if chosen not in found:
        raise BadRequest
    return found[chosen]


def _readers(users: Sequence[Member], case: Case) -> list[Member]:
    """Members who can see an entry."""
    place = {"locale": case.entry.locale, "category": case.category}
    return [user for user in users if not user.is_disabled and may(user, Permission.READ_FEEDBACK, **place)]


def _find(vote_id: int) -> Case:
    case = find_case(current_site().database, vote_id, the_member().reach)
    if case is None:
        raise NotFound
    return case


def _effect(case: Case) -> Change | None:
    """What votes say before and after the revision that mends it; None without one, or for a typo's."""
    entry, site = case.entry, current_site()
    if entry.mended_in is None:
        return None
    reach, width = Reach((entry.locale,)), site.settings.helpful_width
    try:
        (found,) = get_helpfulness(site.database, str(entry.article_id), reach=reach, width=width)
    except TranslationNotFound:
        return None
    return next((change for change in found.changes if change.revision == entry.mended_in), None)


def _verdict_labels() -> dict[str, str]:
    return {
        # Translators: an article after it was revised
        Verdict.BETTER: _("More helpful than before"),
        # Translators: an article after it was revised
        Verdict.WORSE: _("Less helpful than before"),
        # Translators: between an article before it was revised and after
        Verdict.SAME: _("No difference seen"),
        # Translators: to tell whether an article helps more than before it was revised
        Verdict.OPEN: _("Not enough votes yet"),
    }


def _asked() -> Asked:
    values = {name: request.args[name] for name in NAMES if request.args.get(name)}
    site, member = current_site(), the_member()
    known = {
        "state": STATES,
        "locale": [item.tag for item in site.locales.all if may(member, Permission.READ_FEEDBACK, locale=item.tag)],
        "reason": reason_labels(),
        "answer": ANSWERS,
        "comment": ("1",),
    }
    is_unknown = any(name in values and values[name] not in known[name] for name in known)
    article = number_of(values.get("article", "0"))
    if is_unknown or article is None:
        raise NotFound
    values["words"] = clean(values.get("words", ""))
    values = {name: value for name, value in values.items() if value}
    since, until, error = _period(values)
    filters = Filters(
        state=values.get("state", STATES[0]),
        reach=_reach(member, values),
        article_id=article if "article" in values else None,
        reason=values.get("reason"),
        is_helpful=ANSWERS.get(values.get("answer", "")),
        assignee=_filtered(member, values.get("assignee")),
        has_comment=True if "comment" in values else None,
        words=values.get("words"),
        since=since,
        until=until,
    )
    return Asked(filters, values, error)


def _reach(member: Member, values: dict[str, str]) -> Reach:
    """No more than the member may see. Raises NotFound."""
    category = values.get("category")
    if category is not None and not may(member, Permission.READ_FEEDBACK, category=category):
        raise NotFound
    if category is not None and category not in [key for key, _title, _lang in category_choices()]:
        raise NotFound
    locales = (values["locale"],) if "locale" in values else member.locales
    return Reach(locales, (category,) if category else member.categories)


def _filtered(member: Member, chosen: str | None) -> str | None:
    """The address that `assignee` in the address means. Raises NotFound."""
    named = {"me": member.email, "nobody": ""}
    if chosen is None or chosen in named:
        return None if chosen is None else named[chosen]
    found = {str(user.id): user.email for user in list_users(current_site().database)}
    if chosen not in found:
        raise NotFound
    return found[chosen]


def _period(values: dict[str, str]) -> tuple[datetime | None, datetime | None, str]:
    """Midnight of the first day and after the last one; where they are no days in this order, what is wrong."""
    try:
        first, last = (_midnight(values.get(name)) for name in ("since", "until"))
        if first and last and first > last:
            raise ValueError
    except ValueError:
        # Translators: two dates were entered
        return None, None, _("The first day cannot be after the last one.")
    return first, last and last + timedelta(days=1), ""


def _midnight(day: str | None) -> datetime | None:
    if not day:
        return None
    found = date.fromisoformat(day)
    if not 2000 <= found.year < 9000:
        raise ValueError
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def _moment(text: str) -> datetime:
    """When the page was made whose form this is. Raises BadRequest."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest from None
    if found.tzinfo is None or not 2000 <= found.year < 9000:
        raise BadRequest
    return found


def number_of(text: str) -> int | None:
    """The number that a part of an address or form is; None for what is none, or none of an id."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _states(asked: Asked) -> list[tuple[str, str, bool]]:
    """The states as (label, address, whether it is this one); all else that was asked for stays."""
    labels = {
        # Translators: feedback of readers that nobody has resolved yet
        "open": _("Open"),
        # Translators: feedback of readers that nobody has read yet
        "unread": _("Unread"),
        # Translators: feedback of readers about which nothing is left to do
        "resolved": _("Resolved"),
        # Translators: feedback of readers, resolved or not
        "all": _("Open and resolved"),
    }

    def url(state: str) -> str:
        return url_for(f"{NAME}.feedback", **{**asked.values, "state": None if state == STATES[0] else state})

    return [(labels[state], url(state), state == asked.filters.state) for state in STATES]
