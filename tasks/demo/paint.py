"""Writes the painted scenes as a DOTA folder: images/*.png and labelTxt/*.txt."""

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

from schemas.errors import UnknownName
from tasks.demo.airfield import airfield
from tasks.demo.canvas import Canvas, Label
from tasks.demo.car_park import car_park
from tasks.demo.harbour import harbour
from tasks.demo.river import river
from tasks.demo.sports_ground import sports_ground
from tasks.storage.store import Store

Painter = Callable[[int], Canvas]
SCENES: Final[Mapping[str, Painter]] = {
    "airfield": airfield,
    "car_park": car_park,
    "harbour": harbour,
    "river": river,
    "sports_ground": sports_ground,
}
LICENCE: Final = "CC0-1.0"
ATTRIBUTION: Final = "Painted by rs-gpt4v demo"


def paint_scenes(folder: Path, names: Iterable[str] = tuple(SCENES), seed: int = 7) -> list[Path]:
    """Paint the scenes called ``names`` into ``folder`` and return their image files.

    A scene that stands there already is painted again: the same seed gives the same picture.
    Raises UnknownName for a scene that does not exist, StorageError where nothing can be written.
    """
    return [_paint(folder, name, seed) for name in names]


def label_text(labels: Iterable[Label], gsd: float) -> str:
    """Return a DOTA label file: two header lines, then corners, class and difficulty."""
    lines = ["imagesource:painted", f"gsd:{gsd}"]
    for label in labels:
        corners = " ".join(f"{part:.1f}" for corner in label.corners for part in corner)
        lines.append(f"{corners} {label.category} {label.difficult}")
    return "\n".join(lines) + "\n"


def _paint(folder: Path, name: str, seed: int) -> Path:
    if name not in SCENES:
        raise UnknownName("scene", name, SCENES)
    canvas = SCENES[name](seed)
    picture = BytesIO()
    canvas.picture().save(picture, format="PNG")
    store = Store(str(folder))
    store.write(f"labelTxt/{name}.txt", label_text(canvas.labels, canvas.gsd).encode())
    store.write(f"images/{name}.png", picture.getvalue())
    return folder / "images" / f"{name}.png"
