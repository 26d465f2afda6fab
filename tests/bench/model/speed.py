"""Requests/s, CPU and memory of the engine against the official client, alone and with aiohttp.

2,000 distinct requests with a picture of 60 KB each; every client and the endpoint in a process of
its own. The engine also stores, limits, validates and accounts.
"""

import json
import sys
from statistics import median
from typing import Any, Final

from tests.bench.model.processes import client, endpoint

COUNT: Final = 2000
SETTINGS: Final = ((0.0, 64), (0.2, 256))  # seconds of an answer, requests at once
UNHINDERED: Final = 60e6  # requests a minute, in the headers: a limit that never binds
CLIENTS: Final = ("bare", "aiohttp", "engine")


def measured(latency: float, concurrency: int, rounds: int) -> dict[str, dict[str, Any]]:
    """Return the figures of each client, the medians of ``rounds`` that take turns."""
    told: dict[str, list[dict[str, Any]]] = {kind: [] for kind in CLIENTS}
    with endpoint({"canned": True, "latency": latency, "requests": UNHINDERED}) as url:
        for _ in range(rounds):
            for kind in CLIENTS:
                told[kind].append(client(kind, url, COUNT, concurrency))
    names = ("per_s", "cpu_ms", "peak_mb")
    return {kind: {n: median(one[n] for one in told[kind]) for n in names} for kind in CLIENTS}


def main(rounds: int = 3) -> None:
    """Run the benchmark."""
    figures: dict[str, Any] = {}
    for latency, concurrency in SETTINGS:
        name = f"{1000 * latency:.0f}ms_c{concurrency}"
        told = measured(latency, concurrency, rounds)
        print(f"{name:12} {'requests/s':>12} {'CPU ms':>8} {'peak MB':>8} {'ratio':>6}")
        for kind, one in told.items():
            ratio = one["per_s"] / told["aiohttp"]["per_s"]
            print(
                f"  {kind:10} {one['per_s']:12.0f} {one['cpu_ms']:8.2f} {one['peak_mb']:8.0f} "
                f"{ratio:6.2f}"
            )
        figures[name] = {kind: one["per_s"] for kind, one in told.items()} | {
            "cpu_ms": {kind: one["cpu_ms"] for kind, one in told.items()},
            "ratio": round(told["engine"]["per_s"] / told["aiohttp"]["per_s"], 2),
            "cpu_ratio": round(told["aiohttp"]["cpu_ms"] / told["engine"]["cpu_ms"], 2),
        }
    print(json.dumps({"bench": "model.speed", **figures}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
