"""A noun phrase: what a sentence speaks of, with number, adjectives and what narrows it down."""

from dataclasses import dataclass, field
from typing import Final

from tasks.grounding.reading.quantities import Quantity
from tasks.grounding.references import TextSpan

EXTREMES: Final = {"larger_than": "large", "smaller_than": "small", "longer_than": "long",
                    "shorter_than": "short", "wider_than": "wide", "narrower_than": "narrow",
                    "above": "up", "below": "down", "left_of": "left", "right_of": "right"}  # fmt: skip


@dataclass(slots=True)
class Adjective:
    """One adjective with its place in the text."""

    kind: str  # colour, size, comparative, superlative or side
    value: str
    start: int
    end: int

    @property
    def extreme(self) -> str | None:
        """In which respect the phrase means the most extreme one: large, left …; None in none."""
        if self.kind == "comparative":
            return EXTREMES.get(self.value)
        return self.value if self.kind in {"superlative", "side"} else None


@dataclass(slots=True)
class Thing:
    """A noun phrase; ``start`` ≤ character < ``end`` of the text, tokens ``first`` to ``head``."""

    first: int
    head: int
    start: int
    end: int
    category: str | None  # none for pronouns, objects and what no class is known for
    head_start: int
    plural: bool
    quantity: Quantity | None = None
    portion: Quantity | None = None  # “three” in “three of the five planes”
    share: str | None = None  # “most of”
    definite: bool = False
    every: str | None = None  # all, both, each …
    denied: str | None = None  # the word that denies it: no, without …
    rest: bool = False  # other, another, two more
    rank: int = 0  # the second one: 2; which one is meant is not computed
    adjectives: list[Adjective] = field(default_factory=list)
    unknown: bool = False  # adjectives that cannot be checked narrow it down
    collective: str | None = None  # row, group …
    collectives: float = 1  # how many of them
    comparison: str | None = None  # “more” in “more planes than ships”
    factor: float = 1  # “twice” in “twice as many planes as ships”
    compared: bool = False  # either side of such a comparison: it states no number of its own
    pronoun: str | None = None
    asked: bool = False  # “what”, “which plane”
    foreign: bool = False  # a noun that no class is known for
    owner: bool = False  # “the plane's”
    like: str | None = None  # the class that was named before it in the sentence: “the one there”
    of_choice: bool = False  # A or B in “the larger of A and B”
    thought: bool = False  # spoken of as a possibility
    tag: TextSpan | None = None
    shares_tag: bool = False  # with another head: “planes and helicopters” in one tag

    @property
    def number(self) -> Quantity | None:
        """The number of objects that the phrase means."""
        return self.portion or self.quantity

    @property
    def extreme(self) -> Adjective | None:
        """The adjective by which it means the most extreme one of several, None without."""
        return next((one for one in self.adjectives if one.extreme is not None), None)
