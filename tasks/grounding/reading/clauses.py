"""What is said of whom: predicates tied to noun phrases, and the state of the clause that is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tasks.grounding.reading.grammar import Bound
from tasks.grounding.reading.quantities import Quantity
from tasks.grounding.reading.regions import Region
from tasks.grounding.reading.things import Thing

Kind = Literal[
    "position", "relation", "between", "nearest", "nearer", "direction", "row_direction", "any_direction",
    "heading", "arrangement", "measure", "distance", "times", "colour", "superlative", "nominal",
    "counted", "numbers", "open", "whole",
]  # fmt: skip


@dataclass(slots=True)
class Attached:
    """One predicate with its words; ``others`` are the things that it relates to."""

    kind: Kind
    start: int
    end: int
    value: str = ""
    region: Region | None = None
    landmark: Region | None = None  # of the picture, which something is “nearer to than A”
    others: list["Noun"] = field(default_factory=list)
    amounts: tuple[float | None, float | None] = (None, None)  # length and width, or a distance
    bound: Bound = "about"
    quantity: Quantity | None = None
    factor: float = 1.0
    unit: str = ""
    share: str | None = None  # “mostly white”: of how many it is said
    negated: bool = False
    thought: bool = False
    instead: "Noun | None" = None  # of which it may be said instead
    restrictive: bool = False  # right behind the noun: it says which is meant
    fronted: bool = False  # it stands before the noun: “in the upper left there is …”
    peers: str | None = None  # the class among which it is the largest, where that is another
    joint: bool = False  # of its noun and the others together: “A and B stand side by side”


@dataclass(slots=True)
class Noun:
    """A noun phrase with all that is said of it."""

    thing: Thing
    attached: list[Attached] = field(default_factory=list)
    role: Literal["subject", "object", "nominal"] = "subject"
    exists: bool = False  # “there are …”, “the image shows …”
    thought: bool = False
    aspect: str | None = None  # “number” in “the number of planes”
    whole: list["Noun"] = field(default_factory=list)  # “of A and B, …”: one of these is meant
    clause: int = 0  # in which it stands, counted from the first of the sentence

    @property
    def is_described(self) -> bool:
        """Whether something is said of it already, other than before it."""
        return any(not one.fronted for one in self.attached)


@dataclass(slots=True)
class Clause:
    """What is known of the clause up to the word that is read."""

    subjects: list[Noun] = field(default_factory=list)
    nouns: list[Noun] = field(default_factory=list)
    last: Noun | None = None
    fronted: list[Attached] = field(default_factory=list)
    passing: bool = False  # what was thought of ends with a comma: “like a stamp, …”
    pending: Attached | None = None  # a relation whose other side follows
    targets: list[Noun] = field(default_factory=list)  # … of which it is said
    instead: Noun | None = None
    comparative: Attached | None = None  # “larger”, which waits for “than”
    reference: Noun | None = None  # “with respect to A, …”
    whole: list[Noun] = field(default_factory=list)  # “of A and B, …”
    origin: Region | None = None  # “from the top …”, which waits for “to the bottom”
    opens_whole: bool = False
    ends: list[Noun] = field(default_factory=list)  # “the distance between A and B”
    partner: list[Noun] = field(default_factory=list)  # what the last relation related to
    nearer: Attached | None = None  # “nearer to A”, which waits for “than to B”
    exceeding: list[Attached] = field(default_factory=list)  # “exceeds B”, in what is open
    gap: Attached | None = None  # a distance that waits for its relation
    measures: list[Attached] = field(default_factory=list)  # of what is open still
    numbers: list[Attached] = field(default_factory=list)
    merged: Attached | None = None  # the last place, which another may make narrower
    aspect: str | None = None  # what of the things is spoken of: number, length …
    owner: Noun | None = None  # whose aspect it is, where that was said before
    factor: float | None = None  # “twice”, which waits for “as long as”
    share: str | None = None  # “mostly”, which waits for what is said
    verb: str = ""
    before: str = ""  # kind of the last item that was no mere filler; “noun” for a phrase
    before_word: str = ""
    after_place: bool = False
    exists: bool = False
    negated: bool = False
    thought: bool = False
    separated: bool = False
    relative: bool = False  # “the ship that …”
    cleft: bool = False  # “it is the ship that …”
    in_row: bool = False
    long_sides: bool = False
    is_question: bool = False  # it begins with its verb: “Are the planes white?”


def subjects_or_last(clause: Clause) -> Sequence[Noun]:
    """Return of what something is said that stands for itself."""
    if clause.subjects:
        return clause.subjects
    return [clause.last] if clause.last is not None else []
