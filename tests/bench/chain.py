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
    from tests.fixtures.nights import night

    return 0.0, night(root, params, "bench").samples


if __name__ == "__main__":
    main(*sys.argv[1:])
