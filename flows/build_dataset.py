"""The flow that turns annotated folders into a release."""

from collections.abc import Sequence

from prefect import allow_failure, flow, unmapped

from flows.approval import ask_approval, check_approvable, raise_unless_approved
from flows.clock import now
from flows.diff import publish_diff
from flows.ending import ending_soon
from flows.exhibits import show_release
from flows.gate import raise_if_held_back
from flows.judging import judged_by
from flows.key import key_from
from flows.live import shown_live
from flows.outcome import Finished, Futures, Made, by_shard, finished, in_order, raise_if_incomplete
from flows.plan import announced
from flows.rerun import begun, run_version
from flows.runners import ChosenRunner, check_runner
from flows.teaching import taught_by
from schemas.params import BuildParams
from schemas.release import Located, Manifest, Move, Part
from tasks._stage import Where
from tasks.adapt import adapt_shard
from tasks.agree import agree_sources
from tasks.augment import augment_shard, turn_tiles
from tasks.canary import check_canary, compare_canary
from tasks.check import begin_release, check_build
from tasks.converse import converse_shard
from tasks.cover import cover_shard
from tasks.describe import describe_shard
from tasks.identify import identify_scenes
from tasks.ingest import ingest_shard
from tasks.look import look_shard
from tasks.mend import mend_shard
from tasks.mix import mix_samples
from tasks.promote import promote_release
from tasks.publish import commit_release, publish_shard
from tasks.scan import scan_source
from tasks.score import score_release
from tasks.storage.lease import Lease
from tasks.storage.running import Presence, building
from tasks.storage.store import Store
from tasks.synthesize import synthesize_shard
from tasks.tile import tile_shard
from tasks.turn import turn_shard
from tasks.validate import validate_shard
from tasks.verify import verify_shard

DEFAULTS = BuildParams()


@flow(name="build-dataset", task_runner=ChosenRunner())
def build_dataset(
    root: str, version: str | None = None, params: BuildParams = DEFAULTS
) -> Manifest:
    """Build a release of annotated folders, and let it become the latest where its gate passes.

    Each stage is one task run per shard, and a shard goes on to its next stage without waiting for
    the others. A failed shard does not lose the others: they are published, and IncompleteError
    says which ones are missing. HeldBack leaves the latest release what it was, and so does a
    canary, which is held against it; GateError from a stage and StorageError publish nothing. A run
    that is started again goes on where it was.

    Args:
        root: Folder or URL that holds stages, answers and releases.
        version: Name of the release. By default the time for which the run is planned, UTC.
        params: Everything that decides what the release contains.
    """
    with ending_soon(), key_from(params.service):
        version, made = begun(root, version or run_version(), params)
        check_approvable(params.approval)
        check_runner(params.runner)
        manifest = made or make_release(root, version, params)
        summary = show_release(root, manifest)
        if params.canary.share is not None:
            publish_diff(compare_canary(root, version))
            raise_if_incomplete(manifest)
            return manifest
        raise_if_held_back(manifest)
        if params.approval.ask:
            raise_unless_approved(ask_approval(root, version, summary, params.approval))
        promote_release(root, version, Move(version=version, at=now()))
        raise_if_incomplete(manifest)
        return manifest


def make_release(root: str, version: str, params: BuildParams) -> Manifest:
    """Make and commit release ``version``, and return its manifest; the latest stays what it was."""
    check_build(root, version, params)
    check_canary(root, params)
    begun_at = begin_release(root, version, params, now())
    with shown_live(), building(Store(root), version) as presence:
        return release_of(root, version, begun_at, params, run_all(root, params), presence)


def run_all(root: str, params: BuildParams) -> Made:
    """Run every stage, choose what is published, and have some of it judged."""
    with taught_by(params.teacher):
        done = run_stages(root, params)
    mixed = mix_samples(root, tuple(done.of("validate")), params.mixture)
    return Made(
        done, mixed.chosen, (mixed.mixture, mixed.blind), judged_by(root, params, done, mixed)
    )


