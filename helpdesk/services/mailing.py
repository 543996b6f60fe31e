"""Hands letters of the site to a mail server. Nothing here runs in a transaction: a server may take its time."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

from helpdesk import clock
from helpdesk.config import Settings
from helpdesk.errors import NotSent, printable
from helpdesk.values import MAIL_ADDRESS, is_loopback

PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
# Characters of what a server answered that are repeated.
ANSWER_LENGTH = 200
# Every server takes ASCII.
POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said, as text and as HTML that needs nothing from elsewhere, in the language of a tag."""

    tag: str
    subject: str
    text: str
    html: str


def send(settings: Settings, to: Sequence[str], letter: Letter) -> list[str]:
    """Hand in one letter to all; the addresses that were refused while others were taken. Raises NotSent.

    A server that took it and was lost before it said so is told of as one that did not.
    """
    message = _message(settings, to, letter)
    try:
        with _connected(settings, message["From"].addresses[0].domain) as server:
            return sorted(server.send_message(message))
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent("address", _said(*next(iter(error.recipients.values())))) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise NotSent("letter", _said(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent("server", _said(error.smtp_code, error.smtp_error)) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent("server", printable(str(error))[:ANSWER_LENGTH]) from None


def _message(settings: Settings, to: Sequence[str], letter: Letter) -> EmailMessage:
    sender = _address(settings.mail_from, settings.site_name)
    message = EmailMessage(POLICY)
    message["From"] = sender
    message["To"] = [_address(address) for address in to]
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.domain)
    # RFC 3834: programs that answer mail leave this one alone.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    message["Content-Language"] = letter.tag
    return message


def _address(address: str, name: str = "") -> Address:
    """With a domain in ASCII, which every server knows. Raises NotSent."""
    user, _, domain = address.rpartition("@")
    try:
        if not (MAIL_ADDRESS.fullmatch(address) and address.isprintable()):
            raise ValueError(address)
        return Address(_line(name), user, domain.encode("idna").decode())
    except ValueError:
        raise NotSent("address", printable(address)) from None


def _line(text: str) -> str:
    """Nothing in it can end a header."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@contextmanager
def _connected(settings: Settings, name: str) -> Iterator[smtplib.SMTP]:
    """Over TLS, or within this machine, or without a password: settings allow nothing else."""
    parts, seconds = urlsplit(settings.smtp_url), settings.smtp_seconds
    place = (parts.hostname or "", parts.port or PORTS[parts.scheme])
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*place, name, timeout=seconds, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(*place, name, timeout=seconds)
    try:
        if parts.scheme == "smtp" and not is_loopback(parts):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
        with suppress(smtplib.SMTPException, OSError):  # what it took is taken
            server.quit()
    finally:
        server.close()


def _said(code: int, answer: bytes | str) -> str:
    text = answer if isinstance(answer, str) else answer.decode("utf-8", "replace")
    return f"{code} {printable(_line(text))}"[:ANSWER_LENGTH]
