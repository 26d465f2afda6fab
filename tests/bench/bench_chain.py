"""Prefect's share of the demo, and peak memory at 1× and 10× scenes, each run in its own process.

python tests/bench/bench_chain.py [PAIRS]
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from tasks.demo.paint import paint_scenes

SCENES = 20
SIDE = 640


def main(pairs: int) -> None:
    """Print the figures of both, the ratios in the last line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paint_scenes(folder / "demo")
        runs = [
            {mode: _run(mode, folder / "demo", folder / f"{mode}-{n}") for mode in MODES}
            for n in range(pairs)
        ]
        for scenes in (SCENES, 10 * SCENES):
            _write_scenes(folder / f"scenes-{scenes}", scenes)
        memory = [
            _run("plain", folder / f"scenes-{scenes}", folder / f"root-{scenes}")
            for scenes in (SCENES, 10 * SCENES)
        ]
    shares = [1 - run["plain"]["seconds"] / run["prefect"]["seconds"] for run in runs]
    without = [
        1 - run["plain"]["seconds"] / (run["prefect"]["seconds"] - run["prefect"]["server_seconds"])
        for run in runs
    ]
    figures = {
        "bench": "chain",
        "demo_seconds_plain": [run["plain"]["seconds"] for run in runs],
        "demo_seconds_prefect": [run["prefect"]["seconds"] for run in runs],
        "server_seconds": [run["prefect"]["server_seconds"] for run in runs],
        "prefect_share": round(statistics.median(shares), 3),
        "prefect_share_without_server_start": round(statistics.median(without), 3),
        "scenes": [SCENES, 10 * SCENES],
        "seconds": [run["seconds"] for run in memory],
        "samples": [run["samples"] for run in memory],
        "peak_mb": [run["peak_mb"] for run in memory],
        "memory_ratio": round(memory[1]["peak_mb"] / memory[0]["peak_mb"], 3),
    }
    print(json.dumps(figures))


MODES = ("plain", "prefect")


def _run(mode: str, source: Path, root: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.chain", mode, str(source), str(root)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    line = done.stdout.strip().splitlines()[-1]
    print(source.name, line, flush=True)
    figures: dict[str, float] = json.loads(line)
    return figures


def _write_scenes(folder: Path, count: int) -> None:
    """Write ``count`` noisy scenes with nine labels each, no two alike."""
    (folder / "images").mkdir(parents=True)
    (folder / "labelTxt").mkdir()
    for number in range(count):
        rng = np.random.default_rng(number)
        coarse = rng.integers(60, 160, (SIDE // 8, SIDE // 8, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((SIDE, SIDE))
        corners = rng.integers(20, SIDE - 60, (9, 2))
        lines = ["imagesource:noise", "gsd:0.3"]
        for place, (x, y) in enumerate(corners.tolist()):
            picture.paste((220, 220, 220), (x, y, x + 30, y + 14))
            name = ("large-vehicle", "small-vehicle", "ship")[place % 3]
            lines.append(f"{x} {y} {x + 30} {y} {x + 30} {y + 14} {x} {y + 14} {name} 0")
        picture.save(folder / "images" / f"n{number:04}.png")
        (folder / "labelTxt" / f"n{number:04}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
