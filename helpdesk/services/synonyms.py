"""Says which words mean the same to search; readers find by them at once, and nothing is indexed anew."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from helpdesk.db import wait_for_turn
from helpdesk.errors import ContentError, SynonymError
from helpdesk.models import Synonym
from helpdesk.queries.knowledge import SynonymLine
from helpdesk.search.analysis import fold_title
from helpdesk.services.indexing import touch
from helpdesk.services.site import Site
from helpdesk.text.characters import one_line

MOST = 1_000  # synonyms of a locale
LONGEST, WORDS = 100, 5  # of each side
WAYS = {"": False, "one-way": False, "two-way": True}


def clean_synonym(site: Site, tag: str, words: str, means: str, *, is_two_way: bool = False) -> SynonymLine:
    """A synonym as it would be kept. Raises SynonymError."""
    if site.locales.find(tag) is None:
        raise SynonymError(f"{tag} is not one of the locales: {', '.join(item.tag for item in site.locales.all)}.")
    words, means = (one_line(unicodedata.normalize("NFKC", side)) for side in (words, means))
    for side in (words, means):
        if not fold_title(side):
            raise SynonymError("A synonym needs words on both sides.")
        if len(side) > LONGEST or len(side.split()) > WORDS:
            raise SynonymError(f"Each side of a synonym has at most {WORDS} words and {LONGEST} characters: {side}")
    if fold_title(words) == fold_title(means):
        raise SynonymError(f"Search takes these for the same already: {words}, {means}.")
    return SynonymLine(tag, words, means, is_two_way)


def add_synonyms(site: Site, lines: Sequence[SynonymLine], *, now: datetime) -> int:
    """Keep cleaned synonyms, all or none; how many there are now that were not, or that went another way.

    Raises SynonymError when a locale would have too many, Busy.
    """
    table = site.database.upsert(Synonym)
    with site.database.transaction() as connection:
        wait_for_turn(connection, "synonyms")
        known = set(connection.execute(select(Synonym.locale, Synonym.words, Synonym.means, Synonym.is_two_way)))
        new = [line for line in dict.fromkeys(lines) if _key(line) not in known]
        for line in new:
            row = {"locale": line.locale, "words": line.words, "means": line.means}
            statement = table.values(**row, is_two_way=line.is_two_way, created_at=now)
            changes = {"is_two_way": line.is_two_way}
            connection.execute(statement.on_conflict_do_update(index_elements=list(row), set_=changes))
        for tag, number in connection.execute(select(Synonym.locale, func.count()).group_by(Synonym.locale)):
            if number > MOST and any(line.locale == tag for line in new):
                raise SynonymError(f"{tag} would have {number:,} synonyms, and a locale has at most {MOST:,}.")
        if new:
            touch(site.database, connection)
    return len(new)


def _key(line: SynonymLine) -> tuple[str, str, str, bool]:
    return line.locale, line.words, line.means, line.is_two_way


def remove_synonym(site: Site, tag: str, words: str, means: str) -> bool:
    """Forget a synonym, however it is written; whether there was one. Raises Busy."""
    wanted = fold_title(words), fold_title(means)
    with site.database.transaction() as connection:
        rows = connection.execute(select(Synonym.id, Synonym.words, Synonym.means).where(Synonym.locale == tag))
        ids = [row.id for row in rows if (fold_title(row.words), fold_title(row.means)) == wanted]
        connection.execute(delete(Synonym).where(Synonym.id.in_(ids)))
        if ids:
            touch(site.database, connection)
    return bool(ids)


def read_synonyms(site: Site, tag: str, text: str, name: str) -> list[SynonymLine]:
    """The synonyms of a text in lines: words, means and perhaps `two-way`, between tabs or else commas.

    Raises ContentError with the line, `name` being the file's. Empty lines and those that begin with # say nothing.
    """
    found = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            (cells,) = csv.reader([line], delimiter="\t" if "\t" in line else ",", skipinitialspace=True, strict=True)
            words, means, way = [cell.strip() for cell in (*cells, "")[: max(3, len(cells))]]
            found.append(clean_synonym(site, tag, words, means, is_two_way=WAYS[way]))
        except (csv.Error, ValueError, KeyError):
            raise ContentError(name, number, "a line is: words, means, and perhaps one-way or two-way") from None
        except SynonymError as error:
            raise ContentError(name, number, str(error)) from None
    return found
