"""Weaves the units of one class into sentences: on their own, merged where alike, or listed."""

import re
from collections.abc import Sequence
from typing import Final

from tasks.grounding.references import tag
from tasks.lexicon.lexicon import noun, number_word, plural
from tasks.model.offline.features import group_slots
from tasks.model.offline.naming import Names, Referring
from tasks.model.offline.phrases import agreement, all_colour, it, listed, takes_colour
from tasks.model.offline.plans import Voice, compose, finish
from tasks.model.offline.sight import View, company
from tasks.model.offline.units import Unit

LISTED: Final = 4  # places in one sentence
ALIKE: Final = 6  # units of a class from which alike ones are merged even where there is room
MERGED: Final = 4  # units in one sentence
SHARED: Final = ("all_colour", "each", "each_by", "course", "row_course", "order")
ONCE: Final = {"rank": "clearly", "covers": "% of the image"}  # and the words that give it away

_NAMES_ONLY: Final = re.compile(r"<[^>]*>|about [\d.]+ m ")  # tags and gaps, taken out


class Told:
    """What the text has said so far: pairs of related things, and features of the class at hand."""

    def __init__(self, view: View, voice: Voice) -> None:
        """Nothing has been said yet."""
        self.view, self.voice = view, voice
        self.pairs: set[frozenset[tuple[str, ...]]] = set()
        self.besides: set[str] = set()
        self.features: set[str] = set()

    def fresh(self, unit: Unit) -> Unit:
        """Return ``unit`` without what has been said, and remember its pair as said."""
        beside = _NAMES_ONLY.sub("", unit.slots.get("beside", ""))
        if unit.pairs & self.pairs or beside in self.besides:
            unit = unit.without("beside")
        self.pairs |= unit.pairs
        self.besides.add(beside)
        if len(unit.slots.keys() - {"covers", "slant"}) > 1:
            unit = unit.without("covers")
        if "where" in unit.slots or "beside" in unit.slots:
            unit = unit.without("nearest")
        unit = unit.with_kinds()
        said = set(self.features)
        if "each_by" in said:
            said |= {"metres", "metres_by"}
        return unit.without(*said)


