"""What can go wrong, in the words of the field and without HTTP in it; and what an import has to say."""

from __future__ import annotations

from dataclasses import dataclass


class HelpdeskError(Exception):
    """Root of all errors that Helpdesk raises on purpose."""


class ConfigurationError(HelpdeskError):
    """A setting is unknown or wrong; the message is one sentence that says what to write instead."""


class NotReady(HelpdeskError):
    """The database is missing or older than the code, and the settings forbid to change it."""


def printable(text: str) -> str:
    """Escapes in place of what cannot be seen or moves a cursor, but for what joins letters in some scripts."""
    return "".join(char if char.isprintable() or char in "\u200c\u200d" else ascii(char)[1:-1] for char in text)


class ContentError(HelpdeskError):
    """Content that cannot be taken in: where it stands and why."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(printable(f"{path}:{line}: {reason[:1000]}"))
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
        return printable(f"{self.path}:{self.line}: {self.kind}{f': {self.detail}' if self.detail else ''}")


class TranslationNotFound(HelpdeskError):
    """No translation of that key in that locale."""


class RevisionNotFound(HelpdeskError):
    """No revision of that number, or in a locale that the site does not have."""


class SourceNeeded(HelpdeskError):
    """The source of an article cannot go while the article stays."""


class NoticeError(HelpdeskError):
    """A notice that cannot be shown; the message says what to write instead."""


class SynonymError(HelpdeskError):
    """A synonym that cannot be kept; the message says why."""


class HistoryError(HelpdeskError):
    """A history that cannot be made up here or so; the message says why."""


class Busy(HelpdeskError):
    """The database could not answer, or take a write, now; a retry is harmless."""
