"""What the forms with a false premise share: which classes are certain, what is there instead."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Final, NamedTuple

from schemas.facts import Cell, ObjectFact
from tasks.forms.expressions import candidates
from tasks.forms.position import clear_cell
from tasks.forms.proposal import Proposal, Voice, at_least, listed, place, verb
from tasks.forms.view import Tally, View
from tasks.grounding.references import tag
from tasks.lexicon import counted, number_word, related
from tasks.spatial.grid import CELLS, MARGIN

TRUE_PREMISE: Final = "true_premise"
"""Name in the lineage of the questions whose premise holds: asked in the same words as the others."""
SHOWN: Final = 3  # classes that are named as what is there instead
PLACES: Final = 3  # cells in which several objects are said to be, at most
STEP: Final = 0.25  # of a number: by so much, at least, a wrong one differs


class Tried(NamedTuple):
    """One question that can be asked; ``about`` tells apart several of one tile."""

    kind: str
    about: str
    write: Callable[[], Proposal]


def balanced(
    false: Sequence[Tried], true: Sequence[Tried], voice: Voice, quota: int
) -> Iterator[Proposal]:
    """Yield at most ``quota`` of the questions, as many with a true as with a false premise.

    So the words of a question do not tell which it is. Of an odd number one more has a false one,
    or a true one, by seed; kinds take turns.
    """
    odd = quota % 2 and voice.pick(2, "odd")
    most_false = quota - quota // 2 if odd else quota // 2
    chosen_true = in_turn(true, voice)[: min(quota - most_false, len(false))]
    if most_false > 0:
        room = min(most_false, len(true) + 1)
        yield from (tried.write() for tried in in_turn(false, voice)[:room])
    yield from (tried.write() for tried in chosen_true)


def in_turn(tried: Sequence[Tried], voice: Voice) -> list[Tried]:
    """Return ``tried`` in an order drawn by seed in which the kinds take turns."""
    kinds = voice.order({one.kind for one in tried}, str)
    by_kind = [
        voice.order((one for one in tried if one.kind == kind), lambda one: one.about)
        for kind in kinds
    ]
    return [one for turn in zip_longest(*by_kind) for one in turn if one is not None]


@lru_cache(maxsize=1)  # three forms ask about the same tile
def settled(view: View) -> tuple[Tally, ...]:
    """Return the classes whose number nobody can count otherwise.

    Every object has a label of its own, none is cut off by the edge, and none of another class may
    be called by this one's name.
    """
    return tuple(
        tally
        for tally in view.tallies
        if tally.exact and tally.count and len(candidates(tally.category, view)) == tally.count
    )


def things_of(tally: Tally, view: View) -> list[ObjectFact]:
    """Return the facts of the objects of ``tally``."""
    return [view.facts[ref] for ref in tally.refs]


def contents(view: View) -> tuple[str, tuple[str, ...]]:
    """Return what the picture shows, such as “three planes and two ships”, and its objects.

    The most frequent classes; empty where nothing can be seen well.
    """
    own = {thing.category for thing in view.tile.objects if thing.described}
    chosen: list[Tally] = []
    for tally in view.tallies:
        if tally.category in own and not any(related(tally.category, c.category) for c in chosen):
            chosen.append(tally)
    parts = [_number(tally) for tally in chosen[:SHOWN]]
    refs = tuple(ref for tally in chosen[:SHOWN] for ref in tally.refs)
    if len(chosen) > SHOWN:
        return f"{', '.join(parts)} and more", refs
    return (listed(parts) if parts else ""), refs


def whereabouts(tally: Tally, view: View) -> str:
    """Return a sentence on where the objects are, led by a space; empty where that is not clear."""
    things = things_of(tally, view)
    by_cell: dict[Cell, list[str]] = {}
    for fact in things:
        if cell := clear_cell(fact, view):
            by_cell.setdefault(cell, []).append(fact.ref)
    if sum(map(len, by_cell.values())) < len(things) or len(by_cell) > PLACES:
        half = _half(things, view)
        return f" {_all_of(tally)} in the {half} half of the image." if half else ""
    cells = sorted(by_cell, key=lambda cell: (-len(by_cell[cell]), CELLS.index(cell)))
    if len(cells) == 1:
        return f" {_all_of(tally)} {place(cells[0])}."
    first, *others = [tag(number_word(len(by_cell[cell])), by_cell[cell]) for cell in cells]
    start = f"{first} {verb(len(by_cell[cells[0]]))} {place(cells[0])}"
    rest = [f"{number} {place(cell)}" for number, cell in zip(others, cells[1:], strict=True)]
    return f" Of these, {listed([start, *rest])}."


def free_cells(things: Sequence[ObjectFact], view: View) -> list[Cell]:
    """Return the cells of the 3×3 grid that no box of ``things`` comes near."""
    wide, high = view.width / 3, view.height / 3
    near = MARGIN * view.width, MARGIN * view.height
    return [
        cell
        for place_, cell in enumerate(CELLS)
        if not any(
            fact.box[0] < (place_ % 3 + 1) * wide + near[0]
            and fact.box[2] > place_ % 3 * wide - near[0]
            and fact.box[1] < (place_ // 3 + 1) * high + near[1]
            and fact.box[3] > place_ // 3 * high - near[1]
            for fact in things
        )
    ]


def wrong_number(tally: Tally, view: View, voice: Voice) -> int:
    """Return a number of at least two that is not that of ``tally``, drawn by seed.

    It differs clearly where there are many, and is none that leaving difficult objects out gives.
    """
    count, step = tally.count, max(1, round(STEP * tally.count))
    sure = sum(not view.objects[ref].difficult for ref in tally.refs)
    wrong = [count + step * n for n in (1, 2, 3)]
    wrong += [number for n in (1, 2) if (number := sure - step * n) >= 2]
    return wrong[voice.pick(len(wrong), f"wrong number/{tally.category}")]


def _all_of(tally: Tally) -> str:
    """Return “All of them are”, tagged; “Both are”, “The ship is”."""
    subject = {1: f"The {tally.category}", 2: "Both"}.get(tally.count, "All of them")
    return f"{tag(subject, tally.refs)} {verb(tally.count)}"


def _half(things: Sequence[ObjectFact], view: View) -> str | None:
    """Return the half of the picture that holds every one of ``things`` whole."""
    left, top, right, bottom = zip(*(fact.box for fact in things), strict=True)
    halves = {
        "left": max(right) <= view.width / 2,
        "right": min(left) >= view.width / 2,
        "upper": max(bottom) <= view.height / 2,
        "lower": min(top) >= view.height / 2,
    }
    return next((name for name, holds in halves.items() if holds), None)


def _number(tally: Tally) -> str:
    number = (counted if tally.exact else at_least)(tally.count, tally.category)
    return tag(number, tally.refs)
