"""The units of a tile: each thing or group that has a local fact, with what is known of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tasks.lexicon.lexicon import counted, noun, number_word
from tasks.model.offline.features import group_slots, object_slots, where
from tasks.model.offline.geometry_words import metres, middle
from tasks.model.offline.gists import Gist, gists, tagged
from tasks.model.offline.local import SIDES, chosen_relations, sides_of, units
from tasks.model.offline.phrases import all_colour, other, takes_colour
from tasks.model.offline.retold import slots_of, tint_of
from tasks.model.offline.sight import Company, Sight, View, company

_BESIDE = {**SIDES, "next_to": "next to", "inside": "inside"}

_OF_THEM = re.compile(r"(?<=>)(?!all|both|most)(\w+) of them<", re.IGNORECASE)


@dataclass(frozen=True)
class Unit:
    """One thing or group. ``tint`` is the colour of all of it, ``slots`` its other features."""

    kind: str
    category: str
    refs: tuple[str, ...]
    slots: Mapping[str, str]
    tint: str | None = None

    @property
    def single(self) -> bool:
        """Whether it is one thing."""
        return len(self.refs) == 1

    @property
    def body(self) -> str:
        """“nine white planes”, “nine large vehicles”, “white plane”."""
        kind = noun(self.category, len(self.refs))
        coloured = f"{self.tint} {kind}" if self.tint and takes_colour(self.category) else kind
        return coloured if self.single else f"{number_word(len(self.refs))} {coloured}"

    @property
    def title(self) -> str:
        """“the row of nine ships”, “the group of 35 ships”, “the ship”."""
        if self.single:
            return f"the {self.category}"
        kind = self.kind if self.kind in {"row", "cluster"} else "group"
        return f"the {kind} of {counted(len(self.refs), self.category)}"

    def without(self, *names: str) -> "Unit":
        """Return the unit without the features ``names``."""
        return replace(self, slots={n: w for n, w in self.slots.items() if n not in names})

    def with_kinds(self) -> "Unit":
        """Return the unit with “two of the planes” for “two of them”: what “them” is may be far off.

        “Most of them” goes: “most of the planes” would be all of the picture's.
        """
        kinds = noun(self.category, 2)
        named = {
            name: _OF_THEM.sub(rf"\1 of the {kinds}<", words)
            for name, words in self.slots.items()
            if name in {"some_long", "cut_long"}
        }
        slots = {name: words for name, words in self.slots.items() if name != "most_long"}
        return replace(self, slots={**slots, **named})

    @property
    def pairs(self) -> frozenset[frozenset[tuple[str, ...]]]:
        """The unit paired with each thing that it is said to stand beside."""
        ends = tagged(self.slots.get("beside", ""))
        return frozenset(frozenset({self.refs, refs}) for refs, _ in ends)


def units_of(view: View) -> tuple[Unit, ...]:
    """Return every unit in reading order: as seen, or as the local facts tell where none is."""
    if not view.objects:
        return tuple(_from_gist(gist) for gist in gists(view.sheet))
    return tuple(_seen(group, view) for group in sorted(units(view), key=_reading_order))


def whole_of(category: str, view: View) -> Unit | None:
    """Return all things of a class as one unit, None where not every one of them is known."""
    things = view.all_of(category)
    if things:
        refs = {thing.ref for thing in things}
        formed = next((group for group in view.companies if set(group.refs) == refs), None)
        known = view.complete(category) and not any(thing.fact.crowd for thing in things)
        return _seen(formed or company(things), view) if known else None
    parts = [unit for unit in units_of(view) if unit.category == category]
    refs_of_all = tuple(ref for unit in parts for ref in unit.refs)
    count = view.count(category)
    if count is None or count.crowd or len(set(refs_of_all)) != count.count:
        return None
    if len(parts) == 1:
        return parts[0]
    tints, courses = {u.tint for u in parts}, {u.slots.get("course") for u in parts}
    tint, course = (tints.pop() if len(tints) == 1 else None), courses.pop()
    slots = {"course": course} if course and not courses else {}
    return Unit("cell", category, refs_of_all, slots, tint)


def _from_gist(gist: Gist) -> Unit:
    slots, tint = slots_of(gist), tint_of(gist)
    if gist.kind == "cluster":
        slots["close"] = "in a cluster"
    slots |= _tinted(gist.category, tint, gist.refs)
    return Unit(gist.kind, gist.category, gist.refs, slots, tint)


def _seen(group: Company, view: View) -> Unit:
    one = group.members[0] if len(group.members) == 1 else None
    slots = object_slots(one, view) if one else group_slots(group, view)
    slots |= _beside(one, view) if one else _sides(group, view)
    if found := where(group.members, view):
        slots["where"] = found
    if group.kind == "cluster":
        slots["close"] = "in a cluster"
    tint = one.colour if one else all_colour(group)
    kind = "crowd" if one and one.fact.crowd else "single" if one else group.kind
    slots |= _tinted(group.category, tint, group.refs)
    return Unit(kind, group.category, group.refs, slots, tint)


def _tinted(category: str, tint: str | None, refs: tuple[str, ...]) -> dict[str, str]:
    if tint is None or takes_colour(category):
        return {}
    return {"colour" if len(refs) == 1 else "all_colour": tint}


def _beside(sight: Sight, view: View) -> dict[str, str]:
    """Return “about 40 m to the left of the ship”, or what lies nearest."""
    slots: dict[str, str] = {}
    for relation in chosen_relations(sight, view, 4):
        end = other(view.objects[relation.object], sight.category, view)
        if relation.relation == "nearest":
            slots.setdefault("nearest", end)
        if relation.relation not in _BESIDE or "beside" in slots:
            continue
        gap = relation.margin_m if relation.relation in SIDES else None
        apart = f"about {metres(gap)} m " if gap and gap >= 1 else ""
        slots["beside"] = f"{apart}{_BESIDE[relation.relation]} {end}"
    return slots


def _sides(group: Company, view: View) -> dict[str, str]:
    sides = sides_of(group, view)
    if not sides:
        return {}
    beside = f"{sides['side']} {sides['other']}"
    if "side_2" in sides:
        beside += f" and {sides['side_2']} {sides['other_2']}"
    return {"beside": beside}


def _reading_order(unit: Company) -> tuple[float, float]:
    x, y = middle(unit.box)
    return round(y / 100), x
