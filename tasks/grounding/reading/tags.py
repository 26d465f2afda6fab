"""Tags tied to noun phrases: which head in a tag is that of its objects."""

from collections.abc import Sequence
from typing import Final

from tasks.grounding.reading.quantities import read_quantity
from tasks.grounding.reading.things import Adjective, Thing
from tasks.grounding.reading.tokens import Token
from tasks.grounding.references import TextSpan

_NARROWING: Final = frozenset(
    {"relation", "preposition", "between", "with", "who", "facing", "by", "sided"}
)


def tied(tokens: Sequence[Token], things: Sequence[Thing], tags: Sequence[TextSpan]) -> list[Thing]:
    """Give the heads of each tag that tag; a tag round none becomes a thing of its own.

    In “cars near the hangar” the cars are the head, in “cars and trucks” both are.
    """
    if not tags:
        return list(things)
    found: list[Thing] = []
    place = 0
    for tag in tags:
        while place < len(things) and things[place].head_start < tag.start:
            found.append(things[place])
            place += 1
        inside: list[Thing] = []
        while place < len(things) and things[place].head_start < tag.end:
            inside.append(things[place])
            place += 1
        heads = _heads(tokens, inside, tag)
        for thing in heads:
            thing.tag, thing.shares_tag, thing.foreign = tag, len(heads) > 1, False
        found += inside if heads else [*_bare(tokens, tag), *inside]
    return found + list(things[place:])


def _heads(tokens: Sequence[Token], inside: Sequence[Thing], tag: TextSpan) -> list[Thing]:
    heads: list[Thing] = []
    for thing in inside:
        before = (t for t in tokens[: thing.first] if t.start >= tag.start)
        if not heads and any(token.kind in _NARROWING for token in before):
            break
        joined = heads and all(
            t.kind in {"comma", "and"} for t in tokens[heads[-1].head + 1 : thing.first]
        )
        if heads and not joined:
            break
        heads.append(thing)
    return heads


def _bare(tokens: Sequence[Token], tag: TextSpan) -> list[Thing]:
    """Return the thing that a tag round no class means, such as “14” or “the dark ones”."""
    places = [n for n, token in enumerate(tokens) if tag.start <= token.start < tag.end]
    if not places:
        return []
    if tokens[places[0]].words == "[" or all(
        tokens[p].kind in {"place", "direction"} for p in places
    ):
        return []  # a box, or a place
    after = tokens[places[-1] + 1].kind if places[-1] + 1 < len(tokens) else "mark"
    if (
        tokens[places[0]].kind == "pointing"
        and len(places) == 1
        and after not in {"neighbour", "long_side", "aspect"}
    ):
        return []  # “its” before what is meant
    first, head = tokens[places[0]], tokens[places[-1]]
    thing = Thing(
        places[0], places[-1], first.start, head.end, None, head.start, plural=True,
        pronoun="they", definite=True, tag=tag,
    )  # fmt: skip
    for place in places:
        token = tokens[place]
        if token.kind in {"number", "vague"} and thing.quantity is None:
            read = read_quantity(tokens, place)
            thing.quantity = read[0] if read is not None else None
        if token.kind == "colour":
            thing.adjectives.append(Adjective("colour", token.value, token.start, token.end))
    return [thing]
