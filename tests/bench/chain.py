"""Runs the whole chain once in this process and prints its figures as one JSON line.

    python -m tests.bench.chain plain|prefect SOURCE ROOT

``plain`` calls the stages one after the other as functions, without Prefect; ``prefect`` runs the
flow, with an ephemeral server as ``rs-gpt4v build`` does.
"""

import json
import sys
import time

from flows.cli.environment import prefect_server, prepare_environment
from schemas.params import BuildParams, SourceSpec
from schemas.release import Part
from tests.bench.memory import peak_mb

MODES = {"plain": "_plain", "prefect": "_prefect"}


def main(mode: str, source: str, root: str) -> None:
    """Build one release of the DOTA folder ``source`` below ``root``."""
    prepare_environment(verbose=False)
    params = BuildParams(sources=(SourceSpec(name="dota", path=source),))
    start = time.perf_counter()
    waited, samples = globals()[MODES[mode]](root, params)
    figures = {
        "mode": mode,
        "seconds": round(time.perf_counter() - start, 2),
        "server_seconds": round(waited, 2),
        "samples": samples,
        "peak_mb": peak_mb(),
    }
    print(json.dumps(figures))


def _prefect(root: str, params: BuildParams) -> tuple[float, int]:
    server = prefect_server()
    from flows.build_dataset import build_dataset

    start = time.perf_counter()
    server.ready()
    waited = time.perf_counter() - start
    return waited, build_dataset(root, "bench", params).samples


def _plain(root: str, params: BuildParams) -> tuple[float, int]:
    from tasks._stage import Where
    from tasks.agree import agree_sources
    from tasks.identify import identify_scenes
    from tasks.ingest import ingest_shard, scan_source
    from tasks.mix import mix_samples
    from tasks.promote import promote_release
    from tasks.publish import commit_release, publish_shard
    from tasks.score import score_release

    scanned = scan_source.fn(root, params.sources[0], params.shards)
    parts: list[Part] = [*scanned]
    scenes = [
        ingest_shard.fn(Where(root=root, shard=part.shard), (part,), params.ingest)
        for part in scanned
    ]
    identified = identify_scenes.fn(root, scenes, params.split)
    agreed = agree_sources.fn(root, scanned, identified.links)
    shards = [
        _shard(Where(root=root, shard=one.shard), one, placed, params)
        for one, placed in zip(scenes, identified.placed, strict=True)
    ]
    mixed = mix_samples.fn(root, tuple(made[-1] for made in shards), params.mixture)
    published = [
        part
        for made, chosen in zip(shards, mixed.chosen, strict=True)
        for part in publish_shard.fn(
            root, "bench", chosen.shard, made[-1], chosen, made[0], params.publish, made[1]
        )
    ]
    parts += [*scenes, *identified.placed, identified.links, agreed, mixed.mixture, mixed.blind]
    parts += [*mixed.chosen, *(part for made in shards for part in made)]
    created, files, made = "2026-01-01T00:00:00Z", tuple(published), tuple(parts)
    scored = score_release.fn(root, "bench", created, files, made, params.gate)
    manifest = commit_release.fn(root, "bench", created, params, made, files, (), scored)
    promote_release.fn(root, "bench")
    return 0.0, manifest.samples


def _shard(where, scenes: Part, placed: Part, params: BuildParams) -> list[Part]:
    from tasks.adapt import adapt_shard
    from tasks.augment import augment_shard, turn_tiles
    from tasks.converse import converse_shard
    from tasks.describe import describe_shard
    from tasks.mend import mend_shard
    from tasks.synthesize import synthesize_shard
    from tasks.tile import tile_shard
    from tasks.turn import turn_shard
    from tasks.validate import validate_shard
    from tasks.verify import verify_shard

    teacher = params.teacher
    tiles = tile_shard.fn(where, scenes, placed, params.tile)
    adapted = adapt_shard.fn(where, tiles, params.adapt)
    described = describe_shard.fn(where, tiles, teacher)
    synthesized = synthesize_shard.fn(where, tiles, described, teacher)
    conversed = converse_shard.fn(where, tiles, described, synthesized, teacher, params.dialogue)
    written = (described, synthesized, conversed)
    mended = mend_shard.fn(where, tiles, *written, teacher, params.dialogue)
    verified = verify_shard.fn(where, tiles, adapted, *written, mended, params.verify)
    augmented = augment_shard.fn(where, tiles, verified, params.augment)
    turned = turn_tiles.fn(where, tiles, augmented, params.tile.quality)
    compared = turn_shard.fn(where, tiles, verified, params.symmetry)
    validated = validate_shard.fn(where, verified, augmented)
    return [
        tiles, turned, adapted, *written, mended, verified, augmented, compared, validated,
    ]  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