def weave(units: Sequence[Unit], told: Told, room: int) -> list[str]:
    """Return about ``room`` sentences on ``units``, all of one class and at least one."""
    total = sum(len(unit.refs) for unit in units)
    told.features = set()
    sentences = _shared(units, told) if len(units) > 1 else []
    count = told.view.count(units[0].category)
    alone = len(units) == 1 and (count is None or count.count == total)
    names = Names(told.voice, alone=alone, tinted="all_colour" in told.features)
    room = max(1, min(room, len(units)), room - len(sentences))
    batches, rest = _batches(units, room)
    spare = room - len(batches)
    rich = sorted((b for b in batches if len(b) == 1), key=lambda b: -len(b[0].slots))
    more = {batch[0].refs: 1 + spare // max(1, len(rich)) for batch in rich}
    more |= {batch[0].refs: more[batch[0].refs] + 1 for batch in rich[: spare % max(1, len(rich))]}
    for batch in batches:
        if len(batch) == 1:
            sentences += _on_one(batch[0], told, names, min(3, more[batch[0].refs]))
        else:
            sentences.append(_together(batch, told, names))
    return [*sentences, *_summed(rest, told, bool(batches))]


def _shared(units: Sequence[Unit], told: Told) -> list[str]:
    """Return what all things of the class have in common, once for all."""
    refs = tuple(ref for unit in units for ref in unit.refs)
    view, category = told.view, units[0].category
    if any(unit.kind == "crowd" for unit in units) or not view.exact(category):
        return []
    if view.objects:
        formed = [group for group in view.companies if set(group.refs) == set(refs)]
        whole = formed[0] if formed else company([view.objects[ref] for ref in refs])
        found = {**group_slots(whole, view), "all_colour": all_colour(whole) or ""}
    else:
        tints, courses = {u.tint for u in units}, {u.slots.get("course") for u in units}
        found = {"all_colour": tints.pop() or ""} if len(tints) == 1 else {}
        found |= {"course": courses.pop() or ""} if len(courses) == 1 else {}
    slots = {name: words for name in SHARED if (words := found.get(name))}
    told.features |= set(slots)
    if "course" in slots:
        told.features.add("slant")
    if "all_colour" in slots:
        told.features.add("colour")
    name = tag(f"the {number_word(len(refs))} {plural(category)}", refs)
    plain = {"kinds": plural(category), **agreement(len(refs))}

    def subject(place: int) -> dict[str, str]:
        if place:
            return {**plain, "subject": it(refs), "then": ""}
        return {**plain, "subject": name, "noun": name}

    return compose(told.voice, ["synthesis.shared"], slots, subject, 2)


def _batches(units: Sequence[Unit], room: int) -> tuple[list[list[Unit]], list[Unit]]:
    """Divide ``units`` into those of one sentence each, in order, and those to be summed up."""
    batches = [[unit] for unit in units]
    if len(batches) > min(room, ALIKE):
        batches = _merged(batches, min(room, max(ALIKE, round(0.8 * len(units)))))
    if len(batches) > room:
        batches = _in_lists(batches, room)
    if len(batches) <= room:
        return batches, []
    ranked = sorted(batches, key=lambda b: -sum(len(unit.refs) for unit in b))
    kept = ranked[: max(1, room - 1)]
    rest = [unit for batch in batches if batch not in kept for unit in batch]
    return [batch for batch in batches if batch in kept], rest


def _merged(batches: list[list[Unit]], room: int) -> list[list[Unit]]:
    """Merge units of one kind in one place, the smallest first, until they are ``room`` or fewer."""
    for batch in sorted(batches, key=lambda b: len(b[0].refs)):
        if len(batches) <= room:
            break
        unit = batch[0]
        if batch not in batches or unit.kind == "crowd" or "where" not in unit.slots:
            continue
        alike = [b for b in batches if b != batch and _are_alike(b[0], unit)]
        free = [b for b in alike if len(b) + len(batch) <= MERGED]
        if free:
            into = min(free, key=lambda b: sum(len(u.refs) for u in b))
            batches = [b + batch if b == into else b for b in batches if b != batch]
    return batches


def _are_alike(one: Unit, two: Unit) -> bool:
    same_kind = (one.kind == "row") == (two.kind == "row") and one.single == two.single
    return same_kind and two.kind != "crowd" and one.slots.get("where") == two.slots.get("where")


def _in_lists(batches: list[list[Unit]], room: int) -> list[list[Unit]]:
    """Put the smallest units of clear places into lists of four, until they are ``room`` or fewer."""
    small = [b for b in batches if "where" in b[0].slots and b[0].kind not in {"row", "crowd"}]
    small.sort(key=lambda b: sum(len(unit.refs) for unit in b))
    while len(batches) > room and len(small) > 1:
        joined = [batch for batch in batches if batch in small[:LISTED]]
        small = small[LISTED:]
        first = batches.index(joined[0])
        batches = [b for b in batches if b not in joined]
        batches.insert(first, [unit for batch in joined for unit in batch])
    return batches


def _on_one(unit: Unit, told: Told, names: Names, most: int) -> list[str]:
    unit = told.fresh(unit)
    referring = names.referring(unit)
    families = ["synthesis.more", "local.crowd" if unit.kind == "crowd" else "local.object"]
    opening = ["synthesis.thing"]
    if not unit.single:
        families, opening = ["synthesis.company_more", "local.group"], ["synthesis.company"]
    said = compose(told.voice, families, unit.slots, referring, most, opening)
    told.features |= {name for name, mark in ONCE.items() if mark in " ".join(said)}
    names.heard(unit, said)
    return said or [_merely(referring, told)]


def _merely(referring: Referring, told: Told) -> str:
    """Return a sentence that names a unit of which nothing more is known or left to say."""
    return told.voice.say("synthesis.merely", dict(referring(0)))


def _together(batch: Sequence[Unit], told: Told, names: Names) -> str:
    """Return one sentence on several units: of one place, or each with its place."""
    places = list(dict.fromkeys(unit.slots.get("where") for unit in batch))
    category = batch[0].category
    if len(places) > 1:
        return _by_place(batch, names)
    where = {"where": places[0]} if places[0] else {}
    if batch[0].kind == "row":
        number = f"{number_word(len(batch))} {names.more('row', len(batch))}rows"
        sizes = [tag(number_word(len(unit.refs)), unit.refs) for unit in batch[:-1]]
        end = tag(f"{number_word(len(batch[-1].refs))} {plural(category)}", batch[-1].refs)
        courses = {unit.slots.get("row_course") for unit in batch}
        course = courses.pop() if len(courses) == 1 else None
        where |= {"row_course": course} if course else {}
        slots = {"rows": number, "sizes": listed([*sizes, end])}
        return told.voice.say("synthesis.rows", slots | where)
    refs = tuple(ref for unit in batch for ref in unit.refs)
    colours = {unit.tint for unit in batch}
    tint = colours.pop() if len(colours) == 1 and "all_colour" not in told.features else None
    colour = f"{tint} " if tint and takes_colour(category) else ""
    words = f"{number_word(len(refs))} {names.more('thing', len(refs), tint)}{colour}{noun(category, len(refs))}"
    return told.voice.say("synthesis.merged", {"things": tag(words, refs), **where})


def _by_place(batch: Sequence[Unit], names: Names) -> str:
    """Return “There are six more planes in the upper left, four in the centre and …”."""
    places: dict[str, list[str]] = {}
    for unit in batch:
        places.setdefault(unit.slots["where"], []).extend(unit.refs)
    category, more = batch[0].category, names.more("thing", sum(len(u.refs) for u in batch))
    said: list[str] = []
    for where, refs in places.items():
        number = number_word(len(refs))
        words = f"{number} {more}{noun(category, len(refs))}" if not said else number
        said.append(f"{tag(words, refs)} {where}")
    there = "is" if len(next(iter(places.values()))) == 1 else "are"
    return finish(f"there {there} {listed(said)} of the image.")


def _summed(rest: Sequence[Unit], told: Told, others: bool) -> list[str]:
    if not rest:
        return []
    refs = tuple(ref for unit in rest for ref in unit.refs)
    kind, number = noun(rest[0].category, len(refs)), number_word(len(refs))
    slots = {
        "rest": tag(f"the {'other ' if others else ''}{number} {kind}", refs),
        "remaining": tag(f"the {'remaining ' if others else ''}{number} {kind}", refs),
        **agreement(len(refs)),
    }
    rows = sum(unit.kind == "row" for unit in rest)
    if len(rest) > 1:
        smaller = f"{number_word(len(rest))} groups"
        slots["groups"] = smaller if rows < len(rest) else f"{number_word(rows)} rows"
    return [told.voice.say("synthesis.rest", slots)]
