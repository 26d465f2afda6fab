"""What can be asked about a tile: questions with their true answers, by level of thought."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Final

import yaml

from schemas.facts import CountFact
from tasks.grounding.references import compress, tag
from tasks.lexicon.lexicon import broader, counted, plural
from tasks.model.offline.features import group_slots, object_slots, where
from tasks.model.offline.geometry_words import area
from tasks.model.offline.gists import refs_by_class
from tasks.model.offline.overview import amount, there
from tasks.model.offline.phrases import agreement, listed
from tasks.model.offline.plans import Voice, finish
from tasks.model.offline.sight import View, company

PERCEPTION: Final = 1
COMPARISON: Final = 2
PLACE: Final = 3
ARRANGEMENT: Final = 4
REASONING: Final = 5
LARGER: Final = 1.3  # times the second largest, before one is called the largest


@dataclass(frozen=True)
class Asked:
    """One question with its answer. ``follow`` is the question after a turn on the same things."""

    level: int
    key: str
    refs: tuple[str, ...]
    question: str
    follow: str
    answer: str

    @property
    def kind(self) -> str:
        """What is asked, without of what."""
        return self.key.split()[0]


def asked(
    level: int, kind: str, refs: Sequence[str], slots: dict[str, str], answer: str, voice: Voice
) -> Asked:
    """Return a question of ``kind`` on ``refs``; ``slots`` fill its plans."""
    question = voice.say(f"dialogue.ask_{kind}", slots)
    follow = voice.say(f"dialogue.on_{kind}", slots)
    return Asked(level, f"{kind} {compress(refs)}", tuple(refs), question, follow, answer)


def on_counts(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield how many there are of each class, what there is at all, and which are more."""
    known = refs_by_class(view.sheet)
    shown = [c for c in view.sheet.counts if c.count and len(known.get(c.category, ())) == c.count]
    for count in shown:
        slots = {"kinds": plural(count.category), **_amount([count], view)}
        answer = voice.say("dialogue.answer_count", slots)
        yield asked(PERCEPTION, "count", known[count.category], slots, answer, voice)
    if len(shown) > 1 and len(shown) == len(view.sheet.counts):
        slots = _amount(shown, view)
        refs = tuple(ref for count in shown for ref in known[count.category])
        answer = voice.say("dialogue.answer_kinds", slots)
        yield asked(PERCEPTION, "kinds", refs, slots, answer, voice)
    exact = [c for c in shown if c.exhaustive and not c.crowd]
    for more, fewer in pairwise(exact):
        slots = {
            **_amount([more], view),
            "kinds": plural(more.category),
            "others": plural(fewer.category),
            "fewer": amount(fewer, view.sheet, numbered=True),
        }
        slots["is"] = "are"
        family = "answer_equal" if more.count == fewer.count else "answer_more"
        refs = (*known[more.category], *known[fewer.category])
        if more.count == 1:
            continue
        answer = voice.say(f"dialogue.{family}", slots)
        yield asked(COMPARISON, "compare", refs, slots, answer, voice)


def on_largest(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield which thing of a class is the largest, where there is no doubt."""
    for count in view.sheet.counts:
        things = sorted(view.all_of(count.category), key=lambda s: -area(s.fact))
        whole = all(not t.fact.truncated and not t.fact.crowd for t in things)
        if len(things) < 2 or not whole or not view.complete(count.category):
            continue
        if count.partly_visible or not count.exhaustive:
            continue
        first, second = things[0], things[1]
        place = where([first], view)
        if place is None or area(first.fact) < LARGER * area(second.fact):
            continue
        slots = {
            "kinds": plural(count.category),
            "largest": tag(
                f"the {'larger' if len(things) == 2 else 'largest'} {count.category}", [first.ref]
            ),
            "where": place,
        }
        found = object_slots(first, view).get("metres_by")
        slots |= {"metres_by": found} if found else {}
        answer = voice.say("dialogue.answer_largest", slots)
        refs = tuple(thing.ref for thing in things)
        yield asked(
            COMPARISON, "larger" if len(things) == 2 else "largest", refs, slots, answer, voice
        )


def on_places(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield where each of two to four things of a class is."""
    for count in view.sheet.counts:
        things = view.all_of(count.category)
        if not 2 <= len(things) <= 4 or not view.complete(count.category):
            continue
        places = [where([thing], view) for thing in things]
        if (
            None in places
            or len(set(places)) < len(places)
            or any(thing.fact.crowd for thing in things)
        ):
            continue
        names = [tag("one", [things[0].ref]), *(tag("another", [t.ref]) for t in things[1:])]
        if len(things) == 2:
            names[1] = tag("the other", [things[1].ref])
        said = [f"{name} is {place}" for name, place in zip(names, places, strict=True)]
        answer = finish(f"{listed(said)} of the image.")
        slots = {"kinds": plural(count.category)}
        refs = [thing.ref for thing in things]
        yield asked(PLACE, "places", refs, slots, answer, voice)


def on_cut(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield whether all things of a class are completely in view."""
    for count in view.sheet.counts:
        things = view.all_of(count.category)
        if len(things) < 2 or not view.complete(count.category) or count.partly_visible:
            continue
        refs = [thing.ref for thing in things]
        slots = {"kinds": plural(count.category), **agreement(len(things))}
        cut = [thing for thing in things if thing.fact.truncated]
        if not cut and count.exhaustive and not count.crowd:
            slots["subject"] = tag(f"the {counted(count.count, count.category)}", refs)
            answer = voice.say("dialogue.answer_whole", slots)
            yield asked(ARRANGEMENT, "cut", refs, slots, answer, voice)
        found = group_slots(company(things), view)
        if cut and "cut_long" in found:
            answer = voice.say("dialogue.answer_cut", found)
            yield asked(ARRANGEMENT, "cut", refs, slots, answer, voice)


@cache
def purpose_of(category: str) -> str | None:
    """Return what such a thing is usually for, from its class or the nearest broader one."""
    text = resources.files(__package__).joinpath("purposes.yaml").read_text(encoding="utf-8")
    purposes: dict[str, str] = yaml.safe_load(text)
    above = sorted(c for c in broader(category) if c in purposes)
    return purposes.get(category) or (purposes[above[0]] if above else None)


def _amount(shown: Sequence[CountFact], view: View) -> dict[str, str]:
    one = len(shown) == 1 and shown[0].count == 1
    return {
        "amount": listed([amount(count, view.sheet, numbered=len(shown) == 1) for count in shown]),
        **agreement(1 if one else 2),
        **there(shown),
    }
