"""What is said of a statement, the edit that would make it true, and which rejection a false one is."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas.verdict import ClaimKind, Outcome, Verdict
from schemas.vocabulary import Reason

REASONS: Final[dict[ClaimKind, Reason]] = {
    ClaimKind.REFERENCE: Reason.UNKNOWN_OBJECT,
    ClaimKind.BOX: Reason.WRONG_POSITION,
    ClaimKind.CLASS: Reason.WRONG_CLASS,
    ClaimKind.EXISTENCE: Reason.WRONG_CLASS,
    ClaimKind.ABSENCE: Reason.WRONG_CLASS,
    ClaimKind.COUNT: Reason.WRONG_COUNT,
    ClaimKind.COMPARISON: Reason.WRONG_COUNT,
    ClaimKind.COLOUR: Reason.WRONG_COLOUR,
    ClaimKind.SIZE: Reason.WRONG_SIZE,
    ClaimKind.POSITION: Reason.WRONG_POSITION,
    ClaimKind.ORIENTATION: Reason.WRONG_ORIENTATION,
    ClaimKind.RELATION: Reason.WRONG_RELATION,
    ClaimKind.SUPERLATIVE: Reason.WRONG_RELATION,
    ClaimKind.DISTANCE: Reason.WRONG_RELATION,
    ClaimKind.ARRANGEMENT: Reason.WRONG_RELATION,
    ClaimKind.SCENE: Reason.WRONG_CLASS,
    ClaimKind.PART: Reason.WRONG_CLASS,
    ClaimKind.CONSISTENCY: Reason.CONTRADICTORY,
}


class Edit(NamedTuple):
    """Other words for characters ``start`` to ``end`` of a turn."""

    start: int
    end: int
    words: str


class Checked(NamedTuple):
    """A verdict, and the edits that together make its statement true; none where that is open."""

    verdict: Verdict
    edits: tuple[Edit, ...] = ()


def verdict(
    kind: ClaimKind,
    claim: str,
    outcome: Outcome,
    evidence: str,
    *,
    start: int = 0,
    end: int = 0,
    refs: tuple[str, ...] = (),
    found: str | None = None,
    margin: float | None = None,
    borderline: bool = False,
) -> Verdict:
    """Return the verdict on the words ``claim``; its turn is set by whoever knows it."""
    return Verdict(
        claim=claim, kind=kind, outcome=outcome, evidence=evidence, start=start, end=end,
        refs=refs, found=found, margin=margin, borderline=borderline,
    )  # fmt: skip


def first_contradicted(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the first statement that is false, None where there is none."""
    return next((v for v in verdicts if v.outcome == "contradicted"), None)
