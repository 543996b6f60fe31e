"""The OpenAPI document, made of the table of operations and their types."""

from __future__ import annotations

import hashlib
import re
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, current_app, url_for

from helpdesk.web import frames
from helpdesk.web.api.machines import VERSION
from helpdesk.web.api.operations import Operation
from helpdesk.web.api.routes import OPERATIONS
from helpdesk.web.api.schemas import Links, Problem
from helpdesk.web.caching import keep
from helpdesk.web.localization import current_site
from helpdesk.web.pages import absolute

DESCRIPTION = """\
Published articles as the help center's pages show them, each in the language asked for or in what stands in for it.
Nothing is written. Parameters that are unknown, repeated or out of bounds are refused with 400.
Errors are problem details (RFC 9457) in the language asked for."""
ANY = (400, 429, 500, 503)  # what every operation may answer beside 200
EXAMPLES = {"q": "withdrawal", "category": "faq", "section": "trading"}
ARTICLE_ID = {
    "name": "article_id",
    "in": "path",
    "required": True,
    "description": "The article's id, the number in its address.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
}
RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
HEADERS = {
    "ETag": "Changes with the content; send it back as `If-None-Match`. Views may lag by a day.",
    "Link": "Other pages of the list (RFC 8288).",
}


def openapi() -> Response:
    """The document; the same until code or settings change."""
    root = absolute(url_for("helpdesk_api.openapi")).removesuffix("/openapi.json")
    known = f"{current_app.extensions['helpdesk_fingerprint']} {root}"
    tag = hashlib.sha256(known.encode()).hexdigest()[:32]
    if frames.is_known(tag):
        return frames.unchanged(tag, "page")
    response = Response(msgspec.json.encode(_document(root)), mimetype="application/json")
    response.set_etag(tag, weak=True)
    return keep(response, "page")


def _document(root: str) -> dict[str, Any]:
    parameters = list(dict.fromkeys(operation.parameters for operation in OPERATIONS))
    types = [*(operation.result for operation in OPERATIONS), Problem, *parameters]
    _references, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    asked = {type_: schemas.pop(type_.__name__) for type_ in parameters}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Help center: read API", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": root}],
        "paths": {_path(item.rule): {"get": _operation(item, asked[item.parameters])} for item in OPERATIONS},
        "components": {"schemas": schemas},
    }


def _path(rule: str) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", rule)


def _operation(operation: Operation, asked: dict[str, Any]) -> dict[str, Any]:
    required = asked.get("required", ())
    summary = (operation.view.__doc__ or "").partition("\n")[0].rstrip(".")
    return {
        "operationId": operation.name,
        "summary": summary,
        "parameters": [
            *([ARTICLE_ID] if "article_id" in operation.rule else []),
            *(_parameter(name, schema, name in required) for name, schema in asked["properties"].items()),
        ],
        "responses": {"200": _answer(operation)}
        | ({"304": {"description": "What `If-None-Match` names is still true."}} if operation.is_stable else {})
        | {str(status): _problem(status) for status in sorted({*ANY, *operation.statuses})},
    }


def _parameter(name: str, schema: dict[str, Any], is_required: bool) -> dict[str, Any]:
    schema = {**schema}
    found = {"name": name, "in": "query", "required": is_required, "description": schema.pop("description", "")}
    if schema.get("default") == "":
        del schema["default"]  # not given
    if name == "locale":
        schema = {"type": "string", "enum": [locale.tag for locale in current_site().locales.all]}
    if name in EXAMPLES:
        found["example"] = EXAMPLES[name]
    return found | {"schema": schema}


def _answer(operation: Operation) -> dict[str, Any]:
    names = [*(["ETag"] if operation.is_stable else []), *(["Link"] if _is_paged(operation.result) else [])]
    headers = {name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in names}
    schema = {"$ref": f"#/components/schemas/{operation.result.__name__}"}
    return {
        "description": " ".join((operation.result.__doc__ or "").split()),
        "headers": headers,
        "content": {"application/json": {"schema": schema}},
    }


def _is_paged(result: Any) -> bool:
    return any(field.type is Links for field in msgspec.structs.fields(result))


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": HTTPStatus(status).phrase,
        "headers": {"Retry-After": RETRY_AFTER} if status in (429, 503) else {},
        "content": {"application/problem+json": {"schema": schema}},
    }
