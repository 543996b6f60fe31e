"""`flask helpdesk doctor|db|demo`: the instance itself."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext

from helpdesk import clock
from helpdesk.cli.progress import ending_with_a_sentence, find_site, show_progress, with_site
from helpdesk.config import PREFIX, registry, secrets
from helpdesk.locales import Locale
from helpdesk.queries.history import find_history
from helpdesk.services.bootstrapping import is_prepared
from helpdesk.services.demo import remove_demo
from helpdesk.services.history import SEED, make_history
from helpdesk.services.migrating import current_revision, head_revision, upgrade
from helpdesk.services.site import Site


@click.command()
@click.option("--markdown", is_flag=True, help="Print the table of the manual: names, defaults, meanings.")
@with_appcontext
def doctor(markdown: bool) -> None:
    """Print every setting with its value, and whether database and index are well."""
    if markdown:
        click.echo(settings_table())
        return
    site = find_site()
    values = {f"{PREFIX}{name.upper()}": value for name, value in _values(site).items()}
    for name, default, meaning in registry():
        value = "(set)" if name in secrets() and values[name] else values[name]
        click.echo(f"{name:32} {value!s}")
        click.echo(f"{'':32} {meaning} (default: {default or 'empty'})")
    click.echo("")
    click.echo(f"instance  {site.settings.instance_dir}")
    click.echo(f"database  {'ready' if is_prepared(site) else 'not ready: flask helpdesk db upgrade'}")
    if is_prepared(site) and (told := find_history(site.database)):
        click.echo(f"history   {told}")
    for locale in site.locales.all:
        click.echo(f"index     {locale.tag:10} {_index_state(site, locale)}")


def _index_state(site: Site, locale: Locale) -> str:
    status = site.indexer.backend.status(locale.tag)
    if locale in site.indexer.marked() or status.state == "broken":
        return f"{status.state}, to be built anew; searches are answered from the database until then"
    if status.state == "missing":
        return "missing, made by the first search"
    return f"ready, {status.documents:,} documents, {status.bytes:,} bytes"


def _values(site: Site) -> dict[str, str]:
    return {name: _shown(getattr(site.settings, name)) for name in _names()}


def _names() -> list[str]:
    return [name.removeprefix(PREFIX).lower() for name, _default, _meaning in registry()]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_shown(item)}" for name, item in value.items())
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def settings_table() -> str:
    """The settings as a Markdown table, as the manual holds it."""
    lines = ["| Setting | Default | Meaning |", "| --- | --- | --- |"]
    for name, default, meaning in registry():
        lines.append(f"| `{name}` | {f'`{default}`' if default else '(empty)'} | {meaning} |")
    return "\n".join(lines)


@click.group()
def db() -> None:
    """The database's schema."""


@db.command("upgrade")
@with_appcontext
@ending_with_a_sentence()
def db_upgrade() -> None:
    """Bring the schema to what the code needs."""
    site = find_site()
    upgrade(site.database)
    click.echo(f"The schema is at {current_revision(site.database)}.")


@db.command("status")
@with_appcontext
@ending_with_a_sentence()
def db_status() -> None:
    """Say which schema the database has and which the code needs."""
    click.echo(f"database {current_revision(find_site().database)}, code {head_revision()}")


@click.group()
def demo() -> None:
    """The demo exchange."""


@demo.command("remove")
@click.confirmation_option(prompt="Delete the demo's articles with their votes and views?")
@with_site
def demo_remove(site: Site) -> None:
    """Delete all of the demo; your own content stays."""
    click.echo(f"Removed {remove_demo(site)} demo articles.")


@demo.command("history")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day (UTC) at whose beginning it ends: today.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another number makes other readers.")
@with_site
def demo_history(site: Site, until: datetime | None, seed: int) -> None:
    """Make up ten months of readers for the demo: views, votes, searches, earlier revisions."""
    day = until.date() if until else clock.today()
    made = make_history(site, until=day, seed=seed, progress=show_progress)
    click.echo(f"Made up until {day}: {', '.join(f'{number:,} {name}' for name, number in made.items())}.")
