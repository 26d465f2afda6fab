"""From evidence to links: which pairs are kept so that scenes of the same ground hang together."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.identity import Link
from tasks.identity.known import Known, component_id

Evidence = Literal["pixels", "look", "crop", "name"]
_STRENGTH: Final[tuple[Evidence, ...]] = ("pixels", "look", "crop", "name")


class Edge(NamedTuple):
    """Two scenes, by their rows, the smaller one first, that show the same ground."""

    first: int
    second: int
    evidence: Evidence
    detail: str


class Ground:
    """Scenes that are joined pair by pair; those that hang together share a root."""

    def __init__(self, scenes: int) -> None:
        """Start with every scene alone."""
        self._above = list(range(scenes))

    def root(self, scene: int) -> int:
        """Return the scene of the smallest row among those that hang together with ``scene``."""
        above = self._above
        while above[scene] != scene:
            above[scene] = scene = above[above[scene]]
        return scene

    def roots(self) -> NDArray[np.int64]:
        """Return the root of every scene."""
        return np.array([self.root(scene) for scene in range(len(self._above))], np.int64)

    def join(self, first: int, second: int) -> bool:
        """Join what ``first`` and ``second`` belong to; say whether that was apart."""
        one, other = sorted((self.root(first), self.root(second)))
        self._above[other] = one
        return one != other


def edge(one: int, other: int, evidence: Evidence, detail: str) -> Edge:
    """Return the edge between two rows, whichever is the smaller."""
    return Edge(min(one, other), max(one, other), evidence, detail)


def spanning(known: Known, edges: Iterable[Edge]) -> list[Edge]:
    """Return as many edges as hold together what ``edges`` does, and one leak for each scene.

    The strongest evidence is taken first; of equal evidence, what shows a leak. At most two edges
    are kept for each scene, however many pairs there are. Their order is that of their scenes.
    """
    ground, leaking, kept = Ground(len(known)), set[int](), list[Edge]()
    for one in sorted(set(edges), key=lambda one: _rank(known, one)):
        leak = known.leaks(one.first, one.second) and one.second not in leaking
        if ground.join(one.first, one.second) or leak:
            kept.append(one)
        if leak:
            leaking.add(one.second)
    return sorted(kept)


def components(scenes: int, pairs: Iterable[tuple[int, int]]) -> Ground:
    """Return what hangs together through ``pairs``."""
    ground = Ground(scenes)
    for first, second in pairs:
        ground.join(first, second)
    return ground


def component_ids(known: Known, ground: Ground) -> list[str]:
    """Return the component id of every scene, by row."""
    members: dict[int, list[str]] = {}
    roots = ground.roots().tolist()
    for root, card in zip(roots, known.cards, strict=True):
        members.setdefault(root, []).append(card.pixels)
    ids = {root: component_id(pixels) for root, pixels in members.items()}
    return [ids[root] for root in roots]


def link_rows(known: Known, edges: Sequence[Edge]) -> Iterable[Link]:
    """Yield the edges as rows of a table."""
    for one in edges:
        first, second = known.cards[one.first], known.cards[one.second]
        yield Link(
            first_id=first.id, first_source=first.source, first_name=first.name,
            first_split=first.split,
            second_id=second.id, second_source=second.source, second_name=second.name,
            second_split=second.split,
            evidence=one.evidence, detail=one.detail, leak=known.leaks(one.first, one.second),
        )  # fmt: skip


def _rank(known: Known, one: Edge) -> tuple[int, bool, Edge]:
    return _STRENGTH.index(one.evidence), not known.leaks(one.first, one.second), one
