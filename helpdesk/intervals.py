"""What a share of a few votes says about all readers: intervals and tests from the literature, pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
# What is left of a sum that is exact to a double's digits.
NEGLIGIBLE = 1e-17


@dataclass(frozen=True, slots=True)
class Interval:
    """Two ends, both of which belong to it."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """From end to end."""
        return self.high - self.low


def quantile(confidence: float = CONFIDENCE, *, sides: int = 2) -> float:
    """How many standard deviations hold a normal value with a confidence: on both sides, or (`sides=1`) below."""
    return NormalDist().inv_cdf(1 - (1 - confidence) / sides)


def wilson(count: int, of: int, confidence: float = CONFIDENCE) -> Interval:
    """The score interval of a share p = count / of, of one or more; never outside 0 to 1.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), with n = of.
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212.
    """
    z = quantile(confidence)
    share, over = count / of, z * z / of
    middle = share + over / 2
    reach = z * sqrt((share * (1 - share) + over / 4) / of)
    # At the ends of the scale the formula's own rounding would leave 0 and 1.
    low = 0.0 if count == 0 else (middle - reach) / (1 + over)
    return Interval(low, 1.0 if count == of else (middle + reach) / (1 + over))


def newcombe(before: int, of_before: int, after: int, of_after: int, confidence: float = CONFIDENCE) -> Interval:
    """The interval of the difference of two independent shares, after minus before, from their Wilson intervals.

    With p the shares, l and u the ends of their intervals, 1 before and 2 after:
    from (p2 - p1) - √((p2 - l2)² + (u1 - p1)²) to (p2 - p1) + √((u2 - p2)² + (p1 - l1)²).
    R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven
    methods, Statistics in Medicine 17 (1998) 873-890, method 10.
    """
    first, second = wilson(before, of_before, confidence), wilson(after, of_after, confidence)
    p1, p2 = before / of_before, after / of_after
    down = sqrt((p2 - second.low) ** 2 + (first.high - p1) ** 2)
    up = sqrt((second.high - p2) ** 2 + (p1 - first.low) ** 2)
    return Interval(p2 - p1 - down, p2 - p1 + up)


def votes_for(width: float, confidence: float = CONFIDENCE) -> int:
    """From how many votes on Wilson's interval is narrower than a width whatever they say.

    It is widest at one half, z / √(n + z²).
    """
    z = quantile(confidence)
    return int(z * z * (1 / width**2 - 1)) + 1


def chance_of_so_few(count: int, of: int, count_elsewhere: int, of_elsewhere: int) -> float:
    """How likely it is that chance alone gives so small a count here, were both shares one: Fisher's exact test.

    The lower tail of the hypergeometric distribution; R. A. Fisher, On the interpretation of χ² from contingency
    tables, and the calculation of P, JRSS 85 (1922) 87-94. The pooled z statistic is no substitute: corrected
    comparisons are decided far out, where for shares near 0 or 1 it is wrong a thousandfold.
    """
    total = count + count_elsewhere
    if count == of or count_elsewhere == 0:
        return 1.0
    if count * (of + of_elsewhere) > total * of:  # the shorter tail is summed, from its largest term on
        return 1 - chance_of_so_few(of - count - 1, of, of_elsewhere - count_elsewhere + 1, of_elsewhere)

    def ways(n: int, k: int) -> float:
        return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

    term = exp(ways(of, count) + ways(of_elsewhere, count_elsewhere) - ways(of + of_elsewhere, total))
    chance = 0.0
    for k in range(count, max(0, total - of_elsewhere) - 1, -1):
        chance += term
        if term <= chance * NEGLIGIBLE:
            break
        term *= k * (of_elsewhere - total + k) / ((total - k + 1) * (of - k + 1))
    return chance


def chance_of_fall(now: int, before: int) -> float:
    """How likely it is that chance alone gives so small a count now, were it to be the same as before; 1 if it is.

    The exact conditional test of two Poisson counts: the lower tail of the binomial distribution of one half.
    J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples from Poisson series, Biometrika 31
    (1940) 313-323.
    """
    of = now + before
    if now >= before:
        return 1.0
    term = exp(lgamma(of + 1) - lgamma(now + 1) - lgamma(before + 1) - of * log(2))
    chance = 0.0
    for k in range(now, -1, -1):
        chance += term
        if term <= chance * NEGLIGIBLE:
            break
        term *= k / (of - k + 1)
    return chance


def holm(chances: Sequence[float]) -> list[float]:
    """The chances of many comparisons, each made as large as their number demands; in the order given.

    Sorted, p(1) <= ... <= p(m) become max over j <= i of (m - j + 1) p(j), at most 1. What stays under 5 % then stands
    with 95 % confidence all together: with that, no comparison is named by chance. It holds however the comparisons
    depend on each other, as those of one article's locales do, each of which is part of what the others are compared
    with; Benjamini and Hochberg's rate of false discoveries would need them independent, or going together.
    S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    adjusted, largest = [1.0] * len(chances), 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = largest
    return adjusted
