"""What the annotations and pixels of one tile say: the ground that statements are held against.

What is asked of every object is answered three times, as arrays over the objects of the tile: of
which it is surely true, of which an observer would say so, and of which it may be true. Between the
first and the last lies what is borderline.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from schemas.geometry import Box, Polygon
from schemas.scene import SceneClassAnnotation
from schemas.tile import Tile, TileObject, TileOutline
from schemas.vocabulary import Shape
from tasks.imagery.colour import Look, Picture, look_of, open_picture
from tasks.lexicon.lexicon import broader, is_known, related, short_forms, typical
from tasks.spatial.polygons import area, box_of, least_rectangle, shape_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ANYTHING: Final = "object"  # the class of whatever is labelled
WHOLE: Final = 0.75  # of an object's area: with less inside the tile, observers may not count it


class Graded(NamedTuple):
    """Of which objects something is true: surely, as an observer would say, and possibly."""

    sure: Flags
    nominal: Flags
    maybe: Flags

    def both(self, other: "Graded") -> "Graded":
        """Return of which objects this and ``other`` are true."""
        return Graded(
            self.sure & other.sure, self.nominal & other.nominal, self.maybe & other.maybe
        )

    def without(self, places: Sequence[int]) -> "Graded":
        """Return this, true of none of the objects at ``places``."""
        kept = np.ones(len(self.sure), dtype=bool)
        kept[list(places)] = False
        return Graded(self.sure & kept, self.nominal & kept, self.maybe & kept)


class Members(NamedTuple):
    """Which objects of a tile belong to a class, and whether there may be more than are labelled."""

    graded: Graded
    is_floor: bool
    by_label: bool = False  # by a label that stands for the class: small vehicles for cars

    def unlabelled(self) -> "Members":
        """Return the same where such a label may stand for other classes, too."""
        if not self.by_label:
            return self
        none = np.zeros_like(self.graded.sure)
        return Members(self.graded._replace(sure=none), self.is_floor)


@dataclass(frozen=True)
class Place:
    """Where some objects are: boxes (n, 4) and their centres (n, 2) in tile px, areas (n,)."""

    boxes: Floats
    centres: Floats
    areas: Floats

    @cached_property
    def box(self) -> Floats:
        """Return x0, y0, x1, y1 round all of them."""
        return np.concatenate([self.boxes[:, :2].min(axis=0), self.boxes[:, 2:].max(axis=0)])

    @cached_property
    def middles(self) -> Floats:
        """Return the mean of the centres and the middle of the box round all, shape (2, 2)."""
        box = self.box
        return np.stack([self.centres.mean(axis=0), (box[:2] + box[2:]) / 2])


class Truth:
    """One tile's objects, tallied, placed and looked at."""

    def __init__(
        self,
        tile: TileOutline,
        picture: Callable[[], bytes] | None = None,
        scene_classes: Sequence[str] = (),
    ) -> None:
        """Read ``tile``; nothing is computed before it is asked for.

        ``picture`` gives the tile's JPEG where colours can be looked at; ``scene_classes`` are the
        classes of the whole scene, where labels say so.
        """
        self.width, self.height = tile.window.width, tile.window.height
        self.gsd, self.north_up = tile.scene.gsd, tile.scene.north_up
        self.scene_classes = tuple(scene_classes)
        self.things: tuple[TileObject, ...] = tile.objects
        self.objects = {thing.ref: thing for thing in tile.objects}
        self.index = {thing.ref: place for place, thing in enumerate(tile.objects)}
        self._corner = (tile.window.x0, tile.window.y0)
        self._exhaustive = tile.scene.exhaustive
        self._jpeg = picture
        self._places: dict[tuple[int, ...], Place] = {}
        self._members: dict[str, Members] = {}
        self._looks: dict[int, Look] = {}
        self.known: dict[tuple[object, ...], Graded] = {}  # what predicates found, by what they ask

    @cached_property
    def polygons(self) -> tuple[Polygon, ...]:
        """The visible part of each object, tile px."""
        left, top = self._corner
        return tuple(tuple((x - left, y - top) for x, y in o.clipped) for o in self.things)

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """Box of each object's visible part, tile px, by ref."""
        return dict(zip(self.objects, map(box_of, self.polygons), strict=True))

    @cached_property
    def corners(self) -> Floats:
        """Boxes of all objects, tile px, shape (n, 4)."""
        return np.array([self.boxes[ref] for ref in self.objects], dtype=float).reshape(-1, 4)

    @cached_property
    def centres(self) -> Floats:
        """Middles of the boxes, tile px, shape (n, 2)."""
        return (self.corners[:, :2] + self.corners[:, 2:]) / 2

    @cached_property
    def areas(self) -> Floats:
        """Areas of the visible parts, square px, shape (n,)."""
        return np.array([area(polygon) for polygon in self.polygons], dtype=float)

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """The visible parts as shapely polygons, shape (n,)."""
        return np.array([shape_of(polygon) for polygon in self.polygons], dtype=object)

    @cached_property
    def rectangles(self) -> Floats:
        """Length, width (px) and angle (degrees) of the least rectangles, shape (n, 3)."""
        return np.array([least_rectangle(p) for p in self.polygons], dtype=float).reshape(-1, 3)

    @cached_property
    def upright(self) -> Flags:
        """Which labels are horizontal boxes that need not lie as their object does."""
        return np.array([o.shape is Shape.HBB for o in self.things], dtype=bool)

    @cached_property
    def unsure(self) -> Flags:
        """Which objects an observer may miss: difficult, or cut by the edge."""
        return np.array([o.difficult > 0 or o.visible < WHOLE for o in self.things], dtype=bool)

    @cached_property
    def cut(self) -> Flags:
        """Which objects are cut by the edge, so that their size is not known."""
        return np.array([o.truncated or o.visible < 1 for o in self.things], dtype=bool)

    @cached_property
    def described(self) -> Flags:
        """Which objects are visible enough to be described."""
        return np.array([o.described for o in self.things], dtype=bool)

    @cached_property
    def picture(self) -> Picture | None:
        """The decoded tile; None where there is none that can be decoded."""
        if self._jpeg is None:
            return None
        try:
            return open_picture(self._jpeg(), self.polygons, (self.width, self.height))
        except ValueError:
            return None

    def look(self, place: int) -> Look:
        """Return what an object looks like; nothing is known without a picture."""
        if place not in self._looks:
            picture = self.picture
            blank = Look(None, {}, {})
            self._looks[place] = look_of(picture, self.polygons[place]) if picture else blank
        return self._looks[place]

    @cached_property
    def named_categories(self) -> frozenset[str]:
        """Classes of the tile that the lexicon does not know, or knows short names of."""
        found = {x.category for x in self.things}
        return frozenset(
            name for name in found if not is_known(name) or short_forms(name) or " " not in name
        )

    def nothing(self) -> Graded:
        """Return what is true of no object."""
        return Graded(self._none, self._none, self._none)

    def anything(self) -> Graded:
        """Return what may be true of every object."""
        return Graded(self._none, self._every, self._every)

    @cached_property
    def _none(self) -> Flags:
        return _shared(np.zeros(len(self.things), dtype=bool))

    @cached_property
    def _every(self) -> Flags:
        return _shared(np.ones(len(self.things), dtype=bool))

    def only(self, places: Sequence[int]) -> Graded:
        """Return what is true of the objects at ``places`` and no others."""
        flags = np.zeros(len(self.things), dtype=bool)
        flags[list(places)] = True
        return Graded(flags, flags, flags)

    def members(self, category: str) -> Members:
        """Return which objects are of ``category``.

        Where the source has no label for it, those of a label that stands for it count too: small
        vehicles are cars.
        """
        if category not in self._members:
            self._members[category] = self._found(category)
        return self._members[category]

    def is_labelled(self, category: str) -> bool:
        """Say whether the source labels every object of ``category``: itself, a class above it, or
        at least two kinds of it.
        """
        if any(known == category or known in broader(category) for known in self._exhaustive):
            return True
        return sum(category in broader(known) for known in self._exhaustive) >= 2

    def place_of(self, places: Sequence[int]) -> Place:
        """Return where the objects at ``places`` are; at least one."""
        key = tuple(places)
        if key not in self._places:
            chosen = list(key)
            self._places[key] = Place(
                self.corners[chosen], self.centres[chosen], self.areas[chosen]
            )
        return self._places[key]

    def place(self, refs: Sequence[str]) -> Place | None:
        """Return where the known ones among ``refs`` are, None where there are none."""
        places = self.at(refs)
        return self.place_of(places) if places else None

    def at(self, refs: Sequence[str]) -> tuple[int, ...]:
        """Return the places of the known ones among ``refs``."""
        return tuple(self.index[ref] for ref in refs if ref in self.index)

    def refs(self, places: Sequence[int]) -> tuple[str, ...]:
        """Return the refs of the objects at ``places``."""
        return tuple([self.things[place].ref for place in places])

    def gap(self, one: Sequence[int], other: Sequence[int]) -> float:
        """Return the least distance between objects of both, px; 0 where they touch."""
        first, second = self.shapes[list(one)], self.shapes[list(other)]
        return float(shapely.distance(first[:, None], second[None, :]).min())

    def _found(self, category: str) -> Members:
        own = np.array([is_a(o.category, category) for o in self.things], dtype=bool)
        maybe = own | np.array([related(o.category, category) for o in self.things], dtype=bool)
        label = self._label_for(category)
        if label is not None:
            own = own | np.array([is_a(o.category, label) for o in self.things], dtype=bool)
        nominal = own & self.described
        crowd = any(o.crowd for o, belongs in zip(self.things, own, strict=True) if belongs)
        graded = Graded(nominal & ~self.unsure, nominal, maybe | own)
        is_floor = crowd or not (self.is_labelled(category) or label is not None)
        return Members(graded, is_floor, label is not None)

    def _label_for(self, category: str) -> str | None:
        """Return the label that stands for ``category`` where the source has none of its own."""
        if any(is_a(o.category, category) for o in self.things) or category in self._exhaustive:
            return None
        return next((label for label in typical(category) if label in self._exhaustive), None)


def truth_of(tile: TileOutline) -> Truth:
    """Return what is known of ``tile``; its picture is decoded when a colour is asked for."""
    if not isinstance(tile, Tile):
        return Truth(tile)
    classes = [label.category for label in tile.labels if isinstance(label, SceneClassAnnotation)]
    return Truth(tile, lambda: tile.image, classes)


def _shared(flags: Flags) -> Flags:
    """Return ``flags`` as an array that nobody can change."""
    flags.setflags(write=False)
    return flags


def is_a(category: str, other: str) -> bool:
    """Say whether everything of ``category`` is of class ``other``."""
    return other in {category, ANYTHING} or other in broader(category)
