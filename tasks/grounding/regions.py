"""Names of places in the picture, as “in the upper left of the image”, found in text."""

import re
from functools import cache
from typing import Final, Literal, NamedTuple

from tasks.grounding.grammar import Places, any_of, grammar

Third = Literal["first", "middle", "last"]
Part = Literal["third", "half", "edge"]
Axis = Literal["row", "column"]

_OF: Final = re.compile(r"\s{1,3}(?:of|from|than)(?!\w)")
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


def find_regions(text: str) -> list[Region]:
    """Return the positions in the picture that folded ``text`` names, in order."""
    if not _hint().search(text):
        return []
    return [region for found in _pattern().finditer(text) if (region := _region(found, text))]


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
    if bare or part is None or (two and "middle" in (row, column)):
        part = "third" if two or row == "middle" else "half"
    compass = any(found[name] for name in found.groupdict() if name.startswith("compass"))
    return Region(found.start(), found.end(), column, row, part, compass, _named(found))


def _named(found: re.Match[str]) -> tuple[Name, ...]:
    names: list[Name] = []
    for group, word in found.groupdict().items():
        if word and ("row" in group or "column" in group):
            axis: Axis = "row" if "row" in group else "column"
            names.append(Name(found.start(group), found.end(group), axis))
    return tuple(sorted(names))


def both_regions(one: Region | None, other: Region) -> Region | None:
    """Return the place that two names give together: “by the lower edge, in the middle”.

    None where they do not make each other narrower.
    """
    if one is None:
        return None
    for edge, middle in ((one, other), (other, one)):
        single = (edge.row is None) != (edge.column is None)
        if single and middle.row == middle.column == "middle":
            return edge._replace(
                row=edge.row or "middle", column=edge.column or "middle", end=other.end,
                part="third", names=(*one.names, *other.names),
            )  # fmt: skip
    if one.row and not one.column and other.column and not other.row:
        return one._replace(column=other.column, end=other.end, names=(*one.names, *other.names))
    if one.column and not one.row and other.row and not other.column:
        return one._replace(row=other.row, end=other.end, names=(*one.names, *other.names))
    return None


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
def _hint() -> re.Pattern[str]:
    """Return a pattern for the first letters of any name, to be quick where there is none."""
    words = grammar()
    places = (words.rows, words.columns, words.compass_rows, words.compass_columns)
    names = (name for each in places for name in (*each.first, *each.middle, *each.last))
    return re.compile("|".join(sorted({name.split()[0] for name in names})))


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
