"""“Larger than all others” is the largest; where all others are smaller than A, A is."""

from collections.abc import Sequence
from typing import Final

from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.reading.things import EXTREMES, Thing
from tasks.grounding.truth import ANYTHING

_OPPOSITE: Final = {
    "large": "small", "small": "large", "long": "short", "short": "long", "wide": "narrow",
    "narrow": "wide", "up": "down", "down": "up", "left": "right", "right": "left",
}  # fmt: skip


def best_of_all(relation: Attached, subjects: Sequence[Noun]) -> Attached:
    """Return “larger than anything else” as “the largest”, another relation as it is."""
    extreme = _extreme(relation)
    if extreme is None:
        return relation
    other = relation.others[0].thing
    if not is_any_other(other, subjects[0].thing if subjects else None):
        return relation
    relation.kind, relation.value, relation.end, relation.others = (
        "superlative",
        extreme,
        other.end,
        [],
    )
    relation.peers = ANYTHING if other.pronoun == "object" else other.category
    return relation


def best_of_others(relation: Attached, subjects: Sequence[Noun]) -> Attached | None:
    """Return what “all others are smaller than A” says of A, None where nothing."""
    extreme = _extreme(relation)
    if extreme is None or not subjects:
        return None
    rivals, one = subjects[0].thing, relation.others[0].thing
    if rivals.denied is not None or not is_any_other(rivals, one):
        return None
    peers = ANYTHING if rivals.pronoun == "object" else rivals.category
    return Attached("superlative", relation.start, relation.end, _OPPOSITE[extreme], peers=peers)


def is_any_other(thing: Thing, subject: Thing | None) -> bool:
    """Say whether ``thing`` is all but ``subject``: “anything else”, “the other ships”."""
    narrowed = thing.number or thing.share or thing.adjectives
    if not thing.rest or narrowed or thing.tag is not None:
        return False
    if thing.pronoun == "object":
        return True
    the_others = thing.plural and thing.definite and thing.first < thing.head  # not mere “others”
    every = thing.every is not None or the_others
    known = None if subject is None else subject.category or subject.like
    return every and (known is None or thing.category in {None, known})


def _extreme(relation: Attached) -> str | None:
    one_other = relation.kind == "relation" and len(relation.others) == 1
    return EXTREMES.get(relation.value) if one_other else None
