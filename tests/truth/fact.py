"""A fact of a scene: the words that state it, and those that make it false."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.truth.world import Thing, World


class Kind(StrEnum):
    """What is changed in a true statement so that it becomes false."""

    COUNT_ONE = "count ±1"
    COUNT_MANY = "count ±many"
    CLASS = "class"
    COLOUR = "colour"
    POSITION = "position"
    RELATION = "relation"
    SUPERLATIVE = "superlative"
    ABSENCE = "absence"
    ORIENTATION = "orientation"
    SIZE = "size"
    DISTANCE = "distance"
    ARRANGEMENT = "arrangement"
    COMPARISON = "comparison"
    COORDINATION = "coordination"
    ANAPHORA = "anaphora"


@dataclass(frozen=True)
class Fact:
    """One fact, to be put into any plan of ``form``; ``wrong`` replaces some of its ``slots``."""

    kind: Kind
    form: str
    slots: Mapping[str, str]
    wrong: Mapping[str, str]


@dataclass(frozen=True)
class Scenery:
    """A world about which facts are drawn."""

    world: World
    draw: random.Random

    @property
    def classes(self) -> Iterator[tuple[str, tuple[Thing, ...]]]:
        """Each class that is there and labelled in full, with all its things."""
        for category, things in self.world.by_class.items():
            if category in self.world.closed:
                yield category, things

    def absent(self) -> str | None:
        """Return a class that certainly is not there."""
        missing = sorted(self.world.closed - set(self.world.by_class))
        return self.draw.choice(missing) if missing else None
