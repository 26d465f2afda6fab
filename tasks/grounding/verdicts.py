"""What is said of a statement, and which rejection a contradicted one leads to."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from schemas.verdict import ClaimKind, Outcome, Verdict
from schemas.vocabulary import Reason

Kind = Literal["reference", "count", "class", "position", "relation", "size", "box"]

REASONS: Final[dict[str, Reason]] = {
    "reference": Reason.UNKNOWN_OBJECT,
    "count": Reason.WRONG_COUNT,
    "class": Reason.WRONG_CLASS,
    "position": Reason.WRONG_POSITION,
    "relation": Reason.WRONG_RELATION,
    "size": Reason.WRONG_SIZE,
    "box": Reason.WRONG_POSITION,
}


def verdict(kind: Kind, claim: str, outcome: Outcome, evidence: str) -> Verdict:
    """Return the verdict on the words ``claim``."""
    return Verdict(claim=claim, kind=ClaimKind(kind), outcome=outcome, evidence=evidence)


def first_contradicted(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the first statement that is false, None where there is none."""
    return next((v for v in verdicts if v.outcome == "contradicted"), None)


def distinct(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return ``verdicts`` in order, each once."""
    return tuple(dict.fromkeys(verdicts))


def any_of_them(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the outcome where it is open which reading is meant: false only if all are false."""
    if "supported" in outcomes:
        return "supported"
    return "contradicted" if set(outcomes) == {"contradicted"} else "unverifiable"


def named(refs: Sequence[str]) -> str:
    """Return ``refs`` for evidence, at most six of them."""
    return " ".join(refs[:6]) + (f" … ({len(refs)} objects)" if len(refs) > 6 else "")
