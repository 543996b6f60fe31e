"""Intervals and tests: published examples to the digit, and SciPy's and statsmodels' answers to random cases."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from helpdesk.intervals import Interval, chance_of_fall, chance_of_so_few, holm, newcombe, quantile, votes_for, wilson

CASES = 1_000


def ends(interval: Interval) -> tuple[float, float]:
    return round(interval.low, 4), round(interval.high, 4)


def test_quantiles() -> None:
    assert (round(quantile(), 6), round(quantile(sides=1), 6), round(quantile(0.99), 6)) == (
        1.959964,
        1.644854,
        2.575829,
    )


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17 (1998) 857-872, table I,
        # method 3: Wilson's score without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(count: int, of: int, low: float, high: float) -> None:
    assert ends(wilson(count, of)) == (low, high)
    assert ends(wilson(of - count, of)) == (round(1 - high, 4), round(1 - low, 4))


@pytest.mark.parametrize(
    ("after", "before", "low", "high"),
    [
        # Newcombe, Interval estimation for the difference, Stat. Med. 17 (1998) 873-890, table II, method 10, (a) to (h).
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_newcombe_as_published(after: tuple[int, int], before: tuple[int, int], low: float, high: float) -> None:
    assert ends(newcombe(*before, *after)) == (low, high)
    assert ends(newcombe(*after, *before)) == (-high, -low)


def test_the_tea_of_fishers_lady() -> None:
    """The Design of Experiments (1935), II: all eight cups right, 1 of 70; six or more, 17 of 70."""
    assert chance_of_so_few(0, 4, 4, 4) == pytest.approx(1 / 70, rel=1e-12)
    assert chance_of_so_few(1, 4, 3, 4) == pytest.approx(17 / 70, rel=1e-12)
    assert chance_of_so_few(4, 4, 0, 4) == 1.0
    assert chance_of_so_few(0, 5, 0, 9) == 1.0


def test_far_out_it_is_exact_where_a_normal_value_is_not() -> None:
    """6 no of 21 where 5 % is usual: the pooled z of 4.9 would say 5 in ten million."""
    assert 1e-4 < chance_of_so_few(15, 21, 4750, 5000) < 1e-3


def test_the_chance_of_a_fall_is_that_of_so_few_heads() -> None:
    assert chance_of_fall(2, 8) == pytest.approx((1 + 10 + 45) / 1024, rel=1e-12)
    assert (chance_of_fall(0, 1), chance_of_fall(5, 5), chance_of_fall(6, 5), chance_of_fall(0, 0)) == (0.5, 1, 1, 1)
    assert chance_of_fall(0, 10**7) == 0.0


def test_holm_as_published() -> None:
    """Holm (1979) with four comparisons: 4 x .01, 3 x .02, 2 x .03 under the largest before, 1 x .04 likewise."""
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_so_many_votes_are_enough_whatever_they_say() -> None:
    for width in (0.1, 0.2, 0.4, 0.9):
        enough = votes_for(width)
        assert max(wilson(count, enough).width for count in range(enough + 1)) < width
        half = [wilson(count, of).width for of in range(max(1, enough - 2), enough) for count in [of // 2]]
        assert max(half, default=1) >= width
    assert (votes_for(0.4), votes_for(1)) == (21, 1)


def test_a_thousand_cases_as_statsmodels_and_scipy_have_them() -> None:
    rng = Random(6)
    for _ in range(CASES):
        of, of_after = rng.randint(1, 10 ** rng.randint(1, 5)), rng.randint(1, 10 ** rng.randint(1, 5))
        count, after = rng.choice((0, of, rng.randint(0, of))), rng.randint(0, of_after)
        confidence = rng.choice((0.8, 0.9, 0.95, 0.99))
        one, both = wilson(count, of, confidence), newcombe(count, of, after, of_after, confidence)
        expected = proportion_confint(count, of, alpha=1 - confidence, method="wilson")
        assert (one.low, one.high) == pytest.approx(expected, abs=1e-12)
        expected = confint_proportions_2indep(
            after, of_after, count, of, method="newcomb", compare="diff", alpha=1 - confidence
        )
        assert (both.low, both.high) == pytest.approx(expected, abs=1e-12)
        table = [[count, of - count], [after, of_after - after]]
        now, before = sorted((count, after))
        exact = binom.cdf(now, now + before, 0.5) if now < before else 1.0
        assert chance_of_fall(now, before) == pytest.approx(exact, rel=1e-6, abs=1e-250), (now, before)
        exact = fisher_exact(table, alternative="less").pvalue
        assert chance_of_so_few(count, of, after, of_after) == pytest.approx(exact, rel=1e-6, abs=1e-300), (
            count,
            of,
            after,
            of_after,
        )


def test_a_thousand_corrections_as_statsmodels_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gc.collect", lambda: 0)  # which it calls each time
    rng = Random(6)
    for _ in range(CASES):
        chances = [rng.random() ** rng.choice((1, 3, 9)) for _ in range(rng.randint(1, 30))]
        assert holm(chances) == pytest.approx(list(multipletests(np.array(chances), method="holm")[1]), abs=1e-15)
