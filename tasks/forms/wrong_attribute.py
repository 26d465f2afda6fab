"""Wrong attribute: asks about a thing at a place or of a length; half of the time that is wrong."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from schemas.facts import Cell, ObjectFact
from schemas.vocabulary import TaskType
from tasks.forms.position import clear_cell
from tasks.forms.premises import (
    TRUE_PREMISE,
    Tried,
    balanced,
    free_cells,
    settled,
    things_of,
    whereabouts,
)
from tasks.forms.proposal import Outcome, Proposal, Voice, metres, named, opened, place, verb
from tasks.forms.region import details
from tasks.forms.view import Tally, View
from tasks.grounding.references import tag
from tasks.lexicon import counted, with_article

FEW: Final = 6  # of a class: of more, nobody asks for “the one in the upper left”
TIMES: Final = (2, 3, 4)  # as long as the longest
LEADS: Final = 1.25  # by so much the longest must lead the others to be told from them


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield questions about places and lengths that are wrong, and as many about right ones."""
    false: list[Tried] = []
    true: list[Tried] = []
    for tally in settled(view):
        if tally.count <= FEW:
            false += _wrong_place(tally, view, voice)
            true += _right_places(tally, view, voice)
        longest = _longest(tally, view)
        if longest is not None:
            false.append(Tried("length", tally.category, partial(_too_long, tally, longest, voice)))
            if cell := clear_cell(longest, view):
                right = partial(_as_long, tally, longest, cell, voice)
                true.append(Tried("length", tally.category, right))
    return balanced(false, true, voice, quota)


def _wrong_place(tally: Tally, view: View, voice: Voice) -> Iterator[Tried]:
    """Yield a place that holds no part of any, where it is clear which places do."""
    told = whereabouts(tally, view)
    free = voice.order(free_cells(things_of(tally, view), view), lambda cell: cell)
    if told and free:
        yield Tried("place", tally.category, partial(_none_there, tally, free[0], told, voice))


def _right_places(tally: Tally, view: View, voice: Voice) -> Iterator[Tried]:
    """Yield the places that hold one of the class and no part of another."""
    things = things_of(tally, view)
    for fact in things:
        cell = clear_cell(fact, view)
        if cell and cell in free_cells([one for one in things if one is not fact], view):
            about = f"{tally.category}/{fact.ref}"
            yield Tried("place", about, partial(_one_there, tally, fact, cell, view, voice))


def _none_there(tally: Tally, cell: Cell, told: str, voice: Voice) -> Proposal:
    about = f"{tally.category}/place"
    where = named(tally.category) | {"place": place(cell)}
    number = tag(counted(tally.count, tally.category), tally.refs)
    said = where | {"counted": number, "be": verb(tally.count)}
    said["a_thing"] = with_article(tally.category)
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say("place_instructions", about, where),
        response=f"{voice.say('place_responses', about, said)}{told}",
        refs=tally.refs,
    )


def _one_there(tally: Tally, fact: ObjectFact, cell: Cell, view: View, voice: Voice) -> Proposal:
    about = f"{tally.category}/{fact.ref}"
    where = named(tally.category) | {"place": place(cell)}
    known = [*details(fact, view), *(["cut off by the edge"] if fact.truncated else [])]
    said = {
        "a_thing": tag(with_article(tally.category), [fact.ref]),
        "place": place(cell),
        "details": "".join(f", {detail}" for detail in known),
    }
    return Proposal(
        form=TRUE_PREMISE,
        task=TaskType.VQA,
        instruction=voice.say("place_instructions", about, where),
        response=voice.say("place_responses_true", about, said),
        refs=(fact.ref,),
    )


def _longest(tally: Tally, view: View) -> ObjectFact | None:
    """Return the longest of ``tally``, None where it leads by little or a length is not known."""
    things = sorted(things_of(tally, view), key=lambda fact: -fact.length)
    if any(fact.length_m is None or fact.angle is None for fact in things):
        return None
    leads = len(things) == 1 or things[0].length >= LEADS * things[1].length
    return things[0] if leads and metres(things[0].length_m or 0) else None


def _too_long(tally: Tally, longest: ObjectFact, voice: Voice) -> Proposal:
    about = f"{tally.category}/length"
    length = longest.length_m or 0
    wrong = metres(length * TIMES[voice.pick(len(TIMES), about)]) or ""
    thing = f"the {'only' if tally.count == 1 else 'longest'} {tally.category}"
    said = {
        "longest": tag(thing, [longest.ref]),
        "Longest": tag(opened(thing), [longest.ref]),
        "length": metres(length) or "",
        "wrong": wrong,
    }
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say(
            "length_instructions", about, named(tally.category) | {"length": wrong}
        ),
        response=voice.say("length_responses", about, said),
        refs=(longest.ref,),
    )


def _as_long(tally: Tally, longest: ObjectFact, cell: Cell, voice: Voice) -> Proposal:
    about = f"{tally.category}/as long"
    length = metres(longest.length_m or 0) or ""
    thing = f"the {tally.category}"
    said = {
        "the_thing": tag(thing, [longest.ref]),
        "The_thing": tag(opened(thing), [longest.ref]),
        "length": length,
        "place": place(cell),
    }
    return Proposal(
        form=TRUE_PREMISE,
        task=TaskType.VQA,
        instruction=voice.say(
            "length_instructions", about, named(tally.category) | {"length": length}
        ),
        response=voice.say("length_responses_true", about, said),
        refs=(longest.ref,),
    )
