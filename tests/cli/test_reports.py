"""`flask helpdesk report ...` as people type it, and as programs and spreadsheets read it."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from helpdesk import clock
from helpdesk.models import Counter, Translation
from helpdesk.services.site import Site
from helpdesk.text.tables import FORMULA_STARTS, csv_of
from tests.core.test_helpfulness import DAY, Teller, app, tell  # noqa: F401  the same site

Run = Callable[..., tuple[int, str]]
HARMFUL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"]
HARMLESS = ['say "no", or\nnot', "1=1", "", "كيف أسحب؟ =1", "שלום\u200f", "tab\there"]


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()

    def invoke(*args: str) -> tuple[int, str]:
        result = runner.invoke(args=["helpdesk", "report", *args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return invoke


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> date:
    monkeypatch.setattr(clock, "today", lambda: DAY + timedelta(days=9))
    return DAY


def tell_much(tell: Teller) -> None:
    tell.revise("pay", "en", (2, "major", DAY + timedelta(days=7)))
    tell.vote("pay", "en", 1, 48, 32)
    tell.vote("pay", "en", 2, 56, 14, day=DAY + timedelta(days=7))
    tell.vote("pay", "de", 1, 15, 133)
    tell.vote("pay", "ar", 1, 1, 0)
    tell.view("pay", "de", 100)
    tell.view("pay", "en", 1000)
    tell.view("fees", "de", 900)
    tell.switch("pay", "de", "en", 15)


def test_helpfulness_in_words(tell: Teller, run: Run) -> None:
    tell_much(tell)
    assert run("helpfulness", "pay", "--locale", "en") == (
        0,
        "en  Pay\n"
        "    all                                150 votes  69 % (62 % to 76 %) say yes\n"
        "    revision 1 minor, 2026-03-04        80 votes  60 % (49 % to 70 %) say yes\n"
        "    revision 2 major, 2026-05-11        70 votes  80 % (69 % to 88 %) say yes\n"
        "    after revision 2: 60 % -> 80 % (n = 70), better\n",
    )
    code, output = run("helpfulness", "1", "--since", "2026-05-05")
    assert (code, output.splitlines()[1]) == (
        0,
        "    all                                 70 votes  80 % (69 % to 88 %) say yes",
    )
    assert "ar  ادفع\n    all                                  0 votes  not enough votes yet\n" in output
    assert run("helpfulness", "none") == (1, "Error: There is no article none.\n")


def test_helpfulness_as_one_table(tell: Teller, run: Run) -> None:
    tell_much(tell)
    rows = list(csv.DictReader(io.StringIO(run("helpfulness", "pay", "--csv")[1], newline="")))
    english = [row for row in rows if row["locale"] == "en"]
    names = ("part", "revision", "from", "yes", "no", "share", "low", "high", "is_enough")
    assert [tuple(row[name] for name in names) for row in english] == [
        ("all", "", "", "104", "46", "0.6933", "0.6155", "0.7615", "True"),
        ("revision", "1", "2026-03-04T00:00:00+00:00", "48", "32", "0.6", "0.4905", "0.7004", "True"),
        ("revision", "2", "2026-05-11T22:00:00+00:00", "56", "14", "0.8", "0.6918", "0.877", "True"),
        ("change", "2", "2026-05-11T22:00:00+00:00", "56", "14", "0.8", "0.6918", "0.877", "True"),
        ("week", "1", "2026-03-02", "0", "0", "", "", "", "False"),
        ("week", "", "2026-05-04", "48", "32", "0.6", "0.4905", "0.7004", "True"),
        ("week", "2", "2026-05-11", "56", "14", "0.8", "0.6918", "0.877", "True"),
    ]
    names = ("before_yes", "before_no", "difference_low", "difference_high", "verdict")
    assert [english[3][name] for name in names] == ["48", "32", "0.05243", "0.3339", "better"]
    (german,) = json.loads(run("helpfulness", "pay", "--locale", "de", "--json")[1])
    assert (german["score"]["low"], german["weeks"][1]["monday"]) == (0.06239, "2026-05-04")


def test_need(tell: Teller, run: Run, today: date) -> None:
    tell_much(tell)
    assert run("need") == (
        0,
        " readers    views     no  at least  votes  article\n"
        "     123     1000   20 %      12 %     70  1 pay/en  Pay\n"
        "      84      100   90 %      84 %    148  1 pay/de  Zahlen\n",
    )
    assert run("need", "--since", "2026-05-05") == (0, "None in this period, as far as the votes can tell.\n")
    (line,) = json.loads(run("need", "--locale", "de", "--json")[1])
    assert line == {
        "article_id": 1,
        "key": "pay",
        "locale": "de",
        "title": "Zahlen",
        "yes": 15,
        "no": 133,
        "no_share": 0.8986,
        "no_low": 0.8395,
        "views": 100,
        "readers": 83.95,
    }
    assert run("need", "--until", "2026-05-04", "--json") == (0, "[]\n")
    assert run("need", "--until", "2026-05-04", "--csv") == (0, "")


def test_suspects(tell: Teller, run: Run, today: date) -> None:
    tell_much(tell)
    expected = (
        "1 pay/de  Zahlen\n"
        "    10 % (6.2 % to 16 %) of 148 votes say yes, 80 % in its other languages\n"
        "    15 % (9.3 % to 23 %) of 100 views end with a switch to the source's language, 0.0 % on the site\n"
    )
    assert run("suspects") == (0, expected)
    assert run("suspects", "--locale", "ar")[1] == "None in this period, as far as the votes can tell.\n"
    (row,) = csv.DictReader(io.StringIO(run("suspects", "--csv")[1], newline=""))
    assert (row["votes_count"], row["votes_of"], row["switches_count"], row["switches_usual"]) == (
        "15",
        "148",
        "15",
        "0.0",
    )
    assert float(row["votes_chance"]) < 1e-20


def test_improved(tell: Teller, run: Run) -> None:
    tell_much(tell)
    expected = "1 pay/en  Pay\n    after revision 2: 60 % -> 80 % (n = 70), better by at least 5 points\n"
    assert run("improved") == (0, expected)
    assert run("improved", "--since", "2026-05-12")[1] == "None in this period, as far as the votes can tell.\n"
    assert '"verdict": "better"' in run("improved", "--json")[1]


def test_what_is_asked_wrongly_is_told(tell: Teller, run: Run) -> None:
    for args, error in (
        (("need", "--locale", "xx"), "Invalid value for --locale: xx is not a locale of this site."),
        (
            ("improved", "--since", "2026-05-02", "--until", "2026-05-02"),
            "Invalid value for --until: There is no day from 2026-05-02 on and before 2026-05-02.",
        ),
        (("suspects", "--limit", "0"), "Invalid value for '--limit': 0 is not in the range 1<=x<=10000."),
    ):
        code, output = run(*args)
        assert (code, output.splitlines()[-1]) == (2, f"Error: {error}")


def test_check_tells_what_differs_and_mends_it(tell: Teller, run: Run, site: Site) -> None:
    assert run("check") == (0, "Every counter equals its votes and views.\n")
    with site.database.transaction() as connection:
        german = Translation.__table__.select().with_only_columns(Translation.id).where(Translation.locale == "de")
        connection.execute(update(Counter).where(Counter.translation_id.in_(german)).values(no=3))
    lines = "1 pay/de: no: the counter says 3, the rows say 0\n2 fees/de: no: the counter says 3, the rows say 0\n"
    assert run("check") == (1, f"{lines}Error: counters that differ: 2. Count them anew with --mend.\n")
    assert run("check", "--mend") == (0, f"{lines}Counted anew: 2.\n")
    assert run("check")[0] == 0


def test_no_cell_is_a_formula_and_none_is_harmed() -> None:
    written = csv_of([{"text": value} for value in [*HARMFUL, *HARMLESS, -0.5]])
    read = list(csv.reader(io.StringIO(written, newline="")))
    expected = [f"'{value}" for value in HARMFUL] + HARMLESS
    assert [row[0] if row else "" for row in read] == ["text", *expected, "-0.5"]
    assert [value for value in expected if value.startswith(FORMULA_STARTS)] == []


def test_titles_open_unharmed(tell: Teller, run: Run, site: Site, today: date) -> None:
    tell_much(tell)
    for title in ("=1+1", *HARMLESS[:1], HARMLESS[-2]):
        with site.database.transaction() as connection:
            connection.execute(update(Translation).where(Translation.locale == "de").values(title=title))
        for command in (("need", "--locale", "de"), ("helpfulness", "pay", "--locale", "de")):
            row = next(csv.DictReader(io.StringIO(run(*command, "--csv")[1], newline="")))
            assert row["title"] == (f"'{title}" if title in HARMFUL else title)
        assert f'"title": {json.dumps(title, ensure_ascii=False)}' in run("suspects", "--json")[1]
