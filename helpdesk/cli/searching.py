"""`flask helpdesk search`: this machine's index, what was searched, why a result stands where it does, synonyms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from helpdesk import clock
from helpdesk.cli.progress import show_progress, with_site
from helpdesk.cli.showing import refusing
from helpdesk.errors import ContentError, printable
from helpdesk.queries.knowledge import SynonymLine, days_of, get_knowledge, list_synonyms
from helpdesk.queries.listing import list_links
from helpdesk.queries.reports import Period
from helpdesk.queries.searches import Searches, list_searches
from helpdesk.queries.visibility import reader_of
from helpdesk.search.backend import Hit, SearchQuery
from helpdesk.services.site import Site
from helpdesk.services.synonyms import (
    TRIED,
    add_synonyms,
    clean_synonym,
    known_locale,
    read_synonyms,
    remove_synonym,
    try_synonyms,
)

DEEPEST = 1_000  # results among which an article is looked for
TWO_WAY = click.option("--two-way", is_flag=True, help="Who asks for MEANS finds WORDS as well.")


@click.group()
def search() -> None:
    """The search: its index on this machine, what was searched, synonyms."""


@search.command("rebuild")
@with_site
def search_rebuild(site: Site) -> None:
    """Build every locale's index anew beside the old one, in a process of its own, then swap; searches go on."""
    articles = site.indexer.rebuild(show_progress, is_apart=True)
    click.echo(f"Indexed {articles} articles in {len(site.locales.all)} locales.")


@search.command("log")
@click.argument("locale")
@click.option("--days", type=click.IntRange(1, 3660), default=90, show_default=True, help="Of so many days.")
@click.option("--limit", type=click.IntRange(1), default=30, show_default=True, help="So many queries.")
@with_site
def show_log(site: Site, locale: str, days: int, limit: int) -> None:
    """Print what was searched in LOCALE most: how often, how often without a result, and how often read from."""
    period = Period(clock.today() - timedelta(days=days - 1))
    asked = Searches(known_locale(site, locale).tag, period, site.settings.masked_searches)
    lines, _number = list_searches(site.database, asked, limit=limit)
    if not lines:
        click.echo("Nobody has searched yet.")
        return
    click.echo(f"{'searches':>8}{'no result':>11}{'clicks':>8}  query")
    for line in lines:
        click.echo(f"{line.searches:8}{line.empty:11}{line.rate:8.0%}  {printable(line.query)}")


@search.command()
@click.argument("locale")
@click.argument("query")
@click.option("--article", help="The article with this id or key, wherever it stands.")
@click.option("--limit", type=click.IntRange(1, DEEPEST), default=5, show_default=True, help="So many results.")
@with_site
def explain(site: Site, locale: str, query: str, article: str | None, limit: int) -> None:
    """Print why the results of QUERY in LOCALE stand where they do: what each word adds, what multiplies the sum."""
    asked, now = known_locale(site, locale), clock.now()
    viewer = reader_of(site.locales, asked)
    site.indexer.ensure(asked)
    result = site.indexer.backend.search(
        SearchQuery(
            locale=asked.tag,
            text=query,
            limit=DEEPEST if article else limit,
            is_explained=True,
            today=days_of(now.date()),
            knowledge=get_knowledge(site.database, site.locales, asked, news=site.settings.news_category, now=now),
        )
    )
    mended = f", mended by its {result.mending}" if result.mending else ""
    click.echo(f"Searched: {printable(result.searched)}{mended}; {result.total} results.")
    for name, words in (("Synonyms", result.also), ("In no article", result.missing)):
        if words:
            click.echo(f"{name}: {printable(', '.join(words))}")
    hits = list(enumerate(result.hits, start=1))
    if article:
        named = {"ids": [int(article)]} if article.isdecimal() and len(article) < 10 else {"keys": [article]}
        ids = {link.article_id for link in list_links(site.database, viewer, **named, now=now)}
        hits = [(place, hit) for place, hit in hits if hit.article_id in ids]
        if not hits:
            click.echo(f"{article} is not among them.")
    links = list_links(site.database, viewer, ids=[hit.article_id for _place, hit in hits], now=now)
    titles = {link.article_id: link.title for link in links}
    for place, hit in hits:
        _show_reasons(place, hit, titles.get(hit.article_id, "not visible any more"))


