"""Tokens, estimated: budgets and the offline teacher's usage rest on the same rule."""

import math
from typing import Final

CHARACTERS: Final = 4  # of English text and JSON in a token, about


def estimated_tokens(text: str) -> int:
    """Return about how many tokens ``text`` takes, rounded up."""
    return math.ceil(len(text) / CHARACTERS)
