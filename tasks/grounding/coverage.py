"""Local facts held against the description of the whole: covered, contradicted or omitted."""

from collections.abc import Sequence

from schemas.coverage import FactFate, Fate
from schemas.facts import LocalFactText
from tasks.grounding.references import Parsed, parse
from tasks.grounding.said import Stated, named, stated


def fates(facts: Sequence[LocalFactText], whole: Parsed) -> tuple[FactFate, ...]:
    """Return what the description ``whole`` makes of each of ``facts``, in their order.

    A fact is covered where the description names at least half of its objects and says at least
    half of its statements again: of one without statements, naming is enough. A statement is said
    again where one of its kind with the same value is made of at least half of its objects. It is
    contradicted by one about the very same objects that cannot be true beside it. All else is
    omitted. The tags of facts must be sound.
    """
    said, shown = stated(whole), named(whole)
    return tuple(_fate(fact, said, shown, whole.plain) for fact in facts)


def at_odds(said: Sequence[Stated], other: Sequence[Stated]) -> tuple[tuple[Stated, Stated], ...]:
    """Return the first statement in ``other`` that contradicts each of ``said``, where one does."""
    pairs = ((one, next((two for two in other if one.contradicts(two)), None)) for one in said)
    return tuple((one, two) for one, two in pairs if two is not None)


def _fate(
    fact: LocalFactText, said: Sequence[Stated], shown: frozenset[str], text: str
) -> FactFate:
    parsed = parse(fact.text)
    own = stated(parsed)
    # What a fact is about stands in its first tag; others are neighbours.
    refs = frozenset(parsed.spans[0].refs) if parsed.spans else frozenset[str]()
    mine = [one for one in own if one.refs & refs]
    repeated = sum(_is_repeated(one, said) for one in mine)
    clash = at_odds(mine, said)
    fate = Fate.OMITTED
    if clash:
        fate = Fate.CONTRADICTED
    elif 2 * len(refs & shown) >= len(refs) and 2 * repeated >= len(mine):
        fate = Fate.COVERED
    detail = ""
    if clash:
        (first, second) = clash[0]
        detail = (
            f"“{parsed.plain[first.start : first.end]}”, but “{text[second.start : second.end]}”"
        )
    return FactFate(
        fact=fact.id, refs=tuple(sorted(refs, key=lambda ref: int(ref[1:]))), fate=fate,
        statements=len(mine), repeated=repeated, detail=detail,
    )  # fmt: skip


def _is_repeated(one: Stated, said: Sequence[Stated]) -> bool:
    same = frozenset[str]().union(*(two.refs for two in said if two.repeats(one)))
    inverse = frozenset[str]().union(*(two.others for two in said if two.repeats(one)))
    return 2 * len(one.refs & (same | inverse)) >= len(one.refs)
