"""Sets of documents as bits, and sums for all of them at once."""

from __future__ import annotations

from random import Random

import pytest

from helpdesk.search.bits import Sums, bits_of, bits_where, numbers_of


@pytest.mark.parametrize("documents", [1, 7, 8, 9, 1_000, 4_096])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.02, 0.3, 1.0])
def test_numbers_become_bits_and_numbers_again(documents: int, share: float):
    rng = Random(f"{documents} {share}")
    numbers = [number for number in range(documents) if rng.random() < share or share == 1]
    bits = bits_of(numbers, documents)
    assert bits == sum(1 << documents - 1 - number for number in numbers)
    assert numbers_of(bits, documents) == numbers
    assert bits_where(bytes(2 * (number in set(numbers)) for number in range(documents))) == bits


def test_sums_are_those_of_each_document():
    rng = Random(5)
    sums, expected = Sums(), [0] * 90
    for value in (1, 2, 3, 100, 77, 0, 1 << 20):
        chosen = rng.sample(range(90), 40)
        sums.add(value, bits_of(chosen, 90))
        for number in chosen:
            expected[number] += value
    among = sorted(rng.sample(range(90), 60))
    bits = bits_of(among, 90)
    assert sums.greatest(bits) == max(expected[number] for number in among)
    for value in (0, 1, 3, 100, 180, 1 << 20, 1 << 30):
        reaching = numbers_of(sums.reaching(value, bits), 90)
        assert reaching == [number for number in among if expected[number] >= value]
    assert Sums().greatest(bits) == 0
