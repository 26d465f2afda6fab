"""Soak: two nights at once, and three builds at once, on one root; each is whole or refused.

Run: python -m tests.bench.storage.nights [TIMES]     (10 by default; half as often three builds)

Before each pair of nights a label changes. At the end the root must pass the deep audit, and every
run must have ended as a whole release, as “no change”, or as LeaseHeld or UsageError.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.cli.environment import prefect_server, prepare_environment
from schemas.errors import PipelineError
from schemas.gate import GateParams
from schemas.night import NightParams
from schemas.params import BuildParams, DialogueParams, PublishParams, SourceSpec
from schemas.prune import PruneParams
from schemas.symmetry import SymmetryParams
from tests.bench.storage.connected import BUCKET, connected
from tests.fixtures.scenes import quad, write_dota

PRUNE = NightParams(prune=PruneParams(keep=2, grace=0, proof="listing"))
EXPECTED = {"promoted", "no_change", "LeaseHeld", "release", "UsageError"}


def main(times: int) -> None:
    """Run the nights and builds on disk and in a bucket."""
    prepare_environment(verbose=False)
    server = prefect_server()
    server.ready()
    figures: dict[str, dict[str, int]] = {}
    with connected(), TemporaryDirectory() as folder:
        for name, root in (("local", str(Path(folder, "root"))), ("s3", f"s3://{BUCKET}/nights")):
            figures[name] = soaked(Path(folder, name), root, times)
            print(name, figures[name], flush=True)
    print(json.dumps({"bench": "storage-nights", "times": times, **figures}))
    sys.exit(any(f["problems"] or set(f) - EXPECTED - {"problems"} for f in figures.values()))


def soaked(scenes: Path, root: str, times: int) -> dict[str, int]:
    """Return how the runs on one root ended, and what is wrong in the end."""
    from flows.build_dataset import build_dataset
    from flows.nightly import nightly
    from tasks.audit import audit
    from tasks.storage.store import Store

    params = BuildParams(
        sources=(SourceSpec(name="dota", path=str(scenes)),), shards=1,
        gate=GateParams(fewest=1_000_000), dialogue=DialogueParams(per_tile=1, turns=2),
        symmetry=SymmetryParams(samples=0),
    )  # fmt: skip
    ended: Counter[str] = Counter()
    with ThreadPoolExecutor(3) as threads:
        for number in range(times):
            lines = [quad(20, 30, 50 + number, 60), quad(90, 30, 130, 60)]
            write_dota(scenes, "apron", (200, 120), lines)

            def night(name: str, number: int = number) -> str:
                return nightly(root, params, PRUNE, f"n{number}-{name}").outcome

            ended.update(threads.map(lambda name: said(lambda: night(name)), "ab"))
        for number in range(times // 2):

            def build(gallery: int, number: int = number) -> str:
                publish = PublishParams(gallery=gallery)
                build_dataset(root, f"b{number}", params.model_copy(update={"publish": publish}))
                return "release"

            ended.update(threads.map(lambda gallery: said(lambda: build(gallery)), (1, 2, 3)))
    problems = audit(Store(root), deep=True)
    for problem in problems:
        print(problem, flush=True)
    return {**ended, "problems": len(problems)}


def said(run: Callable[[], str]) -> str:
    """Return how ``run`` ended."""
    try:
        return run()
    except PipelineError as error:
        return type(error).__name__


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
