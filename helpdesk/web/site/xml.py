"""XML out of elements, and never with a character that XML forbids."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, make_response

from helpdesk.web.caching import keep
from helpdesk.web.localization import current_locale

# All but the production Char (XML 1.0, 2.2).
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """A new element in another; `xml_lang` is written as `xml:lang`."""
    written = {key.replace("xml_", "xml:"): FORBIDDEN.sub(" ", value) for key, value in attributes.items()}
    element = SubElement(parent, name, written)
    element.text = FORBIDDEN.sub(" ", text) or None
    return element


def document(root: Element, mimetype: str) -> Response:
    """A document in the reader's language, to be asked for again each time."""
    response = make_response(tostring(root, encoding="utf-8", xml_declaration=True))
    response.mimetype = mimetype
    response.headers["Content-Language"] = current_locale().tag
    return keep(response, "page")
