"""Plots as SVG without script or style: values hold ready coordinates, which templates only loop over.

Across, all is in percent of whatever width there is, and down in pixels: letters and lines keep their size on every
screen. Time runs as the page's language does. The table of the same figures is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, log10
from typing import Any, Literal
from unicodedata import east_asian_width

from helpdesk.web.filters import number, percent
from helpdesk.web.localization import current_locale

HEIGHT = 180
# Where the first and the last point stand; before the first is room for the numbers of the axis.
FIRST, LAST = 12.0, 98.0
# Widths in pixels, on a phone, of a letter, of one of East Asia, and between labels: what fits there, fits anywhere.
NARROW, LETTER, WIDE, GAP = 340.0, 6.5, 12.0, 10.0
# More points than this make a line, and no dots.
DOTTED = 60

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Point:
    """A value, the ends of its interval, and what stands below it; None leaves a gap."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line at a point, such as the day of a revision."""

    place: int
    label: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in percent and pixels, and a text that starts, has its middle or ends there."""

    x: float
    y: float
    text: str = ""
    anchor: Anchor = "middle"


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn; lines and bands are the points of polylines and polygons, `names` those of both lines."""

    title: str
    summary: str
    ticks: tuple[Spot, ...] = ()
    labels: tuple[Spot, ...] = ()
    marks: tuple[Spot, ...] = ()
    bands: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    dots: tuple[Spot, ...] = ()
    before: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def top(self) -> int:
        """Pixels above the plot."""
        return 40 if self.marks else 20

    @property
    def inner(self) -> int:
        """Pixels of the plot without its labels."""
        return HEIGHT

    @property
    def height(self) -> int:
        """Pixels with all around it."""
        return self.top + HEIGHT + 26


@dataclass(frozen=True, slots=True)
class Strip:
    """A share or an interval on a scale from 0 to 100 %, for the cell of a table."""

    start: float
    end: float
    dot: float | None


@dataclass(frozen=True, slots=True)
class Axes:
    """Where so many points stand, and values from 0 to the last of some round ones."""

    count: int
    ticks: Sequence[float]
    printed: Callable[[float], str]
    is_rtl: bool = False

    def across(self, place: int) -> float:
        """In percent of the way that time runs."""
        return FIRST + (LAST - FIRST) * (place / (self.count - 1) if self.count > 1 else 0.5)

    def turned(self, x: float) -> float:
        """In percent from the left."""
        return round(100 - x if self.is_rtl else x, 2)

    def x(self, place: int) -> float:
        """Of a point."""
        return self.turned(self.across(place))

    def y(self, value: float) -> float:
        """Of a value, in pixels from the top."""
        return round(HEIGHT * (1 - value / self.ticks[-1]), 2)


def line(
    points: Sequence[Point],
    *,
    title: str,
    summary: str,
    is_share: bool = False,
    marks: Sequence[Mark] = (),
    before: Sequence[float | None] = (),
    names: tuple[str, ...] = (),
) -> Plot:
    """A line over time; `before` are values of an earlier time at the same places, `names` what both lines are."""
    largest = max((value for value in _numbers(points, before) if value is not None), default=None)
    if largest is None:
        return Plot(title, summary)
    axes = Axes(
        max(len(points), len(before)),
        SHARES if is_share else ticks(largest),
        percent if is_share else lambda value: number(round(value)),
        current_locale().direction == "rtl",
    )
    return Plot(title, summary, names=names, **draw(axes, points, marks, before))


