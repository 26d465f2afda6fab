"""``kill -9`` while answers arrive: what had arrived is never paid for again."""

from random import Random

import pytest

from tests.bench.model.kills import IN_FLIGHT, one_round

COUNT = 250


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_kill_all_is_answered_and_nothing_that_had_arrived_is_paid_twice(
    tmp_path, seed: int
) -> None:
    done = one_round(tmp_path, Random(seed), COUNT)
    assert done.answered == COUNT
    assert done.arrived_twice == 0
    assert done.twice <= done.billed_before - done.found
    assert done.twice <= IN_FLIGHT
