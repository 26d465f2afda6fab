"""Prefect's share of a build's time and CPU: the flow against plain calls of the same stages.

    python -m tests.bench.flow.share [SHARDS [SCENES]]

One worker, so that waiting shows. CPU is that of the flow's process and the server's together. Both
builds run at once, on a core each: a machine's speed changes by more from one quarter of an hour to
the next than the flow adds. The server shares those cores, so that the share of time is rather too
high than too low; on a machine with other work it is not to be trusted.
"""

import json
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.flow.builds import run, write_scenes
from tests.bench.flow.server import serving

SIDE, OBJECTS = 640, 9


def main(shards: int = 64, scenes: int = 1536) -> None:
    """Print the figures as one JSON line."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, serving() as server:
        folder = Path(name)
        write_scenes(folder / "scenes", scenes, SIDE, OBJECTS)
        before = server.cpu()
        with ThreadPoolExecutor() as pool:
            alone = pool.submit(run, "plain", folder / "scenes", folder / "plain", shards)
            flow = run("flow", folder / "scenes", folder / "flow", shards, server.url)
            served = server.cpu() - before
            plain = alone.result()
    whole = flow["cpu"] + served
    figures = {
        "bench": "flow.share",
        "shards": shards,
        "scenes": scenes,
        "task_runs": flow["task_runs"],
        "seconds": {"plain": round(plain["seconds"], 1), "flow": round(flow["seconds"], 1)},
        "cpu": {"plain": round(plain["cpu"], 1), "flow": round(flow["cpu"], 1)}
        | {"server": round(served, 1)},
        "share_of_time": round(1 - plain["seconds"] / flow["seconds"], 3),
        "share_of_cpu": round(1 - plain["cpu"] / whole, 3),
        "cpu_ms_a_task_run": {
            "client": round(1000 * (flow["cpu"] - plain["cpu"]) / flow["task_runs"], 1),
            "server": round(1000 * served / flow["task_runs"], 1),
        },
        "load": os.getloadavg()[0],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
