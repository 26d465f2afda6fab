"""Figures of the whole build from measured requests."""

import numpy as np
import pytest

from tasks.planning.answering import Measured
from tasks.planning.figures import (
    ALL,
    COST,
    OUTPUT,
    PROMPTS,
    REQUESTS,
    SECONDS,
    STORED,
    TEXT,
    Rates,
    figures,
    whole_build,
)
from tasks.planning.lengths import Lengths, Ratio

SURE = dict.fromkeys(PROMPTS, Lengths())
RATES = dict.fromkeys(PROMPTS, Rates(input=2e-6, output=8e-6))
NO_RATES = dict.fromkeys(PROMPTS)


def _asked(prompt="describe", *, stored=False, output=100.0):
    return Measured(prompt, stored, 1000, 500, output, 4.0)


def test_tokens_cost_and_time_are_of_what_is_still_to_be_asked():
    taken = [_asked(), _asked(stored=True), _asked("converse", output=50)]
    totals = whole_build([(1, [figures(taken, RATES)])], SURE, RATES)
    describe, every = totals.row(0, 0, priced=True), totals.row(ALL, 0, priced=True)
    assert (describe.requests.total, describe.stored.total, describe.asked) == (2, 1, 1)
    assert every.requests.total == 3
    assert (every.text_tokens.total, every.image_tokens.total) == (2000, 1000)
    assert every.cost.total == pytest.approx((3000 * 2 + 150 * 8) / 1e6)
    assert every.cost.plus_minus == 0
    assert totals.of(ALL, SECONDS).total == 8


def test_the_error_of_all_is_less_than_the_sum_of_errors_where_prompts_differ():
    many, few = [_asked()] * 3, [_asked("converse")] * 3
    drawn = [figures(taken, RATES) for taken in (many, few, many, few)]
    totals = whole_build([(40, drawn)], SURE, RATES)
    assert totals.of(0, REQUESTS).plus_minus > 0
    assert totals.of(ALL, REQUESTS).plus_minus == 0
    assert totals.of(ALL, REQUESTS).total == 120


def test_doubt_about_lengths_is_doubt_about_output_and_cost_but_not_about_input():
    known = {**SURE, "describe": Lengths(output=Ratio(2.0, 0.1), answers=30)}
    totals = whole_build([(1, [figures([_asked(output=200)], RATES)])], known, RATES)
    assert totals.of(0, TEXT).plus_minus == 0
    assert totals.of(0, OUTPUT).plus_minus == pytest.approx(1.96 * 0.05 * 200)
    assert totals.of(ALL, COST).plus_minus == pytest.approx(1.96 * 0.05 * 200 * 8e-6)


def test_without_a_price_there_is_no_cost():
    totals = whole_build([(5, [figures([_asked()], NO_RATES)] * 2)], SURE, NO_RATES)
    assert totals.row(0, 0, priced=False).cost is None
    assert totals.of(0, REQUESTS).total == 5


def test_a_build_without_anything_to_describe_asks_nothing():
    totals = whole_build([], SURE, RATES)
    assert totals.row(ALL, 0, priced=True).cost.total == 0
    assert totals.of(ALL, STORED).total == 0
    assert not np.any(totals.plus_minus)


def test_what_may_have_to_be_mended_is_not_in_the_sum_of_all():
    taken = [_asked(), _asked("judge"), _asked("mend"), _asked("mend")]
    totals = whole_build([(1, [figures(taken, RATES)])], SURE, RATES)
    assert totals.of(ALL, REQUESTS).total == 2
    assert totals.of(PROMPTS.index("mend"), REQUESTS).total == 2


def test_the_judge_is_paid_by_its_own_rates():
    rates = {**RATES, "judge": Rates(input=1e-6, output=0.0), "mend": None}
    taken = [_asked("judge"), _asked("mend")]
    totals = whole_build([(1, [figures(taken, rates)])], SURE, rates)
    assert totals.of(ALL, COST).total == pytest.approx(1500 * 1e-6)
    assert totals.of(PROMPTS.index("mend"), COST).total == 0
