"""Dense tiles: the objects of a fact sheet divided into requests within a token budget."""

from collections.abc import Iterator, Sequence

from schemas.facts import FactSheet, GroupFact, ObjectFact
from schemas.record import Record
from tasks.model.engine.tokens import estimated_tokens
from tasks.spatial.grid import cell_of
from tasks.spatial.groups import LEAST


def sheet_tokens(sheet: FactSheet) -> int:
    """Return about how many tokens ``sheet`` takes in a prompt."""
    return estimated_tokens(sheet.model_dump_json(exclude_none=True, exclude_defaults=True))


def batches(sheet: FactSheet, budget: int) -> tuple[FactSheet, ...]:
    """Divide ``sheet`` into sheets of about ``budget`` tokens; none where it has no objects.

    Groups are packed in their order, each whole where it fits into one request, a larger one cut
    between members where a request is full. Relations within a row or cluster are left out of a
    sheet that has to be divided: the group says how its members stand. Every object is in exactly
    one sheet, every sheet has the counts of the whole tile and the relations among its own objects.
    A single object larger than the budget still makes a sheet.
    """
    if sheet_tokens(sheet) <= budget or not sheet.objects:
        return (sheet,) if sheet.objects else ()
    sheet = without_inner_relations(sheet)
    empty = sheet.model_copy(update={"objects": (), "groups": (), "relations": (), "facts": ()})
    room = max(1, budget - sheet_tokens(empty))
    return tuple(_part(sheet, groups) for groups in _packed(sheet, room))


def without_inner_relations(sheet: FactSheet) -> FactSheet:
    """Return ``sheet`` without the relations inside one row or cluster."""
    arranged = [group for group in sheet.groups if group.kind in {"row", "cluster"}]
    place = {ref: number for number, group in enumerate(arranged) for ref in group.refs}
    between = tuple(
        relation
        for relation in sheet.relations
        if place.get(relation.subject, -1) != place.get(relation.object, -2)
    )
    return sheet.model_copy(update={"relations": between})


def _packed(sheet: FactSheet, room: int) -> list[list[GroupFact]]:
    """Return the groups of each request, at most ``room`` tokens of them."""
    facts = {fact.ref: fact for fact in sheet.objects}
    costs = _costs(sheet)
    packed: list[list[GroupFact]] = [[]]
    left = room
    for group in sheet.groups:
        own = _tokens(group)
        for refs in _cut(group.refs, own, costs, left, room):
            cost = own + sum(costs[ref] for ref in refs)
            if packed[-1] and cost > left:
                packed.append([])
                left = room
            left -= cost
            packed[-1].append(_piece(group, [facts[ref] for ref in refs], sheet))
    return packed


def _cut(
    refs: Sequence[str], own: int, costs: dict[str, int], left: int, room: int
) -> Iterator[tuple[str, ...]]:
    """Yield ``refs`` whole where they fit into ``room``, else in runs that fill requests.

    The first run fills what is ``left`` of the open request, if that is worth a group.
    """
    if own + sum(costs[ref] for ref in refs) <= room:
        yield tuple(refs)
        return
    least = own + sum(costs[ref] for ref in refs[:LEAST])
    run, used, limit = list[str](), own, left if least <= left else room
    for ref in refs:
        if run and used + costs[ref] > limit:
            yield tuple(run)
            run, used, limit = [], own, room
        run.append(ref)
        used += costs[ref]
    yield tuple(run)


def _costs(sheet: FactSheet) -> dict[str, int]:
    """Return for each ref the tokens of its fact and of the relations that begin with it."""
    costs = {fact.ref: _tokens(fact) for fact in sheet.objects}
    for relation in sheet.relations:
        costs[relation.subject] += _tokens(relation)
    return costs


def _piece(group: GroupFact, members: Sequence[ObjectFact], sheet: FactSheet) -> GroupFact:
    if len(members) == len(group.refs):
        return group
    left, top, right, bottom = zip(*(fact.box for fact in members), strict=True)
    box = (min(left), min(top), max(right), max(bottom))
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    inside = group.cell if group.kind == "cell" else cell_of(middle, sheet.width, sheet.height)
    kind = "single" if len(members) == 1 else group.kind
    update = {"kind": kind, "refs": tuple(f.ref for f in members), "box": box, "cell": inside}
    return group.model_copy(update=update)


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
