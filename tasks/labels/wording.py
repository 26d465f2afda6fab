"""Phrasings prepared once, so that wording a sample is joining strings.

The lines of ``prompts/phrasings`` that labels use hold plain ``{{ names }}`` and no other Jinja.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from prompts import Phrasings
from schemas.errors import PromptError

_NAME: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BITS: Final = 16  # of a draw, for each line that is picked by it


@dataclass(frozen=True)
class Filled:
    """A line with its names filled in, and where each of them stands."""

    text: str
    places: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Line:
    """A line of phrasings: words and names in turn, words first and last."""

    pieces: tuple[str, ...]

    def fill(self, values: Mapping[str, str]) -> Filled:
        """Return the line with ``values`` in the place of its names."""
        text, places = self.pieces[0], {}
        for name, after in zip(self.pieces[1::2], self.pieces[2::2], strict=True):
            start = len(text)
            text += values[name]
            places[name] = (start, len(text))
            text += after
        return Filled(text, places)


@dataclass(frozen=True)
class Wording:
    """All lines that labels are worded with, by file and list."""

    files: Mapping[str, Phrasings]

    def pick(self, file: str, name: str, draw: int, place: int = 0) -> Line:
        """Return the line of a list that ``draw`` picks; ``place`` tells apart several picks."""
        lines = self._lines[file, name]
        return lines[(draw >> _BITS * place) % len(lines)]

    def plain(self, file: str, name: str) -> tuple[str, ...]:
        """Return the lines of a list that has nothing to be filled in."""
        return self._plain[file, name]

    @cached_property
    def _plain(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        return {
            key: tuple("".join(line.pieces) for line in lines) for key, lines in self._lines.items()
        }

    @cached_property
    def _lines(self) -> Mapping[tuple[str, str], tuple[Line, ...]]:
        return {
            (file, name): tuple(_lines(file, name, lines))
            for file, phrasings in self.files.items()
            for name, lines in phrasings.lists.items()
        }


def _lines(file: str, name: str, lines: Iterable[str]) -> Iterable[Line]:
    for line in lines:
        pieces = tuple(_NAME.split(line))
        if any("{" in words or "}" in words for words in pieces[::2]):
            raise PromptError(
                f"phrasings/{file}.yaml, {name}: “{line}” may hold names such as "
                "{{ box }} only, no other Jinja."
            )
        yield Line(pieces)
