"""One labelTxt file: two optional header lines, then ``x1 y1 x2 y2 x3 y3 x4 y4 class difficult``."""

import re
from collections.abc import Iterable
from typing import Final

from pydantic import Field

from schemas.geometry import Polygon
from schemas.record import Record
from tasks.sources.protocol import polygon_of

_HEADER: Final = re.compile(r"\s*(imagesource|gsd)\s*:(.*)", re.IGNORECASE)
_CORNERS: Final = 8
_NOTHING: Final = {"", "null", "none", "nan"}


class LabelLine(Record):
    """One object of a label file."""

    number: int = Field(ge=1, description="of the line, from 1")
    polygon: Polygon
    category: str = Field(description="as spelled")
    difficult: int = Field(ge=0)


class BrokenLine(Record):
    """One line that is no object and no header."""

    number: int = Field(ge=1, description="of the line, from 1")
    why: str
    costs_object: bool = Field(True, description="an object is lost with it")


class LabelFile(Record):
    """What one label file says."""

    image_source: str | None = None
    gsd: float | None = Field(None, gt=0, description="metres per pixel")
    objects: tuple[LabelLine, ...] = ()
    broken: tuple[BrokenLine, ...] = ()


def read_lines(lines: Iterable[str]) -> LabelFile:
    """Return what ``lines`` say; a line that cannot be read is kept aside with the reason."""
    objects: list[LabelLine] = []
    broken: list[BrokenLine] = []
    image_source, gsd = None, None
    for number, line in enumerate(lines, start=1):
        header = _HEADER.fullmatch(line)
        try:
            if header and header[1].lower() == "imagesource":
                image_source = _stated(header[2])
            elif header:
                gsd = _metres(header[2])
            elif line.strip():
                objects.append(_object(number, line.split()))
        except ValueError as error:
            broken.append(BrokenLine(number=number, why=str(error), costs_object=not header))
    return LabelFile(
        image_source=image_source, gsd=gsd, objects=tuple(objects), broken=tuple(broken)
    )


def looks_like_labels(lines: Iterable[str]) -> bool:
    """Say whether the first line that is neither blank nor header is an object."""
    for line in lines:
        if line.strip() and not _HEADER.fullmatch(line):
            try:
                _object(1, line.split())
            except ValueError:
                return False
            return True
    return False


def _object(number: int, words: list[str]) -> LabelLine:
    if len(words) <= _CORNERS:
        raise ValueError(f"has {len(words)} words; eight coordinates and a class are needed")
    names = words[_CORNERS:]
    flag = names.pop() if len(names) > 1 and re.fullmatch(r"\d|-\d+", names[-1]) else "0"
    if flag.startswith("-"):
        raise ValueError(f"has a negative difficulty {flag}")
    polygon = polygon_of(words[:_CORNERS])
    category = " ".join(names)
    if not re.search(r"[^\W\d_]", category):
        raise ValueError(f"has “{category}” where its class should be")
    return LabelLine(number=number, polygon=polygon, category=category, difficult=int(flag))


def _stated(value: str) -> str | None:
    return None if value.strip().lower() in _NOTHING else value.strip()


def _metres(value: str) -> float | None:
    stated = _stated(value)
    if stated is None:
        return None
    ((gsd, _),) = polygon_of((stated, 0))
    if gsd <= 0:
        raise ValueError(f"has a gsd of {stated}; metres per pixel are more than 0")
    return gsd
