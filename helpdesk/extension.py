"""The help center mounted into a Flask app; the standalone app is made of the same."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request
from sqlalchemy import Engine

from helpdesk import clock
from helpdesk.cli import build_group
from helpdesk.config import Settings, load
from helpdesk.db import Database, borrow_engine, create_engine_for
from helpdesk.errors import Busy, ConfigurationError
from helpdesk.search.segmenters import plug_in
from helpdesk.search.whoosh_backend import WhooshBackend
from helpdesk.services.bootstrapping import bootstrap_mode, prepare
from helpdesk.services.builders import find_builder
from helpdesk.services.indexing import Indexer
from helpdesk.services.migrating import shipped_folder
from helpdesk.services.providers import find_provider
from helpdesk.services.site import Site
from helpdesk.services.users import link_address, make_first_link
from helpdesk.web import api, errors, frames, team
from helpdesk.web.gettext import PoDomain
from helpdesk.web.site import build_blueprint, sitemap
from helpdesk.web.site.machines import robots_lines
from helpdesk.web.site.sitemap import Cluster
from helpdesk.web.team import letters

log = logging.getLogger(__name__)

NAME = "helpdesk"
URL_PREFIX = re.compile(r"(/[^/<>]+)*")


class Helpdesk:
    """A help center below `url_prefix` of an app; one object may be mounted into several apps.

    `settings` None: HELPDESK_* of the app's configuration, the instance folder and the environment. `engine` None: one
    of our own on HELPDESK_DATABASE_URL; else the host's, or a callable that gives it inside an application context.
    `team_user`: called in a request, gives e-mail address, name and role of the host's user who belongs to the team,
    or None; nobody signs in here then.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        url_prefix: str = "/help",
        settings: Settings | None = None,
        engine: Engine | Callable[[], Engine] | None = None,
        team_user: Callable[[], tuple[str, str, str] | None] | None = None,
    ) -> None:
        self.url_prefix, self.settings, self.engine = url_prefix.rstrip("/"), settings, engine
        self.team_user = team_user
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Mount into an app; nothing is written yet. Raises ConfigurationError."""
        self._check(app)
        settings = self.settings or load(_instance_folder(app), host=app.config)
        plug_in(settings.segmenters)
        database = Database(self._find_engine(app, settings))
        backend = WhooshBackend(settings.index_path, settings.search_weights)
        builder = find_builder(settings, database.engine, WhooshBackend)
        indexer = Indexer(database, backend, settings.locale_set, settings.index_path, builder)
        site = Site(settings, database, indexer)
        catalogs = (settings.translations_path, shipped_folder("translations"))
        overrides = Path(app.root_path, app.template_folder or "templates", NAME)
        app.extensions["helpdesk"] = site
        app.extensions["helpdesk_mount"] = type(self)
        app.extensions["helpdesk_fingerprint"] = frames.fingerprint(settings, overrides, *catalogs)
        app.extensions["helpdesk_similar"] = {}
        app.extensions["helpdesk_team_user"] = self.team_user
        app.extensions["helpdesk_letters"] = letters
        app.extensions["helpdesk_provider"] = None if self.team_user else find_provider(settings)
        app.extensions["helpdesk_prefix"] = self.url_prefix
        app.extensions["helpdesk_domain"] = PoDomain(catalogs, chain=site.locales.chain, watch=app.debug)
        entrance = _Entrance(site)
        for blueprint, path in (
            (build_blueprint(), ""),
            (team.build_blueprint(), ""),
            (api.build_blueprint(), "/api/v1"),
        ):
            blueprint.url_value_preprocessor(entrance)
            errors.claim(blueprint)
            app.register_blueprint(blueprint, url_prefix=f"{self.url_prefix}{path}" or None)
        app.before_request(errors.answer_below_mount)
        app.cli.add_command(build_group())

    @staticmethod
    def robots() -> list[str]:
        """Lines for below `User-agent: *` in the host's /robots.txt, the only one that search engines ask for."""
        return robots_lines()

    @staticmethod
    def sitemap_files() -> list[str]:
        """Addresses of our sitemap's files, for a sitemap index of the host's."""
        return sitemap.sitemap_files()

    @staticmethod
    def sitemap_urls() -> Iterator[Cluster]:
        """Every page that may be indexed, in all its languages, for a host that writes one sitemap."""
        return sitemap.sitemap_urls()

    def _check(self, app: Flask) -> None:
        if not URL_PREFIX.fullmatch(self.url_prefix):
            raise ConfigurationError(f"url_prefix must be a plain path such as /support, not {self.url_prefix!r}.")
        if NAME in app.extensions:
            raise ConfigurationError("This app has a help center already.")
        if NAME in app.blueprints or NAME in app.cli.commands:
            raise ConfigurationError(
                f"The app has a blueprint or a group of commands named `{NAME}`; "
                "the help center needs that name for its own: rename the app's."
            )

    def _find_engine(self, app: Flask, settings: Settings) -> Engine:
        if self.engine is None:
            return create_engine_for(settings.resolved_database_url)
        if isinstance(self.engine, Engine):
            return borrow_engine(self.engine)
        with app.app_context():
            return borrow_engine(self.engine())


def _instance_folder(app: Flask) -> Path:
    return Path(os.environ.get("HELPDESK_INSTANCE_DIR") or app.instance_path).absolute()


class _Entrance:
    """What a request to us passes first; the host's own requests never come here."""

    def __init__(self, site: Site) -> None:
        self.site, self.is_prepared = site, False

    def __call__(self, _endpoint: str | None, _values: dict[str, Any] | None) -> None:
        csrf = current_app.extensions.get("csrf")
        if csrf is not None:  # Flask-WTF's; posts to us carry no token, they have a guard of their own
            csrf.exempt(current_app.blueprints[request.blueprint or NAME])
        # Importing an app writes nothing; that the process lives is said whatever the database does.
        if not self.is_prepared and request.endpoint != "helpdesk.healthz":
            prepare(self.site, bootstrap_mode(self.site.settings, is_flask_run=False))
            self.is_prepared = True
            if current_app.extensions["helpdesk_team_user"] is None:
                self._invite_first()

    def _invite_first(self) -> None:
        """Log the link that makes the first administrator, once in the life of a database; no page waits for it."""
        with suppress(Busy):
            token = make_first_link(self.site, now=clock.now(), is_brief=True)
            if token is not None:
                # Not the Host of the request, which may be anybody's.
                base = f"http://127.0.0.1:{request.environ.get('SERVER_PORT', 5000)}"
                log.warning(
                    "Nobody can sign in yet. This link makes the first administrator, once, within %s hours: %s",
                    self.site.settings.link_hours,
                    link_address(self.site, token, mount=current_app.extensions["helpdesk_prefix"], base=base),
                )
