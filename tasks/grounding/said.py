"""Statements of a text as values that can be held against those of another text, without labels."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.reading.sentences import Sentence, sentences
from tasks.grounding.references import Parsed

NEAR: Final = 1.25  # factor between two measures that say the same
FAR: Final = 1.6  # factor between two that cannot both be true
_INVERSE: Final = {
    "left_of": "right_of", "right_of": "left_of", "above": "below", "below": "above",
    "larger_than": "smaller_than", "smaller_than": "larger_than",
}  # fmt: skip
_ATTRIBUTES: Final = frozenset(
    {"colour", "position", "relation", "distance", "arrangement", "direction", "row_direction",
     "heading", "measure", "nearest", "between"}
)  # fmt: skip
# Colours that nobody takes for each other; of others, one eye says grey and the next white.
_APART: Final = (
    frozenset({"white"}), frozenset({"black"}), frozenset({"red"}), frozenset({"green"}),
    frozenset({"blue"}), frozenset({"yellow"}),
)  # fmt: skip
_OPPOSED: Final = (
    frozenset({"large", "small"}), frozenset({"horizontal", "vertical"}),
    frozenset({"first", "last"}),
)  # fmt: skip


class Stated(NamedTuple):
    """One statement about objects: what kind it is, of which, and the value."""

    kind: str
    refs: frozenset[str]
    value: str
    numbers: tuple[float | None, ...]
    others: frozenset[str]  # objects that it relates to
    start: int
    end: int

    def repeats(self, other: "Stated") -> bool:
        """Say whether this says of its objects what ``other`` says of its own."""
        if self.kind != other.kind:
            return False
        if self.kind == "relation" and self.value == _INVERSE.get(other.value):
            return bool(self.refs & other.others) and bool(self.others & other.refs)
        if self.others and other.others and not self.others & other.others:
            return False
        if self.kind == "position":
            return not _opposed(self, other)
        return self.value == other.value and _factor(self, other) <= NEAR

    def contradicts(self, other: "Stated") -> bool:
        """Say whether this and ``other`` cannot both be true; only of the very same objects."""
        if self.refs != other.refs or not self.refs or self.kind != other.kind:
            return False
        if self.kind in {"relation", "distance"} and self.others != other.others:
            return False
        if self.kind == "relation":
            return _INVERSE.get(self.value) == other.value
        if self.kind == "colour":
            return any(self.value in one for one in _APART) and any(
                other.value in one for one in _APART
            ) and self.value != other.value  # fmt: skip
        if self.kind in {"measure", "distance"}:
            return _factor(self, other) > FAR
        return _opposed(self, other)


def stated(parsed: Parsed) -> tuple[Stated, ...]:
    """Return what ``parsed`` says of tagged objects; what is denied or only thought is left out.

    “It” and “their longer sides” without a tag mean what was tagged last.
    """
    return stated_in(sentences(parsed))


def stated_in(read: Iterable[Sentence]) -> tuple[Stated, ...]:
    """Return what sentences that were read say, as ``stated`` does."""
    found: list[Stated] = []
    last: frozenset[str] = frozenset()
    for sentence in read:
        for noun in sentence.nouns:
            refs = _refs(noun)
            if not refs and noun.thing.category is None:
                refs = last
            found += _of(noun, refs)
            if noun.role == "subject" and _refs(noun):
                last = refs
    return tuple(dict.fromkeys(found))


def named(parsed: Parsed) -> frozenset[str]:
    """Return the objects that the tags of ``parsed`` name."""
    return frozenset(ref for span in parsed.spans for ref in span.refs)


def _of(noun: Noun, refs: frozenset[str]) -> Iterator[Stated]:
    if not refs or noun.thought or noun.thing.denied or noun.thing.thought:
        return
    for one in noun.thing.adjectives:
        if one.kind in {"colour", "size"}:
            yield Stated(one.kind, refs, one.value, (), frozenset(), one.start, one.end)
    for said in noun.attached:
        if said.kind in _ATTRIBUTES and not (said.negated or said.thought or said.share):
            yield _attached(said, refs)


def _attached(said: Attached, refs: frozenset[str]) -> Stated:
    others = frozenset(ref for other in said.others for ref in _refs(other))
    value, region = said.value, said.region
    if region is not None:
        value = f"{region.column or ''} {region.row or ''}"
    return Stated(said.kind, refs, value, said.amounts, others, said.start, said.end)


def _refs(noun: Noun) -> frozenset[str]:
    return frozenset(noun.thing.tag.refs) if noun.thing.tag is not None else frozenset()


def _opposed(one: Stated, other: Stated) -> bool:
    pairs = zip(_axes(one), _axes(other), strict=False)
    return any({mine, theirs} in _OPPOSED for mine, theirs in pairs)


def _axes(one: Stated) -> Sequence[str]:
    return one.value.split(" ") if one.kind == "position" else (one.value,)


def _factor(one: Stated, other: Stated) -> float:
    """Return by how much the numbers of two statements differ at most; 1 where one has none."""
    pairs = zip(one.numbers, other.numbers, strict=False)
    factors = [max(a, b) / min(a, b) for a, b in pairs if a and b]
    return max(factors, default=1.0)
