"""What of a site's past is made up: the demo's votes, and until when its history was told."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.db import Database
from helpdesk.models import State

# How the names of the demo's visitors begin; a reader's own are hexadecimal digits.
MADE_UP = "demo-"
# The fact in `hd_state` that a history was made up.
HISTORY = "history"


def find_history(database: Database) -> str | None:
    """Until when, and with which seed, a history was made up; None: there is none."""
    with database.read() as connection:
        return connection.execute(select(State.value).where(State.name == HISTORY)).scalar()