def release_of(
    root: str,
    version: str,
    created: str,
    params: BuildParams,
    made: Made,
    presence: Presence,
    lease: Lease | None = None,
) -> Manifest:
    """Publish what was ``made``, score it and commit it as ``version``, ``created`` when it was begun.

    ``presence`` keeps its parts from being pruned; raises MissingFile where that failed. Raises
    LeaseLost where another took ``lease`` over: then nothing is committed.
    """
    done = made.done
    published = publish_shard.map(
        root, version, done.shards, done.of("validate"), list(made.chosen), done.of("tile"),
        unmapped(params.publish), done.of("turned"),
    ).result()  # fmt: skip
    files = tuple(part for parts in published for part in parts)
    scored = score_release(root, version, created, files, made.parts, params.gate)
    presence.confirm(made.paths)
    manifest = commit_release(
        root, version, created, params, made.parts, files, done.failed, scored, lease
    )
    presence.confirm(made.paths)
    return manifest


def run_stages(root: str, params: BuildParams) -> Finished:
    """Run every stage before publish over every shard."""
    scanned = scan_sources(root, params)
    shards = by_shard(scanned)
    where = [Where(root=root, shard=shard) for shard in shards]
    candidates, every = list(shards.values()), tuple(p for parts in scanned for p in parts)
    seen, scenes = ingest_stages(where, candidates, params)
    identified = identify_scenes.submit(
        root, allow_failure(scenes), params.split, Located(parts=every)
    ).result()
    agreed = agree_sources.submit(root, every, identified.links)
    chosen = {shard: shards[shard] for shard in params.canary.of(shards)}
    at = [place for place, shard in enumerate(shards) if shard in chosen]
    where, placed = [where[place] for place in at], in_order(identified.placed, chosen)
    seen, scenes = [seen[place] for place in at], [scenes[place] for place in at]
    later = shard_stages(root, where, list(chosen.values()), scenes, placed, params)
    done = finished(chosen, seen, scenes, *later)
    return done.with_parts(placed, (identified.links, agreed.result()))


def scan_sources(root: str, params: BuildParams) -> Sequence[tuple[Part, ...]]:
    """Read the labels of all sources: the parts of each, one for each shard that it has any of."""
    scanned: Sequence[tuple[Part, ...]] = scan_source.map(
        root, list(params.sources), unmapped(params.shards), unmapped(params.detection)
    ).result()
    return scanned


def ingest_stages(
    where: Sequence[Where], candidates: Sequence[tuple[Part, ...]], params: BuildParams
) -> tuple[Futures, Futures]:
    """Run the stages that look at every image and read it, over the shards of ``where``."""
    most = unmapped(params.ingest.max_pixels)
    seen = look_shard.map(where, candidates=candidates, max_pixels=most)
    scenes = ingest_shard.map(
        where, candidates=candidates, seen=seen, params=unmapped(params.ingest)
    )
    return seen, scenes


def shard_stages(
    root: str, where: Sequence[Where], candidates: Sequence[tuple[Part, ...]], scenes: Futures,
    placed: Sequence[Part], params: BuildParams,
) -> tuple[Futures, ...]:  # fmt: skip
    """Run the stages from tile to validate over the shards of ``where``, and return them in order."""
    teacher, service = unmapped(params.teacher), unmapped(params.service)
    tiles = tile_shard.map(
        where, scenes=scenes, placed=placed, params=unmapped(params.tile),
        located=[Located(parts=parts) for parts in candidates],
    )  # fmt: skip
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
    mended = mend_shard.map(
        where, tiles=tiles, described=described, synthesized=synthesized, conversed=conversed,
        params=teacher, dialogue=unmapped(params.dialogue), service=service,
        verify=unmapped(params.verify),
    )  # fmt: skip
    verified = verify_shard.map(
        where, tiles=tiles, adapted=adapted, described=described,
        synthesized=synthesized, conversed=conversed, mended=mended,
        params=unmapped(params.verify),
    )  # fmt: skip
    covered = cover_shard.map(where, tiles=tiles, described=described, verified=verified)
    augmented = augment_shard.map(
        where, tiles=tiles, verified=verified, params=unmapped(params.augment)
    )
    turned = turn_tiles.map(
        where, tiles=tiles, augmented=augmented, quality=unmapped(params.tile.quality)
    )
    compared = turn_shard.map(
        where, tiles=tiles, verified=verified, params=unmapped(params.symmetry)
    )
    validated = validate_shard.map(where, verified=verified, augmented=augmented)
    return (
        tiles, adapted, described, synthesized, conversed, mended, verified, covered, augmented,
        turned, compared, validated,
    )  # fmt: skip
