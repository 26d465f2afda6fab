"""Text cut into sentences, each with its tokens, places, tags and noun phrases."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tasks.grounding.clauses import Attached, Linker, Noun
from tasks.grounding.grammar import fold
from tasks.grounding.references import Parsed, TextSpan
from tasks.grounding.regions import Region, find_regions
from tasks.grounding.things import Thing, things_in
from tasks.grounding.tokens import Raw, Token, raw_tokens, tokenize

_END: Final = re.compile(r"[.!?;]+(?=\s|$)|\n+")
LONGEST: Final = 400  # words of one sentence; what has no sentence marks is cut here


class Sentence(NamedTuple):
    """One sentence: ``start`` ≤ character < ``end`` of its turn, and what it is made of."""

    start: int
    end: int
    tokens: list[Token]
    things: list[Thing]
    nouns: list[Noun]
    fronted: list[Attached]  # what is said of nothing that the sentence names


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
    regions = {region.start: region for region in find_regions(folded)}
    masked = sorted((*parsed.boxes, *parsed.units), key=lambda span: span.start)
    tag_starts = [span.start for span in parsed.spans]
    first = 0
    for end in _ends(folded, parsed.spans, tag_starts):
        last = bisect_left(starts, end)
        for begin in range(first, last, LONGEST):
            some = raws[begin : min(begin + LONGEST, last)]
            yield _read(
                _unmasked(some, masked), parsed.spans, tag_starts, regions, also, asked=asked
            )
        first = last


def _read(
    raws: Sequence[Raw],
    spans: Sequence[TextSpan],
    starts: Sequence[int],
    regions: dict[int, Region],
    also: frozenset[str],
    *,
    asked: bool,
) -> Sentence:
    if not raws:
        return Sentence(0, 0, [], [], [], [])
    start, end = raws[0].start, raws[-1].end
    tags = spans[bisect_left(starts, start) : bisect_left(starts, end)]
    composites = {
        raw.start: Token(raw.start, regions[raw.start].end, "P", "place")
        for raw in raws
        if raw.start in regions
    }
    tokens = tokenize(raws, composites, also)
    things = things_in(tokens, tags)
    here = {token.start: regions[token.start] for token in tokens if token.kind == "P"}
    linker = Linker(tokens, things, here, asked=asked)
    return Sentence(start, end, tokens, things, linker.link(), linker.fronted)


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
