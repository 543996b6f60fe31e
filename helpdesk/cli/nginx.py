"""`flask helpdesk nginx`: the rules of an nginx in front, made of the settings."""

from __future__ import annotations

import re
from pathlib import Path

import click
from flask.cli import with_appcontext
from jinja2 import Environment, StrictUndefined

from helpdesk.cli.progress import find_site
from helpdesk.config import Settings

TEMPLATE = Path(__file__).with_name("nginx.conf")
# What stands for an address, a port or a folder and means nothing else to nginx.
PLAIN = re.compile(r"[A-Za-z0-9._:/\[\]-]+")


def _plain(_context: click.Context, option: click.Parameter, value: str) -> str:
    if not PLAIN.fullmatch(value):
        raise click.BadParameter("letters, digits and . _ : / [ ] - only", param=option)
    return value


@click.command("nginx")
@click.option("--listen", default="80", show_default=True, callback=_plain, help="Port, or address with port.")
@click.option(
    "--upstream", default="127.0.0.1:8000", show_default=True, callback=_plain, help="Where the help center is served."
)
@click.option(
    "--cache", default="/var/cache/nginx/helpdesk", show_default=True, callback=_plain, help="Folder of what is kept."
)
@with_appcontext
def nginx(listen: str, upstream: str, cache: str) -> None:
    """Print the rules of an nginx in front of this help center."""
    settings = find_site().settings
    if not settings.trusted_proxies:
        raise click.ClickException(
            "Set HELPDESK_TRUSTED_PROXIES first: 1 when readers reach this nginx themselves, 2 when through a CDN."
        )
    click.echo(rules(settings, listen=listen, upstream=upstream, cache=cache), nl=False)


def rules(settings: Settings, *, listen: str, upstream: str, cache: str) -> str:
    """The file. Pages are kept by the first proxy that readers meet: two caches would add up their seconds."""
    environment = Environment(trim_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined)  # noqa: S701
    has_cdn = settings.trusted_proxies > 1
    return environment.from_string(TEMPLATE.read_text("utf-8")).render(
        listen=listen,
        upstream=upstream,
        cache=cache,
        server_name=" ".join(sorted(settings.hosts)),
        body_bytes=settings.form_bytes,
        prefix=settings.prefix,
        prefix_pattern=re.escape(settings.prefix),
        has_cdn=has_cdn,
        keeps_pages=bool(settings.cdn_seconds) and not has_cdn,
    )
