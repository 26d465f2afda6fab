"""One build in a process of its own: by plain calls, or by the flow; figures as one JSON line.

python -m tests.bench.flow.builds plain|flow SOURCE ROOT SHARDS KIND WORKERS

The flow asks the server that PREFECT_API_URL names, and the figures say when each stage's task runs
began and ended there.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from flows.cli.environment import prepare_environment
from schemas.gate import GateParams
from schemas.params import BuildParams, SourceSpec
from schemas.runner import RunnerParams

CPU_STAGES = (
    "tile", "adapt", "describe", "synthesize", "converse", "mend", "verify", "augment", "symmetry",
)  # fmt: skip
THINGS = ("large-vehicle", "small-vehicle", "ship")


def run(
    mode: str, source: Path, root: Path, shards: int, url: str = "", kind: str = "local",
    workers: int = 1,
) -> dict[str, float]:  # fmt: skip
    """Return the figures of one build, in a process that has done nothing before."""
    words = [mode, source, root, shards, kind, workers]
    environment = os.environ | ({"PREFECT_API_URL": url} if url else {})
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.flow.builds", *map(str, words)],
        env=environment, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def write_scenes(folder: Path, count: int, side: int, objects: int) -> None:
    """Write ``count`` noisy scenes of ``side`` px with ``objects`` labels each, no two alike."""
    (folder / "images").mkdir(parents=True)
    (folder / "labelTxt").mkdir()
    for number in range(count):
        rng = np.random.default_rng(number)
        coarse = rng.integers(60, 160, (side // 8, side // 8, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((side, side))
        lines = ["imagesource:noise", "gsd:0.3"]
        for place, (x, y) in enumerate(rng.integers(4, side - 40, (objects, 2)).tolist()):
            picture.paste((220, 220, 220), (x, y, x + 30, y + 14))
            corners = f"{x} {y} {x + 30} {y} {x + 30} {y + 14} {x} {y + 14}"
            lines.append(f"{corners} {THINGS[place % len(THINGS)]} 0")
        picture.save(folder / "images" / f"n{number:04}.png")
        (folder / "labelTxt" / f"n{number:04}.txt").write_text("\n".join(lines) + "\n")


def main(mode: str, source: str, root: str, shards: str, kind: str, workers: str) -> None:
    """Make one build and print its figures."""
    prepare_environment(verbose=False)
    params = BuildParams(
        sources=(SourceSpec(name="dota", path=source),), shards=int(shards),
        runner=RunnerParams(kind=kind, workers=int(workers)),  # type: ignore[arg-type]
        gate=GateParams(blind=None),  # scenes that are all alike can be guessed
    )  # fmt: skip
    from flows.build_dataset import build_dataset
    from tasks.lexicon.lexicon import english
    from tasks.quality.library import load
    from tests.bench.memory import peak_mb
    from tests.fixtures.nights import night

    english(), load()  # whoever calls, imports are no part of it
    begun, used = time.perf_counter(), time.process_time()
    if mode == "plain":
        night(root, params, "bench")
    else:
        build_dataset(root, "bench", params)
    figures = {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - used,
        "peak_mb": peak_mb(),
    }
    print(json.dumps(figures | (_told() if mode == "flow" else {})))


def _told() -> dict[str, float]:
    """Return what the server knows of the last flow run: its task runs, and how long the CPU stages took."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
    from prefect.client.schemas.objects import TaskRun
    from prefect.client.schemas.sorting import FlowRunSort

    time.sleep(2)  # the last are recorded up to a second later
    with get_client(sync_client=True) as client:
        [run] = client.read_flow_runs(limit=1, sort=FlowRunSort.START_TIME_DESC)
        only = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
        runs: list[TaskRun] = []
        while page := client.read_task_runs(flow_run_filter=only, limit=200, offset=len(runs)):
            runs += page
    named = [one for one in runs if one.name.rpartition("-")[0] in CPU_STAGES and one.start_time]
    span = max(one.end_time for one in named) - min(one.start_time for one in named)
    done = sum(one.state is not None and one.state.is_completed() for one in runs)
    return {"task_runs": len(runs), "completed": done, "cpu_stages": span.total_seconds()}


if __name__ == "__main__":
    main(*sys.argv[1:])
