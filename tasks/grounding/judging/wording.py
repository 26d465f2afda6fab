"""The edits that put a wrong number, class or colour right."""

from collections.abc import Sequence

from tasks.grounding.reading.quantities import Quantity
from tasks.grounding.reading.things import Thing
from tasks.grounding.verdicts import Edit
from tasks.lexicon.lexicon import noun, number_word


def renumbered(quantity: Quantity, number: int, text: str) -> tuple[Edit, ...]:
    """Return the edit that puts ``number`` in the place of a wrong one; none where words must change too."""
    one = quantity.low == 1
    if not quantity.end or not quantity.exact or (number == 1) != one or not number:
        return ()
    words = str(number) if quantity.digits else number_word(number)
    written = text[quantity.start : quantity.end]
    words = words.capitalize() if written[:1].isupper() else words
    return (Edit(quantity.start, quantity.end, words),)


def renamed(thing: Thing, found: Sequence[str], text: str) -> tuple[Edit, ...]:
    """Return the edit that names the one class of the objects."""
    if len(found) != 1:
        return ()
    word = noun(found[0], 2 if thing.plural else 1)
    before = text[: thing.head_start].rstrip().rsplit(" ", 1)[-1].lower()
    if before in {"a", "an"} and (before == "an") != (word[0].lower() in "aeiou"):
        return ()
    return (Edit(thing.head_start, thing.end, word),)
