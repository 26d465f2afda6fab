"""A few seeded mutations of every fixture; ``python -m tests.fuzz`` does thousands."""

import pytest

from tests.fixtures.formats import formats
from tests.fuzz.harness import FAILURES, Bench

MUTATIONS = 25


@pytest.mark.parametrize("reader", list(formats()))
def test_no_mutation_ends_in_a_traceback_a_hang_or_outside_of_the_folder(reader, tmp_path):
    bench = Bench(reader, tmp_path)
    endings = [bench.mutation(seed) for seed in range(MUTATIONS)]
    failed = [ending for ending in endings if ending.outcome in FAILURES]
    assert not failed, "\n".join(f"seed {e.seed}, {e.done}: {e.detail}" for e in failed)
