"""The first page of the team."""

from __future__ import annotations

from flask import Response

from helpdesk.web.gettext import gettext as _
from helpdesk.web.team.pages import show


def start() -> Response:
    """What the member may do."""
    # Translators: heading of the first page of those who write, translate and learn from feedback
    return show("start.html", _("Team"))
