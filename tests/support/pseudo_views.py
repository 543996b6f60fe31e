"""The team's pages of views in the language that is none: everything that they may say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from helpdesk.services.site import Site
from tests.core.test_helpfulness import Teller
from tests.core.test_reading import add
from tests.support.pseudo import CONTENT, FALLBACK, LAST, LTR, RTL

VIEWS, DAY = "/{tag}/team/views", date(2021, 3, 1)


def read_views(visitor: Any, site: Site) -> None:
    """Days with more views than the one before, fewer, as many and none; all lists; an article in another language."""
    teller = Teller(site)
    for number, (views, others) in enumerate(((100, 200), (200, 200), (100, 220), (100, 220))):
        day = DAY + timedelta(days=number)
        add(teller, "last", LTR, day, views=views, searched=9, listed=9, linked=9, repeats=1, contacts=5)
        add(teller, "own", RTL, day, views=others)
        add(teller, "fallback", CONTENT, day, asked=visitor.tag, views=1)
        for about in ("top", "fading", "contacts", "wanted", "outdated"):
            visitor.get(f"{VIEWS}?since={day}&until={day}&about={about}")
    visitor.get(f"{VIEWS}?since=2020-01-02&until=2020-01-03")
    visitor.get(VIEWS)
    visitor.get(f"{VIEWS}/{LAST}?since={DAY}&until={day}")
    visitor.get(f"{VIEWS}/{FALLBACK}?since={DAY}&until={day}")
    visitor.get(f"{VIEWS}/{FALLBACK}?locale={LTR}")
