"""Where a plot's lines, numbers and labels stand; how it looks is for the eye."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest

from helpdesk.web.team.plots import DOTTED, FIRST, HEIGHT, LAST, NARROW, SHARES, Axes, Mark, Point, Spot, draw, ticks

DAYS = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(365)]
LONG = "mercoledì 24 settembre 2026"


def axes(count: int, largest: float = 10, *, is_rtl: bool = False) -> Axes:
    return Axes(count, ticks(largest), lambda value: f"{value:g}", is_rtl)


def points(*values: float | None) -> list[Point]:
    return [Point(day, value) for day, value in zip(DAYS, values, strict=False)]


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        (0, [0, 1, 2]),
        (1, [0, 1, 2]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6]),
        (8, [0, 2, 4, 6, 8]),
        (9, [0, 5, 10]),
        (21, [0, 10, 20, 30]),
        (40, [0, 10, 20, 30, 40]),
        (41, [0, 20, 40, 60]),
        (11_563, [0, 5_000, 10_000, 15_000]),
        (0.3, [0, 1, 2]),
    ],
)
def test_round_numbers(largest: float, expected: list[float]) -> None:
    assert ticks(largest) == expected


def test_there_are_three_to_five_of_them_and_they_reach_the_value() -> None:
    for largest in [*range(3_000), 10**9, 10**9 + 1]:
        found = ticks(largest)
        assert 3 <= len(found) <= 5
        assert found[-1] >= largest
        assert all(number == int(number) for number in found)


def test_a_line_with_its_band() -> None:
    found = draw(axes(3), [Point("a", 0, 0, 5), Point("b", 5, 2, 10), Point("c", 10, 5, 10)], [], ())
    assert found["lines"] == ("12,180 55,90 98,0",)
    assert found["bands"] == ("12,90 55,0 98,0 98,90 55,144 12,180",)
    assert found["dots"] == (Spot(12, 180), Spot(55, 90), Spot(98, 0))
    assert found["ticks"] == (
        Spot(0, 180, "0", "start"),
        Spot(0, 90, "5", "start"),
        Spot(0, 0, "10", "start"),
    )


def test_time_runs_from_the_right_where_writing_does() -> None:
    given = points(0, 5, 10), [Mark(1, "Revision 2")], (10, 5, 0)
    left, right = draw(axes(3), *given), draw(axes(3, is_rtl=True), *given)
    assert (right["lines"], right["before"]) == (("88,180 45,90 2,0",), ("88,0 45,90 2,180",))
    for name in ("ticks", "labels", "marks", "dots"):
        assert right[name] == tuple(Spot(100 - spot.x, spot.y, spot.text, spot.anchor) for spot in left[name])


def test_gaps_part_lines_and_a_point_alone_is_a_dot() -> None:
    values = [1, 2, None, 3, None, 4, 5]
    assert draw(axes(7), points(*values), [], ())["lines"] == (
        "12,162 26.33,144",
        "55,126",
        "83.67,108 98,90",
    )
    many = draw(axes(365), points(*[1, None, *[2] * 363]), [], (1, None, 2))
    assert many["dots"] == (Spot(12, 162),)
    assert many["before"] == ("12,162", "12.47,144")


def test_many_points_have_no_dots() -> None:
    assert [len(draw(axes(n), points(*[1] * n), [], ())["dots"]) for n in (DOTTED, DOTTED + 1)] == [DOTTED, 0]


@pytest.mark.parametrize("values", [(), (3,), (0,), (5, 5, 5), (None,), (0, 0), tuple(range(365))])
def test_all_coordinates_are_numbers_within_the_plot(values: tuple[float | None, ...]) -> None:
    found = draw(axes(len(values), max([0, *filter(None, values)])), points(*values), [], ())
    assert "nan" not in str(found)
    drawn = [pair.split(",") for path in found["lines"] for pair in path.split()]
    assert len(drawn) == len([value for value in values if value is not None])
    assert all(FIRST <= float(x) <= LAST and 0 <= float(y) <= HEIGHT for x, y in drawn)
    assert len(values) != 1 or found["labels"] == (Spot(55, 180, DAYS[0]),)


def spread(spots: tuple[Spot, ...], letter: float = 6.5) -> list[tuple[float, float]]:
    """From where to where the texts go on a phone, from left to right."""
    found = []
    for spot in filter(lambda spot: spot.text, spots):
        width, x = letter * len(spot.text), NARROW * spot.x / 100
        left = x - {"start": 0, "middle": width / 2, "end": width}[spot.anchor]
        found.append((left, left + width))
    return sorted(found)


@pytest.mark.parametrize("text", ["1", "Apr 24", "24 Apr 2026", "24 de abr. de 2026", LONG])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 26, 52, 365])
def test_labels_never_meet_on_a_phone(count: int, text: str) -> None:
    found = draw(axes(count), [Point(text, 1)] * count, [], ())["labels"]
    places = spread(found)
    assert found[0] == Spot(98 if count > 1 else 55, HEIGHT, text, found[0].anchor)
    assert all(right < left for (_, right), (left, _) in pairwise(places))
    assert places[0][0] >= 0
    assert places[-1][1] <= NARROW


def test_wide_letters_take_more_room() -> None:
    counts = [len(draw(axes(52), [Point(text, 1)] * 52, [], ())["labels"]) for text in ("24 Ap", "四月二四日")]
    assert counts == [5, 3]


def test_every_mark_is_a_line_and_of_texts_that_would_meet_the_latest_stays() -> None:
    marks = [Mark(place, f"Revision {place}") for place in (0, 2, 3, 12, 25)]
    found = draw(axes(26), points(*[1] * 26), marks, ())["marks"]
    assert [(spot.x, spot.text, spot.anchor) for spot in found] == [
        (98, "Revision 25", "end"),
        (53.28, "Revision 12", "middle"),
        (22.32, "Revision 3", "middle"),
        (18.88, "", "middle"),
        (12, "", "middle"),
    ]


def test_shares_stand_between_nothing_and_all() -> None:
    found = draw(Axes(1, SHARES, lambda value: f"{value:.0%}"), [Point("a", 0.5)], [], ())
    assert [(spot.y, spot.text) for spot in found["ticks"]] == [
        (180, "0%"),
        (135, "25%"),
        (90, "50%"),
        (45, "75%"),
        (0, "100%"),
    ]
    assert re.fullmatch(r"55,90", found["lines"][0])
