"""The read API, /api/v1: JSON for widgets, apps and other sites."""

from __future__ import annotations

from flask import Blueprint

from helpdesk.web import errors, localization, security
from helpdesk.web.api import limits, machines, origins, specification
from helpdesk.web.api.routes import OPERATIONS


def build_blueprint() -> Blueprint:
    """The blueprint of the API; a fresh one for each application."""
    blueprint = Blueprint("helpdesk_api", __name__)
    blueprint.url_value_preprocessor(lambda _endpoint, _values: localization.activate(localization.asked()))
    blueprint.before_request(security.check_host)
    blueprint.before_request(machines.answer_options)
    blueprint.before_request(limits.count)
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
    return blueprint
