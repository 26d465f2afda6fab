"""False premise: questions that take a number for granted; the answer says which number is true."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final, Literal

from schemas.facts import Cell
from schemas.vocabulary import TaskType
from tasks.forms.expressions import ORDINALS, Expression, expressions, winner
from tasks.forms.position import clear_cell
from tasks.forms.premises import (
    TRUE_PREMISE,
    Tried,
    balanced,
    settled,
    things_of,
    whereabouts,
    wrong_number,
)
from tasks.forms.proposal import Outcome, Proposal, Voice, named, opened, place, verb
from tasks.forms.region import details
from tasks.forms.view import Tally, View
from tasks.grounding.references import tag
from tasks.lexicon import counted, number_word

SIDES: Final = ("from the left", "from the top")
SIZED: Final = ("large ", "small ")  # of two such things, “the larger” is no English
PEOPLE: Final = "person"  # nobody asks which of them is larger, what they are for, or their colour

Asked = Literal["ordinal", "colour"]
Many = Literal["number", "why"]


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield questions whose number is wrong, and as many whose number is right.

    Only the colour of one thing too many is asked without a counterpart: labels tell no colours.
    """
    false: list[Tried] = []
    true: list[Tried] = []
    for tally in settled(view):
        false += _false(tally, view, voice)
        true += _true(tally, view, voice)
    return balanced(false, true, voice, quota)


def _false(tally: Tally, view: View, voice: Voice) -> Iterator[Tried]:
    about = tally.category
    few = tally.count + 2 <= len(ORDINALS)
    if few:
        yield Tried("ordinal", about, partial(_no_such, tally, "ordinal", voice))
    yield Tried("number", about, partial(_not_so_many, tally, "number", view, voice))
    if about == PEOPLE:
        return
    yield Tried("why", about, partial(_not_so_many, tally, "why", view, voice))
    if few:
        yield Tried("colour", about, partial(_no_such, tally, "colour", voice))
    if tally.count != 2 and not about.startswith(SIZED):
        yield Tried("two", about, partial(_not_two, tally, view, voice))


def _true(tally: Tally, view: View, voice: Voice) -> Iterator[Tried]:
    yield from _in_order(tally, view, voice)
    if tally.count < 2:
        return
    if told := whereabouts(tally, view):
        yield Tried("number", tally.category, partial(_so_many, tally, "number", told, voice))
    if tally.category == PEOPLE:
        return
    yield Tried("why", tally.category, partial(_so_many, tally, "why", "", voice))
    larger = winner("largest", things_of(tally, view), view) if tally.count == 2 else None
    cell = clear_cell(view.facts[larger], view) if larger else None
    if larger and cell and not tally.category.startswith(SIZED):
        yield Tried("two", tally.category, partial(_the_larger, tally, larger, cell, voice))


def _in_order(tally: Tally, view: View, voice: Voice) -> Iterator[Tried]:
    """Yield the objects that can be counted off from one side, where it is clear where they are."""
    for ref in tally.refs if tally.count <= len(ORDINALS) else ():
        cell = clear_cell(view.facts[ref], view)
        if cell is None:
            continue
        for one in expressions(view).get(ref, ()):
            if one.category == tally.category and one.words.endswith(SIDES):
                yield Tried("ordinal", one.words, partial(_that_one, one, cell, view, voice))


def _no_such(tally: Tally, kind: Asked, voice: Voice) -> Proposal:
    about = f"{tally.category}/{kind}"
    number = tally.count + 1 + voice.pick(2, about)
    ordinal = ORDINALS[number - 1]
    side = f" {SIDES[voice.pick(2, f'{about}/side')]}" if kind == "ordinal" else ""
    said = {
        "counted": tag(counted(tally.count, tally.category), tally.refs),
        "be": verb(tally.count),
        "ordinal": ordinal,
    }
    which = {"which": f"{ordinal} {named(tally.category)['thing']}{side}"}
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say(f"{kind}_instructions", about, which),
        response=voice.say("ordinal_responses", about, said),
        refs=tally.refs,
    )


def _that_one(one: Expression, cell: Cell, view: View, voice: Voice) -> Proposal:
    fact = view.facts[one.target]
    known = [*details(fact, view), *(["cut off by the edge"] if fact.truncated else [])]
    said = {
        "The_thing": tag(opened(one.words), [one.target]),
        "place": place(cell),
        "details": "".join(f", {detail}" for detail in known),
    }
    which = {"which": one.words.removeprefix("the ")}
    return Proposal(
        form=TRUE_PREMISE,
        task=TaskType.VQA,
        instruction=voice.say("ordinal_instructions", one.words, which),
        response=voice.say("ordinal_responses_true", one.words, said),
        refs=(one.target,),
    )


def _not_so_many(tally: Tally, kind: Many, view: View, voice: Voice) -> Proposal:
    about = f"{tally.category}/{kind}"
    wrong = wrong_number(tally, view, voice)
    said = {
        "counted": tag(counted(tally.count, tally.category), tally.refs),
        "be": verb(tally.count),
        "wrong": number_word(wrong),
    }
    told = whereabouts(tally, view) if kind == "number" else ""
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say(
            f"{kind}_instructions", about, {"counted": counted(wrong, tally.category)}
        ),
        response=f"{voice.say('number_responses', about, said)}{told}",
        refs=tally.refs,
    )


def _so_many(tally: Tally, kind: Many, told: str, voice: Voice) -> Proposal:
    about = f"{tally.category}/{kind}/true"
    number = counted(tally.count, tally.category)
    said = {"counted": tag(number, tally.refs), "be": verb(tally.count)}
    return Proposal(
        form=TRUE_PREMISE,
        task=TaskType.VQA,
        instruction=voice.say(f"{kind}_instructions", about, {"counted": number}),
        response=f"{voice.say(f'{kind}_responses_true', about, said)}{told}",
        refs=tally.refs,
    )


def _not_two(tally: Tally, view: View, voice: Voice) -> Proposal:
    about = f"{tally.category}/two"
    said = named(tally.category, tally.count) | {
        "counted": tag(counted(tally.count, tally.category), tally.refs)
    }
    kind = "two_responses_one" if tally.count == 1 else "two_responses_many"
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say("two_instructions", about, named(tally.category)),
        response=f"{voice.say(kind, about, said)}{_largest(tally, view)}",
        refs=tally.refs,
    )


def _largest(tally: Tally, view: View) -> str:
    """Return a sentence on where the largest of several is, led by a space, where that is clear."""
    largest = winner("largest", things_of(tally, view), view) if tally.count > 2 else None
    cell = clear_cell(view.facts[largest], view) if largest else None
    if largest is None or cell is None:
        return ""
    return f" {tag(f'The largest {tally.category}', [largest])} is {place(cell)}."


def _the_larger(tally: Tally, larger: str, cell: Cell, voice: Voice) -> Proposal:
    about = f"{tally.category}/two"
    thing = tag(f"The larger {tally.category}", [larger])
    return Proposal(
        form=TRUE_PREMISE,
        task=TaskType.VQA,
        instruction=voice.say("two_instructions", about, named(tally.category)),
        response=voice.say("two_responses_true", about, {"The_thing": thing, "place": place(cell)}),
        refs=tally.refs,
    )
