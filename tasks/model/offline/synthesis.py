"""The synthesis: one description of a tile into which every local fact is woven."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from schemas.teacher import Synthesis
from tasks.model.offline.overview import closing, overall
from tasks.model.offline.plans import Voice
from tasks.model.offline.sight import View
from tasks.model.offline.units import Unit, units_of
from tasks.model.offline.weaving import Told, weave

SENTENCES: Final = 22  # on things and groups; the whole and its use come on top
PARAGRAPHS: Final = 4
SHORT: Final = 3  # sentences below which a class shares a paragraph with the next
LONG: Final = 10  # sentences from which a class fills two paragraphs
_OF_IMAGE: Final = re.compile(
    r"(in the (?:(?:upper|lower|centre) (?:left|centre|right)|(?:upper|lower|left|right) half|"
    r"centre)) of the image(?=[,.])",
    re.IGNORECASE,
)

_BACK: Final = re.compile(r"(?:<[^>]*>)?(?:It|They|Its|Their)\b|[^<]*<[^>]*>(?:it|they)<")


def synthesize(view: View, seed: str) -> Synthesis:
    """Return the description: counts first, then class by class, each in reading order."""
    voice = Voice(seed, "synthesis")
    first, last = overall(view.sheet, voice), closing(view, voice)
    by_class: dict[str, list[Unit]] = {
        count.category: [] for count in view.sheet.counts if count.count
    }
    for unit in units_of(view):
        by_class.setdefault(unit.category, []).append(unit)
    told = Told(view, voice)
    shares = _shares([len(units) for units in by_class.values()])
    parts = [
        weave(units, told, share)
        for units, share in zip(by_class.values(), shares, strict=True)
        if units
    ]
    paragraphs = _paragraphs(first, parts)
    if last is not None:
        paragraphs[-1].append(last)
    return Synthesis(description="\n\n".join(_shortened(" ".join(p)) for p in paragraphs))


def _shares(numbers: Sequence[int]) -> list[int]:
    """Return how many sentences each class may have, for its number of units.

    Three for each of a few units, about one and a half for each of many, less where they are more
    than all sentences.
    """
    total = sum(numbers)
    room = min(SENTENCES, max(min(3 * total, 9), round(1.5 * total)))
    if room >= total:
        return [n * room // total for n in numbers] if total else []
    alone = sum(n <= 1 for n in numbers)
    return [n if n <= 1 else max(1, n * (room - alone) // (total - alone)) for n in numbers]


def _paragraphs(first: list[str], parts: Sequence[list[str]]) -> list[list[str]]:
    """Join the sentences on each class into paragraphs, none very short, four at most."""
    paragraphs = [list(first)]
    for part in parts:
        if len(paragraphs[-1]) < SHORT:
            paragraphs[-1] += part
        else:
            paragraphs.append(list(part))
    if len(paragraphs) > 1 and len(paragraphs[-1]) < SHORT:
        paragraphs[-2:] = [paragraphs[-2] + paragraphs[-1]]
    while len(paragraphs) > PARAGRAPHS:
        least = min(range(1, len(paragraphs)), key=lambda n: len(paragraphs[n - 1] + paragraphs[n]))
        paragraphs[least - 1 : least + 1] = [paragraphs[least - 1] + paragraphs[least]]
    longest = max(paragraphs, key=len)
    if len(paragraphs) < PARAGRAPHS and len(longest) > LONG:
        place, half = paragraphs.index(longest), (len(longest) + 1) // 2
        half = next((n for n in range(half, len(longest)) if not _BACK.match(longest[n])), 0)
        if half and len(longest) - half >= SHORT:
            paragraphs[place : place + 1] = [longest[:half], longest[half:]]
    return paragraphs


def _shortened(paragraph: str) -> str:
    """Say “of the image” with the first place, and with every fourth after it."""
    found = list(_OF_IMAGE.finditer(paragraph))
    ends = [(match.end(1), match.end()) for n, match in enumerate(found) if n % 4]
    bounds = [0, *(bound for pair in ends for bound in pair), len(paragraph)]
    return "".join(paragraph[a:b] for n, (a, b) in enumerate(pairwise(bounds)) if not n % 2)
