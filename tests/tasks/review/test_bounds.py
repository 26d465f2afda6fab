"""Intervals: Wilson's against SciPy, and how often the extrapolated one holds the truth."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from schemas.review import ReviewParams
from tasks.review.bounds import Sampled, extrapolated, stratum_rate, wilson
from tasks.review.drawing import shares

REVIEWS = 1000  # simulated, of each release
SKEWED = [400, 30000, 90, 5000, 1500, 250, 800, 120, 60, 2500, 3000, 40]
RELEASES = {
    "errors are rare everywhere": (SKEWED, [0.01] * 12),
    "a third is wrong everywhere": (SKEWED, [0.33] * 12),
    "the largest stratum is bad": (SKEWED, [0.002, 0.2] + [0.002] * 10),
    "the small strata are bad": (SKEWED, [0.4 if size < 500 else 0.01 for size in SKEWED]),
    "one stratum of middle size is all wrong": (SKEWED, [0] * 4 + [1.0] + [0] * 7),
    "many strata of one size": ([500] * 40, [0.05] * 40),
    "a small release, most of it seen": ([150, 90, 40, 12, 8], [0.02, 0.05, 0.1, 0.25, 0.5]),
}


@given(st.integers(1, 400), st.data())
def test_the_interval_of_a_stratum_is_scipys_wilson(size, data):
    wrong = data.draw(st.integers(0, size))
    theirs = binomtest(wrong, size).proportion_ci(0.95, method="wilson")
    ours = wilson(wrong / size, size)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_a_stratum_that_was_seen_whole_has_no_error():
    assert stratum_rate(Sampled(40, 40, 3)) == wilson(3 / 40, inf)
    rate = stratum_rate(Sampled(40, 40, 3))
    assert (rate.low, rate.rate, rate.high) == (0.075, 0.075, 0.075)


def test_of_a_small_stratum_more_is_known_than_of_a_large_one():
    small, large = stratum_rate(Sampled(30, 20, 2)), stratum_rate(Sampled(10**6, 20, 2))
    assert large.low < small.low < small.rate < small.high < large.high
    assert large.high == pytest.approx(wilson(0.1, 20).high, abs=1e-5)


def test_of_a_stratum_without_an_answer_nothing_is_known():
    rate = stratum_rate(Sampled(40, 0, 0))
    assert (rate.low, rate.rate, rate.high) == (0, None, 1)


def test_one_stratum_extrapolates_to_itself():
    assert extrapolated([Sampled(500, 50, 4)]) == stratum_rate(Sampled(500, 50, 4))


def test_strata_count_by_their_members():
    rate = extrapolated([Sampled(9000, 90, 9), Sampled(1000, 90, 45)])
    assert rate.rate == pytest.approx(0.9 * 0.1 + 0.1 * 0.5)


def test_a_stratum_without_an_answer_may_be_all_right_or_all_wrong():
    seen, unseen = Sampled(800, 80, 8), Sampled(200, 0, 0)
    alone, both = extrapolated([seen]), extrapolated([seen, unseen])
    assert both.rate == alone.rate == pytest.approx(0.1)
    assert both.low == pytest.approx(0.8 * alone.low)
    assert both.high == pytest.approx(0.8 * alone.high + 0.2)
    assert extrapolated([unseen]).rate is extrapolated([]).rate is None


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 500), st.integers(0, 500)), max_size=9)
)
def test_bounds_lie_between_0_and_1_and_hold_the_rate(numbers):
    strata = [Sampled(n, min(n, d), min(n, d, w)) for n, d, w in numbers]
    rate = extrapolated(strata)
    assert 0 <= rate.low <= rate.high <= 1
    if rate.rate is not None and all(one.decided for one in strata):
        assert rate.low - 1e-9 <= rate.rate <= rate.high + 1e-9


@pytest.mark.parametrize("name", RELEASES)
def test_the_extrapolated_interval_holds_the_truth_in_95_of_100_reviews(name):
    sizes, rates = RELEASES[name]
    members = np.array(sizes)
    wrong = np.round(members * np.array(rates)).astype(int)
    drawn = np.array(shares(sizes, ReviewParams(samples=200)))
    truth = wrong.sum() / members.sum()
    found = np.random.default_rng(7).hypergeometric(
        wrong, members - wrong, drawn, (REVIEWS, len(sizes))
    )
    held = 0
    for counts in found.tolist():
        rate = extrapolated(
            [Sampled(*one) for one in zip(sizes, drawn.tolist(), counts, strict=True)]
        )
        held += rate.low - 1e-12 <= truth <= rate.high + 1e-12
    assert held / REVIEWS >= 0.94
