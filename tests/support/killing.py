"""Kills at moments spread all over the time that a piece of work takes."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.support.processes import FULL, Worker

KILLS = 40 if FULL else 6


def moments() -> list[float]:
    """Moments from 0 to 1, one in each of its equal parts, shuffled."""
    found = [(part + random.random()) / KILLS for part in range(KILLS)]
    random.shuffle(found)
    return found


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

    def report(self, what: str) -> None:
        print(f"{what}: {self.hits} of {self.kills} kills met the work")
        assert self.hits > 0
