"""A tile as one picture with its outlines drawn in: for places that take a picture and nothing else."""

import base64
import io
import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Final

from PIL import Image, ImageDraw

from tasks.report.gallery import Plate
from tasks.report.plates import QUALITY, Outline

WIDEST: Final = 640
_COLOUR: Final = re.compile(r"\.k(\d) \{ --k: (#[0-9a-f]{6});")
_EDGE: Final = "#101010"


def drawn(plate: Plate, meant: Collection[str] = ()) -> str:
    """Return the picture of ``plate`` as a data URL (JPEG), its objects outlined by class.

    Those that are ``meant``, by their refs, have a stronger line.
    """
    with Image.open(io.BytesIO(base64.b64decode(plate.picture.partition(",")[2]))) as picture:
        picture.thumbnail((WIDEST, 2 * WIDEST))
        image = picture.convert("RGB")
    draw = ImageDraw.Draw(image)
    for outline in plate.outlines:
        corners = _corners(outline, image.width / plate.width)
        strong = outline.ref in meant
        draw.line(corners, fill=_EDGE, width=5 if strong else 3, joint="curve")
        draw.line(corners, fill=palette()[outline.colour], width=3 if strong else 1, joint="curve")
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


@cache
def palette() -> tuple[str, ...]:
    """Return the colours of classes, which stand in the style sheet of the report."""
    style = (files("tasks.report") / "templates" / "report.css").read_text("utf-8")
    return tuple(colour for _, colour in sorted(set(_COLOUR.findall(style))))


def _corners(outline: Outline, scale: float) -> list[tuple[float, float]]:
    """Return the closed line of ``outline``, px of the picture."""
    points = (point.split(",") for point in outline.points.split())
    corners = [(float(x) * scale, float(y) * scale) for x, y in points]
    return [*corners, *corners[:1]]
