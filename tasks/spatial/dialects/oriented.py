"""Dialects of turned boxes: the least rectangle round an object, or its four corners.

GeoChat: ``rotate_bbox`` in mbzuai-oryx/GeoChat, geochat_demo.py: an upright rectangle, then turned
about its centre, anticlockwise as seen. SkySenseGPT: ``poly2obb`` in its evaluation of FIT-RS:
centre, sides and the angle of the first side, clockwise as seen. Falcon: its inference examples
(TianHuiLab/Falcon). YOLO-OBB: the Ultralytics label format.
"""

import math
import re
from dataclasses import dataclass
from typing import Final, NamedTuple

import shapely

from schemas.geometry import Box, Point, Polygon
from tasks.spatial.dialects.dialect import (
    ANGLED,
    Form,
    FoundBox,
    Frame,
    UnwritableBox,
    collapsed,
)
from tasks.spatial.dialects.upright import inside, share
from tasks.spatial.polygons import area, box_of

UPRIGHT_SHARE: Final = 0.999  # of its box that a polygon fills, from which it counts as the box

_SHARE: Final = r"-?[01](?:\.\d{1,12})?"  # a little outside of 0 to 1, too
_TURNED: Final = r"\{\s{0,4}((?:" + ANGLED + r"){4}\|\s{0,4}" + ANGLED + r")\}"
_GEOCHAT: Final = Form(re.compile(_TURNED))
_SKYSENSE: Final = Form(
    re.compile(_TURNED), re.compile(r"<rbox>([^()]{0,4}\([^()]{1,9000}\)\s{0,4})</rbox>")
)
_FALCON: Final = Form(
    re.compile(
        r"<(?:box|quad)>\s{0,4}((?:" + ANGLED + r"){8}|(?:" + ANGLED + r"){4})</(?:box|quad)>"
    )
)
_EIGHT: Final = Form(
    re.compile(r"(?<![\w.,])(" + r"[\s,]{1,4}".join([_SHARE] * 8) + r")(?![\w]|[.,]?\s{0,4}\d)")
)


class Turned(NamedTuple):
    """A rectangle: centre and sides in px; the first side's angle, clockwise as seen, degrees."""

    centre: Point
    sides: Point
    angle: float

    def corners(self) -> Polygon:
        """Return its corners, px."""
        (cx, cy), (w, h) = self.centre, self.sides
        cos, sin = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        around = ((-w, -h), (w, -h), (w, h), (-w, h))
        return tuple(
            (cx + (x * cos - y * sin) / 2, cy + (x * sin + y * cos) / 2) for x, y in around
        )

    def quarter(self) -> "Turned":
        """Return the same rectangle told by its other side."""
        return Turned(self.centre, (self.sides[1], self.sides[0]), self.angle - 90)


def rectangle(polygon: Polygon, frame: Frame) -> Turned:
    """Return the least rectangle round ``polygon``, 0 ≤ angle < 90.

    An upright polygon gives its box, cut to ``frame``.
    """
    if is_upright(polygon):
        return _of_box(inside(polygon, frame))
    found = shapely.oriented_envelope(shapely.multipoints(polygon))
    if not isinstance(found, shapely.Polygon):
        raise collapsed("any dialect", polygon, frame)
    a, b, c = found.exterior.coords[:3]
    centre = ((a[0] + c[0]) / 2, (a[1] + c[1]) / 2)
    angle = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0])) % 180
    turned = Turned(centre, (math.dist(a, b), math.dist(b, c)), angle)
    return turned.quarter() if angle >= 90 else turned


def is_upright(polygon: Polygon) -> bool:
    """Say whether ``polygon`` is an axis-parallel rectangle, but for a thousandth of its area."""
    x0, y0, x1, y1 = box_of(polygon)
    return area(polygon) >= UPRIGHT_SHARE * (x1 - x0) * (y1 - y0)


def _of_box(box: Box) -> Turned:
    x0, y0, x1, y1 = box
    return Turned(((x0 + x1) / 2, (y0 + y1) / 2), (x1 - x0, y1 - y0), 0.0)


