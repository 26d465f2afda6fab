"""What can be said of an object or a group: the feature slots of the sentence plans.

A slot is missing where nothing certain is known, so that no plan can say it.
"""

from collections.abc import Sequence
from typing import Final

from tasks.grounding.references import tag
from tasks.lexicon.lexicon import noun
from tasks.model.offline.geometry_words import (
    area,
    centres,
    course,
    edges,
    metres,
    part,
    place,
    slant,
)
from tasks.model.offline.phrases import all_colour, listed, share, some, takes_colour
from tasks.model.offline.sight import MOST, Company, Sight, View

Slots = dict[str, str]

SEVERAL: Final = 3
_OF_SOME: Final = ("most_", "some_", "cut_")
WIDE: Final = 0.22  # of the picture: smaller groups are not measured against it


def object_slots(sight: Sight, view: View) -> Slots:
    """Return the features of one object: colour, metres, ratio, course, rank, cut, covers."""
    if sight.category == "person":
        return {"covers": _covers([sight], view)}
    slots = {
        "colour": _own_colour(sight),
        **_metres(sight),
        "ratio": _ratio(sight),
        "course": _course(sight, view),
        "slant": _slant(sight, view),
        "rank": _rank(sight, view),
        "cut": _cut(sight, view),
        "covers": _covers([sight], view),
    }
    if "metres_by" in slots:
        slots["ratio"] = None
    return _known(slots)


def where(sights: Sequence[Sight], view: View) -> str | None:
    """Return “in the upper left” where all of them are clearly there."""
    return place(centres(sight.fact for sight in sights), view.sheet)


def group_slots(group: Company, view: View) -> Slots:
    """Return the features of a group: colours, sizes, course, cut, row_course, order, extent."""
    slots = {
        **_colours(group),
        **_sizes(group),
        "course": _shared_course(group, view),
        **_cut_share(group, view),
        "row_course": _row_course(group, view),
        "order": _order(group),
        "extent": _extent(group, view),
    }
    known = _known(slots)
    # What is said of some of them alone opens no sentence: how much they cover does.
    opens = any(not name.startswith(_OF_SOME) for name in known)
    return known if opens else {**known, "covers": _covers(group.members, view)}


def _known(slots: dict[str, str | None]) -> Slots:
    return {name: words for name, words in slots.items() if words}


def _own_colour(sight: Sight) -> str | None:
    """Return the colour for a sentence of its own, where it does not stand before the noun."""
    return None if sight.colour is None or takes_colour(sight.category) else sight.colour


def _metres(sight: Sight) -> Slots:
    length, width = sight.fact.length_m, sight.fact.width_m
    if not length or not width or sight.fact.truncated or sight.fact.crowd:
        return {}
    return _size("metres", length, width, elongated=sight.fact.angle is not None)


def _size(name: str, length: float, width: float, *, elongated: bool) -> Slots:
    """Return “12 m long and 3 m wide”, where that has a sense, and “12 m by 3 m” or “20 m across”."""
    long, wide = metres(length), metres(width)
    by = f"{long} m across" if long == wide else f"{long} m by {wide} m"
    if not elongated:
        return {f"{name}_by": by}
    return {name: f"{long} m long and {wide} m wide", f"{name}_by": by}


def _ratio(sight: Sight) -> str | None:
    fact = sight.fact
    if fact.truncated or fact.crowd or fact.width < 3 or fact.angle is None:
        return None
    times = fact.length / fact.width
    named = (
        (1.4, 1.65, "about one and a half times"),
        (1.8, 2.2, "about twice"),
        (2.35, 2.65, "about two and a half times"),
        (2.8, 3.2, "about three times"),
        (3.7, 4.3, "about four times"),
        (4.6, 5.4, "about five times"),
        (5.5, 99, "more than five times"),
    )
    return next((words for low, high, words in named if low <= times <= high), None)


def _course(sight: Sight, view: View) -> str | None:
    if sight.fact.angle is None or sight.fact.crowd or sight.fact.truncated:
        return None
    return course(sight.fact.angle, north_up=view.sheet.north_up)


def _slant(sight: Sight, view: View) -> str | None:
    if _course(sight, view) is None or sight.fact.angle is None:
        return None
    return slant(sight.fact.angle)


def _rank(sight: Sight, view: View) -> str | None:
    """Return “larger than most of the other planes here”: against the median, so it holds."""
    words = {"large": "larger", "small": "smaller"}
    size = words.get(sight.fact.size_in_class or "")
    count = view.count(sight.category)
    if size is None or sight.fact.truncated or count is None or count.crowd or count.count < 2:
        return None
    if count.count == 2:
        return f"{size} than the other {sight.category}"
    return f"{size} than most of the other {noun(sight.category, 2)} here"


