"""Dialects of upright boxes: the axis-parallel box round an object, four numbers.

LLaVA-1.5: ``expand2square`` in haotian-liu/LLaVA, llava/mm_utils.py (the picture in the middle of a
square). Qwen2.5-VL: ``smart_resize`` in QwenLM/Qwen2.5-VL, qwen-vl-utils/vision_process.py
(multiples of 28 px, 4·28² to 16384·28² px). Qwen3-VL: its cookbook “2d_grounding” (0 to 1000).
InternVL: its documentation, “Grounding” (0 to 1000). VRSBench: its data (0 to 100).
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.geometry import Box, Polygon
from tasks.spatial.dialects.dialect import (
    ANGLED,
    BRACKETED,
    Form,
    FoundBox,
    Frame,
    Grid,
    Place,
    collapsed,
)
from tasks.spatial.polygons import box_of

FACTOR: Final = 28  # px; Qwen2.5-VL sees multiples of it
LEAST, MOST = 4 * FACTOR**2, 16384 * FACTOR**2  # px of a whole picture

_PLAIN: Final = Form(re.compile(BRACKETED))
_JSON: Final = Form(
    re.compile(r'\{[^{}]{0,300}?"bbox_2d"\s{0,4}:\s{0,4}' + BRACKETED + r"[^{}]{0,300}\}")
)
_INTERNVL: Final = Form(
    re.compile(BRACKETED),
    re.compile(
        r"<box>\s{0,4}\[((?:[^<>\[\]]{0,200}\[[^<>\[\]]{1,200}\]){1,200}\s{0,4})\]\s{0,4}</box>"
    ),
)
_BRACES: Final = Form(re.compile(r"\{\s{0,4}((?:" + ANGLED + r"){4})\}"))


@dataclass(frozen=True)
class Upright:
    """A dialect of upright boxes."""

    name: str
    title: str
    form: Form
    template: str
    grid: Callable[[Frame], Grid]
    sized: bool = False  # x, y, width, height instead of two corners

    def write(self, polygon: Polygon, frame: Frame) -> str:
        """Return the box round ``polygon`` as text; see Dialect."""
        grid = self.grid(frame)
        x0, y0, x1, y1 = (
            grid.number(px, index % 2) for index, px in enumerate(inside(polygon, frame))
        )
        if x1 <= x0 or y1 <= y0:
            raise collapsed(self.title, polygon, frame)
        numbers = (x0, y0, x1 - x0, y1 - y0) if self.sized else (x0, y0, x1, y1)
        return self.template.format(*(f"{number:.{grid.decimals}f}" for number in numbers))

    def find(self, text: str, frame: Frame) -> tuple[FoundBox, ...]:
        """Return the boxes of ``text``; see Dialect."""
        grid = self.grid(frame)
        return tuple(self._found(place, grid) for place in self.form.places(text))

    def quantum(self, frame: Frame) -> float:
        """Return the step between two numbers in px; see Dialect."""
        return self.grid(frame).quantum

    def _found(self, place: Place, grid: Grid) -> FoundBox:
        a, b, c, d = place.numbers
        corners = (a, b, a + c, b + d) if self.sized else (a, b, c, d)
        x0, y0, x1, y1 = (grid.px(number, index % 2) for index, number in enumerate(corners))
        polygon = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        return FoundBox(start=place.start, end=place.end, polygon=polygon)


def inside(polygon: Polygon, frame: Frame) -> Box:
    """Return the box round ``polygon``, cut to ``frame``."""
    x0, y0, x1, y1 = box_of(polygon)
    return max(0.0, x0), max(0.0, y0), min(float(frame.width), x1), min(float(frame.height), y1)


def share(parts: int, decimals: int = 0) -> Callable[[Frame], Grid]:
    """Return the grid that divides both sides of the frame into ``parts``."""
    return lambda frame: Grid((parts / frame.width, parts / frame.height), decimals=decimals)


def squared(decimals: int) -> Callable[[Frame], Grid]:
    """Return the grid 0 to 1 over the frame in the middle of a square of its longer side."""

    def grid(frame: Frame) -> Grid:
        side = max(frame.width, frame.height)
        shift = (float((side - frame.width) // 2), float((side - frame.height) // 2))
        return Grid((1 / side, 1 / side), shift, decimals)

    return grid


def resized(frame: Frame) -> Frame:
    """Return what Qwen2.5-VL makes of ``frame``: multiples of 28 px, within its limits of px."""
    width, height = (max(FACTOR, round(n / FACTOR) * FACTOR) for n in (frame.width, frame.height))
    if width * height > MOST:
        shrink = math.sqrt(frame.width * frame.height / MOST)
        width, height = (
            max(FACTOR, math.floor(n / shrink / FACTOR) * FACTOR)
            for n in (frame.width, frame.height)
        )
    elif width * height < LEAST:
        grow = math.sqrt(LEAST / (frame.width * frame.height))
        width, height = (math.ceil(n * grow / FACTOR) * FACTOR for n in (frame.width, frame.height))
    return Frame(width=width, height=height)


def _whole_pixels(_frame: Frame) -> Grid:
    return Grid((1.0, 1.0))


def _fine_pixels(_frame: Frame) -> Grid:
    return Grid((1.0, 1.0), decimals=2)


def _resized_pixels(frame: Frame) -> Grid:
    seen = resized(frame)
    return Grid((seen.width / frame.width, seen.height / frame.height))


_CORNERS: Final = "[{}, {}, {}, {}]"
_QWEN: Final = '{{"bbox_2d": [{}, {}, {}, {}]}}'

UPRIGHT: Final[Sequence[Upright]] = (
    Upright("pixels", "whole pixels, [x0, y0, x1, y1]", _PLAIN, _CORNERS, _whole_pixels),
    Upright(
        "llava", "LLaVA-1.5, [x1, y1, x2, y2] from 0 to 1 on the picture padded to a square",
        _PLAIN, _CORNERS, squared(3),
    ),
    Upright(
        "vrsbench", "VRSBench, {<x1><y1><x2><y2>} from 0 to 100",
        _BRACES, "{{<{}><{}><{}><{}>}}", share(100),
    ),
    Upright(
        "qwen25", "Qwen2.5-VL, bbox_2d in pixels of the picture resized to multiples of 28",
        _JSON, _QWEN, _resized_pixels,
    ),
    Upright("qwen3", "Qwen3-VL, bbox_2d from 0 to 1000", _JSON, _QWEN, share(1000)),
    Upright(
        "internvl", "InternVL, <box>[[x1, y1, x2, y2]]</box> from 0 to 1000",
        _INTERNVL, "<box>[[{}, {}, {}, {}]]</box>", share(1000),
    ),
    Upright(
        "coco_xywh", "COCO, [x, y, width, height] in pixels",
        _PLAIN, _CORNERS, _fine_pixels, sized=True,
    ),
)  # fmt: skip
