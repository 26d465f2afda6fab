"""Peak memory of a shard of N scenes and of one of 10 N, each in a process of its own."""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.params import TileParams
from schemas.release import Part
from schemas.scene import IngestedScene
from tasks._stage import Where, write_part
from tasks.storage.store import Store
from tasks.tile import tile_shard
from tests.bench.scenes import scene

SCENES, SIDE, OBJECTS = 8, 2200, 100  # their tiles fill more than one row group


def main() -> None:
    """Run the benchmark."""
    if len(sys.argv) > 1:
        child(sys.argv[1], Part.model_validate_json(sys.argv[2]))
        return
    peaks = []
    print(f"{'scenes':>7} {'tiles':>6} {'peak MB':>8}")
    for number in (SCENES, 10 * SCENES):
        with TemporaryDirectory() as folder:
            found = measure(Path(folder), number)
        peaks.append(found["peak_mb"])
        print(f"{number:7} {found['tiles']:6} {found['peak_mb']:8}")
    figures = {"peak_mb": peaks[0], "peak_mb_10x": peaks[1], "ratio": round(peaks[1] / peaks[0], 2)}
    print(json.dumps({"bench": "memory", **figures}))


def measure(folder: Path, number: int) -> dict[str, int]:
    """Paint ``number`` scenes and return what a child that works on them says."""
    store = Store(str(folder / "root"))
    rows = (scene(folder, one, SIDE, OBJECTS, ".jpg") for one in range(number))
    scenes = write_part("ingest", 0, "bench", IngestedScene, store, rows)
    command = [sys.executable, __file__, store.uri, scenes.model_dump_json()]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return figures


def child(root: str, scenes: Part) -> None:
    """Run the stages over ``scenes`` and print the peak memory of this process."""
    part = tile_shard.fn(Where(root=root, shard=0), scenes, TileParams())
    print(json.dumps({"tiles": part.rows, "peak_mb": peak_mb()}))


def peak_mb() -> int:
    """Return the peak memory of this process in MB.

    Not ru_maxrss: on Linux a child started by vfork inherits that of its parent.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024


if __name__ == "__main__":
    main()
