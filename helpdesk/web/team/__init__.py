"""The part of those who write, translate and learn from feedback."""

from __future__ import annotations

from flask import Blueprint

from helpdesk.web import errors, localization, security
from helpdesk.web.members import NAME
from helpdesk.web.team.gate import Gate
from helpdesk.web.team.links import hide_token
from helpdesk.web.team.routes import ROUTES


def build_blueprint() -> Blueprint:
    """The blueprint of all pages of the team; a fresh one for each application."""
    blueprint = Blueprint(NAME, __name__)
    blueprint.url_value_preprocessor(localization.pull_locale)
    blueprint.before_request(security.check_host)
    blueprint.before_request(Gate(ROUTES))
    blueprint.after_request(security.add_headers)
    blueprint.after_request(hide_token)
    blueprint.teardown_request(localization.leave)
    blueprint.register_error_handler(Exception, errors.handle)
    for route in ROUTES:
        blueprint.add_url_rule(f"/<tag>/team{route.rule}", route.name, route.view, methods=[route.method])
    blueprint.record_once(
        lambda state: state.app.url_default_functions.setdefault(NAME, []).append(
            lambda endpoint, values: localization.push_locale(state.app, endpoint, values)
        )
    )
    return blueprint
