"""Prefect's share of a build's time and CPU: the flow against plain calls of the same stages.

    python -m tests.bench.flow.share [SHARDS [SCENES]]

One worker, so that waiting shows. CPU is that of the flow's process and the server's together; on a
machine with other work its share is to be trusted, that of the time is not.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench.flow.builds import run, write_scenes
from tests.bench.flow.server import serving

SIDE, OBJECTS = 640, 9


def main(shards: int = 64, scenes: int = 1024) -> None:
    """Print the figures as one JSON line."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, serving() as server:
        folder = Path(name)
        write_scenes(folder / "scenes", scenes, SIDE, OBJECTS)
        plain = run("plain", folder / "scenes", folder / "plain", shards)
        print(json.dumps({"plain": plain}), flush=True)
        before = server.cpu()
        flow = run("flow", folder / "scenes", folder / "flow", shards, server.url)
        served = server.cpu() - before
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
