"""Two worker processes against one, on the stages that use the CPU.

    python -m tests.bench.flow.workers [SCENES [KIND]]

Needs two cores that nobody else uses. The time is from the first task run of these stages to the
end of the last, so the start of the processes is left out, and that of their imports is not.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench.flow.builds import run, write_scenes
from tests.bench.flow.server import serving

SIDE, OBJECTS, SHARDS = 640, 9, 16


def main(scenes: str = "128", kind: str = "process") -> None:
    """Print the figures as one JSON line."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, serving() as server:
        folder = Path(name)
        write_scenes(folder / "scenes", int(scenes), SIDE, OBJECTS)
        seconds, loads = {}, {}
        for workers in (1, 2):
            root = folder / f"root-{workers}"
            told = run("flow", folder / "scenes", root, SHARDS, server.url, kind, workers)
            seconds[workers], loads[workers] = told["cpu_stages"], os.getloadavg()[0]
    figures = {
        "bench": "flow.workers",
        "kind": kind,
        "scenes": int(scenes),
        "seconds": {str(workers): round(took, 1) for workers, took in seconds.items()},
        "ratio": round(seconds[1] / seconds[2], 2),
        "load": loads,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
