"""A failed shard does not lose the others; a failed gate or a broken root stops the release."""

import pytest
from prefect import flow, task
from prefect.task_runners import ThreadPoolTaskRunner

from flows.outcome import CHAIN, by_shard, finished
from schemas.errors import DamagedPart, GateError, Stopped, StorageError
from schemas.release import FailedShard, Part


def part(stage, shard, key="k"):
    return Part(
        stage=stage, shard=shard, key=key, candidates=1, rows=1, rejections=0, findings=0, made=True
    )


@task
def fake_stage(given: Part, stage: str, fails: tuple[int, ...], error: Exception) -> Part:
    if given.shard in fails:
        raise error
    return part(stage, given.shard)


@flow(task_runner=ThreadPoolTaskRunner(max_workers=2))
def chained(shards: int, broken: str, fails: tuple[int, ...], error: object):
    """Run a chain of stages of which ``broken`` raises ``error`` for the shards in ``fails``."""
    candidates = {shard: (part("scan", shard),) for shard in range(shards)}
    stages, before = [], [parts[0] for parts in candidates.values()]
    for name in CHAIN:
        hit = fails if name == broken else ()
        before = [fake_stage.submit(given, name, hit, error) for given in before]
        stages.append(before)
    return finished(candidates, *stages)


def test_the_shards_that_went_through_are_kept_and_the_failed_one_is_named(prefect_server):
    done = chained(3, "describe", (1,), ValueError("no luck"))
    assert done.shards == [0, 2]
    assert done.failed == (
        FailedShard(shard=1, stage="describe", error="ValueError", message="no luck"),
    )
    assert [(p.stage, p.shard) for p in done.of("validate")] == [("validate", 0), ("validate", 2)]
    assert {p.stage for p in done.parts} == {"scan", *CHAIN}
    assert 1 not in {p.shard for p in done.parts}


@pytest.mark.parametrize(
    "error", [GateError("table"), StorageError("the disk is full"), Stopped("told to end")]
)
def test_a_gate_a_broken_root_and_an_end_stop_the_release(prefect_server, error):
    with pytest.raises(type(error), match=str(error)):
        chained(3, "validate", (2,), error)


def test_a_damaged_part_costs_its_shard_only(prefect_server):
    assert chained(2, "tile", (0,), DamagedPart("torn")).shards == [1]


def test_when_every_shard_fails_the_first_error_is_raised(prefect_server):
    with pytest.raises(ValueError, match="no luck"):
        chained(2, "ingest", (0, 1), ValueError("no luck"))


def test_scanned_parts_are_gathered_by_shard_in_order():
    scanned = [[part("scan", 2, "a"), part("scan", 0, "b")], [part("scan", 2, "c")]]
    grouped = by_shard(scanned)
    assert list(grouped) == [0, 2]
    assert [p.key for p in grouped[2]] == ["a", "c"]
