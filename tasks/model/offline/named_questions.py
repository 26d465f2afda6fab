"""Questions on a row, a cluster or a thing that its name tells from all others, and on extremes."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tasks.grounding.references import tag
from tasks.lexicon.lexicon import counted, noun, number_word, plural, with_article
from tasks.model.offline.features import object_slots, where
from tasks.model.offline.geometry_words import area
from tasks.model.offline.gists import refs_by_class, tagged
from tasks.model.offline.phrases import agreement, article_for
from tasks.model.offline.plans import Voice
from tasks.model.offline.questions import (
    ARRANGEMENT,
    COMPARISON,
    LARGER,
    PERCEPTION,
    PLACE,
    REASONING,
    Asked,
    asked,
)
from tasks.model.offline.sight import Sight, View, company
from tasks.model.offline.units import Unit, units_of

LONGER: Final = 1.15  # times the second longest, before one is called the longest
FEW: Final = 4  # members from which a group has a name
_SIDE: Final = re.compile(
    r"(to the left of|to the right of|above|below|next to|inside) (<ref [^>]*>[^<]*</ref>)"
)


def on_named(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield questions on every unit whose name is its own: looks, place, neighbours, course."""
    units = units_of(view)
    titles = [unit.title for unit in units]
    named = {u.refs: u for u in units if titles.count(u.title) == 1 and _has_name(u, view)}
    for unit in units:
        if unit.refs in named:
            yield from _on_unit(unit, view, voice)
        yield from _on_sides(unit, named, voice)


