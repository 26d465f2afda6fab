"""Positions in the picture, as “in the upper left of the image”: found in text and judged.

Along each side a name means a third, a half or the edge. A claim is supported within that share
plus a small slack and contradicted only beyond a larger one, because people draw no sharp lines.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.verdict import Outcome, Verdict
from tasks.grounding.grammar import Places, any_of, grammar
from tasks.grounding.passages import Phrase, Sentence
from tasks.grounding.truth import Floats, Place, Truth
from tasks.grounding.verdicts import any_of_them, named, verdict

Third = Literal["first", "middle", "last"]
Part = Literal["third", "half", "edge"]

SUPPORT: Final[dict[Part, float]] = {"third": 1 / 3 + 0.04, "half": 0.52, "edge": 0.15}
REFUTE: Final[dict[Part, float]] = {"third": 1 / 3 + 0.12, "half": 0.58, "edge": 0.30}
OVERLAP: Final = 0.25  # of an object's extent: so much inside the place is not clearly outside
REACH: Final = 60  # characters between a phrase and its position

_SEPARATOR: Final = re.compile(r"[,:()–—]|(?<!\w)(?:and|while|but|whereas|with)(?!\w)")
_ARTICLE: Final = re.compile(r"(?<!\w)(?:the|an?|its|their|his|another|this|that)(?!\w)")
_OF: Final = re.compile(r"\s{1,3}of(?!\w)")
_ENDS: Final = re.compile(rf"\s*(?:$|[.,;:!?)–—]|(?:{any_of(grammar().position_ends)})(?!\w))")
_LEAD: Final = re.compile(
    rf"\W{{0,6}}(?:(?:{any_of((*grammar().openers, *grammar().verbs))})\W{{1,4}}){{0,5}}"
)


class Region(NamedTuple):
    """A claimed place: what is said of x and of y, None where nothing is."""

    start: int
    end: int
    column: Third | None
    row: Third | None
    part: Part
    is_compass: bool


def position_verdicts(
    sentence: Sentence, truth: Truth, own: tuple[str, ...] = ()
) -> Iterator[Verdict]:
    """Judge every position in ``sentence`` against the phrase that it belongs to.

    ``own`` are the objects meant where the sentence has no tagged phrase at all.
    """
    regions = find_regions(sentence.text)
    starts = [phrase.start for phrase in sentence.phrases]
    edges = [0, *(region.end for region in regions)]
    nexts = [*(region.start for region in regions[1:]), len(sentence.text)]
    for region, *window in zip(regions, edges, nexts, strict=False):
        if starts:
            near = _belonging(sentence, starts, region, (window[0], window[1]))
            meant = [phrase.refs for phrase in near]
        else:
            meant = [own] if own else []
        if meant:
            yield _judged(sentence, region, meant, truth)


def find_regions(text: str) -> list[Region]:
    """Return the positions in the picture that folded ``text`` names, in order."""
    return [region for found in _pattern().finditer(text) if (region := _region(found, text))]


def without_regions(text: str) -> str:
    """Return folded ``text`` with a mere “there” for every position in the picture."""
    parts: list[str] = []
    end = 0
    for region in find_regions(text):
        parts += text[end : region.start], "there"
        end = region.end
    return "".join([*parts, text[end:]])


def judge(region: Region, place: Place, width: int, height: int) -> Outcome:
    """Say whether the objects at ``place`` are in ``region`` of a picture of that size, px.

    Of several objects the middle counts, and more than half of them must be clearly elsewhere
    before the claim is called false.
    """
    supports, refutes = (
        np.ones(len(place.boxes), dtype=bool),
        np.zeros(len(place.boxes), dtype=bool),
    )
    middle_supports, middle_refutes = np.ones(2, dtype=bool), np.zeros(2, dtype=bool)
    for axis, third, side in ((0, region.column, width), (1, region.row, height)):
        if third is None:
            continue
        extents = place.boxes[:, [axis, axis + 2]] / side
        inside, outside = _compared(extents, place.centres[:, axis] / side, third, region.part)
        supports, refutes = supports & inside, refutes | outside
        middles = place.middles[:, axis] / side
        inside, outside = _compared(np.stack([middles, middles], 1), middles, third, region.part)
        middle_supports, middle_refutes = middle_supports & inside, middle_refutes | outside
    if supports.all() or middle_supports.any():
        return "supported"
    if refutes.all() or (refutes.mean() > 0.5 and middle_refutes.all()):
        return "contradicted"
    return "unverifiable"


def _compared(
    extents: Floats, centres: Floats, third: Third, part: Part
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say of each extent (n, 2), in shares of the side, whether it is surely inside or outside."""
    if third == "last":  # mirrored, it is the first
        extents, centres = 1 - extents[:, ::-1], 1 - centres
    if third == "middle":
        away = np.abs(centres - 0.5) + 1 / 6  # 1/3 at the grid line, as for the outer thirds
        return away <= SUPPORT["third"], (away > REFUTE["third"]) & ~_spans_middle(extents)
    if part == "edge":
        return extents[:, 0] <= SUPPORT["edge"], extents[:, 0] > REFUTE["edge"]
    limit = REFUTE[part]
    common = np.clip(limit - extents[:, 0], 0, None)
    outside = (centres > limit) & (common < OVERLAP * (extents[:, 1] - extents[:, 0]))
    return centres <= SUPPORT[part], outside | ((centres > limit) & (common == 0))


