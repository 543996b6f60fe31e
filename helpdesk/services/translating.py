"""Hands translators PO files of what a locale lacks, and takes their translations back."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import and_, bindparam, select
from sqlalchemy.engine import Connection

from helpdesk import clock
from helpdesk.db import wait_for_turn
from helpdesk.errors import ContentError, HelpdeskError, TranslationNotFound
from helpdesk.locales import Locale
from helpdesk.models import Article, Body, Revision, Translation
from helpdesk.queries.checking import Finding
from helpdesk.queries.translations import list_states, outdated_since
from helpdesk.services.saving import Draft, Targets, save_translation, source_headings
from helpdesk.services.site import Progress, Site, no_progress
from helpdesk.text.blocks import Block, align, compare, join, split
from helpdesk.text.characters import CONTROLS, one_line
from helpdesk.text.markdown import render
from helpdesk.text.po import Entry, PoError, read_po, write_po
from helpdesk.text.slug import slugify

LARGEST_FILE = 100_000_000  # bytes of one PO file
FIELDS = ("title", "summary", "keywords")
# An earlier source text is held to be that of a changed block when it is so much like it, as msgmerge does.
LIKENESS = 0.6
SHOWN = 40  # characters of a text in a finding
_KEY = re.compile(r"[a-z0-9-]+")
# Of which revision of the source, and of the translation if there was one, the file was made.
_TITLE = re.compile(r"[a-z0-9-]+:title:([1-9][0-9]{0,8})(?::([1-9][0-9]{0,8}))?")


@dataclass(slots=True)
class Outcome:
    """What an import did, or with `dry_run` would do, by the articles' keys; findings' lines are the file's."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def _units(key: str, title: str, source: Any, blocks: Sequence[Block]) -> list[tuple[str, Block]]:
    """What there is to translate of a source revision, and what a file calls it.

    A block is named by its section and its words, so that a new one renames no other. The title's name holds the
    revisions: of all that a file says, names are what no tool rewrites.
    """
    fields = [Block("", kind, text=getattr(source, kind)) for kind in FIELDS]
    units = list(zip((title, f"{key}:summary", f"{key}:keywords"), fields, strict=True))
    seen: Counter[tuple[str, str]] = Counter()
    for block in blocks:
        if block.has_words:
            name = f"{key}#{block.section}" if block.section else key
            seen[name, block.text] += 1
            number = seen[name, block.text]
            units.append((f"{name} ({number})" if number > 1 else name, block))
    return [(name, unit) for name, unit in units if unit.text]


def export_translations(
    site: Site,
    locale: Locale,
    *,
    keys: Collection[str] = (),
    everything: bool = False,
    address: str = "",
    progress: Progress = no_progress,
) -> tuple[bytes, int, int]:
    """A PO file of what a locale lacks, the most viewed articles first; the numbers of its articles and messages.

    `keys` are articles wanted whatever their state, `everything` is all. `address` stands before each article's path.
    Raises TranslationNotFound, Busy.
    """
    articles = list_states(site.database, site.locales, locale)
    for key in keys:
        if all(article.key != key for article in articles):
            raise TranslationNotFound(f"`{key}` is not published in a language that {locale.tag} could take it from.")
    wanted = [item for item in articles if everything or (item.key in keys if keys else item.is_lacking)]
    entries: list[Entry] = []
    with site.database.read() as connection:
        for done, article in enumerate(wanted):
            progress(article.key, done, len(wanted))
            where = f"{article.title}: {address}/{article.source_tag}/articles/{article.article_id}-{article.slug}"
            entries += _entries(connection, article.key, locale, where)
    progress("", len(wanted), len(wanted))
    return write_po(locale.code, entries), len(wanted), len(entries)