def on_extremes(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield which thing of a class is the longest or the smallest, and how many show a colour."""
    for count in view.sheet.counts:
        things = view.all_of(count.category)
        exact = view.complete(count.category) and view.exact(count.category)
        if len(things) < 2 or not exact or count.partly_visible:
            continue
        yield from _on_colours(things, voice)
        if len(things) < 3 or any(thing.fact.truncated for thing in things):
            continue
        if all(thing.fact.angle is not None for thing in things):
            yield from _extreme("longest", things, lambda t: -t.fact.length, LONGER, view, voice)
        yield from _extreme("smallest", things, lambda t: area(t.fact), LARGER, view, voice)


def _has_name(unit: Unit, view: View) -> bool:
    """Say whether “the row of nine ships” or “the ship” can mean only this unit."""
    if unit.kind == "crowd":
        return False
    count = view.count(unit.category)
    if unit.single:
        return count is not None and count.count == 1 and view.exact(unit.category)
    return unit.kind in {"row", "cluster"} or (len(unit.refs) >= FEW and not view.objects)


def _on_unit(unit: Unit, view: View, voice: Voice) -> Iterator[Asked]:
    known = unit.slots
    slots = {
        "name": unit.title,
        "subject": tag(unit.title, unit.refs),
        "kinds": plural(unit.category),
        **agreement(1),
    }
    if "where" in known:
        answer = voice.say("dialogue.answer_where", {**slots, "where": known["where"]})
        yield asked(PLACE, "where", unit.refs, slots, answer, voice)
        if unit.single:
            yield _on_presence(unit, voice)
    if unit.tint:
        answer = voice.say("dialogue.answer_colour", {**slots, "colour": unit.tint})
        yield asked(PERCEPTION, "colour", unit.refs, slots, answer, voice)
    if "metres_by" in known:
        sizes = {n: words for n, words in known.items() if n.startswith("metres")}
        answer = voice.say("dialogue.answer_size", {**slots, **sizes})
        yield asked(ARRANGEMENT, "size", unit.refs, slots, answer, voice)
    if "each_by" in known:
        sizes = {n: words for n, words in known.items() if n.startswith("each")}
        members = tag(f"the {counted(len(unit.refs), unit.category)}", unit.refs)
        answer = voice.say("dialogue.answer_each", {"subject": members, **sizes})
        yield asked(COMPARISON, "each", unit.refs, slots, answer, voice)
    if unit.kind == "row" and "row_course" in known:
        course = {n: words for n, words in known.items() if n in {"row_course", "order"}}
        answer = voice.say("dialogue.answer_runs", {**slots, **course})
        yield asked(ARRANGEMENT, "runs", unit.refs, slots, answer, voice)
    yield from _on_left(unit, slots, view, voice)


def _on_presence(unit: Unit, voice: Voice) -> Asked:
    slots = {
        "one": with_article(unit.category),
        "thing": tag(article_for(unit.body), unit.refs),
        "where": unit.slots["where"],
    }
    answer = voice.say("dialogue.answer_presence", slots)
    return asked(PERCEPTION, "presence", unit.refs, slots, answer, voice)


def _on_left(unit: Unit, slots: dict[str, str], view: View, voice: Voice) -> Iterator[Asked]:
    """Yield how many would be left without a group: arithmetic with what is seen."""
    known = refs_by_class(view.sheet).get(unit.category, ())
    count = view.count(unit.category)
    left = [ref for ref in known if ref not in unit.refs]
    if (
        unit.single
        or not view.exact(unit.category)
        or count is None
        or count.count != len(known)
        or not left
    ):
        return
    words = {**slots, "left": tag(counted(len(left), unit.category), left)}
    answer = voice.say("dialogue.answer_left", words)
    yield asked(REASONING, "left", (*unit.refs, *left), words, answer, voice)


def _on_sides(unit: Unit, named: dict[tuple[str, ...], Unit], voice: Voice) -> Iterator[Asked]:
    """Yield what lies beside a unit that has a name of its own."""
    for side, words in _SIDE.findall(unit.slots.get("beside", "")):
        end = named.get(tagged(words)[0][0])
        if end is None or unit.kind == "crowd":
            continue
        row = unit.kind in {"row", "cluster"}
        name = f"a {unit.kind} of {unit.body}" if row else unit.body
        slots = {
            "side": side,
            "subject": tag(article_for(unit.body) if unit.single else name, unit.refs),
            "other": tag(end.title, end.refs),
            "other_name": end.title,
            **agreement(1 if unit.single or row else 2),
            "them": "it",
        }
        answer = voice.say("dialogue.answer_side", slots)
        question = asked(PLACE, "side", end.refs, slots, answer, voice)
        yield question


def _on_colours(things: Sequence[Sight], voice: Voice) -> Iterator[Asked]:
    whole = company(things)
    if len(whole.colours) < 2 or not whole.all_coloured:
        return
    colour, refs = whole.colours[voice.pick(range(min(3, len(whole.colours))))]
    all_of = f"the {counted(len(things), whole.category)}"
    slots = {
        "kinds": noun(whole.category, 2),
        "colour": colour,
        "some_of": tag(f"{number_word(len(refs))} of {all_of}", refs),
        **agreement(len(refs)),
    }
    answer = voice.say("dialogue.answer_tinted", slots)
    yield asked(COMPARISON, "tinted", whole.refs, slots, answer, voice)


def _extreme(
    word: str,
    things: Sequence[Sight],
    by: Callable[[Sight], float],
    ratio: float,
    view: View,
    voice: Voice,
) -> Iterator[Asked]:
    """Yield the question after the first of ``things`` by ``by``, where there is no doubt."""
    first, second = sorted(things, key=by)[:2]
    place, size = where([first], view), object_slots(first, view).get("metres_by")
    apart = max(abs(by(first)), abs(by(second))) / max(1e-9, min(abs(by(first)), abs(by(second))))
    if place is None or size is None or apart < ratio:
        return
    slots = {
        "kinds": plural(first.category),
        "extreme": tag(f"the {word} {first.category}", [first.ref]),
        "where": place,
        "metres_by": size,
    }
    answer = voice.say("dialogue.answer_extreme", slots)
    yield asked(COMPARISON, word, [thing.ref for thing in things], slots, answer, voice)
