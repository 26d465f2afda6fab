"""How many samples a second adapt writes. Run: python tests/bench/bench_adapt.py [TILES]."""

import json
import random
import resource
import sys
import time
from collections import Counter

from prompts import load_phrasings
from schemas.params import AdaptParams
from schemas.sample import Draft
from schemas.tile import TileOutline
from tasks.adapt import FORMS, adapt
from tests.tasks._tiles import dense_tile, random_tile

CLASSES = ("large vehicle", "small vehicle", "plane", "ship", "storage tank", "bridge")
EXHAUSTIVE = (*CLASSES, "helicopter", "harbour", "tennis court", "swimming pool", "roundabout")


def main(count: int) -> None:
    """Adapt ``count`` seeded tiles of 1 to 120 objects, then one of 600, and print the figures."""
    draw = random.Random(0)
    tiles = [
        random_tile(seed, draw.randint(1, 120), draw.sample(CLASSES, 4), exhaustive=EXHAUSTIVE)
        for seed in range(count)
    ]
    phrasings = {form: load_phrasings(form) for form in FORMS}
    list(adapt(tiles[0], AdaptParams(), phrasings))  # caches of English words
    forms: Counter[str] = Counter()
    start = time.perf_counter()
    for tile in tiles:
        forms.update(_forms(tile, phrasings))
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    _forms(dense_tile(), phrasings)
    dense = time.perf_counter() - start
    drafts = sum(forms[form] for form in FORMS)
    objects = sum(len(tile.objects) for tile in tiles)
    print(f"{count} tiles, {objects} objects: {drafts} samples in {seconds:.2f} s")
    print(", ".join(f"{form} {forms[form]}" for form in (*FORMS, "rejected")))
    figures = {
        "bench": "adapt",
        "tiles": count,
        "objects": objects,
        "samples": drafts,
        "rejected": forms["rejected"],
        "samples_per_second": round(drafts / seconds, 1),
        "tiles_per_second": round(count / seconds, 1),
        "tile_of_600_seconds": round(dense, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(figures))


def _forms(tile: TileOutline, phrasings: dict[str, object]) -> list[str]:
    rows = adapt(tile, AdaptParams(), phrasings)  # type: ignore[arg-type]
    return [row.lineage.form if isinstance(row, Draft) else "rejected" for row in rows]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
