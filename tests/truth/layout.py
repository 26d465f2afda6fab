"""Where things stand in a seeded scene: alone, in rows, in clusters, scattered, one in another."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import cos, radians, sin
from pathlib import Path
from typing import Final

import yaml

from schemas.geometry import Polygon

TRIES: Final = 40
MARGIN: Final = 14  # px between the boxes of formations, and to the edge
HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Nature:
    """What a class of things is like."""

    size: tuple[float, float]  # length and width, m
    paints: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Theme:
    """A kind of scene."""

    gsd: tuple[float, float]  # m per px, least and most
    ground: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """One thing to be painted and labelled; px."""

    category: str
    paint: str
    x: float
    y: float
    length: float
    width: float
    angle: float  # of its length, degrees clockwise from x

    @property
    def corners(self) -> Polygon:
        """Its corners in order."""
        along = (cos(radians(self.angle)) / 2, sin(radians(self.angle)) / 2)
        ahead = (along[0] * self.length, along[1] * self.length)
        right = (-along[1] * self.width, along[0] * self.width)
        return tuple(
            (self.x + a * ahead[0] + b * right[0], self.y + a * ahead[1] + b * right[1])
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        )


Box = tuple[float, float, float, float]


@dataclass
class Plot:
    """A scene that is being filled; ``taken`` are the boxes where something stands."""

    width: int
    height: int
    gsd: float
    draw: random.Random
    placed: list[Placed] = field(default_factory=list)
    taken: list[Box] = field(default_factory=list)

    def put(self, things: list[Placed]) -> bool:
        """Add ``things`` if there is room for the box round them."""
        box = _round(things)
        if box[0] < MARGIN or box[1] < MARGIN:
            return False
        if box[2] > self.width - MARGIN or box[3] > self.height - MARGIN:
            return False
        if any(_meet(box, other) for other in self.taken):
            return False
        self.placed += things
        self.taken.append(box)
        return True


@cache
def natures() -> Mapping[str, Nature]:
    """Return every class that scenes may hold."""
    return {
        name: Nature(tuple(one["size"]), tuple(one["paints"]), tuple(one["words"]))
        for name, one in yaml.safe_load((HERE / "classes.yaml").read_text("utf-8")).items()
    }


@cache
def themes() -> Mapping[str, Theme]:
    """Return every kind of scene."""
    return {
        name: Theme(tuple(one["gsd"]), one["ground"], tuple(one["classes"]))
        for name, one in yaml.safe_load((HERE / "themes.yaml").read_text("utf-8")).items()
    }


def fill(plot: Plot, theme: Theme) -> None:
    """Put two to four classes of ``theme`` into ``plot``, the widest first."""
    chosen = plot.draw.sample(theme.classes, plot.draw.choice((2, 3, 3, 4)))
    for name in sorted(chosen, key=lambda one: -natures()[one].size[0]):
        wide = natures()[name].size[0] / plot.gsd > 0.16 * plot.width
        formations = (_few, _few, _inside) if wide else FORMATIONS
        for _ in range(1 if wide or plot.draw.random() < 0.7 else 2):
            plot.draw.choice(formations)(plot, name)


def _few(plot: Plot, name: str) -> None:
    """One to four apart, each turned as it likes; at times one is much larger than the others."""
    count = plot.draw.choice((1, 1, 1, 2, 2, 3))
    paint, giant = _paint(plot, name), plot.draw.random() < 0.6
    for number in range(count):
        scale = 1.7 if giant and number == 0 else plot.draw.uniform(0.95, 1.05)
        mixed = paint or plot.draw.choice(natures()[name].paints)
        for _ in range(TRIES):
            if plot.put([_one(plot, name, mixed, *_spot(plot), _angle(plot), scale)]):
                break


def _scattered(plot: Plot, name: str) -> None:
    """Five to nine over the whole scene, turned at random."""
    paint = _paint(plot, name)
    for _ in range(plot.draw.randint(5, 9)):
        mixed = paint or plot.draw.choice(natures()[name].paints)
        for _ in range(TRIES):
            angle = plot.draw.uniform(0, 180)
            if plot.put([_one(plot, name, mixed, *_spot(plot), angle)]):
                break


def _row(plot: Plot, name: str) -> None:
    """Four to nine in one straight, even row, parallel to one another."""
    count, course = plot.draw.randint(4, 9), plot.draw.choice((0, 0, 90, 90, 45, 135))
    _block(plot, name, 1, count, course)


def _rows(plot: Plot, name: str) -> None:
    """Two or three rows of four to seven, one behind the other."""
    _block(plot, name, plot.draw.choice((2, 2, 3)), plot.draw.randint(4, 7),
           plot.draw.choice((0, 90)))  # fmt: skip


def _inside(plot: Plot, name: str) -> None:
    """One wide thing with one or two small ones inside it."""
    for _ in range(TRIES):
        outer = _one(plot, name, natures()[name].paints[0], *_spot(plot), 0)
        if plot.put([outer]):
            break
    else:
        return
    small = [
        other for other in ("basketball court", "tennis court", "helicopter")
        if natures()[other].size[0] / plot.gsd < 0.3 * outer.length
        and not any(one.category == other for one in plot.placed)
    ]  # fmt: skip
    if name in ("soccer field", "ground track field") and small:
        inner, offset = plot.draw.choice(small), outer.length * 0.22
        paint = plot.draw.choice(natures()[inner].paints)
        for step in plot.draw.choice(((0,), (-1, 1))):
            plot.placed.append(_one(plot, inner, paint, outer.x + step * offset, outer.y, 90))


def _flanked(plot: Plot, name: str) -> None:
    """Two with one of another class between them."""
    other = plot.draw.choice([one for one in natures() if one != name])
    reach = 1.2 * (natures()[name].size[0] + natures()[other].size[0]) / plot.gsd
    if reach > 0.4 * plot.width or any(one.category in (name, other) for one in plot.placed):
        return
    paints = [plot.draw.choice(natures()[one].paints) for one in (name, other)]
    for _ in range(TRIES):
        (x, y), angle = _spot(plot), plot.draw.choice((0, 90))
        dx, dy = (reach, 0) if angle else (0, reach)
        trio = [_one(plot, name, paints[0], x + s * dx, y + s * dy, angle) for s in (-1, 1)]
        if plot.put([_one(plot, other, paints[1], x, y, angle), *trio]):
            return


FORMATIONS: Final = (_few, _few, _few, _scattered, _row, _row, _rows, _flanked)


def _block(plot: Plot, name: str, rows: int, count: int, course: float) -> None:
    """Put ``rows`` rows of ``count`` side by side, across the course of the row."""
    length, width = (side / plot.gsd for side in natures()[name].size)
    paint = _paint(plot, name)
    pitch, depth = width * 1.25 + 6, length * 1.3 + 8
    along = (cos(radians(course)), sin(radians(course)))
    for _ in range(TRIES):
        x, y = _spot(plot)
        things = [
            _one(
                plot, name, paint or plot.draw.choice(natures()[name].paints),
                x + pitch * n * along[0] - depth * row * along[1],
                y + pitch * n * along[1] + depth * row * along[0],
                course + 90,
            )
            for row in range(rows)
            for n in range(count)
        ]  # fmt: skip
        if plot.put(things):
            return


def _one(
    plot: Plot, name: str, paint: str, x: float, y: float, angle: float, scale: float = 1
) -> Placed:
    length, width = natures()[name].size
    return Placed(name, paint, x, y, length * scale / plot.gsd, width * scale / plot.gsd, angle)


def _spot(plot: Plot) -> tuple[float, float]:
    return plot.draw.uniform(0, plot.width), plot.draw.uniform(0, plot.height)


def _angle(plot: Plot) -> float:
    return plot.draw.choice((0, 90, 45, 135)) + plot.draw.uniform(-6, 6)


def _paint(plot: Plot, name: str) -> str | None:
    """Return the one paint of a formation, None where each has its own."""
    return plot.draw.choice(natures()[name].paints) if plot.draw.random() < 0.65 else None


def _round(things: list[Placed]) -> Box:
    points = list(_corners(things))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _corners(things: list[Placed]) -> Iterator[tuple[float, float]]:
    for thing in things:
        yield from thing.corners


def _meet(a: Box, b: Box) -> bool:
    return (
        a[0] - MARGIN < b[2] and b[0] - MARGIN < a[2]
        and a[1] - MARGIN < b[3] and b[1] - MARGIN < a[3]
    )  # fmt: skip
