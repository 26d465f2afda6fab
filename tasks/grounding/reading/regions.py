"""Names of places in the picture, as “in the upper left of the image”, found in text."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, Literal, NamedTuple

from tasks.grounding.reading.grammar import Places, any_of, grammar

Third = Literal["first", "middle", "last"]
Part = Literal["third", "half", "edge"]
Axis = Literal["row", "column"]

_GROUPS: Final[Mapping[Axis, tuple[str, ...]]] = {  # of the pattern for names, by what they tell
    "row": ("row_a", "row_b", "compass_row_c", "row_d", "compass_row_f"),
    "column": ("column_a", "column_b", "compass_column_c", "column_e", "compass_column_g"),
}
_COMPASS_GROUPS: Final = ("compass_row_c", "compass_column_c", "compass_row_f", "compass_column_g")
_OF: Final = re.compile(r"\s{1,3}(?:of|from)(?!\w)")
_THAN: Final = re.compile(r"\s{1,3}than(?!\w)")
_ENDS: Final = re.compile(rf"\s*(?:$|[.,;:!?)–—]|(?:{any_of(grammar().position_ends)})(?!\w))")


class Name(NamedTuple):
    """One word of a place with what it says of one axis."""

    start: int
    end: int
    axis: Axis


class Region(NamedTuple):
    """A claimed place: what is said of x and of y, None where nothing is."""

    start: int
    end: int
    column: Third | None
    row: Third | None
    part: Part
    is_compass: bool
    names: tuple[Name, ...] = ()
    is_loose: bool = False  # of something in the picture that need not fill it: “of the airport”
    core: int = 0  # where its name begins, after “in the”


def find_regions(text: str) -> list[Region]:
    """Return the positions in the picture that folded ``text`` names, in order."""
    if not _hint().search(text):
        return []
    return sorted((*_named_regions(text), *_spots(text)))


def starts_of(region: Region, text: str) -> Iterator[int]:
    """Yield where ``region`` may be said to begin: at “in”, at “the”, at its name."""
    yield region.start
    for word in re.finditer(r"\w+", text[region.start : region.core]):
        yield region.start + word.start()
    yield region.core


def both_regions(one: Region | None, other: Region) -> Region | None:
    """Return the place that two names give together: “by the lower edge, in the middle”.

    None where they do not make each other narrower.
    """
    if one is None:
        return None
    names, end = (*one.names, *other.names), max(one.end, other.end)
    for edge, middle in ((one, other), (other, one)):
        single = (edge.row is None) != (edge.column is None)
        if single and _is_middle(middle):
            return edge._replace(
                row=edge.row or "middle", column=edge.column or "middle", end=end, part="third",
                names=names,
            )  # fmt: skip
    if one.row and not one.column and other.column and not other.row:
        return one._replace(column=other.column, end=end, names=names)
    if one.column and not one.row and other.row and not other.column:
        return one._replace(row=other.row, end=end, names=names)
    return None


def _is_middle(region: Region) -> bool:
    """Say whether ``region`` names nothing but a middle."""
    return {region.row, region.column} <= {"middle", None}


def _named_regions(text: str) -> Iterator[Region]:
    for found in _pattern().finditer(text):
        region = _region(found, text)
        if region is not None:
            yield region


def _spots(text: str) -> Iterator[Region]:
    """Yield places that have names of their own: “halfway down”, “below the middle”."""
    for found in _spot_pattern().finditer(text):
        axis, third = grammar().spots[" ".join(found["spot"].replace("-", " ").split())]
        row, column = (third, None) if axis == "row" else (None, third)
        part: Part = "third" if third == "middle" else "half"
        yield Region(
            found.start(), found.end(), column, row, part, is_compass=False, core=found.start()
        )


def _region(found: re.Match[str], text: str) -> Region | None:
    """Return what ``found`` names, None where it is no position in the picture."""
    row, column, part = _third("row", found), _third("column", found), _part(found["part"])
    two = row is not None and column is not None
    bare = not found["part"] and not found["picture"]
    if _is_elsewhere(found, text, two=two, bare=bare):
        return None
    if row == column == "middle" or (not two and "middle" in (row, column)):
        row = column = "middle"
    if bare or part is None or (two and "middle" in (row, column)):
        part = "third" if two or row == "middle" else "half"
    compass = any(found[name] for name in _COMPASS_GROUPS)
    names = _named(found)
    loose = found["ground"] is not None
    return Region(
        found.start(), found.end(), column, row, part, compass, names, loose, names[0].start
    )


def _is_elsewhere(found: re.Match[str], text: str, *, two: bool, bare: bool) -> bool:
    """Say whether a name means no position in the picture: “left of the plane”, “the upper pool”."""
    alone = _ENDS.match(text, found.end()) is not None
    if _OF.match(text, found.end()) or (bare and not two and not alone):
        return True
    if not two and not found["part"] and (found["picture"] or "").endswith(" it"):
        return True
    if bare and _THAN.match(text, found.end()):
        return True
    if not bare or found["preposition"]:
        return False
    before = text[max(0, found.start() - 20) : found.start()].rstrip(" \"'(")
    if two and _holding().match(text, found.end()):  # “the upper left holds a ship”
        before = before.removesuffix("the").rstrip()
        return not (not before or before[-1] in ",.;:\n–—(")
    begins = not before or before[-1] in ",.;:\n–—("
    return not (begins and alone and (two or _is_fragment(found, text)))


def _is_fragment(found: re.Match[str], text: str) -> bool:
    """Say whether nothing else is said: an answer such as “Left.”, or “tracks, top”."""
    rest = text[found.end() : found.end() + 20].lstrip(" \"')")
    return not rest or rest[0] in ".!;:,–—"


def _named(found: re.Match[str]) -> tuple[Name, ...]:
    names: list[Name] = []
    for axis, groups in _GROUPS.items():
        names += (Name(*found.span(group), axis) for group in groups if found[group])
    return tuple(sorted(names))


def _third(axis: Axis, found: re.Match[str]) -> Third | None:
    name = next((word for group in _GROUPS[axis] if (word := found[group])), None)
    return None if name is None else _named_third(axis, name.replace("-", " "))


@cache
def _named_third(axis: str, plain: str) -> Third | None:
    places = (getattr(grammar(), f"{axis}s"), getattr(grammar(), f"compass_{axis}s"))
    for third in ("first", "middle", "last"):
        if any(plain in getattr(each, third) for each in places):
            return third
    return None


def _part(name: str | None) -> Part | None:
    parts, plain = grammar().parts, " ".join((name or "").replace("-", " ").split())
    kinds: tuple[Part, ...] = ("third", "half", "edge")
    return next((kind for kind in kinds if plain in getattr(parts, kind)), None)


@cache
def _holding() -> re.Pattern[str]:
    return re.compile(rf"\s{{1,3}}(?:{any_of(grammar().place_verbs)})(?!\w)")


@cache
def _hint() -> re.Pattern[str]:
    """Return a pattern for the first letters of any name, to be quick where there is none."""
    lists = grammar()
    places = (lists.rows, lists.columns, lists.compass_rows, lists.compass_columns)
    names = [name for each in places for name in (*each.first, *each.middle, *each.last)]
    return re.compile("|".join(sorted({name.split()[0] for name in (*names, *lists.spots)})))


@cache
def _pattern() -> re.Pattern[str]:
    lists, gap = grammar(), r"\s{1,3}"
    parts = any_of((*lists.parts.third, *lists.parts.half, *lists.parts.edge))
    whole = rf"(?:{any_of(lists.plain['picture'])})"
    ground = rf"(?P<ground>(?:{any_of(lists.grounds)}))"
    owner = rf"(?:the|this|that|our|its){gap}(?:(?!{whole})\w{{1,20}}{gap})?"
    picture = rf"(?P<picture>{gap}(?:of|in|to){gap}(?:(?:{owner})(?:{whole}|{ground})|it(?!\w)))?"
    article = rf"(?:the|its|that|our){gap}"
    degree = rf"(?:(?:far|very|extreme|exact|whole|dead|right){gap})"
    return re.compile(
        rf"(?<!\w)(?:(?P<preposition>{any_of(lists.position_prepositions)}){gap}{article}{degree}?)?"
        rf"{degree}?(?:{_names()})(?:[\s-]{{1,3}}(?P<part>{parts}))?{picture}(?!\w)"
    )


@cache
def _spot_pattern() -> re.Pattern[str]:
    spots = any_of(grammar().spots)
    side = r"(?:\s{1,3}(?:of|on)\s{1,3}the\s{1,3}(?:picture|image|frame|scene))?"
    return re.compile(rf"(?<!\w)(?P<spot>{spots}){side}(?!\w)")


def _names() -> str:
    """Return a pattern for every name of a cell, row or column, with a group for each word."""
    lists, gap = grammar(), r"[\s-]{1,3}"
    row, column = _every(lists.rows), _every(lists.columns)
    north, east = _every(lists.compass_rows), _every(lists.compass_columns)
    return "|".join(
        (
            rf"(?P<row_a>{row}){gap}(?P<column_a>{column})",
            rf"(?P<column_b>{column}){gap}(?P<row_b>{row})",
            rf"(?P<compass_row_c>{north})[\s-]?(?P<compass_column_c>{east})",
            rf"(?P<row_d>{row})",
            rf"(?P<column_e>{column})",
            rf"(?P<compass_row_f>{north})",
            rf"(?P<compass_column_g>{east})",
        )
    )


def _every(places: Places) -> str:
    return any_of((*places.first, *places.middle, *places.last))