def _cut(sight: Sight, view: View) -> str | None:
    cut = edges(sight.fact, view.sheet)
    return _edge_words(cut) if cut else None


def _edge_words(cut: Sequence[str]) -> str:
    return f"the {listed(cut)} edge{'s' if len(cut) > 1 else ''} of the image"


def _covers(sights: Sequence[Sight], view: View) -> str:
    picture = view.sheet.width * view.sheet.height
    percent = 100 * sum(area(sight.fact) for sight in sights) / picture
    return "less than 1 %" if percent < 1 else f"about {round(percent)} %"


def _colours(group: Company) -> dict[str, str | None]:
    """Return all_colour, most_colour or some_colours, whichever is true."""
    whole = all_colour(group)
    if whole:
        return {"all_colour": None if takes_colour(group.category) else whole}
    if not group.colours:
        return {}
    colour, refs = group.colours[0]
    if len(refs) >= MOST * len(group.members) and len(group.members) >= SEVERAL:
        return {"most_colour": colour, **_most(refs)}
    if not group.all_coloured:
        return {}
    shown = [(c, r) for c, r in group.colours[:3] if len(r) > 1 or len(group.members) <= SEVERAL]
    told = sum(len(r) for _, r in shown)
    if not shown or 2 * told < len(group.members) or len(group.members) > told == 1:
        return {}  # too few of them to tell the reader anything
    return _counted(group, [(r, f"{_verb(r)} {c}") for c, r in shown], "some")


def _counted(
    group: Company, parts: Sequence[tuple[Sequence[str], str]], name: str
) -> dict[str, str | None]:
    """Return “two of them are red and one is white” for later, “two are red …” to begin with."""
    first, *rest = parts
    short = [f"{some(refs)} {words}" for refs, words in parts]
    long = [f"{share(group, first[0])} {first[1]}", *(f"{some(r)} {w}" for r, w in rest)]
    return {f"{name}_short": listed(short), f"{name}_long": listed(long)}


def _most(refs: Sequence[str]) -> Slots:
    return {"most_long": tag("most of them", refs), "most_short": tag("most", refs)}


def _verb(refs: Sequence[str]) -> str:
    return "is" if len(refs) == 1 else "are"


def _sizes(group: Company) -> dict[str, str | None]:
    alike = group.typical()
    if alike and len(group.whole) == len(group.members):
        elongated = group.members[0].fact.angle is not None
        return dict(_size("each", *alike, elongated=elongated))
    lengths = group.lengths()
    if lengths is None or len(group.whole) < len(group.members):
        return {}
    low, high = metres(lengths[0]), metres(lengths[1])
    extent = "across" if group.members[0].fact.angle is None else "long"
    return {"range": f"{low} m and {high} m {extent}"} if low != high else {}


def _shared_course(group: Company, view: View) -> str | None:
    if group.angle is None or any(m.fact.truncated for m in group.members):
        return None
    return course(group.angle, north_up=view.sheet.north_up)


def _cut_share(group: Company, view: View) -> dict[str, str | None]:
    """Return “two of them are cut off by the right edge of the image”, for later and to begin."""
    cut: dict[tuple[str, ...], list[str]] = {}
    for member in group.members:
        at = edges(member.fact, view.sheet)
        if at:
            cut.setdefault(at, []).append(member.ref)
    if not cut:
        return {}
    ordered = sorted(cut.items(), key=lambda item: (-len(item[1]), item[0]))[:SEVERAL]
    parts = [(refs, f"{_verb(refs)} cut off by {_edge_words(at)}") for at, refs in ordered]
    return _counted(group, parts, "cut")


def _row_course(group: Company, view: View) -> str | None:
    if group.row_angle is None:
        return None
    return course(group.row_angle, north_up=view.sheet.north_up)


def _order(group: Company) -> str | None:
    if group.side_by_side:
        return "side by side"
    return "end to end" if group.end_to_end else None


def _extent(group: Company, view: View) -> str | None:
    """Return “about a third of the width of the image” for a row that runs along it."""
    if len(group.members) < SEVERAL:
        return None
    x0, y0, x1, y1 = group.box
    across, down = (x1 - x0) / view.sheet.width, (y1 - y0) / view.sheet.height
    if max(across, down) < WIDE:
        return None
    side, span = ("width", across) if across >= down else ("height", down)
    words = part(span)
    return f"{words} of the {side} of the image" if words else None
