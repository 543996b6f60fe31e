"""Sets and clears the notice that stands above every page of a locale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex

from sqlalchemy import delete, or_, select

from helpdesk.errors import NoticeError
from helpdesk.models import Notice
from helpdesk.services.noting import touch
from helpdesk.services.site import Site
from helpdesk.text.markdown import render


def set_notice(site: Site, text: str, tags: Sequence[str], *, until: datetime | None = None, now: datetime) -> None:
    """Show a Markdown text on every page of these locales from now on. Raises NoticeError, Busy.

    The same text set again while it is shown is the same notice: who has put it away does not see it again.
    """
    if until is not None and until <= now:
        raise NoticeError("The notice would have ended already.")
    with site.database.transaction() as connection:
        for tag in tags:
            shown = select(Notice.token).where(
                Notice.locale == tag, Notice.markdown == text, or_(Notice.until.is_(None), Notice.until > now)
            )
            row = {
                "markdown": text,
                "html": _html(site, text, tag),
                "token": connection.execute(shown).scalar() or token_hex(8),
                "set_at": now,
                "until": until,
            }
            statement = site.database.upsert(Notice).values(locale=tag, **row)
            connection.execute(statement.on_conflict_do_update(index_elements=["locale"], set_=row))
        touch(site.database, connection)


def clear_notices(site: Site, tags: Sequence[str]) -> list[str]:
    """Take the notices of these locales away, all where none is named; the tags of those that there were. Raises Busy.

    The setting may have lost a locale since: its notice can be taken away as well.
    """
    with site.database.transaction() as connection:
        statement = delete(Notice).where(Notice.locale.in_(tags)) if tags else delete(Notice)
        cleared = connection.execute(statement.returning(Notice.locale)).scalars().all()
        if cleared:
            touch(site.database, connection)
    return sorted(cleared)


def _html(site: Site, text: str, tag: str) -> str:
    """The notice as HTML that can stand on any page: nothing in it has an id or leads to one."""
    locale = site.locales.find(tag)
    if locale is None:
        raise NoticeError(f"{tag} is not one of the locales: {', '.join(item.tag for item in site.locales.all)}.")
    rendered = render(text, rtl=locale.direction == "rtl")
    if not rendered.text.strip():
        raise NoticeError("The notice has no words.")
    if rendered.headings or rendered.images or 'class="footnotes"' in rendered.html:
        raise NoticeError("A notice holds paragraphs, lists and links; no headings, images or footnotes.")
    if any(link.startswith(("#", "article:")) for link in rendered.links):
        raise NoticeError("A link in a notice must be a whole address or begin with /, such as /articles/16.")
    return rendered.html