def _spans_middle(extents: Floats) -> NDArray[np.bool_]:
    return np.asarray((extents[:, 0] < 0.45) & (extents[:, 1] > 0.55))


def _judged(
    sentence: Sentence, region: Region, meant: Sequence[tuple[str, ...]], truth: Truth
) -> Verdict:
    claim = sentence.quote(region.start, region.end)
    places = [(refs, place) for refs in meant if (place := truth.place(refs))]
    if region.is_compass and not truth.north_up:
        return verdict("position", claim, "unverifiable", "north is not known")
    if not places:
        return verdict("position", claim, "unverifiable", "objects are not known")
    outcomes = [judge(region, place, truth.width, truth.height) for _, place in places]
    shown = "; ".join(_described(refs, place, truth) for refs, place in places[:3])
    return verdict("position", f"{named(meant[0])}: {claim}", any_of_them(outcomes), shown)


def _described(refs: tuple[str, ...], place: Place, truth: Truth) -> str:
    x, y = place.middles[1]
    return f"{named(refs)} centred at ({x:.0f}, {y:.0f}) of {truth.width} × {truth.height} px"


def _belonging(
    sentence: Sentence, starts: Sequence[int], region: Region, window: tuple[int, int]
) -> list[Phrase]:
    """Return the phrases of which one must be meant; empty where another thing may be.

    ``starts`` are those of the sentence's phrases, ``window`` reaches from the position before to
    the one after: what lies beyond belongs to those.
    """
    first, last = bisect_left(starts, window[0]), bisect_left(starts, window[1])
    near = sentence.phrases[max(0, first - 1) : last]
    around = [p for p in near if p.start <= region.start and region.end <= p.end]
    if around:
        return around
    earlier = [p for p in near if window[0] <= p.start and p.end <= region.start]
    later = [p for p in near if region.end <= p.start and p.end <= window[1]]
    if earlier and (chain := _followed(sentence.text, earlier, region)):
        return chain
    if not earlier and not _LEAD.fullmatch(sentence.text, window[0], region.start):
        return []  # “they stand in the upper left, far from A”: something untagged is meant
    leads = sentence.phrases[0].start >= region.end
    if leads and later and not _other_thing(sentence.text[region.end : later[0].start]):
        return later
    either = earlier + later
    return either if either and not _far(sentence.text, either, region) else []


