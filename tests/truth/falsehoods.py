"""What a teacher that lies says instead of what is true."""

import random
from collections.abc import Sequence
from typing import Final

from tests.truth.clear import OPPOSITE
from tests.truth.fact import Kind
from tests.truth.layout import natures
from tests.truth.naming import many, number
from tests.truth.reading import Slot, class_of, number_of

FAR_COLOURS: Final = {  # by a word that the colour has in it; nobody takes one for the other
    "white": ("red", "blue", "green"), "grey": ("red", "yellow", "blue"),
    "gray": ("red", "yellow", "blue"), "black": ("red", "yellow", "white"),
    "brown": ("blue", "white", "green"), "beige": ("blue", "green", "black"),
    "orange": ("blue", "green", "white"), "red": ("blue", "green", "white"),
    "pink": ("blue", "green", "black"), "yellow": ("blue", "red", "black"),
    "green": ("red", "white", "orange"), "teal": ("red", "white", "orange"),
    "purple": ("green", "yellow", "white"), "blue": ("red", "yellow", "orange"),
}  # fmt: skip
MATES: Final = (
    ("plane", "helicopter"), ("ship", "harbour"), ("large vehicle", "small vehicle"),
    ("tennis court", "basketball court"), ("storage tank", "roundabout"),
    ("soccer field", "baseball diamond"), ("bridge", "dam"), ("ground track field", "soccer field"),
)  # fmt: skip
ACROSS: Final = {
    "left to right": "top to bottom", "top to bottom": "left to right",
    "west to east": "north to south", "north to south": "west to east",
    "the upper left to the lower right": "the lower left to the upper right",
    "the lower left to the upper right": "the upper left to the lower right",
}  # fmt: skip


def falsehoods(slot: Slot, draw: random.Random) -> tuple[Kind, str]:
    """Return words that make the slot false where it was true, and how that is called."""
    if slot.kind is Kind.COUNT_ONE:
        return _number(slot, draw)
    return slot.kind, _words(slot, draw)


def absence(slot: Slot) -> str:
    """Return “no ships” for the class slot of a phrase about ships."""
    return f"no {many(class_of(slot.words))}"


def _number(slot: Slot, draw: random.Random) -> tuple[Kind, str]:
    count = number_of(slot.words)
    if draw.random() < 0.5:
        return Kind.COUNT_ONE, _like(
            slot, number(count + (1 if count < 3 else draw.choice((-1, 1))), draw)
        )
    return Kind.COUNT_MANY, _like(slot, number(2 * count + draw.randint(2, 6), draw))


def _words(slot: Slot, draw: random.Random) -> str:
    said = slot.words
    if slot.kind is Kind.CLASS:
        return _like(slot, _mate(said, draw))
    if slot.kind is Kind.COLOUR:
        return _like(slot, draw.choice(FAR_COLOURS[said.lower().split()[-1]]))
    if slot.kind is Kind.POSITION:
        return _across(said, draw)
    if slot.kind is Kind.RELATION:
        return {"above": "below", "below": "above"}.get(said) or _swapped(said.split())
    if slot.kind is Kind.ORIENTATION:
        return ACROSS[said]
    if slot.kind is Kind.SUPERLATIVE:
        return "smaller" if said == "larger" else "larger"
    factor = 3 if draw.random() < 0.5 else 1 / 3
    return f"{float(said) * (factor if slot.kind is Kind.SIZE else 8):.{int('.' in said)}f}"


def _mate(said: str, draw: random.Random) -> str:
    """Return another class in the same number: one that it might be taken for, if there is one."""
    category = class_of(said)
    mates = [b if a == category else a for a, b in MATES if category in (a, b)]
    other = draw.choice(mates or [name for name in sorted(natures()) if name != category])
    return other if said.lower() == category else many(other)


def _across(region: str, draw: random.Random) -> str:
    if region == "centre":
        return draw.choice(("upper left", "lower right"))
    return _swapped(region.split())


def _swapped(words: Sequence[str]) -> str:
    return " ".join(OPPOSITE.get(word, word) for word in words)


def _like(slot: Slot, words: str) -> str:
    """Return ``words`` with a capital where the slot has one."""
    return words[0].upper() + words[1:] if slot.words[0].isupper() else words
