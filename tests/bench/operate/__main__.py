"""Soak: a server, a worker and runs to which everything happens that happens in operation.

Run: python -m tests.bench.operate [--backend sqlite|postgresql] [--only NAME …] [--pictures FOLDER]

About ten minutes a backend on a free core. PostgreSQL is Debian's; without it that half is left out,
and so is the form without Chromium. Ends with one JSON line; fails where anything was paid twice or
the key of the endpoint was found somewhere.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from tasks.model.serve import served
from tests.bench.operate import scenes
from tests.bench.operate.form import submitted
from tests.bench.operate.station import KEY, programs, station
from tests.fixtures.browser import chromium

SCENES = (
    "cancelled", "suspended", "engine_killed", "worker_killed", "machine_lost", "scheduled", "approved", "retried",
    "secrets",
)  # fmt: skip


def main() -> int:
    """Run every scene on every backend."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--only", nargs="*", default=("submitted", *SCENES))
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    figures = {}
    for backend in options.backend or ("sqlite", "postgresql"):
        if backend == "postgresql" and programs() is None:
            print("postgresql: left out, since Debian's postgresql is not installed")
            continue
        figures[backend] = soaked(backend, options.only, options.pictures)
    print(json.dumps({"bench": "operate", **figures}))
    rows = [row for found in figures.values() for row in found.values()]
    return int(any(row.get("paid_twice") or row.get("found") or "error" in row for row in rows))


def soaked(backend: str, names: list[str], pictures: Path | None) -> dict[str, scenes.Figures]:
    """Return the figures of one backend by scene."""
    figures: dict[str, scenes.Figures] = {}
    start = time.monotonic()
    with (
        served(scenes.OPTIONS) as endpoint,
        station(backend, OPENAI_BASE_URL=endpoint.url, OPENAI_API_KEY=KEY) as place,
    ):
        figures["started"] = {"ready_s": round(time.monotonic() - start, 1)}
        if "submitted" in names and chromium():
            folder = pictures or place.place.folder / "pictures"
            figures["submitted"] = submitted(place, folder)
            print(backend, "submitted", figures["submitted"], flush=True)
        for name in (one for one in SCENES if one in names):
            try:
                figures[name] = getattr(scenes, name)(place, endpoint)
            except AssertionError as error:
                figures[name] = {"error": str(error)[:300]}
            print(backend, name, figures[name], flush=True)
    return figures


if __name__ == "__main__":
    sys.exit(main())
