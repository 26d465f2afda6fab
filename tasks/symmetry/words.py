"""Text turned with its picture: left becomes above, upper left becomes upper right, boxes move.

Only turns of phrase that are surely directions in the picture are turned, and only those that
surely are none are left. Any other word of direction, and every word of the compass, refuses the
text as a whole. North up, the courses of the compass are written as courses of the picture, because
in the turned picture north is no longer up; in other phrases the compass names what the turned
picture does not show.

The inverse symmetry gives the text back, but for synonyms: “left of” comes back as “to the left of”,
“on the left side of” as “on the left of”, “on the top of” as “on the upper side of”, “top half” as
“upper half”, “top centre” as “upper centre”, “left centre” as “centre left”, “uppermost” as “topmost”,
“left-hand” as “left”, “up” as “upwards”, “counterclockwise” as “anticlockwise”, courses without sense
in reading order, and those of the compass as the picture's.
"""

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.symmetry import Symmetry
from tasks.symmetry import patterns
from tasks.symmetry.geometry import Size, mirrors
from tasks.symmetry.passage import MASK, CannotTurn, Claim, Passage, sentence_at
from tasks.symmetry.rules import RULES
from tasks.symmetry.vocabulary import cased, fold


class Edit(NamedTuple):
    """Words that take the place of the characters from ``start`` to ``end``."""

    start: int
    end: int
    words: str


def turn_text(
    text: str, symmetry: Symmetry, size: Size, *, north_up: bool = False, asked: str = ""
) -> str:
    """Return ``text`` about a picture of ``size`` (px) as it is true of the turned picture.

    ``north_up`` says that the picture's upper edge is north, ``asked`` is the question where the
    text is an answer. Raises CannotTurn, which says which words are not turned with certainty.
    """
    return edited(text, edits(text, symmetry, size, north_up=north_up, asked=asked))


def edits(
    text: str, symmetry: Symmetry, size: Size, *, north_up: bool = False, asked: str = ""
) -> tuple[Edit, ...]:
    """Return what changes in ``text``, in its order; see ``turn_text``."""
    if symmetry is Symmetry.SAME:
        return ()
    plain = fold(text)
    masked = _masked(plain, symmetry)
    passage = Passage(masked, plain, symmetry, size, north_up=north_up, asked=fold(asked))
    found = [Edit(c.start, c.end, cased(c.words, text[c.start : c.end])) for c in _claims(passage)]
    return tuple(edit for edit in found if edit.words != text[edit.start : edit.end])


def edited(text: str, changes: Iterable[Edit]) -> str:
    """Return ``text`` with its ``changes`` made."""
    pieces: list[str] = []
    done = 0
    for edit in changes:
        pieces += (text[done : edit.start], edit.words)
        done = edit.end
    return "".join((*pieces, text[done:]))


def moved(start: int, end: int, changes: Iterable[Edit]) -> tuple[int, int]:
    """Return where the characters from ``start`` to ``end`` are after the ``changes``.

    Raises CannotTurn where a change reaches over one of their ends.
    """
    before = within = 0
    for edit in changes:
        longer = len(edit.words) - (edit.end - edit.start)
        if edit.end <= start:
            before += longer
        elif start <= edit.start and edit.end <= end:
            within += longer
        elif edit.start < end:
            raise CannotTurn("words to be turned reach over the end of a phrase that means objects")
    return start + before, end + before + within


def _masked(text: str, symmetry: Symmetry) -> str:
    """Return folded ``text`` with a mask over what only looks like a direction."""
    text = patterns.kept(mirrored=mirrors(symmetry)).sub(lambda found: MASK * len(found[0]), text)

    def without(found: re.Match[str]) -> str:
        remains = patterns.any_word("remaining").search(sentence_at(text, found.start()))
        return MASK * len(found[0]) if remains else found[0]

    return patterns.remains().sub(without, text)


def _claims(passage: Passage) -> list[Claim]:
    """Return what the rules claim, in the order of the text.

    Raises CannotTurn where a word of direction is left over, or what is claimed has two readings.
    """
    claims: list[Claim] = []
    for rule in RULES:
        for claim in rule(passage):
            if _is_free(claim, claims):
                insort(claims, claim)
    for found in patterns.directions().finditer(passage.text):
        if _is_free(Claim(*found.span(), ""), claims):
            raise passage.refusal("no rule turns this", *found.span())
    for found in patterns.ambiguous().finditer(passage.text) if passage.swaps else ():
        if not found["fine"]:
            raise passage.refusal("this has two readings", *found.span())
    return claims


def _is_free(claim: Claim, taken: Sequence[Claim]) -> bool:
    """Say whether ``claim`` overlaps none of those ``taken``, which are in order."""
    place = bisect_left(taken, (claim.start,))
    before = place == 0 or taken[place - 1].end <= claim.start
    return before and (place == len(taken) or taken[place].start >= claim.end)
