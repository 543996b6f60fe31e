"""Says which words mean the same to search; readers find by them at once, and nothing is indexed anew."""

from __future__ import annotations

import csv
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select

from helpdesk.db import wait_for_turn
from helpdesk.errors import ContentError, SynonymError
from helpdesk.locales import Locale
from helpdesk.models import Synonym
from helpdesk.queries.knowledge import SynonymLine, days_of, expand, get_knowledge
from helpdesk.queries.listing import list_links
from helpdesk.queries.searches import list_latest_queries
from helpdesk.queries.visibility import reader_of
from helpdesk.search.analysis import fold_title
from helpdesk.search.backend import Knowledge, SearchQuery
from helpdesk.services.noting import touch
from helpdesk.services.site import Site
from helpdesk.text.characters import one_line

MOST = 1_000  # synonyms of a locale
LONGEST, WORDS = 100, 5  # of each side
TRIED, FIRST = 100, 3  # queries that synonyms are tried on, results that are compared
WAYS = {"": False, "one-way": False, "two-way": True}


def clean_synonym(site: Site, tag: str, words: str, means: str, *, is_two_way: bool = False) -> SynonymLine:
    """A synonym as it would be kept. Raises SynonymError."""
    words, means = (one_line(unicodedata.normalize("NFKC", side)) for side in (words, means))
    for side in (words, means):
        if not fold_title(side):
            raise SynonymError("A synonym needs words on both sides.", "empty")
        if len(side) > LONGEST or len(side.split()) > WORDS:
            raise SynonymError(
                f"Each side of a synonym has at most {WORDS} words and {LONGEST} characters: {side}", "long"
            )
    if fold_title(words) == fold_title(means):
        raise SynonymError(f"Search takes these for the same already: {words}, {means}.", "same")
    return SynonymLine(known_locale(site, tag).tag, words, means, is_two_way)


def known_locale(site: Site, tag: str) -> Locale:
    """The locale with this tag. Raises SynonymError."""
    locale = site.locales.find(tag)
    if locale is None:
        raise SynonymError(f"{tag} is not one of the locales: {', '.join(item.tag for item in site.locales.all)}.")
    return locale


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
                raise SynonymError(f"{tag} would have {number:,} synonyms, and a locale has at most {MOST:,}.", "many")
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


def read_synonyms(site: Site, tag: str, content: bytes, name: str) -> list[SynonymLine]:
    """The synonyms of a UTF-8 text in lines: words, means and perhaps `two-way`, between tabs or else commas.

    Raises ContentError with the line, `name` being the file's. Empty lines and those that begin with # say nothing.
    """
    found = []
    for number, line in enumerate(content.removeprefix(BOM_UTF8).splitlines(), start=1):
        try:
            text = line.decode()
            if not text.strip() or text.startswith("#"):
                continue
            (cells,) = csv.reader([text], delimiter="\t" if "\t" in text else ",", skipinitialspace=True, strict=True)
            words, means, way = (cell.strip() for cell in (cells if len(cells) == 3 else [*cells, ""]))
            found.append(clean_synonym(site, tag, words, means, is_two_way=WAYS[way]))
        except UnicodeDecodeError:
            raise ContentError(name, number, "the line is not UTF-8") from None
        except (csv.Error, ValueError, KeyError):
            raise ContentError(name, number, "a line is: words, means, and perhaps one-way or two-way") from None
        except SynonymError as error:
            raise ContentError(name, number, str(error)) from None
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """A query, and the titles of its first results without and with synonyms that are not kept yet."""

    query: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def try_synonyms(site: Site, lines: Sequence[SynonymLine], *, now: datetime) -> tuple[Difference, ...]:
    """What synonyms of one locale would change for the queries that were searched last. Raises SearchUnavailable."""
    locale = site.locales.get(lines[0].locale)
    known = get_knowledge(site.database, site.locales, locale, news=site.settings.news_category, now=now)
    more = replace(known, synonyms=expand(site.database, site.locales, locale, lines))
    site.indexer.ensure(locale)

    def first(text: str, knowledge: Knowledge) -> list[int]:
        query = SearchQuery(locale=locale.tag, text=text, limit=FIRST, today=days_of(now.date()), knowledge=knowledge)
        return [hit.article_id for hit in site.indexer.backend.search(query).hits]

    found = []
    for text in list_latest_queries(site.database, locale.tag, limit=TRIED):
        before, after = first(text, known), first(text, more)
        if before != after:
            found.append((text, before, after))
    ids = {i for _text, before, after in found for i in (*before, *after)}
    links = list_links(site.database, reader_of(site.locales, locale), ids=sorted(ids), now=now)
    titles = {link.article_id: link.title for link in links}
    return tuple(
        Difference(text, *(tuple(titles[i] for i in side if i in titles) for side in sides)) for text, *sides in found
    )
