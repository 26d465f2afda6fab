"""The noun phrases of a sentence, with what one of them says of another: “no ships or planes”."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from tasks.grounding.reading.grammar import grammar
from tasks.grounding.reading.heads import head_at
from tasks.grounding.reading.phrases import Phrase
from tasks.grounding.reading.things import Thing
from tasks.grounding.reading.tokens import Token
from tasks.lexicon.lexicon import canonical, is_known


def things_in(tokens: Sequence[Token], *, asked: bool = False) -> list[Thing]:
    """Return the noun phrases of a sentence in order; ``asked`` is one that a question holds."""
    found: list[Thing] = []
    before = -1
    for place in range(len(tokens)):
        kind = head_at(tokens, place, before, asked=asked)
        if kind is None:
            continue
        thing = Phrase(tokens, place, before).noun(kind)
        found += _elided(tokens, thing, before)
        found.append(thing)
        before = place
    found = list(_split_choices(tokens, found))
    last: str | None = None
    for thing in found:
        thing.like, last = last, thing.category or last
    for one, following in pairwise(found):  # “the one there is the largest of the ships”
        if one.pronoun == "one" and one.like is None and following.extreme is not None:
            one.like = following.category
    _compare(tokens, found)
    _deny(tokens, found)
    for thing in found:
        after = tokens[thing.head + 1].kind if thing.head + 1 < len(tokens) else "mark"
        if thing.every == "both" and after == "and":  # “both the planes and the ships”
            thing.every = None
    return found


def _split_choices(tokens: Sequence[Token], things: Sequence[Thing]) -> Iterator[Thing]:
    """Yield “the larger of A and B” as three phrases: the larger one, and both that it is one of."""
    chosen = False
    for one, other in pairwise([*things, None]):
        if one is None:
            continue
        joined = (
            other is not None and other.first == one.head + 2 and tokens[one.head + 1].kind == "and"
        )
        best = one.extreme
        place = next((n for n in range(one.first, one.head) if tokens[n].kind == "of"), None)
        if (
            joined
            and other is not None
            and best is not None
            and place is not None
            and best.end <= tokens[place].start
        ):
            yield Thing(
                one.first, place, one.start, best.end, None, best.start, plural=False,
                pronoun="one", definite=True, adjectives=[best],
            )  # fmt: skip
            one.adjectives = [a for a in one.adjectives if a is not best]
            one.first, one.start = place + 1, tokens[place + 1].start
            one.of_choice = chosen = True
        elif chosen:
            one.of_choice, chosen = True, False
        yield one


def _deny(tokens: Sequence[Token], things: Sequence[Thing]) -> None:
    """Let “no ships or planes” deny the planes too; with “and” or a comma only loosely.

    “Neither ships nor planes” denies both.
    """
    for one, other in pairwise(things):
        between = tokens[one.head + 1 : other.first]
        if one.denied == "neither" and any(
            token.words == "nor" for token in tokens[one.head + 1 : other.head]
        ):
            other.denied = "neither"
        if one.denied is None or other.denied is not None or not between:
            continue
        if all(token.kind in {"comma", "and"} for token in between) and not other.definite:
            flat = any(token.words in {"or", "nor"} for token in between)
            other.denied = one.denied if flat else "nor"


def _compare(tokens: Sequence[Token], things: Sequence[Thing]) -> None:
    """Mark both sides of “more planes than ships”; without “than” it is “two more planes”."""
    for one, other in pairwise([*things, None]):
        if one is None or one.comparison is None:
            continue
        between = tokens[one.head + 1 : other.first] if other is not None else ()
        if (
            other is not None
            and other.pronoun in {"it", "they"}
            and tokens[other.first - 1].kind == "than"
        ):
            other.compared = one.compared = True  # “more planes than it does ships”
            one.rest = False
            after = next((t for t in things if t.first > other.head and t.category), None)
            if after is not None:
                after.compared = True
        elif other is not None and any(t.kind == "than" or t.words == "as" for t in between):
            one.compared = other.compared = True
            one.rest = False
        elif one.comparison not in grammar().equals and one.comparison not in {
            "more",
            "fewer",
            "less",
        }:
            one.rest = False
        elif one.comparison != "more":
            one.rest, one.unknown = False, True


def _elided(tokens: Sequence[Token], thing: Thing, before: int) -> Iterator[Thing]:
    """Yield “two large” in “two large and three small vehicles” as a phrase with the same head."""
    at = thing.first - 1
    if at <= before + 1 or tokens[at].kind not in {"and", "comma"} or thing.category is None:
        return
    end = at - 1
    if tokens[end].kind not in {"colour", "size", "comparative"}:
        return
    if tokens[at].kind == "comma" and not thing.plural:
        return
    adjective = tokens[end]
    reader = Phrase(tokens, end, before)
    other = reader.thing
    other.category, other.plural = thing.category, True
    reader.at = end
    reader.adjectives()
    reader.determined()
    if other.quantity is None:
        return
    named = canonical(f"{adjective.value} {_last_word(thing.category)}")
    if is_known(named):
        other.category = named
        other.adjectives = [a for a in other.adjectives if a.start != adjective.start]
    other.first, other.start = reader.at + 1, tokens[reader.at + 1].start
    yield other


@cache
def _last_word(category: str) -> str:
    return category.rsplit(maxsplit=1)[-1]