def _entries(connection: Connection, key: str, locale: Locale, where: str) -> list[Entry]:
    row = _find_article(connection, key, locale)
    source = _find_revision(connection, row.source_id, row.source_revision)
    old = _find_revision(connection, row.source_id, row.based_on)
    title = f"{key}:title:{row.source_revision}" + (f":{row.revision}" if row.revision else "")
    units = _units(key, title, source, split(source.markdown))
    known = _known(row, old or source)
    gone = known.keys() - {(unit.kind, unit.text) for _, unit in units}
    entries = []
    for name, unit in units:
        is_known, previous = (unit.kind, unit.text) in known, ""
        if not is_known:
            texts = sorted(text for kind, text in gone if kind == unit.kind)
            previous = "".join(get_close_matches(unit.text, texts, 1, 0 if unit.kind in FIELDS else LIKENESS))
        translations = known.get((unit.kind, unit.text if is_known else previous), [""])
        text = translations.pop(0) if len(translations) > 1 else translations[0]
        comments = [unit.kind.capitalize(), where]
        if unit.kind == "title":
            comments.append(_about(row, is_kept=old is not None))
        elif row.translation_id and not text:
            comments.append("New, or it cannot be told for sure which of the old words translate it.")
        is_fuzzy = bool(text) and (old is None or not is_known)
        entries.append(Entry(name, unit.text, text, is_fuzzy, previous, tuple(comments)))
    return entries


def _about(row: Any, *, is_kept: bool) -> str:
    if row.translation_id is None:
        return "The article is not translated yet."
    since = f" Outdated since {row.outdated_since:%Y-%m-%d}." if row.outdated_since else ""
    kept = "" if is_kept else ", which is not kept: compare every text with the source"
    based_on = row.based_on or "unknown"
    return f"Translated from revision {based_on}{kept}; now it is revision {row.source_revision}.{since}"


def _known(row: Any, source: Any) -> dict[tuple[str, str], list[str]]:
    """The existing translation's words, by the kind and the source's words that they were made from."""
    known: dict[tuple[str, str], list[str]] = defaultdict(list)
    if row.translation_id is not None:
        for kind in FIELDS:
            known[kind, getattr(source, kind)].append(getattr(row, kind))
        for block, translated in align(split(source.markdown), split(row.markdown)):
            known[block.kind, block.text].append(translated.text)
    return known


def _find_article(connection: Connection, key: str, locale: Locale) -> Any:
    """An article with its translation into a locale; None if there is no article."""
    return connection.execute(_ARTICLE, {"key": key, "tag": locale.tag}).first()


def _find_revision(connection: Connection, translation_id: int, number: int | None) -> Any:
    of_number = (Revision.translation_id == translation_id, Revision.number == number)
    return connection.execute(select(Revision.__table__).where(*of_number)).first()


def _keep(old: Any, own: Any, blocks: Sequence[Block]) -> list[Block]:
    """The blocks; those that are not offered, such as code, as the translation has them, where the source kept them."""
    pairs = align(split(old.markdown), split(own.markdown)) if old else []
    kept = {(block.kind, block.raw): other.raw for block, other in pairs if not block.has_words}
    return [
        block if block.has_words else replace(block, raw=kept.get((block.kind, block.raw), block.raw))
        for block in blocks
    ]


