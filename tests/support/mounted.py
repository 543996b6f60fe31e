"""A host as it comes: its own database, language, layout, errors, hooks and Jinja names, with or without us in it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, abort, g, render_template, session
from flask_babel import Babel, get_locale, gettext
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from jinja2 import DictLoader
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import Helpdesk
from helpdesk.config import Settings, load
from tests.conftest import KEY, TAGS
from tests.support.instances import copied

# Names of ours, of both kinds: what our views hand to templates, and what templates set themselves.
COMMON_NAMES = [
    "page",
    "article",
    "category",
    "section",
    "categories",
    "popular",
    "latest",
    "news",
    "notice",
    "locale",
    "found",
    "cards",
    "feedback",
    "around",
    "body",
    "pager",
    "sorts",
    "tabs",
    "text",
    "subject",
    "is_hosted",
    "item",
    "card",
    "site_name",
    "settings",
    "title",
    "description",
    "query",
    "state",
]
LAYOUT = """<!doctype html>
<html lang="fr" dir="ltr">
<head>
<meta charset="utf-8">
<title>{% block helpdesk_title %}Boutique{% endblock %}</title>
<link rel="stylesheet" href="/host.css">
{% block helpdesk_head %}{% endblock %}
</head>
<body>
<a href="#content">Aller au contenu</a>
<nav class="menu row"><a class="btn" href="/">{{ _('Shop') }}</a> {{ page }} {{ locale }}</nav>
<main id="content">{% block helpdesk_content %}<p>{{ _('Shop') }}</p>{% endblock %}</main>
<footer>{{ g.host_hook }}</footer>
</body>
</html>
"""


class Host:
    """The app and its parts."""

    def __init__(
        self, folder: Path, *, babel: str = "before", jinja: dict[str, Any] | None = None, **config: Any
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        _write_catalog(folder / "translations")
        self.app = Flask("host", instance_path=str(folder / "instance"), root_path=str(folder))
        self.app.config.update(
            SECRET_KEY="the host's own key",
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'host.sqlite'}",
            BABEL_TRANSLATION_DIRECTORIES=str(folder / "translations"),
            MAX_CONTENT_LENGTH=12345,
            **config,
        )
        self.app.jinja_options = jinja or {"trim_blocks": True}
        self.app.jinja_loader = DictLoader({"host/base.html": LAYOUT})
        self.db = SQLAlchemy(self.app)
        self.babel = babel
        self.touched: list[str] = []
        if babel == "before":
            self.add_babel()
        self.product = self._model()
        self._hooks()
        self._routes()

    def add_babel(self) -> None:
        Babel(self.app, locale_selector=lambda: "fr")

    def protect(self) -> None:
        CSRFProtect(self.app)

    def mount(self, settings: Settings | None = None, **options: Any) -> Helpdesk:
        mounted = Helpdesk(self.app, url_prefix="/support", settings=settings, **options)
        if self.babel == "after":
            self.add_babel()
        return mounted

    def close(self) -> None:
        if "helpdesk" in self.app.extensions:
            self.app.extensions["helpdesk"].indexer.backend.close()
            self.app.extensions["helpdesk"].database.engine.dispose()
        with self.app.app_context():
            self.db.session.remove()
            self.db.engine.dispose()

    def _model(self) -> Any:
        class Product(self.db.Model):  # type: ignore[name-defined,misc]
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]

        with self.app.app_context():
            self.db.create_all()
        return Product

    def _hooks(self) -> None:
        app = self.app

        @app.url_value_preprocessor
        def pull(_endpoint: str | None, values: dict[str, Any] | None) -> None:
            g.host_hook = "pied de page" if not values else values.pop("lang_code", "pied de page")

        @app.url_defaults
        def push(endpoint: str, values: dict[str, Any]) -> None:
            if app.url_map.is_endpoint_expecting(endpoint, "lang_code"):
                values.setdefault("lang_code", "fr")

        @app.after_request
        def mark(response: Any) -> Any:
            response.headers["X-Host"] = "yes"
            return response

        @app.errorhandler(404)
        def missing(_error: Exception) -> tuple[str, int]:
            self.touched.append("404")
            return "introuvable", 404

        @app.errorhandler(405)
        def method(_error: Exception) -> tuple[str, int]:
            self.touched.append("405")
            return "méthode", 405

        @app.errorhandler(500)
        def broken(_error: Exception) -> tuple[str, int]:
            self.touched.append("500")
            return "cassé", 500

        app.context_processor(lambda: {"page": "hôte", "locale": "fr_FR"})

    def _routes(self) -> None:
        app = self.app

        @app.get("/")
        def shop() -> str:
            return gettext("Shop") if "babel" in app.extensions else "Shop"

        @app.get("/page")
        def page() -> str:
            return render_template("host/base.html")

        @app.get("/<lang_code>/products")
        def products(**_values: str) -> str:
            return f"{g.host_hook} {get_locale()}"

        @app.get("/visit")
        def visit() -> str:
            session["seen"] = True
            return "vu"

        @app.post("/order")
        def order() -> str:
            return "commandé"

        @app.get("/boom")
        def boom() -> str:
            raise RuntimeError("host")

        @app.get("/gone")
        def gone() -> str:
            abort(410)


def add_jinja_names(app: Flask) -> None:
    """Globals and filters that many a host has; by now the host makes its environment."""
    app.jinja_env.globals.update(dict.fromkeys(COMMON_NAMES, "HOST"))
    app.jinja_env.filters.update({name: lambda value: f"HOST {value}" for name in ("date", "number", "marked")})


def settings_of(instance: Path, **settings: Any) -> Settings:
    return load(instance, environ={}, **({"secret_key": KEY, "locales": TAGS} | settings))


def mounted(host: Host, template: Path, **settings: Any) -> Host:
    """The host, with a copy of a prepared instance in it."""
    host.mount(settings_of(copied(template, host.folder / "help"), **settings))
    return host


def _write_catalog(folder: Path) -> None:
    for code, text in (("fr", "Boutique"), ("de", "Laden")):
        catalog = Catalog(locale=code)
        catalog.add("Shop", text)
        path = folder / code / "LC_MESSAGES" / "messages.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        write_mo(buffer, catalog)
        path.write_bytes(buffer.getvalue())


MakeHost = Callable[..., Host]
