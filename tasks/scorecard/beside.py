"""What other tables say that the scorecard needs: blind baseline, turned samples, local facts.

Each is optional: without its table the number is not measured.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pyarrow.compute as pc

from schemas.release import Part
from tasks.mixture.reading import read_columns
from tasks.storage.store import Store

BLIND: Final = "blind"  # stage of the part; columns test and after of a BlindRow
TURNED: Final = "symmetry"  # column outcome of a SymmetryRow
FACTS: Final = "coverage"  # columns facts and covered: of a tile, and said in its synthesis


@dataclass
class Beside:
    """Sums over the tables."""

    tested: int = 0  # questions
    right: float = 0  # of these, by a model that sees no picture
    agree: int = 0
    differ: int = 0
    facts: int = 0
    covered: int = 0


def read_beside(store: Store, parts: Iterable[Part]) -> Beside:
    """Sum up those of ``parts`` that are of a stage named above; others are passed over."""
    found = Beside()
    for part in parts:
        if part.stage == BLIND:
            tested, right = _blind(store, part)
            found.tested, found.right = found.tested + tested, found.right + right
        if part.stage == TURNED:
            found.agree += _count(store, part, "outcome", "agree")
            found.differ += _count(store, part, "outcome", "differ")
        if part.stage == FACTS:
            found.facts += _sum(store, part, "facts")
            found.covered += _sum(store, part, "covered")
    return found


def _blind(store: Store, part: Part) -> tuple[int, float]:
    tested, right = 0, 0.0
    for batch in read_columns(store, part.path, ("test", "after")):
        measured = batch.filter(pc.is_valid(batch.column("after")))
        tested += pc.sum(measured.column("test")).as_py() or 0
        right += pc.sum(pc.multiply(measured.column("test"), measured.column("after"))).as_py() or 0
    return tested, right


def _count(store: Store, part: Part, name: str, value: str) -> int:
    batches = read_columns(store, part.path, (name,))
    return sum(pc.sum(pc.equal(batch.column(name), value)).as_py() or 0 for batch in batches)


def _sum(store: Store, part: Part, name: str) -> int:
    batches = read_columns(store, part.path, (name,))
    return sum(pc.sum(batch.column(name)).as_py() or 0 for batch in batches)
