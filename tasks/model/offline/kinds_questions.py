"""Questions on several kinds of things at once: numbers, sizes, directions, and what they suggest."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import combinations
from typing import Final

import yaml

from schemas.facts import CountFact
from tasks.grounding.references import tag
from tasks.lexicon.lexicon import broader, counted, noun, number_word, plural
from tasks.model.offline.gists import refs_by_class
from tasks.model.offline.overview import amount
from tasks.model.offline.phrases import agreement, listed
from tasks.model.offline.plans import Voice
from tasks.model.offline.questions import (
    ARRANGEMENT,
    COMPARISON,
    PERCEPTION,
    REASONING,
    Asked,
    asked,
)
from tasks.model.offline.sight import View
from tasks.model.offline.units import Unit, units_of, whole_of

LARGER: Final = 1.5  # times the area by length and width, before one kind is called larger
KINDS: Final = 5  # the most numerous ones, of which pairs are formed
SOME: Final = 3  # things of two kinds from which they suggest something together
COMMON: Final = ("vehicle", "aircraft")  # whose kinds are worth adding up
_SIZE: Final = re.compile(r"([\d.]+) m (?:by ([\d.]+) m|across)")
_COURSES: Final = (
    ("from left to right", "from top to bottom"),
    ("from west to east", "from north to south"),
    ("from the upper left to the lower right", "from the lower left to the upper right"),
    ("from north-west to south-east", "from south-west to north-east"),
)


@dataclass(frozen=True)
class Theme:
    """Kinds that together suggest a use of the place."""

    kinds: frozenset[str]
    use: str


def on_numbers(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield totals over kinds, the most numerous kind, and whether it is more than half."""
    known = refs_by_class(view.sheet)
    counts = [c for c in view.sheet.counts if c.count]
    if len(counts) < 2 or not all(_is_sure(c, known) for c in counts):
        return
    yield from _on_totals(counts, known, view, voice)
    top, second, *_ = sorted(counts, key=lambda c: -c.count)
    rest = sum(c.count for c in counts) - top.count
    if top.count == second.count:
        return
    refs = known[top.category]
    slots = {
        "kinds": plural(top.category),
        "amount": amount(top, view.sheet, numbered=True),
        "amount_only": tag(number_word(top.count), refs),
        **agreement(2),
    }
    answer = voice.say("dialogue.answer_most_of", slots)
    yield asked(PERCEPTION, "most", refs, slots, answer, voice)
    if rest < 2 or rest == top.count or any(c.partly_visible for c in counts):
        return
    slots["rest"] = number_word(rest)
    family = "answer_half" if top.count > rest else "answer_less"
    yield asked(COMPARISON, "half", refs, slots, voice.say(f"dialogue.{family}", slots), voice)


