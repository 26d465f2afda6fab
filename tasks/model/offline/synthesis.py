"""The synthesis: one description of a tile, from the whole to its parts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from schemas.teacher import Synthesis
from tasks.grounding.references import tag
from tasks.lexicon.lexicon import noun, number_word, plural
from tasks.model.offline.features import group_slots, object_slots, where
from tasks.model.offline.geometry_words import metres, middle
from tasks.model.offline.gists import Gist, gists
from tasks.model.offline.local import SIDES, chosen_relations, sides_of
from tasks.model.offline.overview import closing, overall
from tasks.model.offline.phrases import (
    a_thing,
    agreement,
    all_colour,
    formation,
    it,
    many,
    ordinal,
    other,
    pronoun,
    the_many,
    the_thing,
)
from tasks.model.offline.plans import Voice, compose
from tasks.model.offline.sight import Company, Sight, View, company

UNITS: Final = 8  # groups and single things with sentences of their own
SENTENCES: Final = 12
SHARED: Final = ("all_colour", "each", "each_by", "course")
ONCE: Final = {"rank": "clearly", "covers": "% of the image"}  # and the words that give it away
_BESIDE: Final = {**SIDES, "next_to": "next to", "inside": "inside"}

Referring = Callable[[int], Mapping[str, str]]


@dataclass
class Told:
    """What has been said of a class: pairs of related things, and features not to repeat."""

    pairs: set[frozenset[str]] = field(default_factory=set)
    features: set[str] = field(default_factory=set)


def synthesize(view: View, seed: str) -> Synthesis:
    """Return the description: counts first, then class by class and place by place."""
    voice = Voice(seed, "synthesis")
    first = overall(view.sheet, voice)
    last = closing(view, voice)
    room = SENTENCES - len(first) - (last is not None)
    parts = _classes(view, voice, room) if view.objects else _retold(view, voice, room)
    paragraphs = [" ".join(first + (parts[0] if parts else []))]
    later = parts[1:]
    if len(later) > 2:
        later = [later[0], [sentence for part in later[1:] for sentence in part]]
    if last is not None and later:
        later[-1] = [*later[-1], last]
    elif last is not None:
        paragraphs[0] += f" {last}"
    paragraphs += [" ".join(part) for part in later]
    return Synthesis(description="\n\n".join(paragraphs))


def _classes(view: View, voice: Voice, room: int) -> list[list[str]]:
    """Return the sentences on each class."""
    categories = [c.category for c in view.sheet.counts if view.all_of(c.category)]
    told = _told(view, categories)
    each = max(1, min(3, room // max(1, sum(len(units) for units, _ in told.values()))))
    parts = [_class(category, *told[category], view, voice, each) for category in categories]
    return [part for part in parts if part]


def _told(view: View, categories: Sequence[str]) -> dict[str, tuple[list[Company], list[Sight]]]:
    """Return for each class its units in reading order, and the things left for one sentence."""
    units = [
        unit
        for group in view.companies
        for unit in ([company([m], "single") for m in group.members] if _apart(group) else [group])
    ]
    units.sort(key=lambda unit: -len(unit.refs))
    kept, left = units[:UNITS], units[UNITS:]
    if left and all(len(unit.refs) == 1 for unit in left) and len(left) == 1:
        kept, left = units, []
    return {
        category: (
            sorted((u for u in kept if u.category == category), key=_reading_order),
            [m for u in left if u.category == category for m in u.members],
        )
        for category in categories
    }


def _apart(group: Company) -> bool:
    return group.kind in {"cell", "single"} and len(group.members) <= 2


def _reading_order(unit: Company) -> tuple[float, float]:
    x, y = middle(unit.box)
    return round(y / 100), x


def _class(
    category: str, units: list[Company], left: list[Sight], view: View, voice: Voice, each: int
) -> list[str]:
    sentences: list[str] = []
    told = Told()
    whole = company(view.all_of(category))
    if len(units) + bool(left) > 1 and not any(m.fact.crowd for m in whole.members):
        found = {**group_slots(whole, view), "all_colour": all_colour(whole)}
        shared = {name: words for name in SHARED if (words := found.get(name))}
        sentences += compose(voice, ["synthesis.shared"], shared, _all_of(whole), 2)
        told.features |= set(shared)
    singles = [unit for unit in units if len(unit.refs) == 1]
    for unit in units:
        if len(unit.refs) > 1:
            said = _on_group(unit, view, voice, told, each)
        else:
            number = singles.index(unit) + 1
            said = _on_thing(unit.members[0], number, view, voice, told, each)
        told.features |= {name for name, mark in ONCE.items() if mark in " ".join(said)}
        sentences += said
    return sentences + _on_the_rest(category, left, bool(units), voice)


def _on_thing(
    sight: Sight, number: int, view: View, voice: Voice, told: Told, most: int
) -> list[str]:
    slots = {**object_slots(sight, view), **_beside(sight, view, told)}
    if sight.colour and "all_colour" not in told.features:
        slots["colour"] = sight.colour
    if "each_by" in told.features:
        slots = {name: words for name, words in slots.items() if not name.startswith("metres")}
    if place := where([sight], view):
        slots["where"] = place
    if len(slots) > 2 and not sight.fact.crowd:
        slots.pop("covers", None)
    slots = {name: words for name, words in slots.items() if name not in told.features}
    later = ["synthesis.more", "local.crowd" if sight.fact.crowd else "local.object"]
    return compose(voice, later, slots, _thing(sight, number, view), most, ["synthesis.thing"])


def _on_group(group: Company, view: View, voice: Voice, told: Told, most: int) -> list[str]:
    slots = group_slots(group, view)
    if found := where(group.members, view):
        slots["where"] = found
    if group.kind == "cluster":
        slots["close"] = "in a cluster"
    sides = sides_of(group, view)
    if sides:
        slots["beside"] = f"{sides['side']} {sides['other']}"
    if "side_2" in sides:
        slots["beside"] += f" and {sides['side_2']} {sides['other_2']}"
    slots = {name: words for name, words in slots.items() if name not in told.features}
    later = ["synthesis.company_more", "local.group"]
    return compose(voice, later, slots, _group(group, view), most, ["synthesis.company"])


def _on_the_rest(category: str, left: list[Sight], told: bool, voice: Voice) -> list[str]:
    if not left:
        return []
    refs = [sight.ref for sight in left]
    kind = noun(category, len(refs))
    more = f"{number_word(len(refs))} {'more ' if told else ''}{kind}"
    the = f"the {'other ' if told else ''}{number_word(len(refs))} {kind}"
    slots = {"others": tag(the, refs), "others_new": tag(more, refs), **agreement(len(refs))}
    slots.pop("others" if len(refs) == 1 or voice.pick((True, False)) else "others_new")
    return [voice.say("synthesis.rest", slots)]


def _beside(sight: Sight, view: View, told: Told) -> dict[str, str]:
    """Return “about 40 m to the left of the ship”, for a pair of which nothing is said yet."""
    for relation in chosen_relations(sight, view, 4):
        pair = frozenset({relation.subject, relation.object})
        if relation.relation not in _BESIDE or pair in told.pairs:
            continue
        told.pairs.add(pair)
        end = other(view.objects[relation.object], sight.category, view)
        gap = relation.margin_m if relation.relation in SIDES else None
        apart = f"about {metres(gap)} m " if gap and gap >= 1 else ""
        return {"beside": f"{apart}{_BESIDE[relation.relation]} {end}"}
    return {}


def _retold(view: View, voice: Voice, room: int) -> list[list[str]]:
    """Return what the local facts say, those on the largest groups first: place, then looks."""
    known = sorted(gists(view.sheet), key=lambda gist: -len(gist.refs))
    classes = len({gist.category for gist in known})
    kept = {gist.id for gist in known[: max(1, (room - classes) // 2)]}
    parts: dict[str, list[str]] = {}
    for gist in gists(view.sheet):
        if gist.id in kept:
            parts.setdefault(gist.category, []).extend(_retold_one(gist, voice))
    for category, left in _not_kept(known, kept).items():
        sentence = _on_rest_of_gists(category, left, category in parts, voice)
        parts.setdefault(category, []).append(sentence)
    return list(parts.values())


def _retold_one(gist: Gist, voice: Voice) -> list[str]:
    place = gist.place
    if place is None or len(gist.refs) == 1:
        return list(gist.sentences[:2])
    first = voice.say("synthesis.retold", {"where": place, "name": _named(gist)})
    return [
        first,
        *[s for s in gist.sentences[1:] if "They</ref>" in s or "of them</ref>" in s][:1],
    ]


def _named(gist: Gist) -> str:
    """Return “a row of nine ships” or “a group of 35 ships”, tagged."""
    return tag(gist.formed, gist.refs)


def _not_kept(known: Sequence[Gist], kept: set[str]) -> dict[str, list[str]]:
    told = {ref for gist in known if gist.id in kept for ref in gist.refs}
    left: dict[str, list[str]] = {}
    for gist in known:
        if gist.id not in kept:
            left.setdefault(gist.category, []).extend(r for r in gist.refs if r not in told)
    return {category: refs for category, refs in left.items() if refs}


def _on_rest_of_gists(category: str, refs: Sequence[str], told: bool, voice: Voice) -> str:
    number = f"{number_word(len(refs))} {'more ' if told else ''}{noun(category, len(refs))}"
    return voice.say("synthesis.rest", {"others_new": tag(number, refs), **agreement(len(refs))})


def _all_of(whole: Company) -> Referring:
    def subject(place: int) -> Mapping[str, str]:
        plain = {"kinds": plural(whole.category), **agreement(len(whole.refs))}
        if place:
            return {**plain, "subject": it(whole.refs), "then": ""}
        return {**plain, "subject": the_many(whole), "noun": the_many(whole)}

    return subject


def _thing(sight: Sight, number: int, view: View) -> Referring:
    alone = len(view.all_of(sight.category)) == 1
    first = "one" if number == 1 else f"a {ordinal(number)}"
    name = the_thing(sight) if alone else tag(f"{first} {sight.category}", [sight.ref])
    name = a_thing(sight) if sight.fact.crowd else name

    def subject(place: int) -> Mapping[str, str]:
        if place:
            return {"subject": pronoun(sight), "then": "", **agreement(1)}
        new = {} if alone else {"new": name}
        return {"subject": name, "noun": name, "kinds": plural(sight.category), **new}

    return subject


def _group(group: Company, view: View) -> Referring:
    alone = len(view.all_of(group.category)) == len(group.refs)
    name = the_many(group) if alone else many(group)

    def subject(place: int) -> Mapping[str, str]:
        plain = {"kinds": plural(group.category), **agreement(len(group.refs))}
        if place:
            return {**plain, "subject": it(group.refs), "then": ""}
        formed = {"formation": formation(group, "the" if alone else "a")}
        new = {} if alone else {"new": name}
        return {
            **plain,
            "subject": name,
            "noun": name,
            **new,
            **(formed if group.kind == "row" else {}),
        }

    return subject