@dataclass(frozen=True)
class GeoChat:
    """``{<x1><y1><x2><y2>|<angle>}``, 0 to 100, whole degrees."""

    name: str = "geochat"
    title: str = "GeoChat, {<x1><y1><x2><y2>|<angle>} from 0 to 100, turned about its centre"
    form: Form = _GEOCHAT

    def write(self, polygon: Polygon, frame: Frame) -> str:
        """Return the least rectangle round ``polygon`` as text; see Dialect."""
        turned = rectangle(polygon, frame)
        for one in (turned.quarter(), turned) if turned.angle else (turned,):
            numbers = self._numbers(one, frame)
            if min(numbers) >= 0 and max(numbers) <= 100:
                return self._text(numbers, -one.angle, polygon, frame)
        raise UnwritableBox(
            f"The box at ({turned.centre[0]:.4g}, {turned.centre[1]:.4g}) in a picture of "
            f"{frame.width}×{frame.height} px, before it is turned, leaves the picture, so "
            f"{self.title} has no numbers for it. Use another dialect, such as falcon."
        )

    def find(self, text: str, frame: Frame) -> tuple[FoundBox, ...]:
        """Return the boxes of ``text``; see Dialect."""
        grid = share(100)(frame)
        found = []
        for place in self.form.places(text):
            *corners, angle = place.numbers
            x0, y0, x1, y1 = (grid.px(number, n % 2) for n, number in enumerate(corners))
            turned = _of_box((x0, y0, x1, y1))._replace(angle=-angle)
            found.append(FoundBox(start=place.start, end=place.end, polygon=turned.corners()))
        return tuple(found)

    def quantum(self, frame: Frame) -> float:
        """Return the step between two numbers in px; see Dialect."""
        return share(100)(frame).quantum

    def _numbers(self, turned: Turned, frame: Frame) -> tuple[float, ...]:
        grid = share(100)(frame)
        (cx, cy), (w, h) = turned.centre, turned.sides
        corners = (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
        return tuple(grid.number(px, n % 2) for n, px in enumerate(corners))

    def _text(
        self, numbers: tuple[float, ...], angle: float, polygon: Polygon, frame: Frame
    ) -> str:
        x0, y0, x1, y1 = (int(number) for number in numbers)
        if x1 <= x0 or y1 <= y0:
            raise collapsed(self.title, polygon, frame)
        return f"{{<{x0}><{y0}><{x1}><{y1}>|<{round(angle)}>}}"


@dataclass(frozen=True)
class SkySense:
    """``<rbox>({<cx><cy><w><h>|<angle>})</rbox>``, hundredths with 2 decimals, whole degrees."""

    name: str = "skysensegpt"
    title: str = "SkySenseGPT, <rbox>({<cx><cy><w><h>|<angle>})</rbox> from 0 to 100"
    form: Form = _SKYSENSE

    def write(self, polygon: Polygon, frame: Frame) -> str:
        """Return the least rectangle round ``polygon`` as text; see Dialect."""
        turned, grid = rectangle(polygon, frame), share(100, 2)(frame)
        numbers = [grid.number(px, n % 2) for n, px in enumerate((*turned.centre, *turned.sides))]
        if min(numbers[2:]) <= 0:
            raise collapsed(self.title, polygon, frame)
        inner = "".join(f"<{number:.2f}>" for number in numbers)
        return f"<rbox>({{{inner}|<{round(turned.angle)}>}})</rbox>"

    def find(self, text: str, frame: Frame) -> tuple[FoundBox, ...]:
        """Return the boxes of ``text``; see Dialect."""
        grid = share(100, 2)(frame)
        found = []
        for place in self.form.places(text):
            *values, angle = place.numbers
            cx, cy, w, h = (grid.px(number, n % 2) for n, number in enumerate(values))
            polygon = Turned((cx, cy), (w, h), angle).corners()
            found.append(FoundBox(start=place.start, end=place.end, polygon=polygon))
        return tuple(found)

    def quantum(self, frame: Frame) -> float:
        """Return the step between two numbers in px; see Dialect."""
        return share(100, 2)(frame).quantum


@dataclass(frozen=True)
class Corners:
    """Four corners one after the other; an upright box in two, where ``box`` says how.

    Where the four corners leave the frame, the upright box of what is inside stands for them.
    """

    name: str
    title: str
    form: Form
    quad: str
    box: str | None
    parts: int
    decimals: int = 0

    def write(self, polygon: Polygon, frame: Frame) -> str:
        """Return the four corners of ``polygon``, or those of its least rectangle; see Dialect."""
        x0, y0, x1, y1 = inside(polygon, frame)
        four = self._turned(polygon, frame)
        if four:
            return self._text(self.quad, four, polygon, frame)
        if self.box:
            return self._text(self.box, ((x0, y0), (x1, y1)), polygon, frame)
        return self._text(self.quad, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), polygon, frame)

    def find(self, text: str, frame: Frame) -> tuple[FoundBox, ...]:
        """Return the boxes of ``text``; see Dialect."""
        grid = share(self.parts, self.decimals)(frame)
        found = []
        for place in self.form.places(text):
            px = [grid.px(number, n % 2) for n, number in enumerate(place.numbers)]
            polygon = tuple(zip(px[::2], px[1::2], strict=True))
            if len(polygon) == 2:
                (x0, y0), (x1, y1) = polygon
                polygon = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
            found.append(FoundBox(start=place.start, end=place.end, polygon=polygon))
        return tuple(found)

    def quantum(self, frame: Frame) -> float:
        """Return the step between two numbers in px; see Dialect."""
        return share(self.parts, self.decimals)(frame).quantum

    def _turned(self, polygon: Polygon, frame: Frame) -> Polygon | None:
        """Return four corners inside ``frame``; None where only the upright box is."""
        if is_upright(polygon):
            return None
        four = polygon if len(polygon) == 4 else rectangle(polygon, frame).corners()
        fits = all(0 <= x <= frame.width and 0 <= y <= frame.height for x, y in four)
        return four if fits else None

    def _text(self, template: str, corners: Polygon, whole: Polygon, frame: Frame) -> str:
        grid = share(self.parts, self.decimals)(frame)
        rounded = tuple((grid.number(x, 0), grid.number(y, 1)) for x, y in corners)
        x0, y0, x1, y1 = box_of(rounded)
        if x1 <= x0 or y1 <= y0 or (len(rounded) == 4 and area(rounded) == 0):
            raise collapsed(self.title, whole, frame)
        numbers = (f"{number:.{self.decimals}f}" for corner in rounded for number in corner)
        return template.format(*numbers)


GEOCHAT: Final = GeoChat()
SKYSENSEGPT: Final = SkySense()
FALCON: Final = Corners(
    "falcon", "Falcon, <box><x1><y1><x2><y2></box> or <quad> of four corners, from 0 to 1000",
    _FALCON, "<quad>" + "<{}>" * 8 + "</quad>", "<box>" + "<{}>" * 4 + "</box>", 1000,
)  # fmt: skip
YOLO_OBB: Final = Corners(
    "yolo_obb", "YOLO-OBB, x1 y1 x2 y2 x3 y3 x4 y4 from 0 to 1",
    _EIGHT, " ".join(["{}"] * 8), None, 1, 6,
)  # fmt: skip
