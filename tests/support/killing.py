"""Kills at moments spread all over the time that a piece of work takes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.support.processes import FULL, Worker

KILLS = 40 if FULL else 4
# Kills that one instance suffers before it may finish.
KILLS_IN_A_ROW = 2


def moments() -> list[float]:
    """Moments from 0 to 1, one in each of its equal parts, the latest first.

    One that comes too late teaches how long the work takes, so that an earlier one meets it.
    """
    return [(part + random.random()) / KILLS for part in reversed(range(KILLS))]


class Killer:
    """Kills work at parts of the seconds that it takes, which it learns anew whenever it comes too late."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.kills, self.hits = seconds, 0, 0

    def kill(self, part: float, work: Callable[..., Any], *arguments: Any, is_whole: bool = True) -> None:
        """`is_whole`: there is all of the work to do, not only what an earlier kill left."""
        self.kills += 1
        taken = Worker(work, *arguments).wait_until_ready().go().kill(after=part * self.seconds)
        if taken is None:
            self.hits += 1
        elif is_whole:
            self.seconds = taken

    def report(self, what: str) -> int:
        """Print how many kills met the work, and return it."""
        print(f"{what}: {self.hits} of {self.kills} kills met the work")
        return self.hits


def in_a_row(found: Sequence[float]) -> list[Sequence[float]]:
    """What each instance suffers, the early moments first: later ones find work only where those left some."""
    return [sorted(found[n : n + KILLS_IN_A_ROW]) for n in range(0, len(found), KILLS_IN_A_ROW)]


def both(trial: Callable[..., None], trials: Iterable[tuple[Any, ...]]) -> None:
    """Run trials on two cores."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda arguments: trial(*arguments), list(trials)))
