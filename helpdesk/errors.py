"""What can go wrong, in the words of the field and without HTTP in it; and what an import has to say."""

from __future__ import annotations

from dataclasses import dataclass


class HelpdeskError(Exception):
    """Root of all errors that Helpdesk raises on purpose."""


class ConfigurationError(HelpdeskError):
    """A setting is unknown or wrong; the message is one sentence that says what to write instead."""


class NotReady(HelpdeskError):
    """The database is missing or older than the code, and the settings forbid to change it."""


class ContentError(HelpdeskError):
    """Content that cannot be taken in: where it stands and why."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


@dataclass(frozen=True, slots=True)
class Note:
    """Something that an import could not keep; `kind` is the same words for all of its like."""

    path: str
    line: int
    kind: str
    detail: str = ""

    def __str__(self) -> str:
        """As a compiler would say it."""
        return f"{self.path}:{self.line}: {self.kind}{f': {self.detail}' if self.detail else ''}"


class TranslationNotFound(HelpdeskError):
    """No translation of that key in that locale."""


class RevisionNotFound(HelpdeskError):
    """No revision of that number, or in a locale that the site does not have."""


class SourceNeeded(HelpdeskError):
    """The source of an article cannot go while the article stays."""


class NoticeError(HelpdeskError):
    """A notice that cannot be shown; the message says what to write instead."""


class HistoryError(HelpdeskError):
    """A history that cannot be made up here or so; the message says why."""


class Busy(HelpdeskError):
    """The database could not answer, or take a write, now; a retry is harmless."""
