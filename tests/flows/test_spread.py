"""Shards made by runs of their own are found by the build, and it makes the same release."""

from uuid import UUID

import pytest
from prefect import flow

from flows.build_dataset import build_dataset, scan_sources
from flows.outcome import CHAIN, by_shard
from flows.shards import build_shards
from flows.spread import finish, one_share, places
from schemas.errors import IncompleteError, UsageError
from schemas.params import BuildParams, ServiceParams
from schemas.release import Manifest, Part
from schemas.spread import ShardWork, SpreadParams
from tasks.storage.releases import read_manifest
from tasks.storage.store import Store


@flow
def scanned(root: str, params: BuildParams) -> dict[int, tuple[Part, ...]]:
    return by_shard(scan_sources(root, params))


@flow
def spread_out(root: str, params: BuildParams, spread: SpreadParams, start) -> None:
    """Do what spread-build does before the build, with runs that ``start`` makes."""
    shards = scanned(root, params)
    work = [ShardWork(shard=shard, scanned=parts) for shard, parts in shards.items()]
    finish(start, spread, "ingest", work)
    placed = zip(work, places(root, shards, params), strict=True)
    finish(start, spread, "stages", [w.model_copy(update={"placed": p}) for w, p in placed])


def made(manifest: Manifest) -> set[str]:
    return {stage.stage for stage in manifest.stages if stage.parts_made}


def tables(manifest: Manifest) -> set[tuple[str, str]]:
    return {(part.path, part.sha256) for part in manifest.parts if part.path.endswith("parquet")}


def test_a_build_finds_what_runs_of_a_few_shards_made_and_releases_the_same(
    build, params, tmp_path
):
    root, started = str(tmp_path / "root"), []

    def start(name: str, group) -> UUID:
        started.append(name)
        state = build_shards(root, tuple(group), params, return_state=True)
        assert state.is_completed()
        return state.state_details.flow_run_id

    spread_out(root, params, SpreadParams(shards_a_run=2, at_once=1), start)
    assert started == [f"{name}-{n}" for name in ("ingest", "stages") for n in range(2)]
    manifest = build_dataset(root, build.version, params)
    assert not made(manifest) & set(CHAIN)
    assert tables(manifest) == tables(read_manifest(Store(str(build.root)), build.version))


def test_a_shard_that_fails_does_not_keep_the_others_from_being_made(
    params, prefect_server, tmp_path
):
    root = str(tmp_path)
    shards = scanned(root, params)
    torn, *others = shards
    Store(root).write(shards[torn][0].path, b"torn")
    work = tuple(ShardWork(shard=shard, scanned=parts) for shard, parts in shards.items())
    with pytest.raises(IncompleteError, match=rf"1 of 3 shards failed: {torn} in look"):
        build_shards(root, work, params)
    made = {path[14:19] for path in Store(root).list("stages/ingest")}
    assert made == {f"{shard:05d}" for shard in others}


@pytest.mark.parametrize(("budget", "each"), [(None, None), (12.0, 3.0)])
def test_every_run_may_spend_its_part_of_a_budget(budget, each):
    assert one_share(ServiceParams(budget=budget, period="day"), 4).budget == each


def test_a_budget_for_ever_is_refused_because_no_machine_knows_what_others_spend():
    with pytest.raises(UsageError, match=r"service\.period to day or month"):
        one_share(ServiceParams(budget=12, period="ever"), 4)
