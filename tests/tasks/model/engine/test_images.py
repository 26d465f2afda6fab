"""Tokens of pictures, against the examples that providers publish."""

import numpy as np
import pytest
import simplejpeg

from schemas.teacher import Message, ModelRequest
from tasks.model.engine.images import image_tokens, picture_tokens


@pytest.mark.parametrize(
    ("model", "size", "detail", "tokens"),
    [
        ("gpt-4o", (1024, 1024), "high", 765),
        ("gpt-4o", (2048, 4096), "high", 1105),
        ("gpt-4o", (4096, 8192), "low", 85),
        ("openai/gpt-4o-2024-08-06", (512, 512), "auto", 255),
        ("gpt-4o-mini", (512, 512), "high", 2833 + 5667),
        ("gpt-4.1-mini", (1024, 1024), "high", 1659),
        ("gpt-4.1-nano", (1800, 2400), "high", 3572),
        ("claude-sonnet-4", (1092, 1092), "high", 1590),
        ("gemini-2.5-flash", (384, 384), "high", 258),
        ("gemini-2.5-flash", (960, 540), "high", 516),
        ("qwen2.5-vl-7b", (1120, 1120), "high", 1600),
        ("offline-teacher", (1024, 1024), "high", 765),
    ],
)
def test_a_picture_takes_what_its_provider_says(model, size, detail, tokens):
    assert picture_tokens(model, *size, detail) == tokens


def test_patches_never_exceed_the_published_cap():
    for width, height in ((1800, 2400), (4000, 1474), (8192, 33), (5000, 5000)):
        assert picture_tokens("gpt-4.1-mini", width, height, "high") <= 1.62 * 1536 + 1


def test_the_size_is_read_from_the_picture_and_none_takes_none():
    request = ModelRequest(
        purpose="describe", prompt_fingerprint="p", model="gpt-4o", reply="Synthesis",
        messages=(Message(role="user", text="What is here?"),), image=simplejpeg.encode_jpeg(np.zeros((768, 1024, 3), np.uint8)),
        temperature=0, max_tokens=100, seed=0,
    )  # fmt: skip
    assert image_tokens(request) == 85 + 170 * 4
    assert image_tokens(request.model_copy(update={"image": None})) == 0