def _followed(text: str, earlier: Sequence[Phrase], region: Region) -> list[Phrase]:
    """Return the last of ``earlier`` where the position follows it at once, and what it relates to."""
    gap = text[earlier[-1].end : region.start]
    if len(gap) > REACH or _SEPARATOR.search(gap) or _ARTICLE.search(gap):
        return []
    chain = [earlier[-1]]
    for previous in reversed(earlier[:-1]):
        if _SEPARATOR.search(text, previous.end, chain[-1].start):
            break
        chain.append(previous)
    return chain[::-1]


def _far(text: str, phrases: Sequence[Phrase], region: Region) -> bool:
    """Say whether between the position and each phrase another thing is named."""
    return all(
        _other_thing(
            text[p.end : region.start] if p.end <= region.start else text[region.end : p.start]
        )
        for p in phrases
    )


def _other_thing(gap: str) -> bool:
    return len(gap) > REACH or _ARTICLE.search(gap) is not None


def _region(found: re.Match[str], text: str) -> Region | None:
    """Return what ``found`` names, None where it is no position in the picture."""
    row, column, part = _third("row", found), _third("column", found), _part(found["part"])
    two = row is not None and column is not None
    bare = not found["part"] and not found["picture"]
    alone = _ENDS.match(text, found.end()) is not None
    if _OF.match(text, found.end()) or (bare and not two and not alone):
        return None
    if (
        bare
        and not found["preposition"]
        and text[max(0, found.start() - 20) : found.start()].strip(" \"'(") + _rest(text, found)
    ):
        return None
    if row == column == "middle" or (not two and "middle" in (row, column)):
        row = column = "middle"
    if bare or part is None:
        part = "third" if two or row == "middle" else "half"
    compass = any(found[name] for name in found.groupdict() if name.startswith("compass"))
    return Region(found.start(), found.end(), column, row, part, compass)


def _rest(text: str, found: re.Match[str]) -> str:
    return text[found.end() : found.end() + 20].strip(" .!\"')")


def _third(axis: str, found: re.Match[str]) -> Third | None:
    name = next((v for k, v in found.groupdict().items() if v and axis in k), None)
    if name is None:
        return None
    plain = name.replace("-", " ")
    places = (getattr(grammar(), f"{axis}s"), getattr(grammar(), f"compass_{axis}s"))
    for third in ("first", "middle", "last"):
        if any(plain in getattr(each, third) for each in places):
            return third
    return None


def _part(name: str | None) -> Part | None:
    parts = grammar().parts
    kinds: tuple[Part, ...] = ("third", "half", "edge")
    return next((kind for kind in kinds if name in getattr(parts, kind)), None)


@cache
def _pattern() -> re.Pattern[str]:
    words = grammar()
    parts = any_of((*words.parts.third, *words.parts.half, *words.parts.edge))
    picture = rf"(?P<picture>\s{{1,3}}of\s{{1,3}}(?:the|this)\s{{1,3}}(?:\w{{1,20}}\s{{1,3}})?(?:{any_of(words.picture)}))?"
    return re.compile(
        rf"(?<!\w)(?:(?P<preposition>{any_of(words.position_prepositions)})\s{{1,3}}the\s{{1,3}})?"
        rf"(?:(?:far|very|extreme)\s{{1,3}})?(?:{_names()})"
        rf"(?:[\s-]{{1,3}}(?P<part>{parts}))?{picture}(?!\w)"
    )


def _names() -> str:
    """Return a pattern for every name of a cell, row or column, with a group for each word."""
    words = grammar()
    row, column = _every(words.rows), _every(words.columns)
    north, east = _every(words.compass_rows), _every(words.compass_columns)
    return "|".join(
        (
            rf"(?P<row_a>{row})[\s-]{{1,3}}(?P<column_a>{column})",
            rf"(?P<column_b>{column})[\s-]{{1,3}}(?P<row_b>{row})",
            rf"(?P<compass_row_c>{north})[\s-]?(?P<compass_column_c>{east})",
            rf"(?P<row_d>{row})",
            rf"(?P<column_e>{column})",
            rf"(?P<compass_row_f>{north})",
            rf"(?P<compass_column_g>{east})",
        )
    )


def _every(places: Places) -> str:
    return any_of((*places.first, *places.middle, *places.last))
