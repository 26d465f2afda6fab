"""The rules by which words of direction are turned: each claims the turns of phrase that it knows.

A word that two rules claim goes to the earlier one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tasks.symmetry import patterns
from tasks.symmetry.numbers import boxes, sizes
from tasks.symmetry.passage import Claim, Passage, sentence_at
from tasks.symmetry.places import place_words, vector_of
from tasks.symmetry.vocabulary import Family, family, tidy, vocabulary

Rule = Callable[[Passage], Iterator[Claim]]

BEFORE: Final = 24  # characters before a course that say whether it has a sense


def courses(passage: Passage) -> Iterator[Claim]:
    """Claim “from left to right”; without sense it is written in reading order."""
    lies, has_sense = patterns.any_word("courses"), patterns.any_word("sense")
    for found in patterns.course().finditer(passage.text):
        before = passage.plain[max(0, found.start() - BEFORE) : found.start()]
        sentence = sentence_at(passage.plain, found.start())
        senseless = lies.search(before) is not None and not has_sense.search(sentence)
        words = _course(found, passage, ordered=senseless)
        yield Claim(found.start("one"), found.end("other"), words)


def compass_courses(passage: Passage) -> Iterator[Claim]:
    """Claim “from west to east” where north is up, as the course of the picture that it is."""
    known = vocabulary().compass_courses
    for found in patterns.compass_courses().finditer(passage.text) if passage.north_up else ():
        seen = patterns.course().fullmatch(known[tidy(found[0])])
        if seen is not None:
            before = seen[0][: seen.start("one")]
            yield Claim(*found.span(), f"{before}{_course(seen, passage, ordered=True)}")


def both_ways(passage: Passage) -> Iterator[Claim]:
    """Claim “above and to the left of”."""
    for found in patterns.both_ways().finditer(passage.text):
        given = (-1 if found["column"] == "left" else 1, -1 if found["row"] == "above" else 1)
        x, y = passage.vector(given)
        yield Claim(*found.span("row"), "above" if y < 0 else "below")
        yield Claim(*found.span("column"), "left" if x < 0 else "right")


def corners(passage: Passage) -> Iterator[Claim]:
    """Claim “upper left”, “centre left”, “top centre”."""
    for found in patterns.corners().finditer(passage.text):
        vector = passage.vector(vector_of(found[0]))
        yield Claim(*found.span(), place_words(found[0], vector, row_first=passage.swaps))


def relations(passage: Passage) -> Iterator[Claim]:
    """Claim “to the left of” and “above” before a thing, “on the top of” before a flat one."""
    for found in patterns.relations().finditer(passage.text):
        if found[0] not in {"above", "below"} or _thing_follows(passage, *found.span()):
            yield _sided(found, family("relations"), passage)
    for found in patterns.flat_relations().finditer(passage.text):
        yield _sided(found, family("flat_relations"), passage)


def superlatives(passage: Passage) -> Iterator[Claim]:
    """Claim “leftmost”."""
    for found in patterns.any_side("superlatives").finditer(passage.text):
        yield _sided(found, family("superlatives"), passage)


def axes(passage: Passage) -> Iterator[Claim]:
    """Claim “horizontally”, “horizontal road” and “the width of the image”."""
    words = vocabulary()
    turned = {**words.axis_adverbs, **words.axes, **words.extents}
    for found in patterns.axes(swapped=passage.swaps).finditer(passage.text):
        name, said = next((name, said) for name, said in found.groupdict().items() if said)
        yield Claim(*found.span(name), turned[said] if passage.swaps else said)


def senses(passage: Passage) -> Iterator[Claim]:
    """Claim “clockwise”."""
    known = vocabulary().senses
    for found in patterns.any_word("senses").finditer(passage.text):
        yield Claim(*found.span(), known[tidy(found[0])] if passage.mirrors else found[0])


def headings(passage: Passage) -> Iterator[Claim]:
    """Claim “facing left”."""
    for found in patterns.headings().finditer(passage.text):
        yield _sided(found, family("headings"), passage)


def adjectives(passage: Passage) -> Iterator[Claim]:
    """Claim “left half”, “the two upper planes”."""
    for found in patterns.before_parts().finditer(passage.text):
        yield _sided(found, family("adjectives"), passage)
    for found in patterns.before_things().finditer(passage.text):
        if _is_thing(passage, found.end()):
            yield _sided(found, family("adjectives"), passage)


def sides(passage: Passage) -> Iterator[Claim]:
    """Claim “on the left”, “from the far top”, “at right”."""
    for found in patterns.side_nouns().finditer(passage.text):
        yield _sided(found, family("nouns"), passage)


def bare_answers(passage: Passage) -> Iterator[Claim]:
    """Claim the sides in “Left and middle.” where the question asks for a place."""
    if not patterns.any_word("asks_place").search(passage.asked):
        return
    if set(re.findall(r"\w+", passage.text)) <= patterns.places_only():
        for found in patterns.any_side("nouns").finditer(passage.text):
            yield _sided(found, family("nouns"), passage)


RULES: Final[Sequence[Rule]] = (
    boxes, sizes, compass_courses, courses, both_ways, corners, relations, superlatives, axes, senses,
    headings, adjectives, sides, bare_answers,
)  # fmt: skip


def _course(found: re.Match[str], passage: Passage, *, ordered: bool) -> str:
    """Return “a to b” turned, in reading order where it is to be ``ordered``."""
    said = found["one"], found["other"]
    between = found[0][found.end("one") - found.start() : found.start("other") - found.start()]
    ends = [passage.vector(vector_of(each)) for each in said]
    if ordered and ends[0] > ends[1]:
        ends.reverse()
    one, other = (
        place_words(each, end, row_first=passage.swaps)
        for each, end in zip(said, ends, strict=True)
    )
    return f"{one}{between}{other}"


def _sided(found: re.Match[str], words: Family, passage: Passage) -> Claim:
    """Return the claim of the group “side”, or of all that was found."""
    name = "side" if "side" in found.re.groupindex else 0
    side = passage.side(words.side(found[name]))
    return Claim(*found.span(name), words.words(found[name], side))


def _thing_follows(passage: Passage, start: int, end: int) -> bool:
    """Say whether the words after ``end`` name a thing; after “there are above” a number limits."""
    begins = patterns.thing_follows().match(passage.text, end)
    if begins is not None:
        limits = patterns.counting().search(passage.text, max(0, start - BEFORE), start)
        return begins["number"] is None or limits is None
    gap = patterns.SPACE.match(passage.text, end)
    return gap is not None and _is_thing(passage, gap.end())


def _is_thing(passage: Passage, start: int) -> bool:
    """Say whether the name of a class begins at ``start``, or after one word such as “white”."""
    modifier = patterns.modifier().match(passage.text, start)
    return start in passage.things or (modifier is not None and modifier.end() in passage.things)
