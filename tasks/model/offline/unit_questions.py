"""Questions on one thing or one group: its looks, its place, its neighbours and its use."""

import re
from collections.abc import Iterator
from typing import Final

from schemas.facts import RelationFact
from tasks.grounding.references import tag
from tasks.lexicon.lexicon import counted, number_word, plural
from tasks.model.offline.features import group_slots, object_slots, where
from tasks.model.offline.geometry_words import metres
from tasks.model.offline.local import (
    chosen_relations,
    relation_sentence,
)
from tasks.model.offline.overview import MANY, use_of
from tasks.model.offline.phrases import (
    agreement,
    all_colour,
    listed,
    the_many,
    the_thing,
)
from tasks.model.offline.plans import Voice
from tasks.model.offline.questions import (
    ARRANGEMENT,
    COMPARISON,
    PERCEPTION,
    PLACE,
    REASONING,
    Asked,
    asked,
    purpose_of,
)
from tasks.model.offline.sight import Company, Sight, View, company

Slots = dict[str, str]

_LEADING: Final = re.compile(r"^(?:a|an)\s", re.IGNORECASE)


def on_units(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield questions on each class of which every thing is listed."""
    for count in view.sheet.counts:
        things = view.all_of(count.category)
        if not things or any(thing.fact.crowd for thing in things):
            continue
        if view.complete(count.category):
            yield from (
                _on_one(things[0], view, voice)
                if len(things) == 1
                else _on_class(things, view, voice)
            )


def on_use(view: View, refs_of: dict[str, tuple[str, ...]], voice: Voice) -> Iterator[Asked]:
    """Yield what many things of a class suggest about the place."""
    for count in view.sheet.counts:
        use, refs = use_of(count.category), refs_of.get(count.category, ())
        if count.count < MANY or use is None or len(refs) != count.count or count.crowd:
            continue
        number = counted(count.count, count.category)
        kinds = plural(count.category)
        rows = [c for c in view.companies if c.category == count.category and c.kind == "row"]
        lined = bool(rows) and sum(len(row.refs) for row in rows) == count.count
        slots = {"kinds": kinds, "use": use}
        slots["subject"] = tag(f"the {number}" if lined and count.exhaustive else number, refs)
        slots |= {"rows": "a row" if len(rows) == 1 else "rows"} if lined else {}
        answer = voice.say("dialogue.answer_use_rows" if lined else "dialogue.answer_use", slots)
        yield asked(REASONING, "use", refs, slots, answer, voice)


def _on_one(sight: Sight, view: View, voice: Voice) -> Iterator[Asked]:
    refs = (sight.ref,)
    slots = _naming(f"the {sight.category}", the_thing(sight), 1)
    known = object_slots(sight, view)
    if sight.colour:
        answer = voice.say("dialogue.answer_colour", {**slots, "colour": sight.colour})
        yield asked(PERCEPTION, "colour", refs, slots, answer, voice)
    if place := where([sight], view):
        answer = voice.say("dialogue.answer_where", {**slots, "where": place})
        yield asked(PLACE, "where", refs, slots, answer, voice)
    if "metres_by" in known:
        sizes: Slots = {n: words for n, words in known.items() if n.startswith("metres")}
        answer = voice.say("dialogue.answer_size", {**slots, **sizes})
        yield asked(ARRANGEMENT, "size", refs, slots, answer, voice)
    if "course" in known:
        found = {"course": known["course"], "slant": known["slant"]}
        answer = voice.say("dialogue.answer_course", {**slots, **found})
        yield asked(ARRANGEMENT, "course", refs, slots, answer, voice)
    if "covers" in known:
        answer = voice.say("dialogue.answer_covers", {**slots, "covers": known["covers"]})
        yield asked(COMPARISON, "covers", refs, slots, answer, voice)
    yield from _on_edge(sight, view, slots, voice)
    yield from _on_relations(sight, view, slots, voice)
    yield from _on_purpose(sight.category, refs, slots, voice)


def _on_edge(sight: Sight, view: View, slots: Slots, voice: Voice) -> Iterator[Asked]:
    cut = object_slots(sight, view).get("cut")
    if cut:
        answer = f"No, {the_thing(sight)} is cut off by {cut}."
        yield asked(ARRANGEMENT, "cut_one", (sight.ref,), slots, answer, voice)
    elif not sight.fact.truncated:
        answer = voice.say("dialogue.answer_whole", slots)
        yield asked(ARRANGEMENT, "cut_one", (sight.ref,), slots, answer, voice)


def _on_relations(sight: Sight, view: View, slots: Slots, voice: Voice) -> Iterator[Asked]:
    relations = [r for r in view.sheet.relations if r.subject == sight.ref]
    for relation in [r for r in relations if r.relation == "nearest" and r.object in view.objects]:
        answer = relation_sentence(relation, view, voice, the_thing(sight))
        refs = (sight.ref, relation.object)
        yield asked(PLACE, "nearest", refs, slots, answer, voice)
    for relation in chosen_relations(sight, view, 4):
        end = view.objects[relation.object]
        if relation.relation in {"nearest", "inside"} or len(view.all_of(end.category)) > 1:
            continue
        answer = relation_sentence(relation, view, voice, the_thing(sight))
        named = {**slots, "other_name": f"the {end.category}"}
        yield asked(PLACE, "beside", (sight.ref, end.ref), named, answer, voice)


def _on_purpose(
    category: str, refs: tuple[str, ...], slots: Slots, voice: Voice
) -> Iterator[Asked]:
    purpose = purpose_of(category)
    if purpose:
        answer = voice.say("dialogue.answer_purpose", {**slots, "purpose": purpose})
        yield asked(REASONING, "purpose", refs, slots, answer, voice)


def _on_class(things: tuple[Sight, ...], view: View, voice: Voice) -> Iterator[Asked]:
    whole = _formed(things, view)
    words = counted(len(things), whole.category)
    slots = _naming(f"the {words}", the_many(whole), len(things))
    yield from _on_looks(whole, view, slots, voice)
    yield from _on_rows(whole, view, slots, voice)
    if len(things) == 2:
        yield from _on_gap(whole, view.sheet.relations, slots, voice)
    if len(things) < MANY:
        yield from _on_purpose_of_many(whole, slots, voice)


def _on_looks(whole: Company, view: View, slots: Slots, voice: Voice) -> Iterator[Asked]:
    known = group_slots(whole, view)
    colour = all_colour(whole)
    if colour:
        answer = voice.say("dialogue.answer_colour", {**slots, "colour": colour})
        yield asked(PERCEPTION, "colour", whole.refs, slots, answer, voice)
    for kind, needed in (("mixed", "some_long"), ("most", "most_long")):
        several = len(whole.colours) > 1
        if needed in known and several:
            answer = voice.say(f"dialogue.answer_{kind}", known)
            yield asked(PERCEPTION, "mixed", whole.refs, slots, answer, voice)
    if "each_by" in known or "range" in known:
        answer = voice.say("dialogue.answer_alike", {**known, **slots})
        yield asked(COMPARISON, "alike", whole.refs, slots, answer, voice)
    if "course" in known:
        answer = voice.say("dialogue.answer_courses", {**slots, "course": known["course"]})
        yield asked(ARRANGEMENT, "courses", whole.refs, slots, answer, voice)


def _on_rows(whole: Company, view: View, slots: Slots, voice: Voice) -> Iterator[Asked]:
    rows = [c for c in view.companies if c.category == whole.category and c.kind == "row"]
    inside = {ref for row in rows for ref in row.refs}
    rest = [ref for ref in whole.refs if ref not in inside]
    if not rows or len(inside) < 0.5 * len(whole.refs) or len(rows) > 5:
        return
    if len(rows) == 1 and not rest:
        known = {
            n: w for n, w in group_slots(rows[0], view).items() if n in {"row_course", "order"}
        }
        answer = voice.say("dialogue.answer_one_row", {**slots, **known})
    else:
        found = {"rows": listed([_row(row) for row in rows]), "is": "are" if rest else "is"}
        if rest:
            other = "one" if len(rest) == 1 else number_word(len(rest))
            found["rest"] = tag(f"the other {other}", rest)
            found |= {"there": "there is", "them": "it" if len(rows) == 1 else "them"}
            found |= {"stand": "stands" if len(rest) == 1 else "stand"}
            answer = voice.say("dialogue.answer_rows_rest", found)
        else:
            number = number_word(len(rows))
            answer = voice.say("dialogue.answer_rows", {**slots, **found, "number": number})
    yield asked(ARRANGEMENT, "arranged", whole.refs, slots, answer, voice)


def _row(row: Company) -> str:
    return tag(f"a row of {number_word(len(row.refs))}", row.refs)


def _on_gap(
    pair: Company, relations: tuple[RelationFact, ...], slots: Slots, voice: Voice
) -> Iterator[Asked]:
    gaps = [
        r.margin_m
        for r in relations
        if {r.subject, r.object} == set(pair.refs) and r.relation in {"nearest", "next_to"}
    ]
    if gaps and gaps[0] and gaps[0] >= 1:
        found = {"kinds": plural(pair.category), "gap": metres(gaps[0])}
        answer = voice.say("dialogue.answer_apart", {**slots, **found})
        yield asked(PLACE, "apart", pair.refs, {**slots, **found}, answer, voice)


def _on_purpose_of_many(whole: Company, slots: Slots, voice: Voice) -> Iterator[Asked]:
    purpose = purpose_of(whole.category)
    if purpose:
        kinds = tag(f"the {plural(whole.category)}", whole.refs)
        answer = voice.say(
            "dialogue.answer_purpose", {"subject": kinds, "is": "are", "purpose": purpose}
        )
        yield asked(REASONING, "purpose", whole.refs, slots, answer, voice)


def _formed(things: tuple[Sight, ...], view: View) -> Company:
    """Return all things of a class as the group that they form, where they form one."""
    refs = {thing.ref for thing in things}
    return next((c for c in view.companies if set(c.refs) == refs), company(things))


def _naming(name: str, subject: str, count: int) -> Slots:
    return {"name": name, "subject": subject, **agreement(count)}
