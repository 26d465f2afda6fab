"""The flow that makes the parts of some shards of a build and no release: a build finds them."""

from prefect import flow

from flows.build_dataset import ingest_stages, shard_stages
from flows.ending import ending_soon
from flows.key import key_from
from flows.outcome import Futures, finished
from flows.runners import ChosenRunner, check_runner
from flows.teaching import taught_by
from schemas.errors import IncompleteError
from schemas.params import BuildParams
from schemas.spread import ShardWork
from tasks._stage import Where


@flow(name="build-shards", task_runner=ChosenRunner())
def build_shards(root: str, work: tuple[ShardWork, ...], params: BuildParams) -> None:
    """Make every part of the shards in ``work`` that is not there yet; spread-build starts it.

    Raises IncompleteError where a shard fails; the others are done all the same.

    Args:
        root: Folder or URL that holds stages, answers and releases.
        work: The shards, and what was found of them and of the scenes of all the others.
        params: Those of the whole build.
    """
    where = [Where(root=root, shard=one.shard) for one in work]
    scanned = {one.shard: one.scanned for one in work}
    candidates = list(scanned.values())
    placed = [one.placed for one in work if one.placed is not None]
    check_runner(params.runner)
    with ending_soon(), key_from(params.service), taught_by(params.teacher):
        seen, scenes = ingest_stages(where, candidates, params)
        later: tuple[Futures, ...] = ()
        if len(placed) == len(work):
            later = shard_stages(root, where, candidates, scenes, placed, params)
        done = finished(scanned, seen, scenes, *later)
    if done.failed:
        raise IncompleteError(
            f"{len(done.failed)} of {len(work)} shards failed: "
            + " ".join(f"{one.shard} in {one.stage} ({one.message})" for one in done.failed)
        )
