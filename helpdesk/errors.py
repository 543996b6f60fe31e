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
    """A synonym that cannot be kept; pages say why by its `reason`, commands by the message."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class AnswerError(HelpdeskError):
    """What was to be done about a query cannot be done so; pages say why by its `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HistoryError(HelpdeskError):
    """A history that cannot be made up here or so; the message says why."""


class UserError(HelpdeskError):
    """An account cannot be made, changed or entered so; pages say it by its `reason`, commands by the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(USER_ERRORS[reason])
        self.reason = reason


USER_ERRORS = {
    "email": "An e-mail address looks like ada@example.com.",
    "name": "A name has 1 to 100 characters.",
    "role": "The roles are admin, editor, author, translator, analyst.",
    "taken": "There is an account with this e-mail address already.",
    "unknown": "There is no account with this e-mail address; `flask helpdesk user list` prints them all.",
    "limits": "A limit is the tag of a locale of the site, or the key of a category.",
    "last_admin": "This is the last administrator who can sign in; make another one first.",
    "disabled": "This account is disabled; `flask helpdesk user enable` lets it in again.",
    "link": "This link was used, has expired, or never was.",
    "short": "The password is too short.",
    "common": "The password is easy to guess: it is common, or made of the name, the address or a pattern.",
    "wrong": "E-mail address, password or code is wrong.",
    "code": "The code is wrong, or was used already.",
    "limited": "Too many attempts failed within an hour.",
    "sealed": "HELPDESK_SECRET_KEY has changed, and codes of the app cannot be checked any more.",
    "off": "HELPDESK_OIDC_ONLY turns passwords off; take it back, start the site again, and then make a link.",
    "provider": "The provider of the sign-in did not answer as it should.",
    "begun": "This sign-in took too long, was finished already, or was not begun in this browser.",
    "denied": "The provider of the sign-in refused.",
    "stranger": "There is no account with this e-mail address; `flask helpdesk user invite` makes one.",
    "unverified": "The provider of the sign-in has not verified the e-mail address.",
    "identity": "The account belongs to another identity; `flask helpdesk user unlink` forgets it.",
    "missing": 'Accounts need packages that are not installed; run: pip install "helpdesk[team]"',
}


class TellingError(HelpdeskError):
    """Something that the team cannot be told as was asked or set; the message says why."""


class NotSent(HelpdeskError):
    """A receiver did not take a mail or a message; pages say it by its `reason`, `detail` are the receiver's words."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{NOT_SENT[reason]}: {detail.rstrip('.')}.")
        self.reason, self.detail = reason, detail


NOT_SENT = {
    "server": "The mail server cannot be used",
    "address": "The mail server takes no mail for this address",
    "letter": "The mail server did not take the mail",
    "hook": "HELPDESK_ALERT_URL did not take the alerts",
}


class Busy(HelpdeskError):
    """The database could not answer, or take a write, now; a retry is harmless."""
