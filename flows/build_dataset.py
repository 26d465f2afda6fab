"""The flow that turns annotated folders into a release."""

from prefect import allow_failure, flow, unmapped
from prefect.task_runners import ThreadPoolTaskRunner

from flows.clock import now, stamp
from flows.gate import raise_if_held_back
from flows.outcome import Finished, by_shard, finished, in_order, raise_if_incomplete
from flows.plan import announced
from flows.summary import show_summary
from flows.teaching import taught_by
from schemas.params import BuildParams
from schemas.release import Manifest
from schemas.settings import settings
from tasks._stage import Where
from tasks.adapt import adapt_shard
from tasks.agree import agree_sources
from tasks.check import check_build
from tasks.converse import converse_shard
from tasks.describe import describe_shard
from tasks.identify import identify_scenes
from tasks.ingest import ingest_shard, scan_source
from tasks.mix import mix_samples
from tasks.promote import promote_release
from tasks.publish import commit_release, publish_shard
from tasks.score import score_release
from tasks.synthesize import synthesize_shard
from tasks.tile import tile_shard
from tasks.validate import validate_shard
from tasks.verify import verify_shard

DEFAULTS = BuildParams()


@flow(name="build-dataset", task_runner=ThreadPoolTaskRunner(max_workers=settings().workers))  # type: ignore[arg-type]
def build_dataset(
    root: str, version: str | None = None, params: BuildParams = DEFAULTS
) -> Manifest:
    """Build release ``version`` (by default the time, UTC) of the sources in ``params``.

    Each stage is one task run per shard, and a shard goes on to its next stage without waiting for
    the others. A failed shard does not lose the others: they are published, and IncompleteError
    says which ones are missing. HeldBack leaves the latest release what it was; GateError from a
    stage and StorageError publish nothing.
    """
    version, created = version or stamp(), now()
    check_build(root, version, params)
    with taught_by(params.teacher):
        done = _stages(root, params)
    mixed = mix_samples(root, tuple(done.of("validate")), params.mixture)
    published = publish_shard.map(
        root, version, done.shards, done.of("validate"), list(mixed.chosen), done.of("tile"),
        unmapped(params.publish),
    ).result()  # fmt: skip
    files = tuple(part for parts in published for part in parts)
    parts = (*done.parts, *mixed.chosen, mixed.mixture, mixed.blind)
    scored = score_release(root, version, created, files, parts, params.gate)
    manifest = commit_release(root, version, created, params, parts, files, done.failed, scored)
    show_summary(root, manifest)
    raise_if_held_back(manifest)
    promote_release(root, version)
    raise_if_incomplete(manifest)
    return manifest


def _stages(root: str, params: BuildParams) -> Finished:
    """Run every stage before publish over every shard."""
    scanned = scan_source.map(root, list(params.sources), unmapped(params.shards)).result()
    shards = by_shard(scanned)
    where = [Where(root=root, shard=shard) for shard in shards]
    teacher, service = unmapped(params.teacher), unmapped(params.service)

    scenes = ingest_shard.map(
        where, candidates=list(shards.values()), params=unmapped(params.ingest)
    )
    identified = identify_scenes.submit(root, allow_failure(scenes), params.split).result()
    agreed = agree_sources.submit(
        root, tuple(p for parts in scanned for p in parts), identified.links
    )
    placed = in_order(identified.placed, shards)
    tiles = tile_shard.map(where, scenes=scenes, placed=placed, params=unmapped(params.tile))
    adapted = adapt_shard.map(where, tiles=tiles, params=unmapped(params.adapt))
    planned = announced(root, params, tiles)
    described = describe_shard.map(
        where, tiles=tiles, params=teacher, service=service, wait_for=planned
    )
    synthesized = synthesize_shard.map(
        where, tiles=tiles, described=described, params=teacher, service=service
    )
    conversed = converse_shard.map(
        where, tiles=tiles, described=described, synthesized=synthesized,
        params=teacher, dialogue=unmapped(params.dialogue), service=service,
    )  # fmt: skip
    verified = verify_shard.map(
        where, tiles=tiles, adapted=adapted, described=described,
        synthesized=synthesized, conversed=conversed,
    )  # fmt: skip
    validated = validate_shard.map(where, verified=verified)
    done = finished(
        shards, scenes, tiles, adapted, described, synthesized, conversed, verified, validated
    )
    return done.with_parts(placed, (identified.links, agreed.result()))
