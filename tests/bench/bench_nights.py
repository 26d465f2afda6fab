"""Nights after a full build: nothing changed, one label changed; time, requests, bytes, memory.

Run: python -m tests.bench.bench_nights [SCENES] [--tenfold] [--scan] [--bucket]

SCENES is 100 by default; with --tenfold ten times as many are built, too, to compare peak memory.
With --scan only sources are read and compared, not built: for 100,000 scenes and more. Every step
runs in a process of its own. ``nothing`` is what a night does that finds no change; ``rebuilt`` makes
a release all the same. Requests are opened files: each would be one GET or PUT of a bucket at
least; with --bucket the root is in one, on a real S3 server behind a proxy that counts. At the prices of Amazon S3 Standard in us-east-1 (US$ 0.0004 and 0.005 a thousand, see
aws.amazon.com/s3/pricing).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.memory import peak_mb
from tests.bench.storage.connected import BUCKET, Connected, connected

GET, PUT = 0.0004 / 1000, 0.005 / 1000  # US$
STEPS = ("full", "nothing", "rebuilt", "label", "another")
SCANS = ("scan", "nothing", "another")
CORRECTED = ("10 10 40 10 40 30 10 30 ship 0", "50 50 80 50 80 64 50 64 plane 0")


def main(arguments: list[str]) -> None:
    """Print the figures of every step, then all with the ratios as one JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scenes", nargs="?", type=int, default=100)
    parser.add_argument("--tenfold", action="store_true")
    parser.add_argument("--scan", action="store_true")
    parser.add_argument("--bucket", action="store_true")
    options = parser.parse_args(arguments)
    steps = SCANS if options.scan else STEPS
    numbers = (options.scenes, *([10 * options.scenes] if options.tenfold else []))
    with ExitStack() as stack:
        there = stack.enter_context(connected()) if options.bucket else None
        if there is not None:
            there.lead(there.proxy.url)
        found = {number: _nights(number, steps, there) for number in numbers}
    print(json.dumps({"bench": "nights", **_ratios(found, steps), "nights": found}))


def _ratios(found: dict[int, dict[str, Any]], steps: tuple[str, ...]) -> dict[str, Any]:
    first, *more = found.values()
    whole = first[steps[0]]["seconds"]
    ratios = {f"{step}_share": round(first[step]["seconds"] / whole, 4) for step in steps[1:]}
    memory = {
        f"{step}_memory_ratio": round(ten[step]["peak_mb"] / first[step]["peak_mb"], 3)
        for ten in more
        for step in steps
    }
    return {"scenes": list(found), **ratios, **memory}


def _nights(number: int, steps: tuple[str, ...], there: Connected | None) -> dict[str, Any]:
    from tests.fixtures.nights import LONG_AGO, write_labels, write_scenes

    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="rs-gpt4v-nights-") as name:
        folder = Path(name, "scenes")
        root = f"s3://{BUCKET}/root-{number}" if there else str(Path(name, "root"))
        write_scenes(folder, range(number), side=96, labels=2)
        for place, step in enumerate(steps):
            if step in {"label", "another"}:
                write_labels(folder, number // 2 + place % 2, CORRECTED, LONG_AGO + 60)
            found[step] = (
                _run(step, folder, root) if there is None else _asked(step, folder, root, there)
            )
            print(f"{number:,} scenes, {step}: {json.dumps(found[step])}", flush=True)
    return found


def _asked(step: str, folder: Path, root: str, there: Connected) -> dict[str, Any]:
    """Do the same with what the bucket was asked in place of opened files."""
    there.proxy.reset()
    figures = _run(step, folder, root)
    asked = there.proxy.requests
    puts = asked["PUT"] + asked["POST"] + asked["LIST"]  # a listing costs as much
    return figures | {
        "requests": dict(asked), "bytes_up": there.proxy.up, "bytes_down": there.proxy.down,
        "requests_usd": round((asked["GET"] + asked["HEAD"]) * GET + puts * PUT, 6),
    }  # fmt: skip


def _run(step: str, folder: Path, root: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.bench_nights", "step", step, folder, root]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _step(step: str, folder: str, root: str) -> None:
    """Do one step and print its figures."""
    from flows.cli.environment import prepare_environment

    prepare_environment(verbose=False)
    from tasks.changes import changes_since
    from tests.fixtures.nights import night, params_for, scanned

    params = params_for(Path(folder), shards=8)
    doing: dict[str, Callable[[], dict[str, object]]] = {
        "scan": lambda: {"scenes": sum(part.rows for part in scanned(root, params))},
        "nothing": lambda: {"changes": len(changes_since(root, params).scenes)},
        "another": lambda: {"changes": len(changes_since(root, params).scenes)},
    }
    opened = _counting(folder, root)
    read, written, start, busy = *_io(), time.perf_counter(), time.process_time()
    told = doing[step]() if step in doing else _built(night(root, params, step))
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    after = _io()
    print(json.dumps({
        "seconds": round(busy, 2), "wall_seconds": round(seconds, 2), **told, **opened,
        "requests_usd": round(opened["reads"] * GET + opened["writes"] * PUT, 6),
        "bytes_read": after[0] - read, "bytes_written": after[1] - written,
        "peak_mb": peak_mb(),
    }))  # fmt: skip


def _built(manifest: Any) -> dict[str, object]:
    made = sum(stage.parts_made for stage in manifest.stages)
    return {"samples": manifest.samples, "calls": manifest.usage.calls, "parts_made": made}


def _counting(folder: str, root: str) -> Counter[str]:
    """Return what counts the files that are opened from now on: images, labels, and of the root."""
    found = Counter(images=0, labels=0, reads=0, writes=0)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], str):
            return
        path, flags = arguments[0], arguments[2] or 0
        if path.startswith(folder):
            found["images" if path.endswith(".png") else "labels"] += 1
            found["reads"] += 1
        elif path.startswith(root):
            found["writes" if flags & (os.O_WRONLY | os.O_RDWR) else "reads"] += 1

    sys.addaudithook(hook)
    return found


def _io() -> tuple[int, int]:
    """Return how many bytes this process has read and written."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    told = {name: int(value) for name, value in (line.split(": ") for line in lines)}
    return told["rchar"], told["wchar"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["step"]:
        _step(*sys.argv[2:])
    else:
        main(sys.argv[1:])
