"""Text cut into sentences, each with its tokens, places, tags and noun phrases."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.reading.coordination import things_in
from tasks.grounding.reading.extents import find_extents
from tasks.grounding.reading.grammar import fold
from tasks.grounding.reading.linking import Linker
from tasks.grounding.reading.regions import Region, find_regions, starts_of
from tasks.grounding.reading.steps import link
from tasks.grounding.reading.tags import tied
from tasks.grounding.reading.things import Thing
from tasks.grounding.reading.tokens import Raw, Token, raw_tokens, tokenize
from tasks.grounding.references import Parsed, TextSpan

_END: Final = re.compile(r"[.!?;]+(?=\s|$)|\n+")
LONGEST: Final = 400  # words of one sentence; what has no sentence marks is cut here


class Sentence(NamedTuple):
    """One sentence: ``start`` ≤ character < ``end`` of its turn, and what it is made of."""

    start: int
    end: int
    tokens: list[Token]
    things: list[Thing]
    nouns: list[Noun]
    loose: list[Attached]  # what is said of nothing that the sentence names


def sentences(
    parsed: Parsed, also: frozenset[str] = frozenset(), *, asked: bool = False
) -> Iterator[Sentence]:
    """Cut ``parsed`` into sentences and read them; ``also`` adds classes that the lexicon lacks.

    A sentence does not end inside a tag. Places are those in the plain text of the turn. What is
    ``asked`` holds no guesses.
    """
    folded = fold(parsed.plain)
    raws = raw_tokens(folded)
    starts = [raw.start for raw in raws]
    regions = {at: region for region in find_regions(folded) for at in starts_of(region, folded)}
    extents = {token.start: token for token in find_extents(folded)}
    masked = sorted((*parsed.boxes, *parsed.units), key=lambda span: span.start)
    tag_starts = [span.start for span in parsed.spans]
    first = 0
    for end in _ends(folded, parsed.spans, tag_starts):
        last = bisect_left(starts, end)
        for begin in range(first, last, LONGEST):
            some = raws[begin : min(begin + LONGEST, last)]
            question = asked or folded.startswith("?", end - 1)
            yield _read(
                _unmasked(some, masked), folded, parsed.spans, tag_starts, regions, extents, also,
                asked=question,
            )  # fmt: skip
        first = last


def _read(
    raws: Sequence[Raw],
    text: str,
    spans: Sequence[TextSpan],
    starts: Sequence[int],
    regions: dict[int, Region],
    extents: dict[int, Token],
    also: frozenset[str],
    *,
    asked: bool,
) -> Sentence:
    if not raws:
        return Sentence(0, 0, [], [], [], [])
    start, end = raws[0].start, raws[-1].end
    tags = spans[bisect_left(starts, start) : bisect_left(starts, end)]
    composites = {
        raw.start: Token(raw.start, end, "place", "place", words=text[raw.start : end])
        for raw in raws
        if raw.start in regions and (end := regions[raw.start].end)
    }
    composites |= {raw.start: extents[raw.start] for raw in raws if raw.start in extents}
    tokens = tokenize(raws, composites, also)
    things = tied(tokens, things_in(tokens, asked=asked), tags)
    here = {token.start: regions[token.start] for token in tokens if token.kind == "place"}
    linker = Linker(tokens, things, here, asked=asked)
    return Sentence(start, end, tokens, things, link(linker), linker.loose)


def _ends(text: str, spans: Sequence[TextSpan], starts: Sequence[int]) -> Iterator[int]:
    """Yield where sentences end: at marks outside of tags, and at the end of the text."""
    for mark in _END.finditer(text):
        place = bisect_left(starts, mark.end()) - 1
        if place < 0 or spans[place].end <= mark.start() or spans[place].start >= mark.end():
            yield mark.end()
    yield len(text)


def _unmasked(raws: Sequence[Raw], masked: Sequence[TextSpan]) -> Sequence[Raw]:
    """Return ``raws`` without those inside boxes and units, whose numbers count nothing."""
    if not masked or not raws:
        return raws
    inside = [s for s in masked if s.start < raws[-1].end and s.end > raws[0].start]
    if not inside:
        return raws
    return [raw for raw in raws if not any(s.start <= raw.start < s.end for s in inside)]
