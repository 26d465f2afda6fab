"""Local descriptions: what is seen of one object or one group, and where it stands."""

from collections.abc import Callable, Mapping
from typing import Final

from schemas.facts import RelationFact
from schemas.teacher import LocalDescription, LocalFact
from tasks.grounding.references import compress
from tasks.lexicon.lexicon import plural
from tasks.model.offline.features import Slots, group_slots, object_slots, where
from tasks.model.offline.geometry_words import angle_between, metres, middle
from tasks.model.offline.phrases import (
    a_thing,
    agreement,
    formation,
    gathering,
    it,
    many,
    ordinal,
    other,
    owns,
    pronoun,
    the_many,
    the_thing,
)
from tasks.model.offline.plans import Voice, compose
from tasks.model.offline.sight import Company, Sight, View, company
from tasks.spatial.relations import direction_of

SIDES: Final = {
    "left_of": "to the left of",
    "right_of": "to the right of",
    "above": "above",
    "below": "below",
}
ONE_BY_ONE: Final = 12  # objects in a request up to which each has a fact of its own
FORMED: Final = 6  # members from which a row or a cluster is described as one all the same
SENTENCES: Final = 3
BIG: Final = 4.0  # per cent of the picture from which it is worth saying how much is covered
_PREFERRED: Final = ("inside", "next_to", "nearest", "left_of", "right_of", "above", "below")

Referring = Callable[[int], Mapping[str, str]]


def describe(view: View, seed: str) -> LocalDescription:
    """Return one fact for each object where they are few, else one for each group."""
    voice = Voice(seed, "local")
    return LocalDescription(
        facts=tuple(
            _of_one(unit.members[0], unit, view, voice)
            if len(unit.members) == 1
            else _of_many(unit, view, voice)
            for unit in units(view)
        )
    )


def units(view: View) -> tuple[Company, ...]:
    """Return what is described together: each object of the request in exactly one unit."""
    few = len(view.objects) <= ONE_BY_ONE
    return tuple(
        unit
        for group in view.companies
        for unit in (
            (company([member], "single") for member in group.members)
            if few and not (group.kind in {"row", "cluster"} and len(group.members) >= FORMED)
            else (group,)
        )
    )


def attributes_of_one(sight: Sight, view: View, voice: Voice, most: int = SENTENCES) -> list[str]:
    """Return sentences on how one object looks."""
    if sight.fact.crowd:
        return compose(voice, ["local.crowd"], object_slots(sight, view), _one(sight), 1)
    slots = _worth_saying(object_slots(sight, view), told=sight.colour is not None)
    return compose(voice, ["local.object"], slots, _one(sight), most)


def attributes_of_many(group: Company, view: View, voice: Voice, most: int = 4) -> list[str]:
    """Return sentences on how a group looks and how it is arranged."""
    slots = group_slots(group, view)
    if group.kind == "cluster":
        slots = {n: words for n, words in slots.items() if n != "covers"}
        slots["close"] = "in a cluster"
    opening = ["local.row"] if "row_course" in slots else []
    return compose(voice, ["local.group"], slots, _many(group), most, opening)


def place_sentence(group: Company, view: View, voice: Voice, subject: str) -> str | None:
    """Return “It lies in the upper left of the image.”, None where that is not clear."""
    found = where(group.members, view)
    if found is None:
        return None
    slots = {"subject": subject, "where": found, **agreement(len(group.members))}
    return voice.say("local.where", slots)


def relation_sentence(relation: RelationFact, view: View, voice: Voice, subject: str) -> str:
    """Return one relation in words, with the gap where it is known in m."""
    known = view.objects
    slots = {
        "subject": subject,
        "other": other(known[relation.object], known[relation.subject].category, view),
        **(
            {}
            if known[relation.subject].category == "person"
            else {"own": owns([relation.subject])}
        ),
        **agreement(1),
    }
    if relation.margin_m and relation.margin_m >= 1:
        slots["gap"] = metres(relation.margin_m)
    if relation.relation not in SIDES:
        return voice.say(f"local.{relation.relation}", slots)
    return voice.say("local.directed", {**slots, "side": SIDES[relation.relation]})


def stands(group: Company, view: View, voice: Voice, subject: str, again: str) -> list[str]:
    """Return one or two sentences on where a group is, and to which side of its neighbours."""
    slots = {"subject": subject, **agreement(len(group.refs)), **sides_of(group, view)}
    found = where(group.members, view)
    if found is None:
        family = {0: None, 1: "local.directed", 2: "local.two_sides"}[_sides(slots)]
        return [voice.say(family, slots)] if family else []
    if not _sides(slots):
        return [voice.say("local.where", {**slots, "where": found})]
    if voice.pick((True, False)):
        family = "local.placed" if _sides(slots) == 1 else "local.placed_between"
        return [voice.say(family, {**slots, "where": found})]
    family = "local.directed" if _sides(slots) == 1 else "local.two_sides"
    first = voice.say("local.where", {**slots, "where": found})
    return [first, voice.say(family, {**slots, "subject": again})]


def sides_of(group: Company, view: View) -> dict[str, str]:
    """Return on which side of up to two other groups ``group`` clearly stands."""
    slots: dict[str, str] = {}
    for neighbour in _neighbours(group, view):
        found = direction_of(group.box, neighbour.box)
        if found is None or SIDES[found[0]] in slots.values():
            continue
        number = f"_{len(slots) // 2 + 1}" if slots else ""
        slots[f"side{number}"] = SIDES[found[0]]
        slots[f"other{number}"] = name_of(neighbour, group, view)
    return slots