def import_translations(
    site: Site,
    path: Path,
    *,
    locale: Locale | None = None,
    publish: bool = False,
    keep: str = "database",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Outcome:
    """Take a PO file in, each article whole or not at all, in one transaction.

    `locale` is what the file must be for; None: what its header says. New translations are drafts, existing ones keep
    their status, published ones are left as they are; with `publish` all of them become published, but for archived
    ones. One that got a revision since the export, but for those from a file of this name, stays unless `keep` is
    "file". Raises OSError, ContentError for what is no PO file, and Busy.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise ContentError(str(path), 1, f"is larger than {LARGEST_FILE:,} bytes")
    try:
        language, entries = read_po(path.read_bytes())
    except PoError as error:
        raise ContentError(str(path), error.line, error.reason) from None
    named = site.locales.find_alias(language) if language else locale
    if named is None or locale not in (None, named):
        wanted = f"`{locale.tag}`" if locale else "a locale of this site"
        detail = f"the header's Language is `{language}`, not {wanted}"
        return Outcome(findings=[Finding(language, "", "wrong locale", detail, 1)])
    importer = _Importer(site, named, path.name, publish=publish, keep=keep)
    with site.database.transaction(is_dry=dry_run) as connection:
        wait_for_turn(connection, "import")
        importer.run(connection, entries, progress)
    return importer.outcome


class _Refused(HelpdeskError):
    """The article stays as it is; what is wrong was noted."""


class _Importer:
    def __init__(self, site: Site, locale: Locale, name: str, *, publish: bool, keep: str) -> None:
        self.site, self.locale, self.publish, self.keeps_edits = site, locale, publish, keep != "file"
        self.comment = f"PO file {name}"
        self.now = clock.now()
        self.outcome = Outcome()

    def note(self, key: str, line: int, kind: str, detail: str) -> None:
        self.outcome.findings.append(Finding(self.locale.tag, key, kind, detail, line))

    def refuse(self, key: str, line: int, kind: str, detail: str) -> NoReturn:
        self.note(key, line, kind, detail)
        raise _Refused

    def run(self, connection: Connection, entries: Sequence[Entry], progress: Progress) -> None:
        articles: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            if match := _KEY.match(entry.context):
                articles[match[0]].append(entry)
        touched = []
        for done, (key, own) in enumerate(articles.items()):
            progress(key, done, len(articles))
            try:
                article_id, state = self._take_in(connection, key, own)
            except _Refused:
                self.outcome.refused.append(key)
                continue
            getattr(self.outcome, state).append(key)
            touched += [article_id] * (state != "unchanged")
        progress("", len(articles), len(articles))
        if touched:
            self.site.indexer.note(connection, touched)

    def _take_in(self, connection: Connection, key: str, entries: Sequence[Entry]) -> tuple[int, str]:
        """The article's id, and what became of it. Raises _Refused."""
        title, source, row = self._find(connection, key, entries)
        blocks = _keep(_find_revision(connection, row.source_id, row.based_on), row, split(source.markdown))
        draft = self._draft(key, _units(key, title[0], source, blocks), blocks, entries, row)
        draft = replace(draft, based_on=source.number)
        newer = (Revision.translation_id == row.translation_id, Revision.number > int(title[2] or 0))
        others = select(Revision.id).where(*newer, Revision.comment != self.comment)
        is_edited = self.keeps_edits and connection.execute(others).first() is not None
        is_shown = row.status == "published" and not self.publish
        state = self._save(connection, row, source, draft, is_kept=is_edited or is_shown)
        line = entries[0].line
        if state == "kept" and is_edited:
            self.refuse(key, line, "edited", "changed here since the export: export again, or import with --keep file")
        if state == "kept":
            self.refuse(key, line, "published", "readers would see the new text at once: import with --publish")
        if state != "unchanged" and (since := _find_article(connection, key, self.locale).outdated_since):
            self.note(key, line, "outdated", f"made from revision {source.number}, since {since:%Y-%m-%d} not the last")
        return row.article_id, state

    def _find(self, connection: Connection, key: str, entries: Sequence[Entry]) -> tuple[re.Match[str], Any, Any]:
        """The title's name, the source's revision that it tells of, and the article with its translation."""
        line = entries[0].line
        titles = {match[0]: match for entry in entries if (match := _TITLE.fullmatch(entry.context))}
        row = _find_article(connection, key, self.locale)
        if row is None:
            self.refuse(key, line, "unknown article", "nothing here has this key")
        if row.source_locale == self.locale.tag:
            self.refuse(key, line, "source", "the language that it is written in is not translated")
        if len(titles) > 1:
            self.refuse(key, line, "twice", f"made from several revisions: {', '.join(sorted(titles))}")
        title = next(iter(titles.values()), None)
        number = int(title[1]) if title else 0
        source = _find_revision(connection, row.source_id, number)
        if title is None or source is None:
            detail = f"the source has no revision {number}: export the article again"
            self.refuse(key, line, "unknown revision", detail)
        if (row.based_on or 0) > number:
            detail = f"made from revision {number}, the translation from {row.based_on} already"
            self.refuse(key, line, "older", detail)
        return title, source, row

    def _draft(
        self, key: str, units: Sequence[tuple[str, Block]], blocks: Sequence[Block], entries: Sequence[Entry], row: Any
    ) -> Draft:
        found = self._translated(key, units, entries)
        fields = {unit.kind: entry.text for (_, unit), entry in zip(units, found, strict=True) if unit.kind in FIELDS}
        body = found[len(fields) :]
        texts = [entry.text for entry in body]
        for index, kind, detail in compare(blocks, texts):
            line = body[index].line if body else entries[0].line
            (self.refuse if kind == "structure" else self.note)(key, line, kind, detail)
        return Draft(
            title=fields["title"],
            markdown=join(blocks, texts),
            slug="" if row.slug in (None, slugify(row.title or "")) else row.slug,
            summary=fields.get("summary", row.summary or ""),
            keywords=fields.get("keywords", row.keywords or ""),
            status="published" if self.publish and row.status != "archived" else row.status or "draft",
            comment=self.comment,
        )

    def _translated(self, key: str, units: Sequence[tuple[str, Block]], entries: Sequence[Entry]) -> list[Entry]:
        """Each message as it was translated. Raises _Refused unless all are there, once."""
        by_name: dict[tuple[str, str], Entry] = {}
        found, lacks = [], 0
        for entry in entries:
            if by_name.setdefault((entry.context, entry.source), entry).text != entry.text:
                lacks += 1
                self.note(key, entry.line, "twice", repr(entry.source[:SHOWN]))
        for name, unit in units:
            entry = by_name.pop((name, unit.text), Entry("", "", line=entries[0].line))
            text = "\n".join(CONTROLS.sub(" ", part) for part in entry.text.split("\n")).strip(" \n")
            text = one_line(text) if unit.kind in FIELDS else text
            kind = "fuzzy" if entry.is_fuzzy else "same as the source" if text == unit.text else ""
            kind = kind if text else "not translated"
            if kind:
                self.note(key, entry.line, kind, repr(unit.text[:SHOWN]))
            lacks += kind in ("fuzzy", "not translated")
            found.append(replace(entry, text=text))
        for entry in by_name.values():
            self.note(key, entry.line, "not in the source", repr(entry.source[:SHOWN]))
        if lacks:
            raise _Refused
        return found

    def _save(self, connection: Connection, row: Any, source: Any, draft: Draft, *, is_kept: bool) -> str:
        theirs, own = Targets.of_json(source.targets), Targets.of_json(row.targets or "{}")
        images, links = {**theirs.images, **own.images}, {**theirs.links, **own.links}
        is_rtl, heading_ids = self.locale.direction == "rtl", source_headings(connection, row.article_id)
        rendered = render(draft.markdown, rtl=is_rtl, heading_ids=heading_ids, images=images, links=links)
        targets = Targets(
            {image.src: images[image.src] for image in rendered.images if image.src in images},
            {link: links[link] for link in rendered.links if link in links},
        )
        return save_translation(
            connection, row.article_id, self.locale, draft, rendered, targets, self.now, is_kept=is_kept
        )


_SOURCE = Translation.__table__.alias("source_translation")
_OWN = (*FIELDS, "slug", "status", "revision", "based_on")
_ARTICLE = (
    select(
        Article.id.label("article_id"),
        Article.source_locale,
        _SOURCE.c.id.label("source_id"),
        _SOURCE.c.revision.label("source_revision"),
        Translation.id.label("translation_id"),
        *(getattr(Translation, name) for name in _OWN),
        outdated_since().label("outdated_since"),
        Body.markdown,
        Body.targets,
    )
    .join(_SOURCE, and_(_SOURCE.c.article_id == Article.id, _SOURCE.c.locale == Article.source_locale))
    .outerjoin(Translation, and_(Translation.article_id == Article.id, Translation.locale == bindparam("tag")))
    .outerjoin(Body, Body.translation_id == Translation.id)
    .where(Article.key == bindparam("key"))
)
