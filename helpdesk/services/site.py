"""What one mounted help center consists of; handed to whoever serves or commands it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from helpdesk.config import Settings
from helpdesk.db import Database
from helpdesk.locales import Locales
from helpdesk.queries.knowledge import Memory
from helpdesk.services.indexing import Indexer

# Called with a label, the steps done and the steps in all.
Progress = Callable[[str, int, int], None]


def no_progress(_label: str, _done: int, _total: int) -> None:
    """For callers that nobody watches."""


@dataclass(frozen=True, slots=True)
class Site:
    """Settings, database and index of one help center, and what this process knows for its searches."""

    settings: Settings
    database: Database
    indexer: Indexer
    memory: Memory = field(default_factory=Memory)

    @property
    def locales(self) -> Locales:
        """The configured locales."""
        return self.settings.locale_set
