"""The judge beside the release: some of the published samples are graded, and nothing waits for it."""

from prefect import get_run_logger, unmapped
from prefect.futures import wait

from flows.outcome import Finished
from flows.teaching import taught_by
from schemas.params import BuildParams
from schemas.release import Part
from tasks._stage import Where
from tasks.judge import asked_by, gather_grades, judge_shard
from tasks.mix import Mixed


def judged_by(root: str, params: BuildParams, done: Finished, mixed: Mixed) -> tuple[Part, ...]:
    """Return the parts of the judge, those of shards and those of the whole; none without a judge.

    A shard on which the judge fails is published all the same: it is no gate.
    """
    if not params.judge.is_asked:
        return ()
    where = [Where(root=root, shard=shard) for shard in done.shards]
    with taught_by(asked_by(params.judge)):
        futures = judge_shard.map(
            where, tiles=done.of("tile"), validated=done.of("validate"),
            chosen=list(mixed.chosen), params=unmapped(params.judge),
            service=unmapped(params.service),
        )  # fmt: skip
        wait(list(futures))
    judged = []
    for shard, future in zip(done.shards, futures, strict=True):
        if future.state.is_completed():
            judged.append(future.result())
        else:
            error = future.result(raise_on_failure=False)
            get_run_logger().error("the judge failed on shard %d: %s", shard, error)
    return (*judged, *gather_grades(root, tuple(judged), len(futures) - len(judged)))
