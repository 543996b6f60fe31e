"""`flask helpdesk digest` and `alerts`, as people and cron run them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.services.site import Site
from helpdesk.services.users import Rights, disable, invite
from tests.conftest import NOON
from tests.core.test_alerts import lose
from tests.core.test_helpfulness import Teller
from tests.core.test_overview import search
from tests.support.content import take_in, translation
from tests.support.receivers import Postbox, hook_server, mail_server
from tests.support.team import add_member

TEAM, DAYS = "https://example.com/help/en/team", "since=2026-05-06&until=2026-05-12"
YESTERDAY = NOON.date() - timedelta(days=1)


@dataclass
class World:
    """A site with something to tell, where its mail goes, and its commands."""

    app: Flask
    box: Postbox

    @property
    def site(self) -> Site:
        return self.app.extensions["helpdesk"]

    def run(self, *args: str) -> tuple[int, str]:
        result = self.app.test_cli_runner().invoke(args=["helpdesk", *args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    @property
    def sent(self) -> dict[str, str]:
        """Texts by address."""
        return {to[0]: m.get_body(("plain",)).get_content().replace("\r", "") for to, m in self.box.taken}


@pytest.fixture
def world(build: Callable[..., Flask], empty_template: Path, tmp_path: Path, noon: object) -> Iterator[World]:
    with mail_server() as box:
        own = {"mail_from": "help@example.com", "site_url": "https://example.com/help"}
        app = build(empty_template, smtp_url=f"smtp://localhost:{box.port}", alert_to=("ada@example.com",), **own)
        world = World(app, box)
        take_in(
            world.site, tmp_path / "content", {"pay": {"en.md": translation("Pay <b>"), "de.md": translation("Zahlen")}}
        )
        tell = Teller(world.site)
        tell.view("pay", "en", 1000, day=YESTERDAY)
        tell.view("pay", "en", 77, day=NOON.date())  # no day of the last seven
        tell.view("pay", "de", 30, day=YESTERDAY)
        tell.vote("pay", "en", 1, 30, 10, day=YESTERDAY)
        search(tell, "de", "=verloren", day=YESTERDAY, times=3)
        add_member(world.site, "admin")
        add_member(world.site, "translator", "bob@example.com", name="Bob", locales=["de"])
        yield world


def test_the_last_seven_days_in_print(world: World) -> None:
    assert world.run("digest") == (
        0,
        "Views: 1,030 (before: 0)\n"
        f"  {TEAM}/views?{DAYS}\n"
        "Votes that say yes: 75% (between 60% and 86%)\n"
        f"  {TEAM}/helpfulness?{DAYS}\n"
        "Votes: 40 (before: 0)\n"
        f"  {TEAM}/helpfulness?{DAYS}\n"
        "Unread feedback: 10\n"
        f"  {TEAM}/feedback?state=unread\n"
        "Held votes: 0\n"
        f"  {TEAM}/held\n"
        "Searches: 3 (before: 0)\n"
        f"  {TEAM}/searches?{DAYS}\n"
        "Searches without result: 3 (before: 0)\n"
        f"  {TEAM}/searches?{DAYS}&about=no-result\n"
        "Readers who asked for help: 0 (before: 0)\n"
        f"  {TEAM}/views?{DAYS}&about=contacts\n"
        "Outdated translations: 0 (0 views)\n"
        f"  {TEAM}/views?{DAYS}&about=outdated\n"
        "Missing translations: 0 (0 views)\n"
        f"  {TEAM}/views?{DAYS}&about=wanted\n"
        "\n"
        "Most in need\n"
        "\n"
        "\u2068Pay <b>\u2069: 142 (English)\n"
        f"  {TEAM}/helpfulness/1?{DAYS}\n"
        "\n"
        "Searches without result\n"
        "\n"
        "\u2068=verloren\u2069: 3 (German)\n"
        f"  {TEAM}/searches/query?{DAYS}&locale=de&q=%3Dverloren\n"
        "\n"
        "Overview\n"
        f"{TEAM}/?{DAYS}\n",
    )
    code, german = world.run("digest", "--locale", "de", "--to", "bob@example.com")
    assert (code, german.count("1.030"), german.count("Pay"), german.count("verloren")) == (0, 0, 0, 2)
    assert "https://example.com/help/de/team/?since=" in german
    assert world.box.taken == []


def test_each_member_gets_what_it_may_see(world: World) -> None:
    add_member(world.site, "editor", "eve@example.com")
    disable(world.site, 3)
    invite(world.site, "new@example.com", "New", Rights(role="editor"), now=NOON)
    code, said = world.run("digest", "--send", "--locale", "ar")
    assert (code, said) == (0, "ada@example.com: sent\nbob@example.com: sent\n")
    assert list(world.sent) == ["ada@example.com", "bob@example.com"]
    assert "Pay <b>" in world.sent["ada@example.com"]
    assert "Pay" not in world.sent["bob@example.com"]
    html = world.box.taken[0][1].get_body(("html",)).get_content()
    assert '<html lang="ar" dir="rtl">' in html
    assert '<bdi lang="en" dir="ltr">Pay &lt;b&gt;</bdi>' in html
    assert not re.search(r"\bsrc=|<link|<script|<style|url\(|@import", html)
    assert {address[:29] for address in re.findall(r'href="([^"]*)', html)} == {"https://example.com/help/ar/t"}


def test_to_those_who_are_named(world: World) -> None:
    assert world.run("digest", "--send", "--to", "BOB@example.com") == (0, "bob@example.com: sent\n")
    disable(world.site, 2)
    for address in ("bob@example.com", "eve@example.com"):
        refusal = f"Error: {address} is no member's address, or a disabled one's; nobody was sent anything.\n"
        assert world.run("digest", "--send", "--to", "ada@example.com", "--to", address) == (1, refusal)
    assert list(world.sent) == ["bob@example.com"]


def test_one_refusal_stops_nobody_elses(world: World) -> None:
    world.box.refusing["RCPT TO:<ADA"] = "550 no"
    assert world.run("digest", "--send") == (
        1,
        "ada@example.com: The mail server takes no mail for this address: 550 no.\n"
        "bob@example.com: sent\n"
        "Error: Not sent: 1 of 2.\n",
    )


def test_without_a_mail_server(build: Callable[..., Flask], empty_template: Path) -> None:
    lone = World(build(empty_template), Postbox())
    code, said = lone.run("digest", "--send")
    assert (code, said.splitlines()[-1]) == (2, "Error: No mail server is set: HELPDESK_SMTP_URL.")
    assert lone.run("digest", "--locale", "xx")[1].endswith("xx is not a locale of this site.\n")
    assert lone.run("digest")[1].splitlines()[-1].startswith("http://127.0.0.1:5000/en/team/?since=")
    assert lone.run("alerts") == (1, "Error: Nobody gets alerts: set HELPDESK_ALERT_TO or HELPDESK_ALERT_URL.\n")


def test_alerts(world: World) -> None:
    assert world.run("alerts", "--dry-run") == (0, "Nothing to tell.\n")
    lose(world.site, "=lost")
    expected = "Searches that suddenly find nothing\n\n\u2068=lost\u2069: 5 (English)\n"
    expected += f"  {TEAM}/searches/query?locale=en&q=%3Dlost\n"
    assert world.run("alerts", "--dry-run") == (0, expected)
    assert world.box.taken == []
    world.box.refusing["MAIL"] = "451 later"
    assert world.run("alerts") == (
        1,
        "Not told by mail: The mail server did not take the mail: 451 later.\n"
        "Error: Not all was told; the next run tries again.\n",
    )
    world.box.refusing.clear()
    assert world.run("alerts") == (0, "Told by mail: 1.\n")
    assert world.run("alerts") == (0, "")
    assert world.sent == {"ada@example.com": expected}
    assert world.box.letters == [("ada@example.com", "Acme Exchange: please look at this")]


def test_all_kinds_of_alerts_in_one_letter(world: World) -> None:
    lose(world.site, *(f"lost {number}" for number in range(12)))
    tell = Teller(world.site)
    tell.voters = 1000
    tell.vote("pay", "de", 1, 0, 3, day=NOON.date() - timedelta(days=4))
    world.run("alerts")
    (text,) = world.sent.values()
    assert text.startswith(
        "Feedback that nobody has read\n\nGerman: 3 (the first on May 9, 2026)\n"
        f"  {TEAM}/feedback?state=unread&locale=de\n\nSearches that suddenly find nothing\n\n"
    )
    assert text.endswith(f"\n\nand 3 more\n{TEAM}/\n")


def test_a_program_is_told(build: Callable[..., Flask], empty_template: Path, noon: object) -> None:
    with hook_server(410) as hook:
        app = build(empty_template, alert_url=hook.address, alert_secret="s" * 16)
        world = World(app, Postbox())
        lose(world.site, "lost")
        assert world.run("alerts") == (
            1,
            "Not told to HELPDESK_ALERT_URL: HELPDESK_ALERT_URL did not take the alerts: it answered 410 Gone.\n"
            "Error: Not all was told; the next run tries again.\n",
        )
        assert world.run("alerts") == (0, "Told to HELPDESK_ALERT_URL: 1.\n")
        assert len(hook.posts) == 2
        assert "sssss" not in world.run("doctor")[1]
