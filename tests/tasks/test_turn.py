"""Stage symmetry: which samples are turned, and what its rows say."""

import pytest

from prompts import load_phrasings
from schemas.params import AdaptParams
from schemas.record import content_id
from schemas.sample import Sample
from schemas.symmetry import TURNS, SymmetryParams, SymmetryRow
from tasks._stage import Where, write_part
from tasks.adapt import FORMS, adapt
from tasks.storage.store import Store
from tasks.turn import turn_shard
from tasks.verify import verify_tile
from tests.tasks._teaching import rows_of, tiles_part
from tests.tasks._tiles import random_tile

TILES = [random_tile(seed, 9) for seed in (1, 2)]
PHRASINGS = {form: load_phrasings(form) for form in FORMS}


def verified(tile):
    outcomes = verify_tile(tile, adapt(tile, AdaptParams(), PHRASINGS))
    return [one for one in outcomes if isinstance(one, Sample)]


@pytest.fixture
def turn(tmp_path):
    """Return what is written of TILES, the stage run with ``params``."""
    root = str(tmp_path)
    rows = [sample for tile in TILES for sample in verified(tile)]
    tiles = tiles_part(root, TILES)
    part = write_part("verify", 0, content_id([r.id for r in rows]), Sample, Store(root), rows)

    def run(**params):
        made = turn_shard.fn(Where(root=root, shard=0), tiles, part, SymmetryParams(**params))
        return made, rows_of(root, made, SymmetryRow), rows

    return run


def test_all_samples_of_a_small_shard_are_turned_all_seven_ways(turn):
    made, rows, samples = turn()
    assert made.candidates == made.rows == len(rows) == 7 * len(samples)
    assert {(row.sample, row.symmetry) for row in rows} == {
        (sample.id, symmetry) for sample in samples for symmetry in TURNS
    }
    assert {row.outcome for row in rows} == {"agree"}


def test_of_a_large_one_a_few_are_drawn_by_seed(turn):
    _, rows, samples = turn(samples=5)
    _, others, _ = turn(samples=5, seed=1)
    _, more, _ = turn(samples=6)
    drawn = {row.sample for row in rows}
    assert len(drawn) == 5
    assert drawn < {row.sample for row in more} < {sample.id for sample in samples}
    assert drawn != {row.sample for row in others}


def test_nothing_is_turned_where_it_is_switched_off(turn):
    made, rows, _ = turn(samples=0)
    assert (made.candidates, rows) == (0, [])


def test_a_second_run_finds_the_part(turn):
    assert [turn()[0].made, turn()[0].made] == [True, False]
