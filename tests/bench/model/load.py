"""The requests that every client is measured on: distinct, each with a picture of its own."""

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np

from schemas.teacher import Message, ModelRequest, Synthesis
from tasks.imagery.encode import encode_jpeg
from tasks.model.attempts import Question

PICTURE_BYTES: Final = 60_000
SIDE: Final = 512  # px
_RULES: Final = "You describe remote-sensing pictures for a training set. " * 20
_FACTS: Final = "o1 is a large vehicle in the upper-left part; o2 stands right of it. " * 40


@cache
def _jpeg() -> bytes:
    """Return a JPEG of about 60 KB: smooth ground with as much noise as that takes."""
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    encoded = [encode_jpeg(noise // part + 100, 80) for part in range(2, 40)]
    return min(encoded, key=lambda one: abs(len(one) - PICTURE_BYTES))


def picture(number: int) -> bytes:
    """Return a JPEG of about 60 KB that differs for each ``number`` by a comment in it."""
    start, rest = _jpeg()[:2], _jpeg()[2:]
    return start + b"\xff\xfe\x00\x0c" + number.to_bytes(10, "big") + rest


def request(number: int, model: str = "bench-model") -> ModelRequest:
    """Return request ``number``."""
    image = picture(number)
    return ModelRequest(
        purpose="synthesize",
        prompt_fingerprint="bench",
        model=model,
        messages=(
            Message(role="system", text=_RULES),
            Message(role="user", text=f"Tile {number}. {_FACTS}"),
        ),
        image=image,
        image_sha256=hashlib.sha256(image).hexdigest(),
        reply="Synthesis",
        temperature=0.2,
        max_tokens=500,
        seed=number,
    )


def questions(count: int, first: int = 0) -> Iterator[Question[int, Synthesis]]:
    """Yield ``count`` questions from ``first`` on, each made when it is drawn."""
    for number in range(first, first + count):
        yield Question(number, request(number), Synthesis)
