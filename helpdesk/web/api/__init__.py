"""The read API, /api/v1: JSON for widgets, apps and other sites."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from helpdesk.web import errors, limits, localization, security
from helpdesk.web.api import machines, origins, searching, specification
from helpdesk.web.api.routes import OPERATIONS

NAME = "helpdesk_api"


def build_blueprint() -> Blueprint:
    """The blueprint of the API; a fresh one for each application."""
    blueprint = Blueprint(NAME, __name__)
    blueprint.url_value_preprocessor(_find_locale)
    blueprint.before_request(security.check_host)
    blueprint.before_request(machines.answer_options)
    blueprint.before_request(_count)
    blueprint.after_request(security.add_headers)
    blueprint.after_request(origins.add_headers)
    blueprint.teardown_request(localization.leave)
    blueprint.register_error_handler(Exception, errors.handle)
    for operation in OPERATIONS:
        blueprint.add_url_rule(operation.rule, operation.name, operation.answer)
    blueprint.add_url_rule("/openapi.json", "openapi", specification.openapi)
    blueprint.add_url_rule(
        "/<path:rest>", machines.UNKNOWN, machines.unknown, methods=machines.METHODS, provide_automatic_options=False
    )
    blueprint.record_once(_add_to_pages)
    return blueprint


def _add_to_pages(state: BlueprintSetupState) -> None:
    """The search once more, beside its page: an operation of the API in all but its address."""
    app, place = state.app, (state.url_prefix or "").removesuffix("/api/v1")
    app.add_url_rule(f"{place}/<tag>/search.json", f"{NAME}.search_json", searching.search_json)
    app.url_default_functions.setdefault(NAME, []).append(
        lambda endpoint, values: localization.push_locale(app, endpoint, values)
    )


def _find_locale(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "tag" in values:
        localization.pull_locale(endpoint, values)
    else:
        localization.activate(localization.asked())


def _count() -> None:
    limits.count("api", localization.current_site().settings.api_per_minute)
