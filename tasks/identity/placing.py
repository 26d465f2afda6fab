"""Splits by component: official test sets win, and what stands in one leaves training."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.identity import Placement
from schemas.params import SplitParams, split_of
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Reason, Severity, Split
from tasks.identity.known import Card, Known
from tasks.identity.links import Edge, Ground, component_ids

_REMEDY: Final = (
    "It is left out of {own}. Take it off the {own} list of {source}, or set split.policy to "
    "“hash” where no official test set is to be kept apart."
)


@dataclass(frozen=True)
class Layout:
    """The component of every scene, by row, and its strictest scene: the one of least row."""

    known: Known
    components: Sequence[str]
    heads: Sequence[int]

    def head(self, row: int) -> Card:
        """Return the scene that decides the official split of the component of ``row``."""
        return self.known.cards[self.heads[row]]


def layout(known: Known, ground: Ground) -> Layout:
    """Return what hangs together as components. Scenes are in the order of strictness."""
    return Layout(known, component_ids(known, ground), ground.roots().tolist())


def place(layout: Layout, row: int, params: SplitParams) -> Placement | Rejection:
    """Return the split of a scene, or why it is left out.

    The strictest official split of a component is that of all its scenes; one that is train or val
    by its own source, but not by another's, is left out.
    """
    card, head = layout.known.cards[row], layout.head(row)
    if params.policy == "official" and card.split and card.split is not head.split:
        return Rejection(
            stage="identify", subject="scene", subject_id=card.id, source=card.source,
            reason=Reason.IN_HELD_OUT_SET, file=card.name,
            detail=f"“{card.name}” is {_held_out(head)}. {_remedy(card)}", scene_id=card.id,
        )  # fmt: skip
    component = layout.components[row]
    split = split_of(component, head.split, params)
    return Placement(scene_id=card.id, component=component, split=split)


def overlaps(layout: Layout, edges: Iterable[Edge]) -> Iterator[Finding]:
    """Yield a finding for every scene that another official split also holds, and why."""
    why = _reasons(layout, edges)
    for row, card in enumerate(layout.known.cards):
        head = layout.head(row)
        if card.split is None or card.split is head.split:
            continue
        yield Finding(
            source=card.source, kind=FindingKind.SPLIT_OVERLAP, severity=Severity.WARNING,
            file=card.name,
            detail=f"“{card.name}” of {card.split.value} is also {_held_out(head)} "
            f"({why.get(row, 'through other copies')}).",
            remedy=_remedy(card),
        )  # fmt: skip


def _reasons(layout: Layout, edges: Iterable[Edge]) -> Mapping[int, str]:
    """Return why a scene is held to show the same as the first of its component."""
    return {
        one.second: f"{one.evidence}: {one.detail}"
        for one in edges
        if layout.heads[one.second] == one.first
    }


def _held_out(head: Card) -> str:
    split = head.split or Split.TRAIN
    return f"in the {split.value} set of {head.source} as “{head.name}”"


def _remedy(card: Card) -> str:
    own = (card.split or Split.TRAIN).value
    return _REMEDY.format(own=own, source=card.source)
