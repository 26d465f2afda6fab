"""Shares of the picture's own sides, which say nothing of how large a thing is: “a third of its width”."""

import re
from collections.abc import Iterator
from functools import cache

from tasks.grounding.reading.grammar import any_of, grammar
from tasks.grounding.reading.tokens import Token


def find_extents(text: str) -> Iterator[Token]:
    """Yield the shares of a side of the picture that folded ``text`` names, in order."""
    if "of" not in text:
        return
    for found in _pattern().finditer(text):
        yield Token(found.start(), found.end(), "extent", "extent", words=found[0])


@cache
def _pattern() -> re.Pattern[str]:
    read = grammar()
    shares = any_of(form for forms in read.valued["share"].values() for form in forms)
    sides = any_of((*read.valued["aspect"]["length"], *read.valued["aspect"]["width"], "height"))
    pictures = any_of(read.plain["picture"])
    return re.compile(
        rf"(?<!\w)(?:(?:{shares})\s)?the\s(?:(?:full|whole|entire)\s)?(?:{sides})"
        rf"\sof\s(?:(?:the|this)\s)?(?:{pictures})(?!\w)"
    )
