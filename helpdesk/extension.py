"""The help center mounted into a Flask app; the standalone app is made of the same."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_babel import Babel
from sqlalchemy import Engine, create_engine

from helpdesk.cli import build_group
from helpdesk.config import Settings, load
from helpdesk.db import Database, prepare_engine
from helpdesk.search.whoosh_backend import WhooshBackend
from helpdesk.services.bootstrapping import bootstrap_mode, prepare
from helpdesk.services.indexing import Indexer
from helpdesk.services.migrating import shipped_folder
from helpdesk.services.site import Site
from helpdesk.web import api, filters, frames
from helpdesk.web.gettext import PoDomain, install_in_templates
from helpdesk.web.site import build_blueprint


class Helpdesk:
    """A help center below `url_prefix` of an app; `engine` None: one of our own on HELPDESK_DATABASE_URL."""

    def __init__(
        self,
        app: Flask | None = None,
        *,
        url_prefix: str = "/help",
        settings: Settings | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.url_prefix, self.settings, self.engine = url_prefix, settings, engine
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Mount into an app; nothing is written yet. Raises ConfigurationError."""
        settings = self.settings or load(Path(app.instance_path))
        engine = self.engine or prepare_engine(create_engine(settings.resolved_database_url))
        database = Database(engine)
        backend = WhooshBackend(settings.index_path)
        indexer = Indexer(database, backend, settings.locale_set, settings.index_path)
        site = Site(settings, database, indexer)
        own = [settings.translations_dir] if settings.translations_dir else []
        app.extensions["helpdesk"] = site
        app.extensions["helpdesk_fingerprint"] = frames.fingerprint(settings)
        app.extensions["helpdesk_similar"] = {}
        app.extensions["helpdesk_prefix"] = self.url_prefix
        app.extensions["helpdesk_domain"] = PoDomain([*own, shipped_folder("translations")], watch=app.debug)
        if "babel" not in app.extensions:
            Babel(app, default_locale=settings.locale_set.default.code, configure_jinja=False)
        install_in_templates(app.jinja_env)
        filters.register(app)
        app.register_blueprint(build_blueprint(), url_prefix=self.url_prefix or None)
        app.register_blueprint(api.build_blueprint(), url_prefix=f"{self.url_prefix}/api/v1")
        app.cli.add_command(build_group())
        app.before_request(_Starter(site))


class _Starter:
    """Prepares the database at the first request of a process: importing an app writes nothing."""

    def __init__(self, site: Site) -> None:
        self.site, self.is_done = site, False

    def __call__(self) -> None:
        if not self.is_done:
            prepare(self.site, bootstrap_mode(self.site.settings, is_flask_run=False))
            self.is_done = True
