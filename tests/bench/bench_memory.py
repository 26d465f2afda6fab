"""Peak memory of a shard of N scenes and of one of 10 N, each in a process of its own."""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.params import TileParams
from schemas.scene import IngestedScene
from tasks._stage import Where, write_part
from tasks.storage.store import Store
from tasks.tile import tile_shard
from tests.bench.scenes import scene

SCENES, SIDE, OBJECTS = 3, 2000, 100


def main() -> None:
    """Run the benchmark."""
    if len(sys.argv) > 1:
        child(Path(sys.argv[1]), int(sys.argv[2]))
        return
    peaks = {}
    print(f"{'scenes':>7} {'tiles':>6} {'peak MB':>8}")
    for number in (SCENES, 10 * SCENES):
        with TemporaryDirectory() as folder:
            for one in range(number):
                scene(Path(folder), one, SIDE, OBJECTS)
            command = [sys.executable, __file__, folder, str(number)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        peaks[number] = found["peak_mb"]
        print(f"{number:7} {found['tiles']:6} {found['peak_mb']:8}")
    small, large = peaks.values()
    figures = {"peak_mb": small, "peak_mb_10x": large, "ratio": round(large / small, 2)}
    print(json.dumps({"bench": "memory", **figures}))


def child(folder: Path, number: int) -> None:
    """Run the stages over the scenes in ``folder`` and print the peak memory of this process."""
    store = Store(str(folder / "root"))
    rows = (scene(folder, one, SIDE, OBJECTS) for one in range(number))
    scenes = write_part("ingest", 0, "bench", IngestedScene, store, rows)
    part = tile_shard.fn(Where(root=store.uri, shard=0), scenes, TileParams())
    print(json.dumps({"tiles": part.rows, "peak_mb": peak_mb()}))


def peak_mb() -> int:
    """Return the peak memory of this process in MB.

    Not ru_maxrss: on Linux a child started by vfork inherits that of its parent.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024


if __name__ == "__main__":
    main()
