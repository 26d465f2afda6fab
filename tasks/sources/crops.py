"""Names by which crops of larger images tell what they were cut from."""

import re
from typing import Final

_PATTERNS: Final = (
    re.compile(r"(.+?)__\d+(?:\.\d+)?__-?\d+___-?\d+"),  # id__rate__x___y, DOTA devkit
    re.compile(r"(P\d+)_\d+_\d+_\d+_\d+"),  # id_x0_x1_y0_y1, mmrotate and GeoPixel
    re.compile(r"(P\d+)_\d{4}"),  # id_number, GeoChat
)


def parent_of(name: str) -> str | None:
    """Return the name of the image that ``name``, a file name without suffix, is a crop of."""
    found = (pattern.fullmatch(name) for pattern in _PATTERNS)
    return next((match.group(1) for match in found if match), None)
