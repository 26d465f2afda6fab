"""Statements that were checked: what kind of claim, what came of it, and what was mended."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.record import Record
from schemas.turn import Span, Turn


class ClaimKind(StrEnum):
    """What a statement claims."""

    REFERENCE = "reference"  # a tag names objects of the tile
    BOX = "box"  # four numbers are the box of an object
    CLASS = "class"  # the objects meant are of the class named
    EXISTENCE = "existence"
    ABSENCE = "absence"
    COUNT = "count"
    COMPARISON = "comparison"  # more of one class than of another
    COLOUR = "colour"
    SIZE = "size"
    POSITION = "position"
    ORIENTATION = "orientation"
    RELATION = "relation"
    SUPERLATIVE = "superlative"
    DISTANCE = "distance"
    ARRANGEMENT = "arrangement"
    SCENE = "scene"
    PART = "part"
    CONSISTENCY = "consistency"  # with an earlier turn of the same dialogue


Outcome = Literal["supported", "contradicted", "unverifiable"]


class Verdict(Record):
    """What verification said of one statement."""

    claim: str = Field(description="the words that were checked")
    kind: ClaimKind = Field(description="what is claimed")
    outcome: Outcome = Field(description="what the labels and pixels say of it")
    evidence: str = Field(description="what the annotations or pixels say")
    turn: int = Field(0, ge=0, description="of the sample, from 0")
    start: int = Field(0, ge=0, description="first character of the claim in the published turn")
    end: int = Field(0, ge=0, description="character after its last; 0: the whole turn")
    refs: tuple[str, ...] = Field((), description="objects that the evidence rests on, a few")
    found: str | None = Field(None, description="the value computed, such as 14 or upper left")
    margin: float | None = Field(
        None,
        description="how far from the line between true and false: positive on the true side; in "
        "objects for counts, else in tolerances",
    )
    borderline: bool = Field(
        False,
        description="unverifiable only because it lies between clearly true and clearly false",
    )


class Repair(Record):
    """One edit that made a text true."""

    turn: int = Field(ge=0, description="of the sample, from 0")
    kind: ClaimKind = Field(description="of the statement that was false")
    how: Literal["edited", "removed", "asked_again"] = Field(description="what was done")
    before: str = Field(description="words, or the sentence, that were false")
    after: str = Field(description="what stands there now; empty where it was removed")
    because: str = Field(description="evidence of the verdict")


class Held(Record):
    """What came of holding a text against the labels: said where it was written, used wherever it is.

    Of a text whose tags are broken nothing is said.
    """

    verdicts: tuple[Verdict, ...] = Field((), description="on each statement, once")
    wrong: tuple[Verdict, ...] = Field((), description="on what is still false after mending")
    clashes: tuple[Verdict, ...] = Field((), description="on what an earlier answer contradicts")
    repairs: tuple[Repair, ...] = ()
    turns: tuple[Turn, ...] = Field((), description="mended, plain; empty where nothing was")
    spans: tuple[Span, ...] = Field((), description="words of those turns that stand for objects")
