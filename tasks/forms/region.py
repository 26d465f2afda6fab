"""Region captions: a box is given, its object is described by what the label tells of it."""

from collections.abc import Iterable, Iterator
from typing import Final

from schemas.facts import ObjectFact
from schemas.vocabulary import Shape, TaskType
from tasks.forms.position import clear_cell
from tasks.forms.proposal import (
    Outcome,
    Proposal,
    Voice,
    box_text,
    metres,
    opened,
    place,
    size_text,
)
from tasks.forms.view import View
from tasks.grounding.references import tag, tag_box
from tasks.lexicon import plural, with_article

NEAR_AXIS: Final = 12.0  # degrees: farther from an axis or a diagonal than this goes unsaid
DIRECTIONS: Final = {
    0: "aligned horizontally",
    45: "aligned diagonally from upper left to lower right",
    90: "aligned vertically",
    135: "aligned diagonally from lower left to upper right",
}
ROUND: Final = 1.15  # length / width up to which one number is enough
SEVERAL: Final = 4  # of a class, before one is called larger than most


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield captions of objects drawn by seed, of those about which something can be said."""
    made = 0
    for fact in voice.order(view.shown, lambda fact: fact.ref):
        if made == quota:
            return
        proposal = _captioned(fact, view, voice)
        if proposal:
            made += 1
            yield proposal


def _captioned(fact: ObjectFact, view: View, voice: Voice) -> Proposal | None:
    cell, box = clear_cell(fact, view), box_text(fact, view)
    distance, neighbour = _distance(fact, view)
    known = [*details(fact, view), *distance]
    if box is None or not (cell or known):
        return None
    thing = tag(with_article(fact.category), [fact.ref])
    given = {"box": tag_box(box, [fact.ref]), "size": size_text(view)}
    said = {
        "a_thing": thing,
        "A_thing": opened(thing),
        "where": f" {place(cell)}" if cell else "",
        "details": "".join(f", {detail}" for detail in known),
    }
    return Proposal(
        task=TaskType.REGION_CAPTION,
        instruction=voice.say("instructions", fact.ref, given),
        response=voice.say("responses", fact.ref, said),
        refs=(fact.ref, *neighbour),
    )


def details(fact: ObjectFact, view: View) -> Iterator[str]:
    """Yield size, direction, and size among its kind, as far as they are known."""
    length = metres(fact.length_m) if fact.length_m else None
    width = metres(fact.width_m) if fact.width_m else None
    if length and width:
        wide = fact.length >= ROUND * fact.width
        yield f"about {length} long and {width} wide" if wide else f"about {length} across"
    if fact.angle is not None:
        yield from _direction(fact.angle)
    tally = view.by_category[fact.category]
    if tally.complete and tally.count >= SEVERAL and fact.size_in_class in ("large", "small"):
        than = "larger" if fact.size_in_class == "large" else "smaller"
        yield f"{than} than most other {plural(fact.category)} in the image"


def _direction(angle: float) -> Iterator[str]:
    for axis, words in DIRECTIONS.items():
        away = abs(angle - axis)
        if min(away, 180 - away) <= NEAR_AXIS:
            yield words


def _distance(fact: ObjectFact, view: View) -> tuple[list[str], list[str]]:
    """Say how far the nearest labelled object is, and which it is, where both outlines are true."""
    found = view.nearest.get(fact.ref)
    if found is None:
        return [], []
    other, gap = view.objects[found[0]], found[1]
    outlined = Shape.HBB not in (other.shape, view.objects[fact.ref].shape)
    if not (
        outlined and other.described and gap >= 1 and view.by_category[other.category].complete
    ):
        return [], []
    which = "next" if other.category == fact.category else "nearest"
    return [f"about {metres(gap)} from {tag(f'the {which} {other.category}', [other.ref])}"], [
        other.ref
    ]
