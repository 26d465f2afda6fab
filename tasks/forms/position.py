"""Position: in which part of the picture the only object of its class lies."""

from collections.abc import Iterable
from typing import Final

from schemas.facts import Cell, ObjectFact
from schemas.vocabulary import Reason, TaskType
from tasks.forms.proposal import REFUSALS, Outcome, Proposal, Refusal, Voice, named, opened, place
from tasks.forms.view import View
from tasks.grounding.references import tag
from tasks.spatial.grid import cell_with_margin
from tasks.spatial.polygons import centre

SHORT: Final = 3  # one question in so many asks for the bare cell
WIDE: Final = 0.5  # of the picture's side: what is longer lies in no one part


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield the positions of objects that are the only ones of their class."""
    alone = [tally for tally in view.tallies if tally.exact and tally.count == 1]
    made = refused = 0
    for tally in voice.order(alone, lambda tally: tally.category):
        fact = view.facts[tally.refs[0]]
        cell = clear_cell(fact, view)
        if cell and made < quota:
            made += 1
            yield _asked(tally.category, fact, cell, voice)
        elif not cell and refused < min(REFUSALS, quota):
            refused += 1
            yield Refusal(
                reason=Reason.AMBIGUOUS,
                subject=fact.ref,
                detail=f"the {tally.category} {fact.ref} lies across or near the lines of the 3×3 "
                "grid: no one part of the image holds it clearly",
            )


def clear_cell(fact: ObjectFact, view: View) -> Cell | None:
    """Return the cell of an object, None where its place is open to doubt."""
    x0, y0, x1, y1 = fact.box
    if x1 - x0 > WIDE * view.width or y1 - y0 > WIDE * view.height:
        return None
    return cell_with_margin(centre(fact.polygon), view.width, view.height)


def _asked(category: str, fact: ObjectFact, cell: Cell, voice: Voice) -> Proposal:
    short = voice.pick(SHORT, category) == 0
    thing = tag(f"the {category}", [fact.ref])
    said = {"the_thing": thing, "The_thing": opened(thing), "place": place(cell)}
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say(
            "short_instructions" if short else "instructions", category, named(category)
        ),
        response=tag(opened(cell), [fact.ref]) if short else voice.say("responses", category, said),
        refs=(fact.ref,),
    )
