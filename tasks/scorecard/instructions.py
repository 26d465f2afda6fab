"""The wording of an instruction: what is left when the classes and numbers that it names are gone."""

import re
from typing import Final

from tasks.lexicon import find_categories

CLASS: Final = "⟨class⟩"
NUMBER: Final = "⟨number⟩"
_NUMBERS: Final = re.compile(r"\d+(?:[.,×]\d+)*")
_SPACE: Final = re.compile(r"\s+")


def wording(instruction: str) -> str:
    """Return ``instruction`` in lower case, a sign for each class and number that it names."""
    pieces, place = [], 0
    for mention in find_categories(instruction):
        pieces += [instruction[place : mention.start], CLASS]
        place = mention.end
    text = "".join([*pieces, instruction[place:]]).lower()
    return _SPACE.sub(" ", _NUMBERS.sub(NUMBER, text)).strip()
