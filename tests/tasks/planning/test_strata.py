"""The sample and what follows from it for all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.planning.strata import drawn_strata, totals


def _drawn(sizes, sample):
    members = list(enumerate(sizes))
    return drawn_strata(members, sample, lambda one: one[1], lambda one: str(one[0]))


def _figures(strata, of):
    return [(s.members, np.array([[float(of(one))] for one in s.drawn])) for s in strata]


@given(st.lists(st.integers(1, 400), max_size=120), st.integers(2, 30))
def test_every_member_is_in_one_stratum_and_the_sample_is_as_large_as_asked(sizes, sample):
    strata = _drawn(sizes, sample)
    assert sum(stratum.members for stratum in strata) == len(sizes)
    drawn = [one for stratum in strata for one in stratum.drawn]
    assert len(drawn) == len(set(drawn)) == min(sample, len(sizes))
    assert all(len(stratum.drawn) >= min(2, stratum.members) for stratum in strata)


def test_the_same_members_in_any_order_give_the_same_sample():
    members = [(n, n % 17 + 1) for n in range(100)]
    one, other = (
        drawn_strata(order, 20, lambda m: m[1], lambda m: str(m[0]))
        for order in (members, members[::-1])
    )
    assert one == other


def test_large_members_are_looked_at_more_often_than_small_ones():
    strata = _drawn([1] * 90 + [100] * 10, 12)
    large = [size for stratum in strata for _, size in stratum.drawn if size == 100]
    assert len(large) >= 6


def test_where_all_were_looked_at_the_total_is_exact():
    sizes = [3, 9, 27, 4]
    total, half = totals(_figures(_drawn(sizes, 20), lambda one: one[1]))
    assert (total.tolist(), half.tolist()) == ([43.0], [0.0])


def test_total_and_error_are_those_of_the_textbook():
    # N = 10 and 6; means 2 and 11; s² = 1 and 2; by hand: Σ N²(1 − n/N)s²/n
    strata = [(10, np.array([[1.0], [2.0], [3.0]])), (6, np.array([[10.0], [12.0]]))]
    total, half = totals(strata)
    variance = 100 * 0.7 * 1 / 3 + 36 * (4 / 6) * 2 / 2
    assert total[0] == pytest.approx(86)
    assert half[0] == pytest.approx(3.1824 * variance**0.5, rel=1e-4)  # t of 3 degrees, 0.975


def test_the_true_total_lies_within_the_error_about_as_often_as_is_said():
    rng, hits = np.random.default_rng(1), 0
    for _ in range(200):
        sizes = (1 + rng.lognormal(2.5, 1, 150)).astype(int).tolist()
        taken = [size * 100 + rng.normal(0, 150) for size in sizes]
        total, half = totals(_figures(_drawn(sizes, 20), lambda one: taken[one[0]]))  # noqa: B023
        hits += bool(abs(total[0] - sum(taken)) <= half[0])
    assert 0.88 <= hits / 200 <= 0.99


def test_of_nothing_nothing_is_drawn():
    assert _drawn([], 20) == ()
