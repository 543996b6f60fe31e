"""`flask helpdesk report searches` as people type it, and as programs and spreadsheets read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.services.site import Site
from tests.support.content import take_in, translation
from tests.support.searched import done, search

Run = Callable[..., tuple[int, str]]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def site(empty_site: Site, tmp_path: Path) -> Site:
    take_in(empty_site, tmp_path / "content", {"first": {"en.md": translation("First")}})
    return empty_site


@pytest.fixture
def run(empty_app: Flask) -> Run:
    runner = empty_app.test_cli_runner()

    def invoke(*args: str) -> tuple[int, str]:
        result = runner.invoke(args=["helpdesk", "report", "searches", *args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return invoke


def test_each_table(site: Site, run: Run) -> None:
    assert run() == (0, "None in this period.\n")
    assert run("--about", "changes") == (0, "Nothing was done yet.\n")
    search(site, "pay", 21, clicks=21)
    search(site, "fe\x07", 21, refined="pay", correction="fee")
    search(site, "دفع", 1, locale="ar")
    assert run("--limit", "1", "--about", "no-result") == (
        0,
        "  searches     empty    clicks      rate   results  query\n"
        "        21        21         0     0.0 %         3  fe\\x07 -> fee\n",
    )
    assert run("--about", "refined") == (
        0,
        "  searches   refined  query\n        21        21  pay -> fe\\x07 (21)\n",
    )
    assert run("--about", "few-clicks")[1].splitlines()[1:] == [
        "        21         0     0.0 %     100 %     0.0 %  fe\\x07"
    ]
    assert json.loads(run("--locale", "ar", "--json")[1]) == [
        {"query": "دفع", "searches": 1, "empty": 0, "clicks": 0, "rate": 0.0, "results": 3, "correction": ""}
    ]
    assert run("--locale", "ar", "--csv")[1].splitlines()[1] == "دفع,1,0,0,0.0,3,"
    assert run("--since", "2026-05-13") == (0, "None in this period.\n")
    assert run("--locale", "xx")[0] == 2


def test_what_was_done_and_whether_it_helped(site: Site, run: Run) -> None:
    search(site, "pay", 30, ago=9, results=0)
    search(site, "pay", 30, ago=3)
    done(site, "fee", "ignored", ago=6, detail="")
    done(site, "pay", ago=5)
    assert run("--about", "changes") == (
        0,
        "2026-05-08  pay: synonym x\n"
        "    searches that find something: 0.0 % -> 100 % (n = 30), better\n"
        "    searches that are read from: 0.0 % -> 0.0 % (n = 30), no difference seen\n"
        "2026-05-07  fee: ignored\n",
    )
    (line, _ignored) = json.loads(run("--about", "changes", "--json")[1])
    assert (line["found"]["verdict"], line["found"]["difference_low"]) == ("better", 0.8395)