def _show_reasons(place: int, hit: Hit, title: str) -> None:
    click.echo(f"\n{place}. {hit.article_id} {printable(title)}  {hit.score:.3f}")
    for reason in hit.reasons:
        click.echo(f"{'x' if reason.is_factor else '+':>4} {reason.value:8.3f}  {printable(reason.what)}")


@search.group()
def synonyms() -> None:
    """Words that mean the same to search; readers find by them at once."""


@synonyms.command("list")
@click.argument("locale", required=False)
@with_site
def list_lines(site: Site, locale: str | None) -> None:
    """Print the synonyms of LOCALE, or of all, in the form that `import` reads."""
    lines = list_synonyms(site.database, (known_locale(site, locale).tag,) if locale else ())
    for line in lines:
        way = "two-way" if line.is_two_way else "one-way"
        click.echo("\t".join([*([] if locale else [line.locale]), line.words, line.means, way]))
    if not lines:
        click.echo("No synonyms.", err=True)


@synonyms.command("try")
@click.argument("locale")
@click.argument("words")
@click.argument("means")
@TWO_WAY
@with_site
def try_out(site: Site, locale: str, words: str, means: str, two_way: bool) -> None:
    """Show what a synonym would change for the queries that were searched last; nothing is kept."""
    _show_differences(site, [clean_synonym(site, locale, words, means, is_two_way=two_way)])


@synonyms.command()
@click.argument("locale")
@click.argument("words")
@click.argument("means")
@TWO_WAY
@click.option("--yes", is_flag=True, help="Do not show what changes, and do not ask.")
@with_site
def add(site: Site, locale: str, words: str, means: str, two_way: bool, yes: bool) -> None:
    """Let readers of LOCALE who ask for WORDS find MEANS as well; shows first what that changes."""
    line = clean_synonym(site, locale, words, means, is_two_way=two_way)
    if not yes:
        _show_differences(site, [line])
        click.confirm("Keep it?", abort=True)
    kept = add_synonyms(site, [line], now=clock.now())
    click.echo("Kept; readers find by it from now on." if kept else "It was there already.")


@synonyms.command()
@click.argument("locale")
@click.argument("words")
@click.argument("means")
@with_site
def remove(site: Site, locale: str, words: str, means: str) -> None:
    """Forget a synonym of LOCALE."""
    click.echo("Removed." if remove_synonym(site, known_locale(site, locale).tag, words, means) else "There was none.")


@synonyms.command("import")
@click.argument("locale")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_site
def import_file(site: Site, locale: str, file: Path) -> None:
    """Add the synonyms of FILE: on each line words, means and perhaps two-way, between tabs or commas."""
    tag = known_locale(site, locale).tag
    try:
        with refusing("No synonym was kept."):
            lines = read_synonyms(site, tag, file.read_bytes(), file.name)
    except ContentError as error:
        raise click.ClickException(f"{error}. No synonym was kept.") from None
    new = add_synonyms(site, lines, now=clock.now())
    click.echo(f"{new} new or changed, {len(lines) - new} there already.")


def _show_differences(site: Site, lines: Sequence[SynonymLine]) -> None:
    differences = try_synonyms(site, lines, now=clock.now())
    for difference in differences:
        click.echo(printable(difference.query))
        for name, titles in (("before", difference.before), ("after", difference.after)):
            click.echo(f"  {name + ':':8}{printable(' | '.join(titles)) or 'nothing'}")
    click.echo(f"{len(differences)} of the last {TRIED} queries have other first results with it.")