def on_two_kinds(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield how two kinds differ in size, and whether they lie in one direction."""
    for one, two in combinations(_wholes(view), 2):
        yield from _on_sizes(one, two, voice)
        yield from _on_directions(one, two, voice)


def on_reasons(view: View, voice: Voice) -> Iterator[Asked]:
    """Yield what two kinds together suggest, and what a row with a name of its own suggests."""
    for one, two in combinations(_wholes(view), 2):
        found = next((theme for theme in _themes()[0] if _fits(theme, one, two)), None)
        if found and len(one.refs) + len(two.refs) >= SOME:
            slots = {
                "kinds": noun(one.category, len(one.refs)),
                "others": noun(two.category, len(two.refs)),
                "subject": tag(_name(one), one.refs),
                "other": tag(_name(two), two.refs),
                "use": found.use,
            }
            answer = voice.say("dialogue.answer_theme", slots)
            yield asked(REASONING, "theme", (*one.refs, *two.refs), slots, answer, voice)
    rows = [unit for unit in units_of(view) if unit.kind == "row" and len(unit.refs) > 1]
    titles = [row.title for row in rows]
    for row in rows:
        done = _done(row.category)
        if done and titles.count(row.title) == 1 and view.exact(row.category):
            slots = {"kinds": plural(row.category), "done": done, "name": row.title}
            slots["subject"] = tag(row.title, row.refs)
            answer = voice.say("dialogue.answer_lined", slots)
            yield asked(REASONING, "lined", row.refs, slots, answer, voice)


def _is_sure(count: CountFact, known: dict[str, tuple[str, ...]]) -> bool:
    return (
        count.exhaustive and not count.crowd and len(known.get(count.category, ())) == count.count
    )


def _on_totals(
    counts: Sequence[CountFact], known: dict[str, tuple[str, ...]], view: View, voice: Voice
) -> Iterator[Asked]:
    for kind in COMMON:
        parts = [c for c in counts if kind in broader(c.category)]
        if len(parts) < 2 or any(c.category == kind for c in counts):
            continue
        refs = tuple(ref for c in parts for ref in known[c.category])
        slots = {
            "kinds": plural(kind),
            "total": tag(counted(len(refs), kind), refs),
            "parts": listed([amount(c, view.sheet, numbered=True) for c in parts]),
        }
        answer = voice.say("dialogue.answer_total", slots)
        yield asked(PERCEPTION, "total", refs, slots, answer, voice)


def _wholes(view: View) -> list[Unit]:
    """Return the most numerous kinds, each as one unit, where all of each is known exactly."""
    kinds = [c.category for c in view.sheet.counts if c.count and view.exact(c.category)]
    return [whole for kind in kinds[:KINDS] if (whole := whole_of(kind, view))]


def _name(unit: Unit) -> str:
    return f"the {unit.category if unit.single else counted(len(unit.refs), unit.category)}"


def _pair(large: Unit, small: Unit) -> dict[str, str]:
    return {
        "name": _name(large),
        "other_name": _name(small),
        "subject": tag(_name(large), large.refs),
        "other": tag(_name(small), small.refs),
        **agreement(len(large.refs)),
        "other_is": "is" if small.single else "are",
    }


def _on_sizes(one: Unit, two: Unit, voice: Voice) -> Iterator[Asked]:
    sizes = [(_size(unit), unit) for unit in (one, two)]
    (small, below), (large, above) = sorted(sizes, key=lambda item: item[0])
    if not small or large < LARGER * small:
        return
    slots = _pair(above, below)
    slots |= {"large": _measures(above), "small": _measures(below)}
    answer = voice.say("dialogue.answer_sizes", slots)
    yield asked(COMPARISON, "sizes", (*one.refs, *two.refs), slots, answer, voice)


def _measures(unit: Unit) -> str:
    return unit.slots["metres_by"] if unit.single else f"{unit.slots['each_by']} each"


def _size(unit: Unit) -> float:
    """Return length times width in m², 0 where they are not known or differ within the kind."""
    found = _SIZE.search(unit.slots.get("metres_by" if unit.single else "each_by", ""))
    return float(found[1]) * float(found[2] or found[1]) if found else 0.0


def _on_directions(one: Unit, two: Unit, voice: Voice) -> Iterator[Asked]:
    courses = one.slots.get("course"), two.slots.get("course")
    if not courses[0] or not courses[1]:
        return
    slots = _pair(one, two) | {"course": courses[0], "other_course": courses[1]}
    refs = (*one.refs, *two.refs)
    if courses[0] == courses[1]:
        answer = voice.say("dialogue.answer_parallel", slots)
        yield asked(ARRANGEMENT, "parallel", refs, slots, answer, voice)
    elif any(set(courses) == set(pair) for pair in _COURSES):
        answer = voice.say("dialogue.answer_across", slots)
        yield asked(ARRANGEMENT, "parallel", refs, slots, answer, voice)


def _fits(theme: Theme, one: Unit, two: Unit) -> bool:
    """Say whether the two units are of different kinds of ``theme``."""
    kinds = [({u.category} | broader(u.category)) & theme.kinds for u in (one, two)]
    return bool(kinds[0]) and bool(kinds[1]) and (kinds[0] != kinds[1])


def _done(category: str) -> str | None:
    rows = _themes()[1]
    return next((rows[k] for k in rows if k == category or k in broader(category)), None)


@cache
def _themes() -> tuple[tuple[Theme, ...], dict[str, str]]:
    text = resources.files(__package__).joinpath("themes.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    themes = tuple(Theme(frozenset(t["kinds"]), str(t["use"])) for t in content["themes"])
    return themes, dict(content["rows"])
