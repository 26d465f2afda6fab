"""What the forms see of a tile: the facts of all its objects, and how many of each class it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from schemas.facts import ObjectFact
from schemas.record import Record
from schemas.tile import TileObject, TileOutline
from tasks.lexicon import broader
from tasks.spatial.facts import object_fact, object_facts
from tasks.spatial.relations import relations


class Tally(Record):
    """The objects of one class in a tile, those of its subclasses among them."""

    category: str
    refs: tuple[str, ...]
    partly: tuple[str, ...]
    exhaustive: bool
    crowd: bool

    @property
    def count(self) -> int:
        """Number of objects that are visible enough to be described, difficult ones too."""
        return len(self.refs)

    @property
    def complete(self) -> bool:
        """Whether every object of the class in the tile has a label of its own."""
        return self.exhaustive and not self.crowd

    @property
    def exact(self) -> bool:
        """Whether ``count`` is the number of such objects in the picture, with no reservation."""
        return self.complete and not self.partly


@dataclass(frozen=True, eq=False)
class View:
    """A tile as the forms see it."""

    tile: TileOutline
    facts: Mapping[str, ObjectFact]
    tallies: tuple[Tally, ...]

    @property
    def width(self) -> int:
        """Of the tile, px."""
        return self.tile.window.width

    @property
    def height(self) -> int:
        """Of the tile, px."""
        return self.tile.window.height

    @cached_property
    def objects(self) -> dict[str, TileObject]:
        """Return all objects of the tile by their number."""
        return {thing.ref: thing for thing in self.tile.objects}

    @cached_property
    def shown(self) -> tuple[ObjectFact, ...]:
        """Return the single objects that are visible enough to be spoken of."""
        facts = [self.facts[thing.ref] for thing in self.tile.objects if thing.described]
        return tuple(fact for fact in facts if not fact.crowd)

    @cached_property
    def by_category(self) -> dict[str, Tally]:
        """Return the tallies by their class."""
        return {tally.category: tally for tally in self.tallies}

    @cached_property
    def nearest(self) -> dict[str, tuple[str, float]]:
        """Return the nearest other object and the gap in m, where both are beyond doubt."""
        if self.tile.scene.gsd is None:
            return {}
        found = relations(tuple(self.facts.values()), self.tile.scene.gsd)
        return {
            one.subject: (one.object, one.margin_m)
            for one in found
            if one.relation == "nearest" and one.margin_m is not None
        }


def look_at(tile: TileOutline) -> View:
    """Return what the forms see of ``tile``."""
    facts = {fact.ref: fact for fact in object_facts(tile)}
    facts |= {o.ref: object_fact(tile, o) for o in tile.objects if not o.described}
    return View(tile=tile, facts=facts, tallies=_tallies(tile))


def _tallies(tile: TileOutline) -> tuple[Tally, ...]:
    """Count every class that is labelled here, and every class above it that the source labels."""
    present = {thing.category for thing in tile.objects}
    above = {name for category in present for name in broader(category)}
    found = [_tally(name, tile) for name in present | (above & set(tile.scene.exhaustive))]
    return tuple(sorted(found, key=lambda tally: (-tally.count, tally.category)))


def _tally(category: str, tile: TileOutline) -> Tally:
    things = [
        thing
        for thing in tile.objects
        if thing.category == category or category in broader(thing.category)
    ]
    return Tally(
        category=category,
        refs=tuple(thing.ref for thing in things if thing.described),
        partly=tuple(thing.ref for thing in things if not thing.described),
        exhaustive=category in tile.scene.exhaustive,
        crowd=any(thing.crowd for thing in things),
    )
