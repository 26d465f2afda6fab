"""The one place where the yardstick asks the verifier."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from schemas.tile import TileOutline
from schemas.verdict import Outcome, Verdict
from tasks.grounding.checks import Said, check_turns
from tasks.grounding.references import BrokenReference, parse
from tasks.grounding.truth import Truth

ROLES: Final[tuple[Literal["assistant", "user"], ...]] = ("assistant", "user")


@dataclass(frozen=True)
class Shown:
    """A tile as the verifier may see it; no picture where only its labels are at hand."""

    outline: TileOutline
    picture: bytes | None = None  # JPEG

    @cached_property
    def truth(self) -> Truth:
        """What the verifier knows of it, made once."""
        picture = self.picture
        return Truth(self.outline, (lambda: picture) if picture is not None else None)


def check(turns: Sequence[str], shown: Shown) -> tuple[Verdict, ...]:
    """Return the verdicts on what the assistant says; nothing where the tags are broken.

    The last of ``turns`` is the assistant's, those before it take turns.
    """
    try:
        parsed = [parse(turn) for turn in turns]
    except BrokenReference:
        return ()
    roles = [ROLES[(len(turns) - 1 - place) % 2] for place in range(len(turns))]
    said = [Said(role, text) for role, text in zip(roles, parsed, strict=True)]
    return check_turns(said, shown.truth)


def overall(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome of a text: contradicted by one, else supported by one, else unverifiable."""
    found = set(outcomes)
    if "contradicted" in found:
        return "contradicted"
    return "supported" if "supported" in found else "unverifiable"


def on_words(verdicts: Iterable[Verdict], turn: int, start: int, end: int) -> list[Verdict]:
    """Return the verdicts on any of the characters ``start`` to ``end`` of a turn.

    A verdict without an end is on its whole turn.
    """
    return [
        one
        for one in verdicts
        if one.turn == turn and (not one.end or (one.start < end and start < one.end))
    ]
