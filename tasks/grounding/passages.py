"""Text cut into sentences, each with its tagged phrases and the classes that it names."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol, TypeVar

from tasks.grounding.grammar import fold, grammar, whole_words
from tasks.grounding.references import Parsed, TextSpan
from tasks.lexicon.lexicon import CategoryMention, find_categories

HEADS: Final = 12  # classes that one phrase may be about
_END: Final = re.compile(r"[.!?;]+(?=\s|$)|\n+")
_SUBORDINATING: Final = whole_words(grammar().subordinating)
_COMPARATOR: Final = whole_words(form for forms in grammar().comparators.values() for form in forms)


@dataclass(frozen=True)
class Phrase:
    """A tagged phrase, with its place in the sentence."""

    start: int
    end: int
    refs: tuple[str, ...]
    head_end: int  # where words begin that only qualify the head: “cars | near the hangar”


@dataclass(frozen=True)
class Mention:
    """A class that a sentence names, with its place in the sentence and the phrase round it."""

    start: int
    end: int
    category: str
    plural: bool
    phrase: Phrase | None

    @property
    def is_head(self) -> bool:
        """Whether the tagged phrase round it is about this class."""
        return self.phrase is not None and self.start < self.phrase.head_end


@dataclass(frozen=True)
class Sentence:
    """One sentence: as written, folded to lower case, and what it holds."""

    written: str
    text: str
    phrases: tuple[Phrase, ...]
    mentions: tuple[Mention, ...]

    @cached_property
    def heads(self) -> dict[int, tuple[Mention, ...]]:
        """The classes that each tagged phrase is about, the first few, by where it starts."""
        found: dict[int, tuple[Mention, ...]] = {}
        for mention in self.mentions:
            if mention.phrase is not None and mention.is_head:
                before = found.get(mention.phrase.start, ())
                found[mention.phrase.start] = (*before, mention)[:HEADS]
        return found

    def quote(self, start: int, end: int) -> str:
        """Return the words from ``start`` to ``end`` as a claim, at most 160 characters."""
        words = " ".join(self.written[start:end].split())
        return words if len(words) <= 160 else f"{words[:159]}…"


def sentences(parsed: Parsed, also: Collection[str] = ()) -> Iterator[Sentence]:
    """Cut ``parsed`` into sentences; ``also`` adds classes that the lexicon does not know.

    A sentence does not end inside a tagged phrase.
    """
    folded = fold(parsed.plain)
    named = find_categories(folded, also)
    span_starts, named_starts = [s.start for s in parsed.spans], [m.start for m in named]
    start = 0
    for end in _ends(folded, parsed.spans, span_starts):
        text = folded[start:end]
        spans = _between(parsed.spans, span_starts, start, end)
        phrases = tuple(_phrase(text, span, start) for span in spans)
        mentions = _between(named, named_starts, start, end)
        if text.strip():
            bound = tuple(_bound(mentions, phrases, start))
            yield Sentence(parsed.plain[start:end], text, phrases, bound)
        start = end


class _Placed(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


T = TypeVar("T", bound=_Placed)


def _between(things: Sequence[T], starts: list[int], start: int, end: int) -> list[T]:
    first, last = bisect_left(starts, start), bisect_left(starts, end)
    return [thing for thing in things[first:last] if thing.end <= end]


def _ends(text: str, spans: Sequence[TextSpan], starts: list[int]) -> Iterator[int]:
    for mark in _END.finditer(text):
        place = bisect_left(starts, mark.end()) - 1
        if place < 0 or spans[place].end <= mark.start() or spans[place].start >= mark.end():
            yield mark.end()
    yield len(text)


def _phrase(text: str, span: TextSpan, offset: int) -> Phrase:
    start, end = span.start - offset, span.end - offset
    loosened = _COMPARATOR.match(text, start, end)
    qualified = _SUBORDINATING.search(text, loosened.end() if loosened else start, end)
    return Phrase(start, end, span.refs, qualified.start() if qualified else end)


def _bound(
    mentions: Sequence[CategoryMention], phrases: Sequence[Phrase], offset: int
) -> Iterator[Mention]:
    """Yield ``mentions`` with the phrase that each stands in; both are in order."""
    place = 0
    for mention in mentions:
        start, end = mention.start - offset, mention.end - offset
        while place < len(phrases) and phrases[place].end <= start:
            place += 1
        inside = (
            place < len(phrases) and phrases[place].start <= start and end <= phrases[place].end
        )
        phrase = phrases[place] if inside else None
        yield Mention(start, end, mention.category, mention.plural, phrase)
