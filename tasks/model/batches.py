"""Dense tiles: the objects of a fact sheet divided into requests within a token budget."""

import math
from collections.abc import Iterator, Sequence
from itertools import islice

from schemas.facts import FactSheet, GroupFact, ObjectFact
from schemas.record import Record
from tasks.model.tokens import estimated_tokens
from tasks.spatial.grid import cell_of


def sheet_tokens(sheet: FactSheet) -> int:
    """Return about how many tokens ``sheet`` takes in a prompt."""
    return estimated_tokens(sheet.model_dump_json(exclude_none=True, exclude_defaults=True))


def batches(sheet: FactSheet, budget: int) -> tuple[FactSheet, ...]:
    """Divide ``sheet`` into sheets of about ``budget`` tokens; none where it has no objects.

    Groups are packed in their order, each whole where it fits, one that is too large in equal runs
    of its members. Every object is in exactly one sheet; every sheet has the counts of the whole
    tile, and the relations among its own objects. A single object larger than the budget still
    makes a sheet.
    """
    if sheet_tokens(sheet) <= budget or not sheet.objects:
        return (sheet,) if sheet.objects else ()
    empty = sheet.model_copy(update={"objects": (), "groups": (), "relations": (), "facts": ()})
    room = max(1, budget - sheet_tokens(empty))
    costs = _costs(sheet)
    packed: list[list[GroupFact]] = [[]]
    used = 0
    for group in _pieces(sheet, costs, room):
        cost = _group_cost(group, costs)
        if packed[-1] and used + cost > room:
            packed.append([])
            used = 0
        packed[-1].append(group)
        used += cost
    return tuple(_part(sheet, groups) for groups in packed)


def _costs(sheet: FactSheet) -> dict[str, int]:
    """Return for each ref the tokens of its fact and of the relations that begin with it."""
    costs = {fact.ref: _tokens(fact) for fact in sheet.objects}
    for relation in sheet.relations:
        costs[relation.subject] += _tokens(relation)
    return costs


def _pieces(sheet: FactSheet, costs: dict[str, int], room: int) -> Iterator[GroupFact]:
    """Yield the groups, those larger than ``room`` in runs of like length."""
    facts = {fact.ref: fact for fact in sheet.objects}
    for group in sheet.groups:
        runs = min(len(group.refs), math.ceil(_group_cost(group, costs) / room))
        if runs <= 1:
            yield group
            continue
        refs = iter(group.refs)
        for number in range(runs):
            size = (len(group.refs) * (number + 1)) // runs - (len(group.refs) * number) // runs
            yield _piece(group, [facts[ref] for ref in islice(refs, size)], sheet)


def _piece(group: GroupFact, members: Sequence[ObjectFact], sheet: FactSheet) -> GroupFact:
    left, top, right, bottom = zip(*(fact.box for fact in members), strict=True)
    box = (min(left), min(top), max(right), max(bottom))
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    inside = group.cell if group.kind == "cell" else cell_of(middle, sheet.width, sheet.height)
    kind = "single" if len(members) == 1 else group.kind
    update = {"kind": kind, "refs": tuple(f.ref for f in members), "box": box, "cell": inside}
    return group.model_copy(update=update)


def _group_cost(group: GroupFact, costs: dict[str, int]) -> int:
    return _tokens(group) + sum(costs[ref] for ref in group.refs)


def _part(sheet: FactSheet, groups: Sequence[GroupFact]) -> FactSheet:
    refs = {ref for group in groups for ref in group.refs}
    relations = (r for r in sheet.relations if r.subject in refs and r.object in refs)
    return sheet.model_copy(
        update={
            "objects": tuple(fact for fact in sheet.objects if fact.ref in refs),
            "groups": tuple(groups),
            "relations": tuple(relations),
        }
    )


def _tokens(record: Record) -> int:
    """Return the tokens of ``record`` with the comma after it."""
    return estimated_tokens(record.model_dump_json(exclude_none=True, exclude_defaults=True) + ",")
