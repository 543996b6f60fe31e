"""The pages of helpfulness in the language that is none: lists and figures with everything that they may say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from helpdesk import clock
from helpdesk.services.site import Site
from tests.core.test_helpfulness import Teller
from tests.support.pseudo import FALLBACK, LAST, LTR, RTL

LISTS = "/{tag}/team/helpfulness"


def read_helpfulness(visitor: Any, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty, wrongly asked for, and full."""
    visitor.get(f"{LISTS}?since=2020-01-02&until=2020-01-03")
    visitor.get(f"{LISTS}?since=2020-01-03&until=2020-01-02", 422)
    _vote(Teller(site))
    with monkeypatch.context() as patch:
        patch.setattr("helpdesk.web.team.helpfulness.SHOWN", 1)
        visitor.get(LISTS)
    visitor.get(f"{LISTS}/{LAST}")
    visitor.get(f"{LISTS}/{FALLBACK}?locale={LTR}")


def _vote(tell: Teller) -> None:
    """Better, worse, as before and too early to tell; left by its readers, and liked less than elsewhere."""
    today = clock.today()
    steps = [(2, "major"), (3, "typo"), (4, "minor"), (5, "minor"), (6, "minor")]
    tell.revise("last", LTR, *[(number, kind, today - timedelta(days=40 - number)) for number, kind in steps])
    for weeks, (number, yes, no) in enumerate([(1, 20, 60), (2, 60, 20), (4, 20, 60), (5, 20, 60), (6, 0, 1)]):
        tell.vote(
            "last", LTR, number, yes, no, day=today - timedelta(days=90 - 7 * weeks), reasons="hard" if no else ""
        )
    tell.revise("own", LTR, (2, "major", today - timedelta(days=20)))
    tell.vote("own", LTR, 1, 20, 60, day=today - timedelta(days=30))
    tell.vote("own", LTR, 2, 60, 20, day=today - timedelta(days=10))
    tell.vote("own", RTL, 1, 5, 75)
    for key, tag in (("last", LTR), ("own", LTR), ("own", RTL)):
        tell.view(key, tag, 1_000, day=today - timedelta(days=5))
    tell.switch("own", RTL, "el", 600, day=today - timedelta(days=5))
