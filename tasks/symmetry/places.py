"""Sides, corners and cells of a picture in words: “left”, “upper left”, “centre left”, “top centre”."""

import re
from functools import cache
from typing import Final

from tasks.symmetry.geometry import SIDES, Side, Vector
from tasks.symmetry.vocabulary import GAP, Places, any_of, family, tidy, vocabulary

_SIGNS: Final = (-1, 0, 1)
_BY_VECTOR: Final[dict[Vector, Side]] = {vector: side for side, vector in SIDES.items()}


@cache
def corner_pattern() -> str:
    """Return a pattern for corners and cells, the row first or the column first."""
    rows, columns = vocabulary().rows, vocabulary().columns
    outer_rows, outer_columns = (any_of((*p.first, *p.last)) for p in (rows, columns))
    every_row, every_column = any_of(rows.all), any_of(columns.all)
    return "|".join(
        (
            rf"(?:{outer_rows}){GAP}(?:{every_column})",
            rf"(?:{every_row}){GAP}(?:{outer_columns})",
            rf"(?:{outer_columns}){GAP}(?:{every_row})",
        )
    )


@cache
def place_pattern() -> str:
    """Return a pattern for a corner, a cell or a side."""
    return rf"(?:{corner_pattern()}|{family('nouns').pattern()})"


def vector_of(said: str) -> Vector:
    """Return the direction that ``said`` names, such as (-1, 1) for the lower left."""
    words = tidy(said).split()
    if len(words) == 1:
        return SIDES[family("nouns").side(said)]
    row, column = words if _is_row_first(words) else words[::-1]
    return _sign(column, vocabulary().columns), _sign(row, vocabulary().rows)


def place_words(said: str, vector: Vector, *, row_first: bool) -> str:
    """Return the words for ``vector`` in the wording of ``said``.

    “Left centre” becomes “right centre”, but “centre right” with ``row_first``.
    """
    words = tidy(said).split()
    if len(words) == 1:
        return family("nouns").words(said, _BY_VECTOR[vector])
    rows, columns = vocabulary().rows, vocabulary().columns
    middle = next((word for word in words if word in rows.middle), rows.middle[0])
    wording = max(_wording(word, rows) for word in words)
    column = (columns.first[0], middle, columns.last[0])[vector[0] + 1]
    row = (rows.first[wording], middle, rows.last[wording])[vector[1] + 1]
    one, other = (row, column) if row_first or _is_row_first(words) else (column, row)
    return f"{one}{re.sub(r'[a-z]', '', said)[:1]}{other}"


def _is_row_first(words: list[str]) -> bool:
    return words[0] in vocabulary().rows.all and words[1] in vocabulary().columns.all


def _wording(word: str, places: Places) -> int:
    """Return 0 for upper and lower, 1 for top and bottom, 0 for other words."""
    return next((each.index(word) for each in (places.first, places.last) if word in each), 0)


def _sign(word: str, places: Places) -> int:
    found = zip(_SIGNS, (places.first, places.middle, places.last), strict=True)
    return next(sign for sign, words in found if word in words)
