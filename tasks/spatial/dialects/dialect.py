"""What a dialect is: frames, the grid of numbers that it can write, and where its boxes stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from pydantic import Field

from schemas.geometry import Point, Polygon
from schemas.record import Record

NUMBER: Final = r"-?\d{1,7}(?:\.\d{1,12})?"
COMMA: Final = r"\s{0,4},\s{0,4}"
FOUR: Final = COMMA.join([NUMBER] * 4)
BRACKETED: Final = rf"\[\s{{0,4}}({FOUR})\s{{0,4}}\]"
ANGLED: Final = r"<\s{0,4}" + NUMBER + r"\s{0,4}>\s{0,4}"

_NUMBER: Final = re.compile(NUMBER)


class UnwritableBox(ValueError):
    """A box that a dialect cannot write; the message says why."""


class CollapsedBox(UnwritableBox):
    """A box that has no area any more when it is rounded to the numbers of a dialect."""


class Frame(Record):
    """The picture that the model sees."""

    width: int = Field(gt=0, description="px")
    height: int = Field(gt=0, description="px")


class FoundBox(Record):
    """A box that a text writes down."""

    start: int = Field(ge=0, description="first character of the box in the text")
    end: int = Field(gt=0, description="character after its last")
    polygon: Polygon = Field(description="corners, px of the frame, as far out as the text says")


class Dialect(Protocol):
    """One way to write a box."""

    @property
    def name(self) -> str:
        """The name that commands take, such as ``geochat``."""
        ...

    @property
    def title(self) -> str:
        """One line: whose form it is, and what it looks like."""
        ...

    def write(self, polygon: Polygon, frame: Frame) -> str:
        """Return the box round ``polygon`` (px of ``frame``), cut to the frame, as text.

        Raises CollapsedBox where the rounded box has no area, UnwritableBox where the dialect has
        no numbers for it.
        """
        ...

    def find(self, text: str, frame: Frame) -> tuple[FoundBox, ...]:
        """Return the boxes that ``text`` writes, in its order; spacing does not matter.

        They are as the text has them: outside the frame, inverted or without area, too.
        """
        ...

    def quantum(self, frame: Frame) -> float:
        """Return the step between two numbers, in px of ``frame``: the larger of both axes'.

        A corner that was written and found again has moved by half of it at most on each axis;
        where the box is turned, the rounding of its angle (half a degree) comes on top.
        """
        ...


class Grid(NamedTuple):
    """The numbers of a dialect on one frame: (px + shift) × scale, rounded."""

    scale: Point
    shift: Point = (0.0, 0.0)
    decimals: int = 0

    def number(self, px: float, axis: int) -> float:
        """Return the number of the coordinate ``px`` on ``axis`` (0 = x, 1 = y)."""
        return round((px + self.shift[axis]) * self.scale[axis], self.decimals)

    def px(self, number: float, axis: int) -> float:
        """Return the coordinate that ``number`` stands for."""
        return number / self.scale[axis] - self.shift[axis]

    @property
    def quantum(self) -> float:
        """The larger of both steps, px."""
        return float(10**-self.decimals) / min(self.scale)


class Place(NamedTuple):
    """Where a box stands in a text, and its numbers."""

    start: int
    end: int
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class Form:
    """What a box looks like; group 1 of ``item`` holds its numbers.

    With a ``block``, boxes stand only inside of it, one or several; the first one's place begins
    and the last one's ends with the block.
    """

    item: re.Pattern[str]
    block: re.Pattern[str] | None = None

    def places(self, text: str) -> Iterator[Place]:
        """Yield where boxes of this form stand in ``text``."""
        if self.block is None:
            yield from self._items(text, 0, len(text))
            return
        for block in self.block.finditer(text):
            items = list(self._items(text, block.start(1), block.end(1)))
            for index, item in enumerate(items):
                start = block.start() if index == 0 else item.start
                end = block.end() if index == len(items) - 1 else item.end
                yield Place(start, end, item.numbers)

    def _items(self, text: str, start: int, end: int) -> Iterator[Place]:
        for match in self.item.finditer(text, start, end):
            yield Place(match.start(), match.end(), numbers_of(match[1]))


def numbers_of(text: str) -> tuple[float, ...]:
    """Return the numbers in ``text``."""
    return tuple(float(number) for number in _NUMBER.findall(text))


def collapsed(title: str, polygon: Polygon, frame: Frame) -> CollapsedBox:
    """Return the refusal of a box that rounding leaves without area."""
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    size = f"{max(xs) - min(xs):.4g}×{max(ys) - min(ys):.4g} px"
    return CollapsedBox(
        f"The box of {size} at ({min(xs):.4g}, {min(ys):.4g}) in a picture of "
        f"{frame.width}×{frame.height} px has no area in the numbers of {title}. Use a finer "
        "dialect, such as pixels, or smaller tiles."
    )
