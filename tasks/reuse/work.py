"""What making a part takes, scene by scene: which rows are taken over, and which must be made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from schemas.record import content_id
from schemas.release import Part
from tasks.reuse.merging import Taken
from tasks.reuse.parts import bare_part
from tasks.reuse.scenes import Scenes, Table, read_scenes
from tasks.storage.store import Store

ENOUGH: Final = (
    0.9  # share of the scenes that one earlier part has, from which no other is looked at
)

Inputs = Mapping[str, tuple[Part, ...]]
"""The parts that a stage reads, by the name of the argument."""


@dataclass(frozen=True)
class Earlier:
    """A part that rows can be taken over from."""

    part: Part
    scenes: Scenes


@dataclass(frozen=True)
class Source:
    """Where all rows of one scene are taken over from: an earlier part, and the place there."""

    earlier: int
    place: int


@dataclass(frozen=True)
class Work:
    """The scenes of a part in order, what each is made of, and where its rows come from."""

    ids: Sequence[str]
    made_of: Sequence[str]
    identities: Sequence[str]
    sources: Sequence[Source | None]
    earlier: Sequence[Earlier]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each scene."""
        return {name: place for place, name in enumerate(self.ids)}

    @cached_property
    def to_make(self) -> NDArray[np.bool_]:
        """Whether the rows of each scene are made now."""
        return np.array([source is None for source in self.sources], np.bool_)

    @property
    def made(self) -> Iterator[str]:
        """The scenes whose rows are made now, in order."""
        pairs = zip(self.ids, self.sources, strict=True)
        return (name for name, source in pairs if source is None)

    def taken(self, table: Table, place: int) -> Taken | None:
        """Return where rows of ``table`` of the scene at ``place`` are taken over from."""
        source = self.sources[place]
        if source is None:
            return None
        scenes = self.earlier[source.earlier].scenes
        return Taken(source.earlier, scenes.run(table, source.place))


def work_on(inputs: Mapping[str, Sequence[Scenes]], lead: str, recipe: str) -> Work:
    """Return the work of making all rows anew: of the scenes that ``lead`` keeps, in its order."""
    ids = list(dict.fromkeys(name for scenes in inputs[lead] for name in scenes.kept()))
    made_of = [content_id(_read_of(inputs, name)) for name in ids]
    return Work(ids, made_of, identities(recipe, made_of), [None] * len(ids), ())


def work_on_images(inputs: Mapping[str, Sequence[Scenes]], lead: str, recipe: str) -> Work:
    """Return the work of making all rows anew where they rest on the images of scenes alone."""
    ids = list(dict.fromkeys(name for scenes in inputs[lead] for name in scenes.kept()))
    return Work(ids, ids, identities(recipe, ids), [None] * len(ids), ())


def identities(recipe: str, made_of: Iterable[str]) -> list[str]:
    """Return what rows are by ``recipe`` and by what they are made of."""
    return [content_id(recipe, one) for one in made_of]


def with_earlier(work: Work, store: Store, stage: str, shard: int, keys: Sequence[str]) -> Work:
    """Return ``work`` with the rows taken over that an earlier part of ``keys`` has.

    Of several, the one that has most; the first that has nearly all is taken at once.
    """
    best, most = work, 0
    for key in keys:
        part = bare_part(stage, shard, key)
        scenes = read_scenes(store, part)
        if scenes is None:
            continue
        found = _from(work, Earlier(part, scenes))
        count = sum(source is not None for source in found.sources)
        if count > most:
            best, most = found, count
        if count >= ENOUGH * len(work.ids):
            break
    return best


def read_all(store: Store, inputs: Inputs) -> Mapping[str, tuple[Scenes, ...]] | None:
    """Return the scenes of all ``inputs``; None where a part has no list of them."""
    found: dict[str, tuple[Scenes, ...]] = {}
    for name, parts in inputs.items():
        scenes = [read_scenes(store, part) if part.scenes else None for part in parts]
        known = tuple(one for one in scenes if one is not None)
        if len(known) < len(parts):
            return None
        found[name] = known
    return found


def _read_of(inputs: Mapping[str, Sequence[Scenes]], name: str) -> JsonValue:
    """Return the identities of the rows that are read for one scene, by argument."""
    return {
        argument: [
            scenes.identities[place]
            for scenes in some
            if (place := scenes.places.get(name)) is not None
        ]
        for argument, some in inputs.items()
    }


def _from(work: Work, earlier: Earlier) -> Work:
    scenes = earlier.scenes
    sources = [
        Source(0, place)
        if (place := scenes.places.get(name)) is not None and scenes.identities[place] == identity
        else None
        for name, identity in zip(work.ids, work.identities, strict=True)
    ]
    return Work(work.ids, work.made_of, work.identities, sources, (earlier,))
