"""What a form gives back, the voice it speaks with, and the words that several forms share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from pydantic import Field

from prompts import Phrasings
from schemas.facts import Cell, ObjectFact
from schemas.record import Record, content_id
from schemas.vocabulary import Reason, TaskType
from tasks.forms.view import View
from tasks.lexicon import counted, noun, number_word

T = TypeVar("T")

REFUSALS: Final = 2  # of one form in one tile: enough to see why, not one a car park's car


class Proposal(Record):
    """One question or instruction with its answer, still tagged."""

    task: TaskType
    instruction: str
    response: str
    refs: tuple[str, ...]
    form: str | None = Field(
        None, description="its name in the lineage, where the form has several"
    )


class Refusal(Record):
    """Something that was tried and does not hold."""

    reason: Reason
    subject: str = Field(description="number of the object that was tried")
    detail: str


Outcome = Proposal | Refusal


@dataclass(frozen=True)
class Voice:
    """Draws phrasings and orders for one form in one tile: same seed, same words."""

    phrasings: Phrasings
    seed: str

    def say(self, kind: str, about: str, variables: Mapping[str, str]) -> str:
        """Return one line of the list ``kind``; ``about`` tells apart several of one tile."""
        return self.phrasings.draw(kind, f"{self.seed}/{about}", variables)

    def order(self, items: Iterable[T], key: Callable[[T], str]) -> list[T]:
        """Return ``items`` in an order drawn by seed; one more item does not shuffle the others."""
        return sorted(items, key=lambda item: content_id(self.seed, "order", key(item)))

    def pick(self, choices: int, about: str) -> int:
        """Return a number from 0 to below ``choices``, drawn by seed."""
        return int(content_id(self.seed, "pick", about), 16) % choices


class Form(Protocol):
    """One kind of question: at most ``quota`` proposals about what is seen."""

    def __call__(self, view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
        """Yield proposals, and a few refusals where something was tried in vain."""
        ...


def opened(text: str) -> str:
    """Return ``text`` with a capital at its beginning, inside its tag where it has one."""
    start = text.index(">") + 1 if text.startswith("<ref") else 0
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]


def verb(count: int) -> str:
    """Return “is” or “are”."""
    return "is" if count == 1 else "are"


def cut_off(count: int) -> str:
    """Return “two more” or “one more”, of objects that the edge cuts off."""
    return f"{number_word(count)} more"


def at_least(count: int, category: str) -> str:
    """Return “at least 14 small vehicles”."""
    return f"at least {counted(count, category)}"


def listed(parts: list[str]) -> str:
    """Return “a”, “a and b” or “a, b and c”."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def place(cell: Cell) -> str:
    """Return “in the upper left part of the image”, “in the centre of the image”."""
    return "in the centre of the image" if cell == "centre" else f"in the {cell} part of the image"


def box_text(fact: ObjectFact, view: View) -> str | None:
    """Return the box as ``[x0, y0, x1, y1]`` in whole px of the tile, None where it vanishes."""
    x0, y0, x1, y1 = (round(value) for value in fact.box)
    x0, y0, x1, y1 = max(0, x0), max(0, y0), min(view.width, x1), min(view.height, y1)
    return f"[{x0}, {y0}, {x1}, {y1}]" if x1 > x0 and y1 > y0 else None


def size_text(view: View) -> str:
    """Return “712×557”."""
    return f"{view.width}×{view.height}"


def metres(length: float) -> str | None:
    """Return “4.5 m” or “12 m”, to half a metre below ten; None where that would be nothing."""
    rounded = round(length) if length >= 10 else round(length * 2) / 2
    return f"{rounded:g} m" if rounded else None


def named(category: str, count: int = 1) -> dict[str, str]:
    """Return the variables that speak of a class."""
    return {"thing": noun(category, 1), "things": noun(category, 2), "be": verb(count)}
