"""Scenes whose pixels are equal, or whose pictures look alike however turned and recompressed.

Thresholds were measured on photographs and painted ground: copies saved as JPEG of quality 50,
scaled by 0.5 to 2, turned and mirrored differ in at most 4 bits and correlate by 0.94 or more;
crops that lack a tenth of the picture at one side differ in more bits or correlate by less than
0.92. Pictures of noise without large shapes have hashes that do not bear recompression.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.identity.known import Known
from tasks.identity.links import Edge, Ground, edge
from tasks.identity.near import UNDONE, Near, closest_turns, near_pairs
from tasks.identity.sketches import FLAT, Sketches, correlations, turned_words

ALIKE: Final = 0.92  # correlation of sketches from which two pictures are the same
NAMED_ALIKE: Final = 0.8  # the same, where the sources give both the same name
NAMED_BITS: Final = 16
_AT_ONCE: Final = 1 << 17  # pairs whose sketches are compared before what they join is left out

Rows = NDArray[np.int64]


class Groups(NamedTuple):
    """Scenes of different pixels by their upright hash: groups[i] has hash i of ``near``."""

    groups: Sequence[Rows]
    near: Near

    @property
    def rows(self) -> Rows:
        """The scenes whose sketches must be compared."""
        paired = set(self.near.first.tolist()) | set(self.near.second.tolist())
        wanted = [group for at, group in enumerate(self.groups) if len(group) > 1 or at in paired]
        return np.sort(np.concatenate(wanted)) if wanted else np.zeros(0, np.int64)


def same_pixels(known: Known) -> tuple[list[Edge], Rows]:
    """Return edges from the first scene of equal pixels to the others, and these first scenes."""
    first: dict[str, int] = {}
    edges = []
    for row, card in enumerate(known.cards):
        if first.setdefault(card.pixels, row) != row:
            edges.append(Edge(first[card.pixels], row, "pixels", "the same pixels"))
    return edges, np.array(sorted(first.values()), np.int64)


def groups_of(known: Known, rows: Rows) -> Groups:
    """Return ``rows`` grouped by hash, and the hashes that are near; flat pictures are left out."""
    rows = rows[known.contrast[rows] >= FLAT]
    _, at, inverse = np.unique(known.hashes[rows, 0], return_index=True, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    ends = np.bincount(inverse, minlength=len(at)).cumsum()
    groups = np.split(rows[order], ends[:-1]) if len(at) else []
    return Groups(groups, near_pairs(known.hashes[rows[at]]))


def alike(known: Known, groups: Groups, sketches: Sketches) -> Iterator[Edge]:
    """Yield edges between scenes whose sketches confirm what their hashes say."""
    leaders: list[Rows] = []
    for group in groups.groups:
        found, edges = _leaders(group, sketches)
        leaders.append(found)
        yield from edges
    near = _ungrouped(groups.near, leaders)
    yield from _confirmed(near, sketches, len(known))


def same_names(known: Known) -> tuple[Rows, Rows]:
    """Return pairs of scenes of different sources to which these give the same name."""
    named: dict[str, list[int]] = {}
    for row, card in enumerate(known.cards):
        for alias in card.aliases:
            named.setdefault(alias, []).append(row)
    pairs = sorted({pair for rows in named.values() for pair in _across(known, rows)})
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def named_alike(known: Known, first: Rows, second: Rows, sketches: Sketches) -> Iterator[Edge]:
    """Yield edges between scenes of the same name that also look alike, if less so."""
    turn, bits = closest_turns(known.hashes, first, second)
    found = correlations(sketches, first, second, turn)
    for at in np.flatnonzero((bits <= NAMED_BITS) & (found >= NAMED_ALIKE)):
        one, other = int(first[at]), int(second[at])
        shared = set(known.cards[one].aliases) & set(known.cards[other].aliases)
        found_so = _alike(one, other, int(turn[at]), int(bits[at]))
        yield found_so._replace(detail=f"{found_so.detail}; both are called {min(shared)}")


def _across(known: Known, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield each row with the first of another source."""
    first = {known.cards[row].source: row for row in reversed(rows)}
    starts = sorted(first.values())[:2]
    for row in rows:
        source = known.cards[row].source
        other = next((at for at in starts if known.cards[at].source != source), row)
        if other != row:
            yield min(row, other), max(row, other)


def _leaders(group: Rows, sketches: Sketches) -> tuple[Rows, list[Edge]]:
    """Return the scenes of one hash that look different, and edges to those that are like one."""
    leaders, edges = [], []
    while len(group):
        first, rest = group[0], group[1:]
        leaders.append(first)
        upright = np.zeros(len(rest), np.int64)
        same = correlations(sketches, np.full(len(rest), first), rest, upright) >= ALIKE
        edges += [edge(int(first), int(row), "look", _detail(0, 0)) for row in rest[same]]
        group = rest[~same]
    return np.array(leaders, np.int64), edges


def _ungrouped(near: Near, leaders: Sequence[Rows]) -> Near:
    """Return pairs of scenes for pairs of hashes."""
    if not len(near):
        return near
    sizes = np.array([len(rows) for rows in leaders], np.int64)
    many = sizes[near.first] * sizes[near.second]
    pairs = list(zip(near.first.tolist(), near.second.tolist(), strict=True))
    return Near(
        np.concatenate([np.repeat(leaders[a], sizes[b]) for a, b in pairs]),
        np.concatenate([np.tile(leaders[b], sizes[a]) for a, b in pairs]),
        np.repeat(near.turn, many),
        np.repeat(near.bits, many),
    )


def _confirmed(near: Near, sketches: Sketches, scenes: int) -> Iterator[Edge]:
    """Yield the pairs whose sketches correlate, but for those that others join already."""
    joined = Ground(scenes)
    while len(near):
        some, near = near.at(slice(_AT_ONCE)), near.at(slice(_AT_ONCE, None))
        found = correlations(sketches, some.first, some.second, some.turn) >= ALIKE
        same = some.at(found)
        for first, second, turn, bits in _rows_of(same):
            joined.join(first, second)
            yield _alike(first, second, turn, bits)
        roots = joined.roots()
        near = near.at(roots[near.first] != roots[near.second])


def _rows_of(near: Near) -> Iterator[tuple[int, int, int, int]]:
    columns = (near.first, near.second, near.turn, near.bits)
    yield from zip(*(column.tolist() for column in columns), strict=True)


def _alike(first: int, second: int, turn: int, bits: int) -> Edge:
    """Return the edge of two scenes, of which the first is turned to look like the second."""
    turn = turn if first < second else UNDONE[turn]
    return edge(first, second, "look", _detail(bits, turn))


def _detail(bits: int, turn: int) -> str:
    words = turned_words(turn)
    return f"{bits} of 64 bits differ" + (f", {words}" if words else "")
