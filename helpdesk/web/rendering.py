"""Our templates, in a Jinja environment of their own and, where the host says so, inside the host's layout."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import cast

from flask import Flask, current_app, g, render_template, url_for
from flask.templating import Environment
from jinja2 import TemplateNotFound
from markupsafe import Markup

from helpdesk.errors import ConfigurationError
from helpdesk.web import filters
from helpdesk.web.gettext import install_in_templates
from helpdesk.web.localization import current_locale, current_site

SHEET = "site.css"
DOCUMENT = {":root", "html", "body"}
# What our sheet says of the whole document is the host's to say: its height, its dark mode, what sticks to its top.
HOSTED = "@layer hosted { .hd { min-block-size: 0; color-scheme: light } .hd .top { position: static } }"


def render(template: str, **context: object) -> str:
    """A template of ours with the host's context processors, globals and filters, and with Jinja as we know it."""
    return render_template(_environment().get_template(f"helpdesk/{template}"), **context)


def _environment() -> Environment:
    """Made at the first page, when the host has set up its own; nothing is put into the host's."""
    environment = current_app.extensions.get("helpdesk_templates")
    if environment is None:
        host = current_app.jinja_env
        environment = Environment(
            cast(Flask, current_app._get_current_object()),  # type: ignore[attr-defined]
            autoescape=True,
            auto_reload=host.auto_reload,
            extensions=[type(extension) for extension in host.extensions.values()],
        )
        environment.policies, environment.bytecode_cache = host.policies, host.bytecode_cache
        environment.globals.update(host.globals)
        environment.filters.update(host.filters)
        environment.tests.update(host.tests)
        install_in_templates(environment)
        filters.register(environment)
        environment.globals.update(
            hd_layout=_layout, hd_is_hosted=_is_hosted, hd_put_in_layout=_put_in_layout, hd_stylesheet=_stylesheet_url
        )
        current_app.extensions["helpdesk_templates"] = environment
    return cast(Environment, environment)


def _is_hosted() -> bool:
    return bool(current_site().settings.layout) and "hd_is_alone" not in g


def _layout() -> str:
    return "helpdesk/hosted.html" if _is_hosted() else "helpdesk/layout.html"


def _put_in_layout(title: Markup, head: Markup, content: Markup) -> Markup:
    """The host's layout around a page of ours; of our names it sees four, all `hd_`.

    Raises ConfigurationError where there is no such template, or no place in it for the content.
    """
    layout = current_site().settings.layout
    try:
        html = render_template(
            "helpdesk/in_layout.html",
            hd_layout=layout,
            hd_locale=current_locale(),
            hd_title=title,
            hd_head=head,
            hd_content=content,
        )
    except TemplateNotFound as error:
        if error.name != layout:
            raise
        raise ConfigurationError(f"HELPDESK_LAYOUT names {layout}, which is none of the app's templates.") from None
    if content not in html:
        raise ConfigurationError(f"{layout}, named by HELPDESK_LAYOUT, has no block `helpdesk_content`.")
    g.hd_in_layout = True
    return Markup(html)  # noqa: S704  # the host's own page


def _stylesheet_url() -> str:
    if not _is_hosted():
        return filters.static_url(SHEET)
    return url_for("helpdesk.hosted_style", v=filters.fingerprint_of(hosted_stylesheet().encode()))


@lru_cache(maxsize=1)
def hosted_stylesheet() -> str:
    """The reader's sheet for a host's layout: every rule below `.hd`, every layer below `helpdesk`, light only."""
    css = re.sub(r"/\*.*?\*/", "", (filters.STATIC / SHEET).read_text("utf-8"), flags=re.DOTALL)
    css = css.replace("(prefers-color-scheme: dark)", "not all")
    return f"@layer helpdesk {{\n{re.sub(r'([^{};]+){', _scope, css)}{HOSTED}\n}}\n"


def _scope(match: re.Match[str]) -> str:
    selectors = match[1].strip()
    if selectors.startswith("@"):
        return match[0]
    # Commas inside parentheses do not part selectors.
    parts = re.findall(r"(?:[^,(]|\((?:[^()]|\([^()]*\))*\))+", selectors)
    scoped = (".hd" if part.strip() in DOCUMENT else f".hd {part.strip()}" for part in parts)
    return f"\n{', '.join(scoped)} {{"
