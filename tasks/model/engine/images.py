"""Tokens of a picture, by the formula that each provider publishes for its models.

tiles    OpenAI, guide “Images and vision”: scaled down into 2048 × 2048 px, then to a shortest side
         of 768 px; a base, and a figure for each 512 px tile. Detail low: the base alone.
patches  OpenAI, the same guide: patches of 32 px, the picture scaled down until it has at most
         1536, times a factor of the model. Detail plays no part.
area     Anthropic, guide “Vision”: w × h / 750, after scaling down to a long side of 1568 px and to
         about 1600 tokens.
crops    Google, guides “Understand and count tokens” and “Image understanding”: 258 up to
         384 × 384 px, else 258 for each crop of ⌊shortest side / 1.5⌋ px.
level    Google, guide “Media resolution”: from Gemini 3 on a fixed figure, 280 low and 1120 high.
cells    Alibaba, “Qwen-VL: image tokens”: sides rounded to cells of 28 px (Qwen3-VL: 32), as
         ``smart_resize`` does it, and two tokens round them.

Any other model is counted as gpt-4o. Detail auto is counted as high. What a provider really took is
in its usage; these figures are for limits, plans and budgets before that, and say how much of it
the picture was.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final, Literal

import simplejpeg

from schemas.teacher import ModelRequest

Detail = Literal["auto", "low", "high"]
UNREADABLE: Final = (1024, 1024)  # px taken for a picture whose header cannot be read


@dataclass(frozen=True)
class Tiles:
    """The tile formula of OpenAI."""

    base: int
    tile: int

    def __call__(self, width: int, height: int, detail: Detail) -> int:
        """Return the tokens of a picture of ``width`` × ``height`` px."""
        if detail == "low":
            return self.base
        scale = min(1.0, 2048 / max(width, height))
        scale *= min(1.0, 768 / (scale * min(width, height)))
        across, down = (math.ceil(round(side * scale) / 512) for side in (width, height))
        return self.base + self.tile * across * down


@dataclass(frozen=True)
class Patches:
    """The patch formula of OpenAI."""

    factor: float
    most: int = 1536

    def __call__(self, width: int, height: int, _detail: Detail) -> int:
        """Return the tokens of a picture of ``width`` × ``height`` px."""
        across, down = width / 32, height / 32
        if math.ceil(across) * math.ceil(down) > self.most:
            shrink = math.sqrt(self.most / (across * down))
            # and a little more, so that the patches of one side fit without a rest
            shrink *= min(math.floor(side * shrink) / (side * shrink) for side in (across, down))
            across, down = round(across * shrink, 6), round(down * shrink, 6)
        patches = min(self.most, math.ceil(across) * math.ceil(down))
        return math.ceil(self.factor * patches)


@dataclass(frozen=True)
class Cells:
    """The cell formula of Alibaba."""

    side: int

    def __call__(self, width: int, height: int, _detail: Detail) -> int:
        """Return the tokens of a picture of ``width`` × ``height`` px."""
        across, down = (max(1, round(side / self.side)) for side in (width, height))
        return min(16_384, max(4, across * down)) + 2


def _area(width: int, height: int, _detail: Detail) -> int:
    scale = min(1.0, 1568 / max(width, height))
    return min(1600, math.ceil(width * scale * height * scale / 750))


def _crops(width: int, height: int, _detail: Detail) -> int:
    if max(width, height) <= 384:
        return 258
    unit = max(1, math.floor(min(width, height) / 1.5))
    return 258 * math.ceil(width / unit) * math.ceil(height / unit)


def _level(_width: int, _height: int, detail: Detail) -> int:
    return 280 if detail == "low" else 1120


DEFAULT: Final = Tiles(85, 170)

FORMULAS: Final[tuple[tuple[str, Callable[[int, int, Detail], int]], ...]] = (
    ("gpt-4o-mini*", Tiles(2833, 5667)),
    ("gpt-4.1-mini*", Patches(1.62)),
    ("gpt-4.1-nano*", Patches(2.46)),
    ("gpt-5*-mini*", Patches(1.62)),
    ("gpt-5*-nano*", Patches(2.46)),
    ("o4-mini*", Patches(1.72)),
    ("codex-mini*", Patches(1.72)),
    ("gpt-5*", Tiles(70, 140)),
    ("o[13]*", Tiles(75, 150)),
    ("computer-use*", Tiles(65, 129)),
    ("claude*", _area),
    ("gemini-[12]*", _crops),
    ("gemini*", _level),
    ("qwen3-vl*", Cells(32)),
    ("qwen*", Cells(28)),
    ("qvq*", Cells(28)),
)
"""A model's name, after any “provider/”, and its formula; the first that fits counts."""


def image_tokens(request: ModelRequest) -> int:
    """Return the tokens of the picture of ``request``; 0 where it has none."""
    if request.image is None:
        return 0
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(request.image)
    except ValueError:
        width, height = UNREADABLE
    return picture_tokens(request.model, width, height, request.detail)


@lru_cache(maxsize=4096)
def picture_tokens(model: str, width: int, height: int, detail: Detail) -> int:
    """Return the tokens that ``model`` takes for a picture of ``width`` × ``height`` px."""
    name = model.rpartition("/")[2].lower()
    formula = next((made for known, made in FORMULAS if fnmatchcase(name, known)), DEFAULT)
    return formula(width, height, detail)
