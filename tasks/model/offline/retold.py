"""Features of a thing or a group read back from its local fact, for tiles too dense to list."""

import re
from functools import cache
from typing import Final

from tasks.grounding.references import tag
from tasks.imagery.colour import palette
from tasks.model.offline.features import Slots
from tasks.model.offline.gists import Gist, tagged
from tasks.model.offline.phrases import listed, some, some_of_them

_COURSE: Final = (
    r"from (?:(?:left|right|top|bottom|west|east|north|south|south-west|north-west|south-east)"
    r" to (?:left|right|top|bottom|west|east|north|south|north-east|south-east)"
    r"|the (?:upper|lower) left to the (?:upper|lower) right)"
)
_SIDE: Final = r"(?:to the left of|to the right of|above|below|next to|inside)"
_REF: Final = r'<ref ids="[^"]*">[^<]*</ref>'
_SIZE: Final = r"[\d.]+ m long and [\d.]+ m wide"
_BY: Final = r"[\d.]+ m (?:by [\d.]+ m|across)"
_PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "where": (
            r"\b(in the (?:(?:upper|lower|centre) (?:left|centre|right)"
            r"|(?:upper|lower|left|right) half|centre)) of the image"
        ),
        "row_course": rf"(?:row that runs|</ref> runs|lined up) ({_COURSE})",
        "course": rf"(?:longer sides? .*?run(?:s|ning)?|parallel to one another,|ally,) ({_COURSE})",
        "slant": r"\b(horizontally|vertically|diagonally)\b",
        "order": r"\b(side by side|end to end)\b",
        "extent": r"\b((?:about|nearly) [a-z ]+ of the (?:width|height) of the image)",
        "each": rf"\beach(?: of them is)?,? about ({_SIZE})",
        "each_by": rf"\bmeasure about ({_BY}) each",
        "metres": rf"\babout ({_SIZE})",
        "metres_by": rf"\babout ({_BY})",
        "range": r"\bbetween ([\d.]+ m and [\d.]+ m (?:long|across))\b",
        "covers": r"\b(less than 1 %|about \d+ %) of the image",
        "cut": r"\b(the [a-z ,]+ edges? of the image)\b",
        "rank": r"\bclearly ((?:larger|smaller) than [a-z ]+)",
        "beside": rf"\b((?:about [\d.]+ m )?{_SIDE} {_REF}(?: and {_SIDE} {_REF})?)",
        "nearest": rf"\b(?:nearest neighbour is|nearest to {_REF} is) ({_REF})",
    }.items()
}
_OF_ONE: Final = ("where", "course", "slant", "metres", "metres_by", "covers", "cut", "rank",
                  "beside", "nearest")  # fmt: skip
_OF_MANY: Final = ("where", "row_course", "course", "order", "extent", "each", "each_by", "range",
                   "beside")  # fmt: skip


def tint_of(gist: Gist) -> str | None:
    """Return the colour that all objects of ``gist`` have, where it names one."""
    name = gist.name.lower().removesuffix(gist.category)
    if found := re.search(_colours(), name):
        return found[0]
    whole = re.compile(rf"(?:\ball|\bboth|\bis|its colour is) ({_colours()})(?![a-z])|"
                       rf"({_colours()}) in colour", re.IGNORECASE)  # fmt: skip
    for sentence in gist.own:
        if found := whole.search(sentence):
            return (found[1] or found[2]).lower()
    return None


def slots_of(gist: Gist) -> Slots:
    """Return the features that the sentences on just the objects of ``gist`` state."""
    one = len(gist.refs) == 1
    slots: Slots = {}
    for sentence in gist.own:
        for name in _OF_ONE if one else _OF_MANY:
            if name not in slots and (found := _PATTERNS[name].search(sentence)):
                slots[name] = found[1][0].lower() + found[1][1:]
    if one and "course" not in slots:
        slots.pop("slant", None)
    for long in {"each", "metres"} & set(slots):
        slots.setdefault(f"{long}_by", _by(slots[long]))
    return slots | ({} if one else _parts(gist))


def _by(size: str) -> str:
    return size.replace(" long and ", " by ").removesuffix(" wide")


def _parts(gist: Gist) -> Slots:
    """Return what is said of some of a group: their colours, and which ones an edge cuts."""
    for sentence in gist.sentences:
        found = _coloured().findall(sentence)
        pairs = [(tagged(part)[0], colour) for part, colour in found]
        if not pairs:
            continue
        if pairs[0][0][1].lower().startswith("most"):
            refs, colour = pairs[0][0][0], pairs[0][1]
            long, short = tag("most of them", refs), tag("most", refs)
            return {"most_long": long, "most_short": short, "most_colour": colour}
        said = [f"{'is' if len(refs) == 1 else 'are'} {colour}" for (refs, _), colour in pairs]
        refs_said = list(zip([refs for (refs, _), _ in pairs], said, strict=True))
        first = f"{some_of_them(refs_said[0][0])} {said[0]}"
        return {"some_long": listed([first, *(f"{some(r)} {words}" for r, words in refs_said[1:])])}
    return {}


@cache
def _colours() -> str:
    words = sorted(palette().words, key=len, reverse=True)
    return rf"\b(?:{'|'.join(map(re.escape, words))})\b"


@cache
def _coloured() -> re.Pattern[str]:
    return re.compile(
        rf'(<ref ids="[^"]*">(?:\w+ of them|most|\w+|one of [\w ]+)</ref>) '
        rf"(?:is|are) ({_colours()})(?=[,.]| and)",
        re.IGNORECASE,
    )
