"""Composition root of the standalone app: a readable list of steps."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask_compress import Compress
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine

from helpdesk import clock
from helpdesk.cli.progress import show_progress
from helpdesk.config import Settings, load
from helpdesk.db import engine_options, prepare_engine
from helpdesk.errors import Busy, ConfigurationError, NotReady
from helpdesk.extension import Helpdesk
from helpdesk.services.bootstrapping import bootstrap_mode, prepare
from helpdesk.services.site import Site
from helpdesk.services.users import link_address, make_first_link
from helpdesk.web import errors, security
from helpdesk.web.proxies import Below, Forwarded

# What Flask-Compress does not know to be text.
TEXTUAL = ("text/markdown", "application/problem+json", "application/opensearchdescription+xml")


def create_app(settings: Settings | None = None) -> Flask:
    """The standalone app; writes nothing unless `flask run` starts it. A wrong setting stops it in one sentence."""
    app = Flask("helpdesk", instance_path=instance_path(), static_folder=None)
    with _stopping_with_a_sentence():
        settings = settings or load(Path(app.instance_path))
        engine = _build_engine(app, settings)
    app.config["MAX_CONTENT_LENGTH"] = settings.form_bytes
    Compress(app)
    app.config["COMPRESS_MIMETYPES"] = [*app.config["COMPRESS_MIMETYPES"], *TEXTUAL]
    with _stopping_with_a_sentence():
        Helpdesk(app, url_prefix="", settings=settings, engine=engine)
    app.register_error_handler(Exception, errors.handle)
    app.after_request(security.add_headers)
    app.after_request(security.add_transport_security)
    _stand_behind_proxies(app, settings)
    if _is_flask_run():
        site = app.extensions["helpdesk"]
        try:
            prepare(site, bootstrap_mode(settings, is_flask_run=True), show_progress)
            _invite_first(app, site)
        except Busy as error:
            raise click.ClickException(f"The database does not answer: {error}") from None
        except NotReady as error:
            raise click.ClickException(str(error)) from None
        engine.dispose()  # nothing opened here may be shared with a process that comes of this one
    return app


def instance_path() -> str | None:
    """HELPDESK_INSTANCE_DIR, absolute; None: where Flask puts it."""
    configured = os.environ.get("HELPDESK_INSTANCE_DIR")
    return str(Path(configured).absolute()) if configured else None


@contextmanager
def _stopping_with_a_sentence() -> Iterator[None]:
    try:
        yield
    except ConfigurationError as error:
        raise _stop(error) from None


def _stop(error: ConfigurationError) -> BaseException:
    """One sentence and no traceback, under a command and under a server."""
    is_command = click.get_current_context(silent=True) is not None
    return click.ClickException(str(error)) if is_command else SystemExit(str(error))


def _stand_behind_proxies(app: Flask, settings: Settings) -> None:
    """What the app sees is the public address. A mounted help center leaves this to its host."""
    if settings.prefix:
        first = settings.prefix.split("/")[1]
        locales = settings.locale_set
        own = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
        if first in own or locales.find(first) or locales.find_alias(first):
            raise _stop(
                ConfigurationError(
                    f"HELPDESK_SITE_URL cannot end with {settings.prefix}: addresses of the help center begin with "
                    f"/{first} themselves. Take another path, such as /help."
                )
            )
        app.wsgi_app = Below(app.wsgi_app, settings.prefix)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        app.wsgi_app = Forwarded(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]


def _build_engine(app: Flask, settings: Settings) -> Engine:
    """Flask-SQLAlchemy makes the engine; sessions on it are our own."""
    url, options = engine_options(settings.resolved_database_url)
    app.config["SQLALCHEMY_DATABASE_URI"], app.config["SQLALCHEMY_ENGINE_OPTIONS"] = url, options
    extension = SQLAlchemy(app)
    with app.app_context():
        return prepare_engine(extension.engine)


def _invite_first(app: Flask, site: Site) -> None:
    """Print the link that makes the first administrator, at the first start only."""
    token = make_first_link(site, now=clock.now())
    if token is not None:
        served = click.get_current_context().params
        base = f"http://{'[::1]' if served.get('host') == '::1' else '127.0.0.1'}:{served.get('port') or 5000}"
        address = link_address(site, token, mount=app.extensions["helpdesk_prefix"], base=base)
        hours = site.settings.link_hours
        click.echo(f"Nobody can sign in yet. This link makes the first administrator, once, within {hours} hours:")
        click.echo(address)
        click.echo("For another one: flask helpdesk user invite YOU@EXAMPLE.COM --role admin")


def _is_flask_run() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and context.info_name == "run"
