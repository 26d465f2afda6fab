"""Fact sheets: what is computed about the objects of a tile, in tile pixels."""

from collections.abc import Collection, Iterable, Sequence
from statistics import median
from typing import Final, Literal

from schemas.facts import CountFact, FactSheet, ObjectFact, RelationFact
from schemas.geometry import Box, Polygon, Window
from schemas.sample import SampleObject
from schemas.tile import TileObject, TileOutline
from schemas.vocabulary import Shape
from tasks.spatial.grid import cell_of
from tasks.spatial.groups import groups
from tasks.spatial.polygons import area, box_of, centre, least_rectangle
from tasks.spatial.relations import relations

Size = Literal["large", "middle", "small"]

ELONGATED: Final = 1.3  # length / width from which an object has a direction
# A diagonal thing can have a square horizontal box; from this ratio on the box is within 18° of it.
ELONGATED_BOX: Final = 3.0
LARGE: Final = 1.4  # of the median area of the class in the tile
SMALL: Final = 0.7
ALIKE: Final = 1.4  # largest area / smallest: below this a class has no large and small ones


def object_fact(
    tile: TileOutline, thing: TileObject, size_in_class: Size | None = None
) -> ObjectFact:
    """Return the fact of one object of ``tile``.

    Its direction is none where it is hardly longer than wide. Metres are given where the gsd is
    known and the label tells the size: not for what is cut off, nor for a horizontal box round
    something that may lie diagonally in it.
    """
    window, gsd = tile.window, tile.scene.gsd
    polygon = to_tile(thing.clipped, window)
    length, width, angle = least_rectangle(polygon)
    ratio = ELONGATED_BOX if thing.shape is Shape.HBB else ELONGATED
    elongated = length >= ratio * width > 0
    cut = thing.truncated or thing.visible < 1
    sized = gsd is not None and not cut and (elongated or thing.shape is not Shape.HBB)
    return ObjectFact(
        ref=thing.ref,
        category=thing.category,
        box=_rounded_box(box_of(polygon)),
        polygon=tuple((round(x, 1), round(y, 1)) for x, y in polygon),
        cell=cell_of(centre(polygon), window.width, window.height),
        length=round(length, 1),
        width=round(width, 1),
        length_m=round(length * gsd, 1) if gsd and sized else None,
        width_m=round(width * gsd, 1) if gsd and sized else None,
        angle=round(angle, 1) % 180 if elongated else None,
        size_in_class=size_in_class,
        truncated=cut,
        crowd=thing.crowd,
    )


def object_facts(tile: TileOutline) -> tuple[ObjectFact, ...]:
    """Return the facts of all objects of ``tile`` that are visible enough to be described."""
    shown = [thing for thing in tile.objects if thing.described]
    sizes = _sizes(shown)
    return tuple(object_fact(tile, thing, sizes.get(thing.ref)) for thing in shown)


def fact_sheet(tile: TileOutline, refs: Collection[str] | None = None) -> FactSheet:
    """Return what a request about ``tile`` states.

    Counts are always those of the whole tile; objects, groups and relations are those of ``refs``,
    of all described objects where it is None.
    """
    facts = object_facts(tile)
    chosen = facts if refs is None else tuple(fact for fact in facts if fact.ref in refs)
    window, scene = tile.window, tile.scene
    # What is only partly visible is not spoken of, but it can still be something's nearest.
    everything = [*facts, *(object_fact(tile, o) for o in tile.objects if not o.described)]
    return FactSheet(
        width=window.width,
        height=window.height,
        gsd=scene.gsd,
        north_up=scene.north_up,
        counts=counts(tile),
        objects=chosen,
        groups=groups(chosen, window.width, window.height),
        relations=_among(chosen, relations(everything, scene.gsd)),
    )


def counts(tile: TileOutline) -> tuple[CountFact, ...]:
    """Return how many objects of each class ``tile`` holds, the most numerous first."""
    found = [
        _count(category, [o for o in tile.objects if o.category == category], tile)
        for category in {thing.category for thing in tile.objects}
    ]
    return tuple(sorted(found, key=lambda fact: (-fact.count, fact.category)))


def sample_object(thing: TileObject) -> SampleObject:
    """Return what a sample keeps of an object that it speaks of: the part inside the tile, scene px."""
    return SampleObject(
        ref=thing.ref,
        annotation_id=thing.annotation_id,
        category=thing.category,
        polygon=thing.clipped,
        box=box_of(thing.clipped),
    )


def to_tile(polygon: Polygon, window: Window) -> Polygon:
    """Return ``polygon``, in scene px, in the px of the tile at ``window``."""
    return tuple((x - window.x0, y - window.y0) for x, y in polygon)


def _count(category: str, things: Sequence[TileObject], tile: TileOutline) -> CountFact:
    shown = sum(thing.described for thing in things)
    return CountFact(
        category=category,
        count=shown,
        partly_visible=len(things) - shown,
        exhaustive=category in tile.scene.exhaustive,
        crowd=any(thing.crowd for thing in things),
    )


def _sizes(things: Iterable[TileObject]) -> dict[str, Size]:
    """Return the size of each whole object against its class in the tile."""
    areas: dict[str, dict[str, float]] = {}
    for thing in things:
        if not (thing.truncated or thing.crowd or thing.visible < 1):
            areas.setdefault(thing.category, {})[thing.ref] = area(thing.clipped)
    sizes: dict[str, Size] = {}
    for same in areas.values():
        if len(same) > 1 and max(same.values()) > ALIKE * min(same.values()):
            middle = median(same.values())
            sizes |= {ref: _size(own, middle) for ref, own in same.items()}
    return sizes


def _size(own: float, middle: float) -> Size:
    if own > LARGE * middle:
        return "large"
    return "small" if own < SMALL * middle else "middle"


def _among(chosen: Sequence[ObjectFact], found: Sequence[RelationFact]) -> tuple[RelationFact, ...]:
    refs = {fact.ref for fact in chosen}
    return tuple(one for one in found if one.subject in refs and one.object in refs)


def _rounded_box(box: Box) -> Box:
    x0, y0, x1, y1 = (round(value, 1) for value in box)
    return x0, y0, x1, y1
