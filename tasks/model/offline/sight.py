"""What the offline teacher sees of a tile: its facts, and the colours read from the pixels."""

import cmath
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Final

import yaml

from schemas.facts import CountFact, FactSheet, GroupFact, ObjectFact
from schemas.geometry import Box
from tasks.imagery.colour import Picture, colour_of, open_picture
from tasks.lexicon.lexicon import broader
from tasks.model.offline.geometry_words import angle_between

MOST: Final = 0.6  # of a group must be seen in a colour before “most of them”
ALIKE_ANGLE: Final = 15.0  # degrees
ALIKE_LENGTH: Final = 1.3  # longest to shortest


@dataclass(frozen=True)
class Sight:
    """One object and the colour it shows, where it shows one."""

    fact: ObjectFact
    colour: str | None

    @property
    def ref(self) -> str:
        """Its number in the tile."""
        return self.fact.ref

    @property
    def category(self) -> str:
        """Its canonical class."""
        return self.fact.category


@dataclass(frozen=True)
class Company:
    """A group of objects of one class, as the facts form it."""

    kind: str
    category: str
    members: tuple[Sight, ...]
    box: Box
    row_angle: float | None

    @property
    def refs(self) -> tuple[str, ...]:
        """Numbers of its members."""
        return tuple(member.ref for member in self.members)

    @cached_property
    def colours(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Colours seen, the most frequent first, each with the refs that show it."""
        seen = Counter(m.colour for m in self.members if m.colour)
        ordered = sorted(seen, key=lambda colour: (-seen[colour], colour))
        return tuple((c, tuple(m.ref for m in self.members if m.colour == c)) for c in ordered)

    @property
    def all_coloured(self) -> bool:
        """Whether the colour of every member is known: only then can those of a colour be counted."""
        return all(m.colour for m in self.members)

    @cached_property
    def angle(self) -> float | None:
        """The direction of the longer sides in degrees, where nearly all members share it."""
        angles = [m.fact.angle for m in self.members if m.fact.angle is not None]
        if len(angles) < max(2, 0.8 * len(self.members)):
            return None
        doubled = sum(cmath.exp(2j * math.radians(angle)) for angle in angles)  # 179° is near 1°
        best = math.degrees(cmath.phase(doubled)) / 2 % 180
        near = sum(angle_between(best, other) <= ALIKE_ANGLE for other in angles)
        return best if near >= 0.9 * len(self.members) else None

    @cached_property
    def whole(self) -> tuple[Sight, ...]:
        """Members that no edge cuts: only their sizes mean something."""
        return tuple(m for m in self.members if not m.fact.truncated and not m.fact.crowd)

    def typical(self) -> tuple[float, float] | None:
        """Return the median length and width in m where all whole members are alike, else None."""
        sizes = [(m.fact.length_m, m.fact.width_m) for m in self.whole]
        lengths = [length for length, _ in sizes if length]
        widths = [width for _, width in sizes if width]
        if not lengths or len(lengths) < len(self.whole) or len(widths) < len(lengths):
            return None
        if max(lengths) > ALIKE_LENGTH * min(lengths) or max(widths) > 1.5 * min(widths):
            return None
        return statistics.median(lengths), statistics.median(widths)

    def lengths(self) -> tuple[float, float] | None:
        """Return the least and the greatest length in m of its whole members."""
        lengths = [m.fact.length_m for m in self.whole if m.fact.length_m]
        if len(lengths) < 2 or len(lengths) < len(self.whole):
            return None
        return min(lengths), max(lengths)

    @property
    def side_by_side(self) -> bool:
        """Whether the members of a row lie across its direction."""
        if self.row_angle is None or self.angle is None:
            return False
        return angle_between(self.row_angle, self.angle) > 60

    @property
    def end_to_end(self) -> bool:
        """Whether the members of a row lie along its direction."""
        if self.row_angle is None or self.angle is None:
            return False
        return angle_between(self.row_angle, self.angle) < 25


@dataclass(frozen=True)
class View:
    """One request's tile: facts, colours and groups."""

    sheet: FactSheet
    objects: dict[str, Sight]
    companies: tuple[Company, ...]

    def count(self, category: str) -> CountFact | None:
        """Return the count of a class in the whole tile."""
        return next((c for c in self.sheet.counts if c.category == category), None)

    def all_of(self, category: str) -> tuple[Sight, ...]:
        """Return the objects of a class, in the order of the sheet."""
        return tuple(o for o in self.objects.values() if o.category == category)

    def complete(self, category: str) -> bool:
        """Whether the sheet lists every object of the class that the tile holds."""
        count = self.count(category)
        return count is not None and count.count == len(self.all_of(category))

    def exact(self, category: str) -> bool:
        """Whether the count is the true number, not a floor."""
        count = self.count(category)
        return count is not None and count.exhaustive and not count.crowd


def view(sheet: FactSheet, image: bytes | None) -> View:
    """Look at the tile: one colour for each object, groups as the facts give them.

    ``image`` may be scaled down; without it no colour is known. Raises ValueError when it is no
    JPEG.
    """
    polygons = [fact.polygon for fact in sheet.objects]
    size = (sheet.width, sheet.height)
    picture = open_picture(image, polygons, size) if image and polygons else None
    objects = {fact.ref: Sight(fact, _colour(picture, fact)) for fact in sheet.objects}
    return View(sheet, objects, tuple(_companies(sheet, objects)))


def company(members: Sequence[Sight], kind: str = "cell") -> Company:
    """Return objects of one class as a group of their own."""
    return Company(kind, members[0].category, tuple(members), _hull(members), None)


@cache
def is_place(category: str) -> bool:
    """Whether the class is a place rather than a thing: its colour and slant say nothing."""
    text = resources.files(__package__).joinpath("places.yaml").read_text(encoding="utf-8")
    places: list[str] = yaml.safe_load(text)["places"]
    return category in places or not broader(category).isdisjoint(places)


def _colour(picture: Picture | None, fact: ObjectFact) -> str | None:
    if picture is None or fact.crowd or is_place(fact.category):
        return None
    return colour_of(picture, fact.polygon)


def _companies(sheet: FactSheet, objects: dict[str, Sight]) -> Iterable[Company]:
    """Yield the groups in reading order; objects in no group come class by class."""
    left = dict(objects)
    for group in sheet.groups:
        members = tuple(left.pop(ref) for ref in group.refs if ref in left)
        if members:
            yield _formed(group, members)
    for category in dict.fromkeys(o.category for o in left.values()):
        yield company([o for o in left.values() if o.category == category])


def _formed(group: GroupFact, members: tuple[Sight, ...]) -> Company:
    kind = group.kind if len(members) == len(group.refs) else "cell"
    angle = group.angle if kind == "row" else None
    return Company(kind, group.category, members, _hull(members), angle)


def _hull(members: Sequence[Sight]) -> Box:
    boxes = [m.fact.box for m in members]
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
