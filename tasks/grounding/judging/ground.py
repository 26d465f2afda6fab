"""What the statements of one sentence are held against, and what they are read with."""

from dataclasses import dataclass

from tasks.grounding.judging.discourse import Discourse
from tasks.grounding.truth import Truth

LONGEST: int = 160  # characters of a claim


@dataclass(frozen=True)
class Ground:
    """The tile, what was said before, and how the sentence speaks."""

    truth: Truth
    discourse: Discourse
    text: str  # the turn as written
    about_all: bool = False  # the sentence speaks of the whole picture
    excepted: bool = False  # “except”, “other than”: a denial spares something
    doubtful: bool = False  # words leave it uncertain whether what is named is there at all

    def quote(self, start: int, end: int) -> str:
        """Return the words from ``start`` to ``end`` as a claim, at most 160 characters."""
        said = " ".join(self.text[start:end].split())
        return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
