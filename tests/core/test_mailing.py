"""Letters as a real server gets them, and what is said when it does not take them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from socket import socket

import pytest

from helpdesk.config import Settings, load
from helpdesk.errors import ConfigurationError, NotSent
from helpdesk.services.mailing import Letter, send
from tests.support.receivers import CERTIFICATE, Postbox, login_of, mail_server

LETTER = Letter("ar", "رابطك إلى مركز المساعدة", "نص 🌍\n" + "س" * 2000, '<html lang="ar" dir="rtl"><p>نص</p></html>')
ADA = "ada@example.com"
KEY = "k" * 32


def settings(url: str, **more: str) -> Settings:
    own = {"smtp_url": url, "mail_from": "help@example.com", "site_url": "https://help.example.com", "secret_key": KEY}
    return load(Path("/nowhere"), environ={f"HELPDESK_{name.upper()}": value for name, value in (own | more).items()})


def said(url: str, to: str = ADA, letter: Letter = LETTER) -> tuple[str, str]:
    with pytest.raises(NotSent) as error:
        send(settings(url), [to], letter)
    return error.value.reason, str(error.value)


def at(box: Postbox, user: str = "", host: str = "localhost", scheme: str = "smtp") -> str:
    return f"{scheme}://{user}{host}:{box.port}"


def test_a_letter_as_it_arrives(noon: object) -> None:
    with mail_server() as box:
        named = settings(at(box), site_name="Ωμέγα, Ltd.\n")
        assert send(named, [ADA, "bob@bücher.example"], LETTER) == []
    ((to, message),) = box.taken
    assert to == [ADA, "bob@xn--bcher-kva.example"]
    assert [(name, str(message[name])) for name in ("From", "To", "Subject", "Date", "Auto-Submitted")] == [
        ("From", '"Ωμέγα, Ltd." <help@example.com>'),
        ("To", "ada@example.com, bob@xn--bcher-kva.example"),
        ("Subject", LETTER.subject),
        ("Date", "Wed, 13 May 2026 12:00:00 +0000"),
        ("Auto-Submitted", "auto-generated"),
    ]
    assert message["Message-ID"].endswith("@example.com>")
    assert message["Content-Language"] == "ar"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert (text.get_content().strip().replace("\r", ""), html.get_content().strip()) == (LETTER.text, LETTER.html)
    assert [part.get_content_charset() for part in (text, html)] == ["utf-8", "utf-8"]
    assert box.said[0] == "ehlo example.com"


def test_each_letter_has_an_id_of_its_own() -> None:
    with mail_server() as box:
        for _ in range(2):
            send(settings(at(box)), [ADA], LETTER)
    assert len({message["Message-ID"] for _to, message in box.taken}) == 2


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x0b"])
def test_nothing_gets_into_the_head(end: str) -> None:
    evil = Letter("en", f"Hello{end}Bcc: eve@example.com", "text", "<p>text</p>")
    with mail_server() as box:
        send(settings(at(box), site_name=f"Acme{end}Bcc: eve@example.com"), [ADA], evil)
        for to in (f"ada@example.com{end}Bcc: eve@example.com", f"ada{end}@example.com"):
            with pytest.raises(NotSent):
                send(settings(at(box)), [to], evil)
    ((to, message),) = box.taken
    assert (to, message["Bcc"]) == ([ADA], None)
    assert message["Subject"] == "Hello Bcc: eve@example.com"


@pytest.mark.parametrize("to", ["ada@", "ada@exa..mple.com", f"ada@{'x' * 64}.com"])
def test_what_is_no_address_is_refused(to: str) -> None:
    reason, sentence = said("smtp://localhost:1", to)
    assert (reason, sentence) == ("address", f"The mail server takes no mail for this address: {to}.")


def test_a_password_is_said_over_tls_only(monkeypatch: pytest.MonkeyPatch) -> None:
    user = "desk:p%40ss%2Fw@"
    with mail_server("STARTTLS", "AUTH PLAIN") as box:
        url = at(box, user, "0.0.0.0")
        assert said(url)[1].startswith("The mail server cannot be used: [SSL: CERTIFICATE_VERIFY_FAILED]")
        assert (login_of(box), box.taken) == ([], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        send(settings(url), [ADA], LETTER)
        assert (login_of(box), box.is_tls) == (["desk", "p@ss/w"], [True])
        box.refusing["STARTTLS"] = "454 not now"
        assert said(url) == ("server", "The mail server cannot be used: 454 not now.")
        box.extensions = ("AUTH PLAIN",)
        assert said(url) == ("server", "The mail server cannot be used: STARTTLS extension not supported by server.")
        assert len(login_of(box)) == 2
        send(settings(at(box, user, "127.0.0.1")), [ADA], LETTER)  # which nobody can listen to
        assert (login_of(box)[2:], box.is_tls) == (["desk", "p@ss/w"], [True, False])


def test_tls_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as box:
        assert said(at(box, host="0.0.0.0", scheme="smtps"))[0] == "server"  # it speaks no TLS before it is asked to
        send(settings(at(box, host="0.0.0.0", scheme="smtp+plain")), [ADA], LETTER)
    assert box.is_tls == [False]


def test_refusals_are_told_in_the_servers_words() -> None:
    with mail_server("AUTH PLAIN") as box:
        for start, answer, expected in (
            ("RCPT", "550 5.1.1 no such \x1b[31m user", ("address", "550 5.1.1 no such [31m user")),
            ("MAIL", "553 not from you", ("letter", "553 not from you")),
            ("taken", "552 too large", ("letter", "552 too large")),
            ("AUTH", "535 wrong password", ("server", "535 wrong password")),
            ("", "421 too busy", ("server", "421 too busy")),
        ):
            box.refusing = {start: answer}
            reason, sentence = said(at(box, "desk:secret-word@"))
            assert (reason, sentence.partition(": ")[2]) == (expected[0], f"{expected[1]}.")
            assert "secret-word" not in sentence


def test_some_may_be_refused_while_others_get_it() -> None:
    with mail_server() as box:
        box.refusing = {"RCPT TO:<BOB": "550 no such user"}
        assert send(settings(at(box)), [ADA, "bob@example.com"], LETTER) == ["bob@example.com"]
    assert box.letters == [(ADA, LETTER.subject)]


def test_a_server_that_is_down_or_silent() -> None:
    with socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"smtp://localhost:{closed.getsockname()[1]}"
        reason, sentence = said(url)
        assert (reason, "Connection refused" in sentence) == ("server", True)
        closed.listen()
        with pytest.raises(NotSent, match="timed out"):
            send(replace(settings(url), smtp_seconds=0.1), [ADA], LETTER)


def test_what_was_taken_is_taken_however_it_ends() -> None:
    with mail_server() as box:
        box.refusing = {"QUIT": "500 what?"}
        assert send(settings(at(box)), [ADA], LETTER) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"smtp_url": "mail.example.com"}, "HELPDESK_SMTP_URL must be an address such as smtp://user:password@"),
        ({"smtp_url": "smtp://u:pass-word@mail.example.com:x"}, "HELPDESK_SMTP_URL must be an address such as"),
        ({"smtp_url": "smtp://u:pass-word/@mail.example.com"}, "HELPDESK_SMTP_URL must be an address such as"),
        ({"smtp_url": "smtp://u:pässword@mail.example.com"}, "HELPDESK_SMTP_URL must be an address whose user and"),
        ({"smtp_url": "smtp+plain://u:pass-word@mail.example.com"}, "HELPDESK_SMTP_URL must be smtp:// or smtps://"),
        ({"mail_from": ""}, "HELPDESK_SMTP_URL needs HELPDESK_MAIL_FROM, and HELPDESK_SITE_URL for the links."),
        ({"site_url": ""}, "HELPDESK_SMTP_URL needs HELPDESK_MAIL_FROM, and HELPDESK_SITE_URL for the links."),
        ({"mail_from": "Help <help@example.com>"}, "HELPDESK_MAIL_FROM must be an e-mail address such as"),
        ({"mail_from": "help@example.com\nBcc: e@x.y"}, "HELPDESK_MAIL_FROM must be an e-mail address such as"),
        ({"smtp_url": "", "alert_to": ADA}, "HELPDESK_ALERT_TO needs HELPDESK_SMTP_URL."),
        ({"alert_url": "https://example.com/1"}, "HELPDESK_ALERT_SECRET must hold at least 16 characters with"),
        ({"alert_url": "http://example.com/1", "alert_secret": KEY}, "HELPDESK_ALERT_URL must be an address such as"),
        ({"alert_url": "https://u:pass-word@example.com"}, "HELPDESK_ALERT_URL must be an address such as"),
    ],
)
def test_wrong_settings(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        settings(**({"url": wrong.pop("smtp_url")} if "smtp_url" in wrong else {"url": "smtp://localhost"}), **wrong)
    assert str(error.value).startswith(message)
    assert "word" not in str(error.value).replace("password", "")
    assert "pass-word" not in repr(error.value)


def test_secrets_are_in_no_listing() -> None:
    found = settings("smtp://desk:pass-word@mail.example.com", alert_url="https://example.com/1", alert_secret=KEY)
    assert not {"pass-word", KEY, "https://example.com/1"} & set(repr(found).split("'"))
    assert "pass-word" not in repr(found)
