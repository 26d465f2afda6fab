"""A conversation held against itself: answers of different turns that cannot both be true.

No labels are needed: “three ships” and later “four ships”, “yes” and then “there are none”, a plane
that is white and then red. Only what is said of all of a class, or of the very same objects, counts.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from schemas.verdict import ClaimKind, Verdict
from tasks.grounding.checks import Said
from tasks.grounding.reading.clauses import Noun
from tasks.grounding.reading.quantities import Quantity
from tasks.grounding.reading.sentences import Sentence, sentences
from tasks.grounding.said import Stated, stated_in
from tasks.grounding.verdicts import verdict
from tasks.lexicon.lexicon import broader, parse_number

LONGEST: Final = 160  # characters of a claim
_YES: Final = frozenset({"yes", "yeah", "yep", "correct", "indeed"})
_NO: Final = frozenset({"no", "none", "nope"})
_HOW_MANY: Final = ("how many", "what is the number", "what number of", "count the")


class Number(NamedTuple):
    """How many objects of a class a turn says there are: ``least`` to ``most``."""

    category: str
    least: float
    most: float
    turn: int
    start: int
    end: int

    def excludes(self, other: "Number") -> bool:
        """Say whether both cannot be true: of one class, or of a class and one above it."""
        if self.category == other.category:
            return self.most < other.least or other.most < self.least
        if self.category in broader(other.category):
            return self.most < other.least
        return other.category in broader(self.category) and other.most < self.least


def disagreements(said: Sequence[Said]) -> tuple[Verdict, ...]:
    """Return a contradicted verdict on each statement that an earlier answer contradicts.

    Its evidence quotes the earlier turn; ``found`` are the words there.
    """
    if sum(one.role == "assistant" for one in said) < 2:
        return ()
    numbers: list[Number] = []
    things: list[tuple[int, Stated]] = []
    found: list[Verdict] = []
    asked: list[Sentence] = []
    for turn, one in enumerate(said):
        read = list(sentences(one.text, asked=one.role == "user"))
        if one.role == "user":
            asked = read
            continue
        new = [
            *_told(read, asked, turn),
            *_answered(asked, said[turn - 1] if turn else None, one, turn),
        ]
        for number in new:
            earlier = next((n for n in numbers if n.turn < turn and n.excludes(number)), None)
            if earlier is not None:
                found.append(_verdict(said, earlier.turn, earlier, turn, number))
        numbers += new
        values = stated_in(read)
        for value in values:
            clash = next(((t, s) for t, s in things if s.contradicts(value)), None)
            if clash is not None:
                found.append(_verdict(said, clash[0], clash[1], turn, value))
        things += ((turn, value) for value in values)
    return tuple(found)


def _told(read: Sequence[Sentence], asked: Sequence[Sentence], turn: int) -> Iterator[Number]:
    """Yield what sentences say of how many there are of a class.

    “In the left half there are three ships”, or “three ships” where it was asked what is there, are
    as many or more in the whole picture.
    """
    for sentence in read:
        for noun in sentence.nouns:
            category = noun.thing.category
            if category is None or noun.thought or noun.thing.thought:
                continue
            is_all = _is_all(noun) and not _is_placed(sentence) and _asks_for_all(asked, category)
            yield from _number(noun, turn, is_all=is_all)


def _asks_for_all(asked: Sequence[Sentence], category: str) -> bool:
    """Say whether a question is about the whole picture: it names no place and no other thing."""
    nouns = [noun for sentence in asked for noun in sentence.nouns]
    return not any(map(_is_placed, asked)) and all(
        noun.thing.category in {None, category} and _is_all(noun) for noun in nouns
    )


def _number(noun: Noun, turn: int, *, is_all: bool) -> Iterator[Number]:
    thing = noun.thing
    category, start, end = thing.category or "", thing.start, thing.end
    if thing.denied is not None:
        if is_all and thing.number is None:
            yield Number(category, 0, 0, turn, start, end)
        return
    if thing.compared or thing.owner or thing.asked or thing.rank:
        return
    quantity = thing.number
    if quantity is None:
        if noun.exists:
            yield Number(category, 2 if thing.plural else 1, math.inf, turn, start, end)
        return
    whole = is_all and noun.exists and thing.portion is None
    yield Number(category, *_span(quantity, whole=whole), turn, start, end)


def _is_all(noun: Noun) -> bool:
    """Say whether a phrase means all objects of its class in the picture."""
    thing = noun.thing
    narrowed = thing.adjectives or thing.unknown or thing.rest or thing.collective or thing.share
    return not narrowed and not noun.attached and noun.role == "subject" and not noun.whole


def _span(quantity: Quantity, *, whole: bool) -> tuple[float, float]:
    return (quantity.least, quantity.most if whole else math.inf)


def _answered(
    asked: Sequence[Sentence], question: Said | None, answer: Said, turn: int
) -> Iterator[Number]:
    """Yield what “yes”, “no” or a bare number says of the class that was asked for."""
    if question is None or question.role != "user" or not asked:
        return
    nouns = [noun for noun in asked[-1].nouns if noun.thing.category is not None]
    if len(nouns) != 1 or not _asks_for_all(asked, nouns[0].thing.category or ""):
        return
    category, text = nouns[0].thing.category or "", answer.text.plain.strip()
    first = text.split(maxsplit=1)[0].strip(".,;:!").lower() if text else ""
    end = len(answer.text.plain)
    how_many = question.text.plain.lower().lstrip().startswith(_HOW_MANY)
    if how_many and (count := parse_number(text.strip(". "))) is not None:
        yield Number(category, count, count, turn, 0, end)
    elif nouns[0].exists and nouns[0].thing.number is None:
        if first in _YES:
            yield Number(category, 1, math.inf, turn, 0, len(first))
        elif first in _NO:
            yield Number(category, 0, 0, turn, 0, len(first))


def _is_placed(sentence: Sentence) -> bool:
    return any(token.kind in {"place", "relation"} for token in sentence.tokens)


def _verdict(
    said: Sequence[Said], before: int, first: Number | Stated, turn: int, second: Number | Stated
) -> Verdict:
    earlier, later = _words(said, before, first), _words(said, turn, second)
    judged = verdict(
        ClaimKind.CONSISTENCY, later, "contradicted", f"turn {before} says “{earlier}”",
        start=second.start, end=second.end, found=earlier,
    )  # fmt: skip
    return judged.model_copy(update={"turn": turn})


def _words(said: Sequence[Said], turn: int, one: Number | Stated) -> str:
    words = " ".join(said[turn].text.plain[one.start : one.end].split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
