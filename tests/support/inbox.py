"""A small site in three languages, and what its readers say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from helpdesk import clock
from helpdesk.models import Vote
from helpdesk.queries.inbox import Filters, list_feedback
from helpdesk.services.feedback import Ballot, cast_vote
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from tests.support.content import take_in, translation
from tests.support.votes import translation_id

ARTICLES = {
    "keys": {
        "_article.yaml": "id: 1\nsource: en\n",
        "en.md": translation("Keys", "How to get new keys."),
        "ar.md": translation("المفاتيح", "كيف تحصل على مفاتيح جديدة."),
    },
    "locks": {"en.md": translation("Locks"), "de.md": translation("Schlösser")},
}


def take_in_articles(site: Site) -> None:
    take_in(site, folder_of(site), ARTICLES, en="Guides", de="Anleitungen", ar="أدلة")


def folder_of(site: Site) -> Path:
    return site.settings.instance_dir / "content"


def revise(site: Site, key: str, tag: str, number: int, significance: str = "major") -> None:
    """Another revision of a translation."""
    path = folder_of(site) / f"guides/basics/{key}/{tag}.md"
    front = f"---\nrevision: {number}\nsignificance: {significance}\n"
    text = path.read_text("utf-8").partition("---\n")[2]
    kept = "\n".join(line for line in text.splitlines() if not line.startswith(("revision:", "significance:")))
    path.write_text(f"{front}{kept}\nMore {number}.\n", "utf-8")
    import_content(site, folder_of(site))


def say(
    site: Site,
    key: str = "keys",
    tag: str = "en",
    *,
    yes: bool = False,
    comment: str | None = None,
    reasons: tuple[str, ...] | None = None,
    visitor: str = "",
    at: datetime | None = None,
    **more: Any,
) -> int:
    """One visitor's answer through the front door; the id of the vote."""
    visitor = visitor or f"visitor {clock.now().timestamp()} {comment} {tag} {key}"
    ballot = Ballot(
        visitor=visitor,
        translation_id=translation_id(site, key, tag),
        locale=more.pop("asked", tag),
        revision=more.pop("revision", 1),
        is_helpful=yes,
        comment=comment,
        reasons=reasons,
        **more,
    )
    cast_vote(site, ballot, network=visitor.encode(), now=at or clock.now())
    with site.database.read() as connection:
        return connection.execute(
            select(Vote.id).where(Vote.visitor == visitor, Vote.translation_id == ballot.translation_id)
        ).scalar_one()


def plant_votes(site: Site, number: int, key: str = "keys", tag: str = "en", **values: Any) -> list[int]:
    """So many answers no, past the limits; their ids."""
    row = {"translation_id": translation_id(site, key, tag), "locale": tag, "revision": 1, "is_helpful": False}
    row |= {"created_at": clock.now(), "updated_at": clock.now()} | values
    with site.database.transaction() as connection:
        rows = [row | {"visitor": f"planted {key} {tag} {values} {place}"} for place in range(number)]
        return sorted(connection.execute(insert(Vote).returning(Vote.id), rows).scalars())


def states(site: Site, **filters: Any) -> dict[int, str]:
    """Every entry's state."""
    return {entry.id: entry.state for entry in list_feedback(site.database, Filters(**filters))}
