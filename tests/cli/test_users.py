"""`flask helpdesk user`, and the link that the first start prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.queries.users import find_link, find_session, list_users
from helpdesk.services.site import Site
from helpdesk.services.users import make_first_link
from helpdesk.services.vouching import Person, begin, sign_in_as
from tests.conftest import close, make_app
from tests.support.databases import SQLITE
from tests.support.receivers import mail_server
from tests.support.team import HERE, add_member, add_totp, enter

LINK = re.compile(r"http\S+/team/link/([\w-]{43})\n")


@pytest.fixture
def run(empty_app: Flask) -> Callable[..., str]:
    runner = empty_app.test_cli_runner()

    def invoke(*args: str) -> str:
        result = runner.invoke(args=["helpdesk", "user", *args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return f"{result.exit_code}\n{result.output}"

    return invoke


def test_invite_prints_a_link_that_works(run: Callable[..., str], empty_site: Site) -> None:
    assert run("list") == "0\nNo accounts yet: flask helpdesk user invite YOU@EXAMPLE.COM --role admin\n"
    said = run("invite", "Ada@Example.com", "--role", "translator", "--name", "Ada", "--locale", "de", "--locale", "ar")
    assert LINK.sub("LINK\n", said) == ("0\nSend this link to Ada@Example.com; it works once, within 24 hours:\nLINK\n")
    assert "http://127.0.0.1:5000/en/team/link/" in said
    assert find_link(empty_site.database, LINK.search(said)[1], now=clock.now()).email == "ada@example.com"
    (member,) = list_users(empty_site.database)
    assert (member.name, member.role, member.locales, member.categories) == ("Ada", "translator", ("ar", "de"), ())


@pytest.mark.parametrize(
    ("site_url", "prefix", "address"),
    [
        ("https://help.example.com", "", "https://help.example.com/en/team/link/"),
        ("https://example.com/help", "", "https://example.com/help/en/team/link/"),
        ("https://example.com/support", "/support", "https://example.com/support/en/team/link/"),
    ],
)
def test_links_stand_on_the_public_address(
    build: Callable[..., Flask], empty_template: Path, site_url: str, prefix: str, address: str
) -> None:
    app = build(empty_template, site_url=site_url)
    app.extensions["helpdesk_prefix"] = prefix
    result = app.test_cli_runner().invoke(args=["helpdesk", "user", "invite", "a@b.c", "--role", "admin"])
    assert address in result.output


def test_without_passwords_nobody_gets_a_link(build: Callable[..., Flask], empty_template: Path) -> None:
    known = {"oidc_issuer": "https://login.example.com", "oidc_client_id": "helpdesk", "oidc_client_secret": "s3cret"}
    app = build(empty_template, **known, oidc_only=True)
    runner = app.test_cli_runner()
    assert make_first_link(app.extensions["helpdesk"], now=clock.now()) is None
    for command, said in {
        "user invite ada@example.com --role admin": (
            "Passwords are off: ada@example.com signs in with the provider of HELPDESK_OIDC_ISSUER.\n"
        ),
        "user reset ada@example.com": (
            "Error: HELPDESK_OIDC_ONLY turns passwords off; take it back, start the site again, and then make a link.\n"
        ),
        "user unlink ada@example.com": (
            "Forgotten; whoever signs in next with this e-mail address, verified by the provider, gets the account.\n"
        ),
        "user unlink nobody@example.com": (
            "Error: There is no account with this e-mail address; `flask helpdesk user list` prints them all.\n"
        ),
    }.items():
        assert runner.invoke(args=["helpdesk", *command.split()]).output == said
    told = runner.invoke(args=["helpdesk", "doctor"]).output
    assert ("s3cret" in told, re.search(r"HELPDESK_OIDC_CLIENT_SECRET +\(set\)\n", told) is None) == (False, False)


def test_the_list_tells_how_somebody_comes_in(run: Callable[..., str], empty_site: Site) -> None:
    person = Person("https://login.example.com 1", "ada@example.com", "Ada")
    run("invite", "ada@example.com", "--role", "admin")
    assert "invited" in run("list")
    begun = begin(empty_site, b"network", now=clock.now())
    sign_in_as(empty_site, person, begun, HERE, now=clock.now())
    assert "provider" in run("list")


def test_refusals_are_sentences(run: Callable[..., str], empty_site: Site) -> None:
    add_member(empty_site, "admin")
    assert run("invite", "ada@example.com", "--role", "editor") == (
        "1\nError: There is an account with this e-mail address already.\n"
    )
    assert run("invite", "ada", "--role", "editor") == "1\nError: An e-mail address looks like ada@example.com.\n"
    assert run("invite", "b@b.c", "--role", "editor", "--category", "nope") == (
        "1\nError: A limit is the tag of a locale of the site, or the key of a category.\n"
    )
    assert run("invite", "b@b.c", "--role", "king").startswith("2\n")
    last = "1\nError: This is the last administrator who can sign in; make another one first.\n"
    assert run("disable", "ada@example.com") == last
    assert run("role", "ada@example.com", "editor") == last
    nobody = "1\nError: There is no account with this e-mail address; `flask helpdesk user list` prints them all.\n"
    for command in (["disable"], ["enable"], ["reset"], ["sessions"], ["revoke"]):
        assert run(*command, "nobody@example.com") == nobody
    assert run("role", "nobody@example.com", "editor") == nobody


def test_accounts_and_sessions_are_listed_and_ended(run: Callable[..., str], empty_site: Site, noon: object) -> None:
    member = add_member(empty_site, "admin", locales=["de"])
    add_member(empty_site, "editor", "bob@example.com", name="Bob \u202eB")
    run("invite", "eve@example.com", "--role", "analyst")
    tokens = [enter(empty_site), enter(empty_site)]
    add_totp(empty_site, member)
    assert run("disable", "BOB@example.com") == "0\nDisabled.\n"
    assert run("list").splitlines() == [
        "0",
        f"{'ada@example.com':32} admin      app       2026-05-13 12:00  de  Ada",
        f"{'bob@example.com':32} editor     disabled  never             everywhere  Bob B",
        f"{'eve@example.com':32} analyst    invited   never             everywhere  eve",
    ]
    assert run("enable", "bob@example.com") == "0\nEnabled.\n"
    lines = run("sessions", "ada@example.com").splitlines()[1:]
    assert [line[16:] for line in lines] == ["  2026-05-13 12:00  2026-05-13 12:00  Firefox, Linux"] * 2
    assert run("revoke", "ada@example.com", "nope") == "0\nEnded: 0.\n"
    assert run("revoke", "ada@example.com", lines[0][:16]) == "0\nEnded: 1.\n"
    assert run("revoke", "ada@example.com") == "0\nEnded: 1.\n"
    assert run("sessions", "ada@example.com") == "0\nSigned in nowhere.\n"
    found = [find_session(empty_site.database, empty_site.settings, token, now=noon) for token in tokens]
    assert found == [None, None]


def test_role_and_reset(run: Callable[..., str], empty_site: Site) -> None:
    member = add_member(empty_site, "editor", locales=["de"])
    add_totp(empty_site, member)
    assert run("role", "ada@example.com", "author", "--locale", "ar") == "0\nChanged, from the next request on.\n"
    assert [(m.role, m.locales, m.has_totp) for m in list_users(empty_site.database)] == [("author", ("ar",), True)]
    said = run("reset", "ada@example.com", "--without-app")
    assert find_link(empty_site.database, LINK.search(said)[1], now=clock.now()).purpose == "reset"
    assert list_users(empty_site.database)[0].has_totp is False


def test_links_go_by_mail(build: Callable[..., Flask], empty_template: Path) -> None:
    with mail_server() as box:
        own = {"mail_from": "help@example.com", "site_url": "https://example.com/help", "default_locale": "de"}
        app = build(empty_template, smtp_url=f"smtp://desk:pass-word@localhost:{box.port}", **own)
        box.extensions = ("AUTH PLAIN",)
        run = app.test_cli_runner().invoke
        result = run(args=["helpdesk", "user", "invite", "Bob@Example.com", "--role", "editor", "--send"])
        assert (result.exit_code, result.output) == (
            0,
            "Sent to Bob@Example.com; the link works once, within 24 hours.\n",
        )
        ((to, letter),) = box.taken
        assert (to, letter["Content-Language"]) == (["bob@example.com"], "de")
        assert "https://example.com/help/de/team/link/" in letter.get_body(("plain",)).get_content()
        box.refusing["RCPT"] = "550 no"
        result = run(args=["helpdesk", "user", "reset", "bob@example.com", "--send"])
        assert LINK.sub("LINK\n", result.output) == (
            "Send this link to bob@example.com; it works once, within 24 hours:\nLINK\n"
            "Error: The mail server takes no mail for this address: 550 no.\n"
        )
        assert (result.exit_code, len(box.taken)) == (1, 1)
        assert "pass-word" not in run(args=["helpdesk", "doctor"]).output


def test_nothing_is_made_where_no_mail_can_be_sent(run: Callable[..., str], empty_site: Site) -> None:
    said = run("invite", "bob@example.com", "--role", "editor", "--send")
    assert said.splitlines()[-1] == "Error: No mail server is set: HELPDESK_SMTP_URL."
    assert list_users(empty_site.database) == []


@pytest.mark.on(SQLITE)
def test_the_first_start_prints_a_link_once(tmp_path: Path) -> None:
    """As `flask run --port 5055` makes the app, twice, without the server."""
    code = (
        "import click; from helpdesk.factory import create_app\n"
        "@click.command('run')\n@click.option('--host')\n@click.option('--port', type=int)\n"
        "def run(host, port): create_app()\n"
        "run.main(['--port', '5055'], prog_name='run')"
    )
    environ = {**os.environ, "HELPDESK_INSTANCE_DIR": str(tmp_path), "HELPDESK_BOOTSTRAP": "empty"}

    def start() -> list[str]:
        command = [sys.executable, "-c", code]
        root = Path(__file__).parents[2]
        result = subprocess.run(command, env=environ, cwd=root, capture_output=True, text=True, check=True)
        return result.stdout.splitlines()

    first, address, another = start()
    assert first == ("Nobody can sign in yet. This link makes the first administrator, once, within 24 hours:")
    assert another == "For another one: flask helpdesk user invite YOU@EXAMPLE.COM --role admin"
    token = re.fullmatch(r"http://127\.0\.0\.1:5055/en/team/link/([\w-]{43})", address)[1]
    assert start() == []
    app = make_app(tmp_path)
    assert find_link(app.extensions["helpdesk"].database, token, now=clock.now()).purpose == "first"
    close(app)
