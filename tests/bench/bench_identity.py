"""Seconds and memory to find what shows the same ground among 150,000 scenes, and what is missed.

Scenes are rows with the hashes and sketches of simulated pictures; among them are planted copies of
equal pixels, copies with noise, copies turned and mirrored with noise, crops of a parent that is
not there, and crops of parents whose images are. Also what a look costs beside plain decoding.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn, idctn

from schemas.geometry import Window
from schemas.identity import Link, Placement
from schemas.params import SplitParams
from schemas.release import Located, Part
from schemas.scene import IngestedScene, Look, Scene, SceneCandidate
from schemas.vocabulary import Split
from tasks._stage import write_part
from tasks.identify import Identified, identify_scenes
from tasks.imagery.look import look_of
from tasks.imagery.open import open_image
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tests.bench.memory import peak_mb
from tests.fixtures.ground import ground

SCENES, SHARDS, SMALL = 150_000, 64, 6_000
PARENTS, CROPS, CROP_SIDE = 40, 5, 300
KINDS = ("original", "pixels", "noise", "turned", "name")
SHARES = (0.66, 0.10, 0.11, 0.10, 0.03)
NOISE = 3.0  # grey levels of a sketch; JPEG of quality 50 changes it by less than 2
SPLITS = (None, Split.TRAIN, Split.VAL, Split.TEST)


class Simulated(NamedTuple):
    """One scene: what it shows, how it was planted, and its sketch."""

    shows: int
    kind: str
    sketch: NDArray[np.uint8]
    number: int


def sketches(random: np.random.Generator, count: int) -> NDArray[np.uint8]:
    """Return pictures whose frequencies fall off as those of photographs do."""
    side = np.arange(64)
    weight = 1 / (1 + side[:, np.newaxis] + side[np.newaxis]) ** 1.2
    waves = random.normal(0, 1, (count, 64, 64)) * weight
    waves[:, 0, 0] = 0
    pictures = idctn(waves, axes=(1, 2), norm="ortho")
    pictures *= random.uniform(15, 55, (count, 1, 1)) / pictures.std(axis=(1, 2), keepdims=True)
    return np.clip(pictures + 128, 0, 255).round().astype(np.uint8)


def all_hashes(pictures: NDArray[np.uint8]) -> list[tuple[str, ...]]:
    """Return the eight hashes of each picture, many at a time."""
    low = dctn(pictures.astype(np.float32), axes=(1, 2))[:, :8, :8]
    odd = np.where(np.arange(8) % 2, -1.0, 1.0)
    forms = []
    for one in (low, low * odd):
        across = one.transpose(0, 2, 1)
        down = odd[:, np.newaxis]
        forms += [one, across * down, one * down * odd, across * odd]
    rows = np.stack(forms, axis=1).reshape(len(pictures), 8, 64)
    bits = np.packbits(rows > np.median(rows, axis=2, keepdims=True), axis=2)
    return [tuple(form.tobytes().hex() for form in row) for row in bits]


def simulated(shard: int, count: int) -> Iterator[Simulated]:
    """Yield the scenes of one shard; copies follow something that was shown before."""
    random = np.random.default_rng(shard)
    kinds = random.choice(KINDS, count, p=SHARES)
    kinds[0] = "original"
    fresh, shown = sketches(random, count), [0]
    for number, kind in enumerate(kinds):
        shows = number if kind == "original" else int(random.choice(shown))
        sketch = fresh[number if kind in {"original", "name"} else shows]
        if kind == "original":
            shown.append(number)
        if kind in {"noise", "turned"}:
            sketch = np.clip(sketch + random.normal(0, NOISE, (64, 64)), 0, 255).astype(np.uint8)
        if kind == "turned":
            turn = int(random.integers(1, 8))
            sketch = np.rot90(np.fliplr(sketch) if turn >= 4 else sketch, turn % 4)
        yield Simulated(shows, str(kind), np.ascontiguousarray(sketch), number)


def rows_of(shard: int, count: int) -> Iterator[IngestedScene]:
    """Yield the rows of one shard. A name starts with what the scene shows and how it came."""
    random = np.random.default_rng(1000 + shard)
    scenes = list(simulated(shard, count))
    named = {one.shows for one in scenes if one.kind == "name"}
    for one, hashes in zip(scenes, all_hashes(np.stack([s.sketch for s in scenes])), strict=True):
        pixels = one.shows if one.kind == "pixels" else one.number
        parent = f"Q{shard:03d}{one.shows:06d}" if one.shows in named else None
        parent = parent if one.kind in {"original", "name"} else None
        yield row(
            f"{shard:03d}{one.number:08d}", f"{shard}-{one.shows}/{one.kind}/{one.number}.png",
            Look(
                pixels_sha256=f"{shard:03d}{pixels:061d}", hashes=hashes,
                contrast=float(one.sketch.std()), sketch=one.sketch.tobytes(),
            ),
            SPLITS[int(random.integers(4))], parent, (512, 512),
        )  # fmt: skip


def cut_rows(folder: Path) -> Iterator[IngestedScene]:
    """Yield parents whose images are there, and their crops, half of them at a told place."""
    random = np.random.default_rng(7)
    for number in range(PARENTS):
        whole = Image.fromarray(ground(1000, 800, number))
        name = f"P{number:04d}"
        boxes = [(int(random.integers(700)), int(random.integers(500))) for _ in range(CROPS)]
        pictures = {name: (whole, "parent")} | {
            f"{name}__1__{x}___{y}" if at % 2 else f"{name}_{at:04d}": (
                whole.crop((x, y, x + CROP_SIDE, y + CROP_SIDE)), "crop",
            )
            for at, (x, y) in enumerate(boxes)
        }  # fmt: skip
        for at, (stem, (picture, kind)) in enumerate(pictures.items()):
            told = f"cut-{number}/{kind}/{stem}.png"
            path = folder / told
            path.parent.mkdir(parents=True, exist_ok=True)
            picture.save(path, compress_level=1)
            yield row(
                f"ff{number:06d}{at:03d}", told, look_of(path), None,
                name if kind == "crop" else None, picture.size,
            )  # fmt: skip


def row(
    number: str,
    name: str,
    look: Look,
    split: Split | None,
    parent: str | None,
    size: tuple[int, int],
) -> IngestedScene:
    """Return a row of the ingest stage."""
    scene = Scene(
        id=number, source="simulated", name=name, sha256="0" * 64,
        perceptual_hash=look.hashes[0], width=size[0], height=size[1], bands=3, split=split,
        parent=parent,
    )  # fmt: skip
    return IngestedScene(scene=scene, look=look, annotations=())


def parts(root: Path, scenes: int) -> tuple[list[Part], Located]:
    """Write the ingested parts, and the scanned one that says where images are."""
    store, images = Store(str(root)), root / "images"
    each = [
        write_part("ingest", shard, f"k{shard}", IngestedScene, store, rows_of(shard, count))
        for shard in range(SHARDS)
        if (count := scenes // SHARDS)
    ]
    cut = write_part("ingest", SHARDS, "cut", IngestedScene, store, cut_rows(images))
    listed = (
        SceneCandidate(
            id=row.scene.id, source="simulated", name=row.scene.name, sha256="0" * 64, size=1
        )
        for row in read_rows(store, cut.path, IngestedScene)
    )
    scanned = write_part("scan", SHARDS, "cut", SceneCandidate, store, listed)
    there = scanned.model_copy(update={"folders": (str(images),)})
    return [*each, cut], Located(parts=(there,))


def judged(root: Path, found: Identified) -> dict[str, object]:
    """Return how many planted copies of each kind were found, and what was linked wrongly."""
    store = Store(str(root))
    links = list(read_rows(store, found.links.path, Link))
    names = {link.first_id: link.first_name for link in links}
    names |= {link.second_id: link.second_name for link in links}
    false = [link for link in links if shown(link.first_name) != shown(link.second_name)]
    linked = {name for name in names.values() if name.split("/")[1] not in {"original", "parent"}}
    kinds = dict.fromkeys((*KINDS[1:], "crop"), 0)
    for name in linked:
        kinds[name.split("/")[1]] += 1
    sides: dict[str, set[Split]] = {}
    for part in found.placed:
        for place in read_rows(store, part.path, Placement):
            sides.setdefault(place.component, set()).add(place.split)
    return {
        "links": len(links), "false_links": len(false), "found": kinds,
        "components": len(sides), "in_two_splits": sum(len(one) > 1 for one in sides.values()),
    }  # fmt: skip


def shown(name: str) -> str:
    """Return what a scene shows, by its name."""
    return name.split("/", maxsplit=1)[0]


def planted(scenes: int) -> dict[str, int]:
    """Return how many copies of each kind there are."""
    counts = dict.fromkeys(KINDS[1:], 0) | {"crop": PARENTS * CROPS}
    for shard in range(SHARDS):
        random = np.random.default_rng(shard)
        for kind in random.choice(KINDS, scenes // SHARDS, p=SHARES)[1:]:
            if kind != "original":
                counts[str(kind)] += 1
    return counts


def look_ratios(folder: Path) -> dict[str, float]:
    """Return what a look costs as a multiple of plain decoding, by kind of file."""
    ratios = {}
    for name, side, rounds in (("jpg_224", 224, 60), ("jpg_800", 800, 25), ("png_800", 800, 15)):
        path = folder / f"{name}.{name[:3]}"
        Image.fromarray(ground(side, side, 1)).save(path)
        pairs = [(seconds(decoded, path), seconds(look_of, path)) for _ in range(rounds)]
        ratios[name] = round(median(look / plain for plain, look in pairs), 2)
    return ratios


def decoded(path: Path) -> None:
    """Decode a whole picture."""
    with open_image(str(path)) as image:
        image.read(Window(x0=0, y0=0, x1=image.width, y1=image.height))


def seconds(work: Callable[[Path], object], path: Path) -> float:
    """Return how long ``work`` takes."""
    begun = time.perf_counter()
    work(path)
    return time.perf_counter() - begun


def main(arguments: Sequence[str]) -> None:
    """Run the benchmark; a number of scenes may be given, or BENCH_SMALL set for a quick run."""
    scenes = int(arguments[0]) if arguments else SMALL if os.environ.get("BENCH_SMALL") else SCENES
    with TemporaryDirectory() as name:
        root = Path(name)
        made, located = parts(root, scenes)
        before, begun = peak_mb(), time.perf_counter()
        found = identify_scenes.fn(str(root), made, SplitParams(), located)
        first, peak = time.perf_counter() - begun, peak_mb()
        begun = time.perf_counter()
        identify_scenes.fn(str(root), made, SplitParams(), located)
        again = time.perf_counter() - begun
        verdict, ratios = judged(root, found), look_ratios(root)
    count = sum(part.rows for part in made)
    print(f"{count} scenes: {first:.1f} s, found again in {again:.1f} s, peak {peak} MB")
    print(f"planted {planted(scenes)}\nfound   {verdict}")
    print(f"a look costs × plain decoding: {ratios}")
    figures = {
        "scenes": count, "seconds": round(first, 1), "again_seconds": round(again, 1),
        "peak_mb": peak, "peak_before_mb": before, "planted": planted(scenes), **verdict,
        "look_by_decode": ratios,
    }  # fmt: skip
    print(json.dumps({"bench": "identity", **figures}))


if __name__ == "__main__":
    main(sys.argv[1:])