def name_of(group: Company, beside: Company, view: View) -> str:
    """Return the other end of a relation between groups."""
    if len(group.refs) == 1 and group.members:
        return other(group.members[0], beside.category, view)
    return formation(group) if group.kind == "row" else _the_or_many(group, view)


def chosen_relations(sight: Sight, view: View, most: int = 2) -> tuple[RelationFact, ...]:
    """Return the relations of ``sight`` most worth a sentence: different ones, to different things."""
    mine = [r for r in view.sheet.relations if r.subject == sight.ref and r.object in view.objects]
    mine.sort(key=lambda r: (_PREFERRED.index(r.relation), r.margin))
    chosen: list[RelationFact] = []
    for one in mine:
        if all(one.relation != c.relation and one.object != c.object for c in chosen):
            chosen.append(one)
    return tuple(chosen[:most])


def place_in_row(sight: Sight, row: Company) -> tuple[int, str] | None:
    """Return (3, "the left") for the third from the left; None where the row is slanted."""
    if row.kind != "row" or row.row_angle is None:
        return None
    level = angle_between(row.row_angle, 0) <= 30
    if not level and angle_between(row.row_angle, 90) > 30:
        return None
    along = 0 if level else 1
    ordered = sorted(row.members, key=lambda member: middle(member.fact.box)[along])
    number, last = ordered.index(sight) + 1, len(ordered)
    near, far = ("the left", "the right") if level else ("the top", "the bottom")
    return (number, near) if number <= (last + 1) / 2 else (last + 1 - number, far)


def _of_one(sight: Sight, unit: Company, view: View, voice: Voice) -> LocalFact:
    looks = attributes_of_one(sight, view, voice)
    subjects = iter(_turns_of_phrase(sight))
    said = [place_sentence(unit, view, voice, next(subjects))]
    row = next((c for c in view.companies if sight in c.members and c.kind == "row"), None)
    if row is not None:
        said.append(_row_sentence(sight, row, voice, next(subjects)))
    said += [
        relation_sentence(relation, view, voice, next(subjects))
        for relation in chosen_relations(sight, view, 1 if row else 2)
    ]
    return LocalFact(
        ids=(sight.ref,),
        attributes=" ".join(looks),
        relations=" ".join(sentence for sentence in said if sentence),
    )


def _of_many(group: Company, view: View, voice: Voice) -> LocalFact:
    looks = attributes_of_many(group, view, voice)
    sentences = stands(group, view, voice, the_many(group), it(group.refs))
    return LocalFact(
        ids=tuple(compress(group.refs).split()),
        attributes=" ".join(looks),
        relations=" ".join(sentences),
    )


def _sides(slots: Mapping[str, str]) -> int:
    return sum(name in slots for name in ("side", "side_2"))


def _row_sentence(sight: Sight, row: Company, voice: Voice, subject: str) -> str:
    slots = {"subject": subject, "row": formation(row)}
    found = place_in_row(sight, row)
    if found:
        number, end = found
        slots |= {"tip": f"{end} end"} if number == 1 else {"ordinal": ordinal(number), "end": end}
    return voice.say("local.in_row", slots)


def _neighbours(group: Company, view: View, most: int = 2) -> list[Company]:
    """Return the groups nearest to ``group`` that stand clearly to one side of it."""
    clear = [
        (found[1], place, other)
        for place, other in enumerate(view.companies)
        if other is not group and (found := direction_of(group.box, other.box))
    ]
    return [other for _, _, other in sorted(clear, key=lambda item: item[:2])[:most]]


def _the_or_many(group: Company, view: View) -> str:
    whole = view.complete(group.category) and len(view.all_of(group.category)) == len(group.refs)
    return the_many(group) if whole else many(group)


def _worth_saying(slots: Slots, *, told: bool) -> Slots:
    """Drop how much of the picture is covered, unless that is much or nothing else is known."""
    others = len(set(slots) - {"covers", "slant"}) + told
    covers = slots.get("covers", "")
    much = covers.startswith("about") and float(covers.split()[1]) >= BIG
    if (others >= 2 and not much) or others >= 4:
        return {name: words for name, words in slots.items() if name != "covers"}
    return slots


def _one(sight: Sight) -> Referring:
    def subject(number: int) -> Mapping[str, str]:
        words = a_thing(sight) if not number else pronoun(sight) if number % 2 else the_thing(sight)
        return _referring(words, sight.category, 1, number)

    return subject


def _many(group: Company) -> Referring:
    def subject(number: int) -> Mapping[str, str]:
        words = many(group) if not number else it(group.refs) if number % 2 else the_many(group)
        slots = _referring(words, group.category, len(group.refs), number)
        return (
            slots
            if number
            else {**slots, "formation": formation(group), "gathering": gathering(group)}
        )

    return subject


def _referring(words: str, category: str, count: int, number: int) -> dict[str, str]:
    slots = {"subject": words, "kinds": plural(category), **agreement(count)}
    slots |= {"then": ""} if number else {}
    return slots if number % 2 else {**slots, "noun": words}


def _turns_of_phrase(sight: Sight) -> tuple[str, ...]:
    return (the_thing(sight), pronoun(sight), the_thing(sight), pronoun(sight))
