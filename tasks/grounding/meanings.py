"""What a noun phrase means in a tile: objects that it names, or any of those that it fits."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.grounding.truth import Graded


@dataclass(slots=True)
class Meaning:
    """The readings of a phrase.

    ``groups`` are sets of objects (their places in the tile) of which one is meant, where the phrase
    points at objects; else any object that ``graded`` allows may be. Where ``known`` is False it
    speaks of something that is not labelled.
    """

    graded: Graded
    groups: list[tuple[int, ...]] = field(default_factory=list)
    known: bool = True
    is_floor: bool = False  # there may be more than are labelled
    is_open: bool = False  # other objects of the class than those in groups may be meant

    @property
    def names_objects(self) -> bool:
        """Whether it is known, but for a choice, which objects are meant."""
        return bool(self.groups)

    def singles(self) -> tuple[int, ...]:
        """Return the places of the objects that may be meant one by one."""
        return tuple(self.graded.maybe.nonzero()[0].tolist())

    def choices(self) -> list[tuple[int, ...]]:
        """Return the sets of objects that may be meant: those named, or each by itself."""
        if self.groups:
            return [group for group in self.groups if group]
        return [(place,) for place in self.singles()]

    def readings(self) -> list[tuple[int, ...]]:
        """Return the choices, and all together where it is open which are meant."""
        every = tuple(self.graded.nominal.nonzero()[0].tolist())
        together = [every] if len(every) > 1 and not self.groups else []
        return [*self.choices(), *together]


def shown(refs: Sequence[str]) -> str:
    """Return ``refs`` for evidence, at most six of them."""
    return " ".join(refs[:6]) + (f" … ({len(refs)} objects)" if len(refs) > 6 else "")
