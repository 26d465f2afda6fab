"""A night knows by sources, parameters and program whether anything is new."""

from pathlib import Path

import pytest

from schemas.params import BuildParams, SourceSpec, TileParams
from schemas.release import FailedShard
from tasks.detect import LAST, detect_changes, made_before, program_id, remember
from tasks.publish import commit
from tasks.storage.releases import read_manifest
from tests.fixtures.release import SOFTWARE, Made, make_build
from tests.fixtures.scenes import quad, write_dota


@pytest.fixture
def made(tmp_path: Path) -> Made:
    made = make_build(str(tmp_path / "root"), tiles=1)
    made.release("v1")
    return made


@pytest.fixture
def params(tmp_path: Path) -> BuildParams:
    write_dota(tmp_path / "scenes", "apron", (200, 120), [quad(20, 30, 50, 60)])
    source = SourceSpec(name="dota", path=str(tmp_path / "scenes"))
    return BuildParams(sources=(source,), shards=1)


def test_the_same_sources_parameters_and_program_are_known_again(
    made: Made, params: BuildParams, tmp_path: Path
) -> None:
    root = made.store.uri
    first = detect_changes.fn(root, params)
    assert (first.same, first.latest, first.new_shards) == (None, "v1", 1)
    remember(made.store, first.made_of, "v1")
    assert detect_changes.fn(root, params).same == "v1"
    other = params.model_copy(update={"tile": TileParams(quality=70)})
    assert detect_changes.fn(root, other).same is None
    write_dota(tmp_path / "scenes", "apron", (200, 120), [quad(20, 30, 50, 61)])
    assert detect_changes.fn(root, params).same is None
    assert program_id() == program_id()


def test_what_is_not_the_newest_or_lacks_a_shard_is_looked_at_again(
    made: Made, params: BuildParams
) -> None:
    root, store = made.store.uri, made.store
    made_of = detect_changes.fn(root, params).made_of
    remember(store, made_of, "v1")
    failed = (FailedShard(shard=0, stage="tile", error="OSError", message="gone"),)
    files = made.publish("v2")
    commit(store, "v2", "2026-02-01T00:00:00Z", made.params, made.parts, files, SOFTWARE, failed)
    assert detect_changes.fn(root, params).same is None
    remember(store, made_of, "v2")
    assert detect_changes.fn(root, params).same is None
    store.write(LAST, b"{}")
    assert detect_changes.fn(root, params).same is None


def test_a_release_of_the_same_parts_is_found_unless_it_was_published_otherwise(made: Made) -> None:
    inputs = read_manifest(made.store, "v1").inputs
    assert made_before(made.store, inputs, made.params) == "v1"
    assert made_before(made.store, inputs[1:], made.params) is None
    publish = made.params.publish.model_copy(update={"gallery": 3})
    other = made.params.model_copy(update={"publish": publish})
    assert made_before(made.store, inputs, other) is None
