"""`flask helpdesk search ...` as people type it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from helpdesk.services.searches import log_click, log_search
from helpdesk.services.site import Site
from tests.conftest import NOON

DELAYED, PHONE = 17, 16


@pytest.fixture
def run(app: Flask, noon):
    runner: FlaskCliRunner = app.test_cli_runner()

    def invoke(*args: str, answer: str = "") -> str:
        result = runner.invoke(args=["helpdesk", "search", *args], input=answer)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return f"{result.exit_code}\n{result.output}"

    return invoke


def searched(site: Site, query: str, results: int = 1, days: int = 0) -> None:
    now = NOON - timedelta(days=days)
    log_search(site.database, locale="en", query=query, category=None, results=results, now=now)


def test_the_log(run, site: Site) -> None:
    assert run("log", "en") == "0\nNobody has searched yet.\n"
    for query, results, days in (("Withdrawal", 3, 0), ("withdrawal ", 3, 9), ("zzz", 0, 0), ("old", 1, 10)):
        searched(site, query, results, days)
    log_click(site.database, locale="en", query="withdrawal", article_id=DELAYED, position=1, now=NOON)
    assert run("log", "en", "--days", "10") == (
        "0\nsearches  no result  clicks  query\n       2          0     50%  withdrawal\n       1          1      0%  zzz\n"
    )
    assert run("log", "xx").startswith("1\nError: xx is not one of the locales: en, ")


def test_synonyms_are_shown_before_they_are_kept(run, site: Site) -> None:
    searched(site, "xyzzyq")
    searched(site, "withdrawal delayed")
    tried = run("synonyms", "try", "en", "xyzzyq", "authenticator")
    lines = tried.splitlines()
    assert lines[:3] == ["0", "xyzzyq", "  before: nothing"]
    assert lines[3].startswith("  after:  Move your authenticator to a new phone | ")
    assert lines[4:] == ["1 of the last 100 queries have other first results with it."]
    assert run("synonyms", "list") == "0\nNo synonyms.\n"
    refused = run("synonyms", "add", "en", "xyzzyq", "authenticator", answer="n\n")
    assert refused == f"1{tried[1:]}Keep it? [y/N]: n\nAborted!\n"
    assert run("synonyms", "list", "en") == "0\nNo synonyms.\n"
    kept = run("synonyms", "add", "en", "xyzzyq", "authenticator", answer="y\n")
    assert kept == f"{tried}Keep it? [y/N]: y\nKept; readers find by it from now on.\n"
    assert run("synonyms", "try", "en", "xyzzyq", "authenticator").startswith("0\n0 of the last 100 queries ")
    assert run("synonyms", "add", "en", "xyzzyq", "authenticator", "--yes") == "0\nIt was there already.\n"
    assert run("synonyms", "list", "en") == "0\nxyzzyq\tauthenticator\tone-way\n"
    assert run("synonyms", "remove", "en", "Xyzzyq", "authenticator") == "0\nRemoved.\n"
    assert run("synonyms", "remove", "en", "xyzzyq", "authenticator") == "0\nThere was none.\n"


def test_a_file_of_synonyms_comes_back_as_it_was(run, tmp_path: Path) -> None:
    file = tmp_path / "words.tsv"
    file.write_text("2FA\tauthenticator app\ttwo-way\nphone\tmobile\tone-way\n")
    assert run("synonyms", "import", "en", str(file)) == "0\n2 new or changed, 0 there already.\n"
    assert run("synonyms", "list", "en") == f"0\n{file.read_text()}"
    assert run("synonyms", "list") == ("0\nen\t2FA\tauthenticator app\ttwo-way\nen\tphone\tmobile\tone-way\n")
    assert run("synonyms", "import", "en", str(file)) == "0\n0 new or changed, 2 there already.\n"
    file.write_text("phone, handy\n2FA\n")
    assert run("synonyms", "import", "en", str(file)) == (
        "1\nError: words.tsv:2: a line is: words, means, and perhaps one-way or two-way. No synonym was kept.\n"
    )
    assert run("synonyms", "import", "xx", str(file)).startswith("1\nError: xx is not one of the locales: en, ")


def test_why_a_result_stands_where_it_does(run) -> None:
    lines = run("explain", "en", "withdrawal delayed", "--limit", "1").splitlines()
    assert lines[1].startswith("Searched: withdrawal delayed; ")
    assert lines[3].startswith("1. 17 Why a withdrawal is delayed  ")
    parts = [line.split(maxsplit=2) for line in lines[4:]]
    assert {"title: delay", "body: withdraw"} < {what for sign, _value, what in parts if sign == "+"}
    score = sum(float(value) for sign, value, _what in parts if sign == "+")
    for sign, value, _what in parts:
        score *= float(value) if sign == "x" else 1
    assert score == pytest.approx(float(lines[3].rpartition("  ")[2]), rel=0.01)
    by_id, by_key = (run("explain", "en", "withdrawal", "--article", name) for name in ("17", "withdrawal-delays"))
    assert by_id == by_key
    assert by_id.count("\n\n") == 1
    assert "17 Why a withdrawal is delayed" in by_id
    assert run("explain", "en", "withdrawal", "--article", "999999").endswith("\n999999 is not among them.\n")
    assert run("explain", "xx", "withdrawal").startswith("1\nError: xx is not one of the locales: en, ")
