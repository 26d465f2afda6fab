"""Numbers in text that turn with the picture: boxes ``[x0, y0, x1, y1]`` in px, and its size."""

import re
from collections.abc import Iterator
from typing import Final

from tasks.symmetry.geometry import turn_box
from tasks.symmetry.passage import Claim, Passage
from tasks.symmetry.vocabulary import any_of, vocabulary

_WHOLE: Final = r"\s{0,3}(\d{1,6})\s{0,3}"
_BOX: Final = re.compile(rf"\[{_WHOLE},{_WHOLE},{_WHOLE},{_WHOLE}\]")
_SIZE: Final = re.compile(r"(?<![\w.,])(\d{1,6})(\s?×\s?|\s?x\s?|\sby\s)(\d{1,6})(?![\w.])")
_NUMBER: Final = r"-?\d{1,7}(?:\.\d{1,12})?"
# Two numbers in brackets, or a number for an axis; “(2,500 cars)” is one number.
_COORDINATES: Final = re.compile(
    rf"[\[({{<]\s{{0,3}}(?!\d{{1,3}}(?:,\d{{3}})+(?![\d,])){_NUMBER}\s{{0,3}}(?:[,;]|>\s{{0,3}}<)"
    rf"\s{{0,3}}-?\d{{1,7}}|(?<!\w)[xy]\s{{0,3}}[=:]\s{{0,3}}-?\d{{1,7}}|°|bbox"
)


def boxes(passage: Passage) -> Iterator[Claim]:
    """Claim the four numbers of every box of whole px.

    Raises CannotTurn for one that leaves the picture or is inverted, and for other coordinates.
    """
    known: set[int] = set()
    for found in _BOX.finditer(passage.text):
        known.add(found.start())
        x0, y0, x1, y1 = (int(number) for number in found.groups())
        if not (x0 <= x1 <= passage.size.width and y0 <= y1 <= passage.size.height):
            raise passage.refusal("this is no box of the picture", *found.span())
        turned = turn_box((x0, y0, x1, y1), passage.size, passage.symmetry)
        for place, number in enumerate(turned, start=1):
            yield Claim(*found.span(place), f"{number:.0f}")
    for found in _COORDINATES.finditer(passage.text):
        if found.start() not in known:
            raise passage.refusal("these may be coordinates", *found.span())


def sizes(passage: Passage) -> Iterator[Claim]:
    """Claim the picture's size, “712×557” or “712 by 557”.

    Raises CannotTurn for another size that a picture is said to have.
    """
    for found in _SIZE.finditer(passage.text):
        width, height = found[1], found[3]
        if (int(width), int(height)) == passage.size:
            words = f"{height}{found[2]}{width}" if passage.swaps else found[0]
            yield Claim(*found.span(), words)
        elif passage.swaps and width != height and _OF_PICTURE.match(passage.text, found.end()):
            raise passage.refusal("this is not the size of the picture", *found.span())


_OF_PICTURE: Final = re.compile(rf"[\s-]{{0,3}}(?:px|pixels?|{any_of(vocabulary().picture)})(?!\w)")
