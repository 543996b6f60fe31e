"""What an operation of the API is made of: parameters read, its view asked, the answer written; typed all through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

import msgspec
from flask import Response, request
from msgspec.inspect import IntType, LiteralType, type_info

from helpdesk.web import frames
from helpdesk.web.api.schemas import Asked
from helpdesk.web.caching import keep
from helpdesk.web.errors import WrongParameters
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site

AskedT = TypeVar("AskedT", bound=Asked)


@dataclass(frozen=True, slots=True)
class Operation:
    """A GET: `view` takes the parameters (`asked`) and those of the path, and gives the answer, both as it is typed.

    `statuses` are those beside what every operation may answer; `is_stable`: the answer changes with the content only.
    """

    rule: str
    view: Callable[..., Any]
    statuses: tuple[int, ...] = ()
    is_stable: bool = True

    @property
    def name(self) -> str:
        """Its endpoint, and its id in the specification."""
        return self.view.__name__

    @property
    def parameters(self) -> type[Asked]:
        """The type of its parameters."""
        found: type[Asked] = get_type_hints(self.view)["asked"]
        return found

    @property
    def result(self) -> Any:
        """The type of its answer."""
        return get_type_hints(self.view, include_extras=True)["return"]

    def answer(self, **path: str) -> Response:
        """Answer the request; raises WrongParameters, and what the view raises."""
        asked = read_parameters(self.parameters)
        tag = frames.content_tag(current_locale().tag) if self.is_stable else None
        if tag and frames.is_known(tag):
            return frames.unchanged(tag, "page")
        response = write(self.view(asked, **path))
        if not tag or frames.is_passing():
            return response
        response.set_etag(tag, weak=True)
        return keep(response, "page")


def write(value: Any) -> Response:
    """A value as JSON that nobody may keep."""
    response = Response(msgspec.json.encode(value), mimetype="application/json")
    response.headers["Content-Language"] = current_locale().tag
    if links := getattr(value, "links", None):
        response.headers["Link"] = links.header()
    return keep(response, "never")


def read_parameters(schema: type[AskedT]) -> AskedT:
    """The query as its type says; raises WrongParameters for what is unknown, repeated, missing or out of bounds."""
    fields = {field.name: field for field in msgspec.structs.fields(schema)}
    values: dict[str, Any] = {}
    reasons = {name: expectation(field.type) for name, field in fields.items() if field.required}
    for name, given in request.args.lists():
        reasons.pop(name, None)
        if name not in fields:
            # Translators: said of a name in an address that the API does not know, such as ?nmae=1
            reasons[name] = _("There is no parameter of this name.")
        elif len(given) > 1:
            # Translators: said of a parameter of an address that is repeated, such as ?page=1&page=2
            reasons[name] = _("It may be given only once.")
        else:
            try:
                values[name] = msgspec.convert(given[0], fields[name].type, strict=False)
            except msgspec.ValidationError:
                reasons[name] = expectation(fields[name].type)
    tags = [locale.tag for locale in current_site().locales.all]
    if values.get("locale", tags[0]) not in tags:
        reasons["locale"] = one_of(tags)
    if reasons:
        raise WrongParameters(reasons)
    return schema(**values)


def expectation(type_: Any) -> str:
    """What a parameter takes, in the language of the answer."""
    match getattr(found := type_info(type_), "type", found):  # what has a description stands in its `Metadata`
        case IntType(ge=least, le=most):
            # Translators: said of a parameter of an address; both are numbers
            return _("A whole number from %(least)s to %(most)s is expected.", least=least, most=most)
        case LiteralType(values=values):
            return one_of([str(value) for value in values])
        case text:
            most = getattr(text, "max_length", None)
            # Translators: said of a parameter of an address
            return _("A text of 1 to %(most)s characters is expected.", most=most)


def one_of(choices: list[str]) -> str:
    """A sentence that names the choices."""
    # Translators: said of a parameter of an address; the choices are technical names and stay as they are
    return _("One of these is expected: %(choices)s.", choices=", ".join(choices))
