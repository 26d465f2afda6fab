"""What a comparison is about: “exceeds” is one of numbers, lengths or sizes, as its clause speaks of these."""

from typing import Final

from tasks.grounding.reading.clauses import Attached, Clause

_NUMBERS: Final = {
    "larger_than": "more_than", "smaller_than": "fewer_than", "more_than": "more_than",
    "fewer_than": "fewer_than", "exceeding": "more_than", "exceeded_by": "fewer_than",
    "equal_to": "as_many", "of_equal_size": "as_many", "above": "more_than", "below": "fewer_than",
}  # fmt: skip
_SIZES: Final = {"exceeding": "larger_than", "exceeded_by": "smaller_than", "equal_to": "of_equal_size",
                 "more_than": "larger_than"}  # fmt: skip
_LENGTHS: Final = {"exceeding": "longer_than", "exceeded_by": "shorter_than", "larger_than": "longer_than",
                   "smaller_than": "shorter_than", "equal_to": "of_equal_length"}  # fmt: skip
_COUNTED: Final = frozenset({"more_than", "fewer_than", "as_many"})
_OPEN: Final = frozenset({"exceeding", "exceeded_by", "equal_to"})


def of_aspect(relation: Attached, clause: Clause) -> Attached:
    """Return ``relation`` as one of numbers, lengths or sizes, as ``clause`` speaks of these."""
    numbered = clause.aspect == "number" or any(n.aspect == "number" for n in relation.others)
    if relation.kind == "times":
        if numbered or relation.value == "more_than":
            fewer = relation.negated and relation.factor == 1.0
            relation.kind, relation.value = "numbers", "fewer_than" if fewer else "as_many"
            relation.negated = relation.negated and not fewer
    elif relation.kind == "relation":
        _of_relation(relation, clause, numbered=numbered)
    return relation


def _of_relation(relation: Attached, clause: Clause, *, numbered: bool) -> None:
    if relation.value in _COUNTED or numbered:
        relation.value = _NUMBERS.get(relation.value, relation.value)
        if relation.value in _COUNTED:
            relation.kind = "numbers"
    elif clause.aspect in {"length", "width"}:
        relation.value = _LENGTHS.get(relation.value, relation.value)
    elif clause.aspect == "size":
        relation.value = _SIZES.get(relation.value, relation.value)
    elif relation.value in _OPEN:
        clause.exceeding.append(relation)  # in what is not said yet
