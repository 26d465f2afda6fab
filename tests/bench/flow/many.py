"""Many shards through all stages on one server: every task run is recorded; memory of both.

python -m tests.bench.flow.many [SHARDS]
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench.flow.builds import run, write_scenes
from tests.bench.flow.server import serving

SIDE, OBJECTS = 96, 1
BY_SHARD = 13  # stages whose task runs are one a shard


def main(shards: int = 512) -> None:
    """Print the figures as one JSON line; ends with 1 where a task run is missing."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, serving() as server:
        folder = Path(name)
        # Of twice as many shards about half get a scene, when there are 1.4 scenes for each of these.
        write_scenes(folder / "scenes", round(1.4 * shards), SIDE, OBJECTS)
        before = server.cpu()
        flow = run("flow", folder / "scenes", folder / "root", 2 * shards, server.url, workers=2)
        figures = {
            "bench": "flow.many",
            "shards": len({part.name[:5] for part in (folder / "root/stages/ingest").iterdir()}),
            "task_runs": flow["task_runs"],
            "completed": flow["completed"],
            "seconds": round(flow["seconds"], 1),
            "server_cpu": round(server.cpu() - before, 1),
            "server_peak_mb": server.peak_mb(),
            "database_mb": round(server.database_mb(), 1),
            "flow_peak_mb": flow["peak_mb"],
            "load": os.getloadavg()[0],
        }
    print(json.dumps(figures))
    if flow["completed"] < BY_SHARD * figures["shards"]:
        sys.exit("task runs are missing on the server")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
