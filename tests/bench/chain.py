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
    from tasks.ingest import scan_source
    from tasks.publish import commit_release, publish_shard

    scanned = scan_source.fn(root, params.sources[0], params.shards)
    parts: list[Part] = [*scanned]
    published = []
    for part in scanned:
        made = _shard(Where(root=root, shard=part.shard), part, params)
        parts += made
        published += publish_shard.fn(root, "bench", part.shard, made[-1], made[1], params.publish)
    manifest = commit_release.fn(
        root, "bench", "2026-01-01T00:00:00Z", params, tuple(parts), tuple(published), ()
    )
    return 0.0, manifest.samples


def _shard(where, candidates: Part, params: BuildParams) -> list[Part]:
    from tasks.adapt import adapt_shard
    from tasks.converse import converse_shard
    from tasks.describe import describe_shard
    from tasks.ingest import ingest_shard
    from tasks.synthesize import synthesize_shard
    from tasks.tile import tile_shard
    from tasks.validate import validate_shard
    from tasks.verify import verify_shard

    teacher = params.teacher
    scenes = ingest_shard.fn(where, (candidates,), params.ingest)
    tiles = tile_shard.fn(where, scenes, params.tile)
    adapted = adapt_shard.fn(where, tiles, params.adapt)
    described = describe_shard.fn(where, tiles, teacher)
    synthesized = synthesize_shard.fn(where, tiles, described, teacher)
    conversed = converse_shard.fn(where, tiles, described, synthesized, teacher, params.dialogue)
    verified = verify_shard.fn(where, tiles, adapted, described, synthesized, conversed)
    validated = validate_shard.fn(where, verified)
    return [scenes, tiles, adapted, described, synthesized, conversed, verified, validated]


if __name__ == "__main__":
    main(*sys.argv[1:])
