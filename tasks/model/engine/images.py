"""Tokens of a picture, by the formula that each provider publishes.

tiles    OpenAI, “Images and vision”, models of the gpt-4o kind: scaled into 2048 × 2048, then to
         a shortest side of 768 px; a base and a figure for each tile of 512 px. Low: the base.
patches  OpenAI, the same page, models of the gpt-4.1-mini kind: patches of 32 px, scaled down
         to at most 1536 of them, times a factor.
area     Anthropic, “Vision”: width × height / 750, long side at most 1568 px.
cells    Qwen-VL: cells of 28 px, as its processor merges 2 × 2 patches of 14 px.
crops    Google, “Understand and count tokens”: 258 up to 384 px, else 258 for each tile of
         768 px.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import simplejpeg

from schemas.teacher import ModelRequest

Detail = Literal["auto", "low", "high"]


@dataclass(frozen=True)
class Tiles:
    """Figures of the tile formula."""

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
    """Figures of the patch formula."""

    factor: float
    most: int = 1536

    def __call__(self, width: int, height: int, _detail: Detail) -> int:
        """Return the tokens of a picture of ``width`` × ``height`` px; detail plays no part."""
        return math.ceil(self.factor * _patches(width, height, self.most))


def _patches(width: int, height: int, most: int) -> int:
    across, down = width / 32, height / 32
    if math.ceil(across) * math.ceil(down) <= most:
        return math.ceil(across) * math.ceil(down)
    shrink = math.sqrt(most / (across * down))
    whole = min(
        math.floor(side * shrink) / (side * shrink) for side in (across, down)
    )  # so that one side has whole patches
    across, down = across * shrink * whole, down * shrink * whole
    return min(most, math.ceil(round(across, 6)) * math.ceil(round(down, 6)))


def _area(width: int, height: int, _detail: Detail) -> int:
    scale = min(1.0, 1568 / max(width, height))
    return math.ceil(width * scale * height * scale / 750)


def _cells(width: int, height: int, _detail: Detail) -> int:
    return max(4, round(width / 28)) * max(1, round(height / 28))


def _crops(width: int, height: int, _detail: Detail) -> int:
    if max(width, height) <= 384:
        return 258
    return 258 * math.ceil(width / 768) * math.ceil(height / 768)


DEFAULT: Final = Tiles(85, 170)
"""For models that are not listed, this project's own offline teacher among them."""

FORMULAS: Final[tuple[tuple[str, Callable[[int, int, Detail], int]], ...]] = (
    ("gpt-4o-mini", Tiles(2833, 5667)),
    ("gpt-4.1-mini", Patches(1.62)),
    ("gpt-4.1-nano", Patches(2.46)),
    ("gpt-5-mini", Patches(1.62)),
    ("gpt-5-nano", Patches(2.46)),
    ("o4-mini", Patches(1.72)),
    ("gpt-5", Tiles(70, 140)),
    ("o1", Tiles(75, 150)),
    ("o3", Tiles(75, 150)),
    ("gpt-4", DEFAULT),
    ("claude", _area),
    ("gemini", _crops),
    ("qwen", _cells),
)
"""Beginning of a model's name, after any “provider/”, and its formula; the first that fits."""


def image_tokens(request: ModelRequest) -> int:
    """Return the tokens of the picture of ``request``; 0 where it has none."""
    if request.image is None:
        return 0
    height, width, *_ = simplejpeg.decode_jpeg_header(request.image)
    return picture_tokens(request.model, width, height, request.detail)


@lru_cache(maxsize=4096)
def picture_tokens(model: str, width: int, height: int, detail: Detail) -> int:
    """Return the tokens that ``model`` takes for a picture of ``width`` × ``height`` px."""
    name = model.rpartition("/")[2].lower()
    formula = next((made for start, made in FORMULAS if name.startswith(start)), DEFAULT)
    return formula(width, height, detail)