def draw(axes: Axes, points: Sequence[Point], marks: Sequence[Mark], before: Sequence[float | None]) -> dict[str, Any]:
    """All coordinates of a plot."""
    shown = [(place, point.value) for place, point in enumerate(points) if point.value is not None]
    runs = list(_runs(point.value is not None for point in points))
    # A point without a neighbour would be no line.
    alone = {run[0] for run in runs if len(run) == 1}
    banded = _runs(point.low is not None and point.high is not None for point in points)
    start = axes.turned(0)
    return {
        "ticks": tuple(Spot(start, axes.y(value), axes.printed(value), "start") for value in axes.ticks),
        "labels": tuple(_set(axes, HEIGHT, _labels(axes, [point.label for point in points]))),
        "marks": tuple(_set(axes, 0, sorted(((mark.place, mark.label) for mark in marks), reverse=True))),
        "bands": tuple(_band(axes, points, run) for run in banded),
        "lines": tuple(_path(axes, [(place, points[place].value) for place in run]) for run in runs),
        "dots": tuple(
            Spot(axes.x(place), axes.y(value)) for place, value in shown if len(points) <= DOTTED or place in alone
        ),
        "before": tuple(
            _path(axes, [(place, before[place]) for place in run])
            for run in _runs(value is not None for value in before)
        ),
    }


def _numbers(points: Iterable[Point], before: Iterable[float | None]) -> Iterator[float | None]:
    for point in points:
        yield from (point.value, point.high)
    yield from before


def _runs(flags: Iterable[bool]) -> Iterator[list[int]]:
    """Places that follow each other without a gap."""
    for is_there, run in groupby(enumerate(flags), key=lambda pair: pair[1]):
        if is_there:
            yield [place for place, _flag in run]


def _path(axes: Axes, places: Iterable[tuple[int, float | None]]) -> str:
    return " ".join(f"{axes.x(place):g},{axes.y(value or 0):g}" for place, value in places)


def _band(axes: Axes, points: Sequence[Point], run: Sequence[int]) -> str:
    """There along the upper ends and back along the lower ones; a single point has a bar of its own width."""
    above = [(place, points[place].high) for place in run]
    below = [(place, points[place].low) for place in reversed(run)]
    return _path(axes, above + below)


def _labels(axes: Axes, texts: Sequence[str]) -> list[tuple[int, str]]:
    """As many as fit on a phone, evenly, the last one first."""
    unit = NARROW * (LAST - FIRST) / 100 / max(1, axes.count - 1)
    step = max(1, ceil((1.5 * max(map(_width, texts), default=0.0) + GAP) / unit))
    return [(place, texts[place]) for place in range(len(texts) - 1, -1, -step)]


def _set(axes: Axes, y: float, texts: Iterable[tuple[int, str]]) -> Iterator[Spot]:
    """Texts at places, the last one first; without those that would meet the one after them on a phone."""
    taken = NARROW + GAP
    for place, text in texts:
        width, anchor = _width(text), _anchor(axes, place, text)
        left = NARROW * axes.across(place) / 100 - {"start": 0, "middle": width / 2, "end": width}[anchor]
        is_free = left + width + GAP <= taken
        yield Spot(axes.x(place), y, text if is_free else "", anchor)
        taken = left if is_free else taken


def _anchor(axes: Axes, place: int, text: str) -> Anchor:
    """The middle, unless the text would not be whole."""
    across, half = NARROW * axes.across(place) / 100, _width(text) / 2
    return "end" if across + half > NARROW else "start" if across < half else "middle"


def _width(text: str) -> float:
    return sum(WIDE if east_asian_width(letter) in "WF" else LETTER for letter in text)


def strip(start: float, end: float, dot: float | None = None) -> Strip:
    """Shares of 1, from one to the other, with a dot at a third."""
    is_rtl = current_locale().direction == "rtl"
    start, end = (1 - end, 1 - start) if is_rtl else (start, end)
    at = None if dot is None else round(100 * (1 - dot if is_rtl else dot), 2)
    return Strip(round(100 * start, 2), round(100 * end, 2), at)


def ticks(largest: float) -> list[float]:
    """Three to five round numbers from 0 to a value or above; whole ones, as the steps are 1, 2 and 5 times 10ⁿ.

    P. S. Heckbert, Nice numbers for graph labels, in: Graphics Gems (1990) 61-63.
    """
    size = 10 ** max(0, floor(log10(max(largest, 1) / 4)))
    step = next(step for step in (size, 2 * size, 5 * size, 10 * size) if largest <= 4 * step)
    return [step * place for place in range(max(2, ceil(largest / step)) + 1)]
