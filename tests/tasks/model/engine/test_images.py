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
        ("gpt-4o-mini-2024-07-18", (512, 512), "low", 2833),
        ("gpt-4.1", (1024, 1024), "high", 765),
        ("gpt-4.1-mini", (1024, 1024), "high", 1659),
        ("gpt-4.1-nano", (1800, 2400), "high", 3572),
        ("gpt-5", (1024, 1024), "high", 70 + 4 * 140),
        ("gpt-5-mini-2025-08-07", (1024, 1024), "low", 1659),
        ("o4-mini", (1024, 1024), "high", 1762),
        ("o3", (1024, 1024), "high", 675),
        ("o1-2024-12-17", (1024, 1024), "low", 75),
        ("claude-sonnet-4-5", (1092, 1092), "high", 1590),
        ("claude-sonnet-4-5", (4000, 3000), "high", 1600),
        ("anthropic/claude-opus-4-1-20250805", (1568, 100), "high", 210),
        ("gemini-2.5-flash", (384, 384), "high", 258),
        ("gemini-2.5-flash", (960, 540), "high", 6 * 258),
        ("gemini-2.5-flash", (1024, 1024), "high", 4 * 258),
        ("gemini-3-pro", (1024, 1024), "high", 1120),
        ("gemini-3-pro", (1024, 1024), "low", 280),
        ("qwen2.5-vl-7b", (1120, 1120), "high", 1602),
        ("Qwen/Qwen3-VL-8B-Instruct", (1024, 1024), "high", 1026),
        ("offline-teacher", (1024, 1024), "high", 765),
    ],
)
def test_a_picture_takes_what_its_provider_says(model, size, detail, tokens):
    assert picture_tokens(model, *size, detail) == tokens


@pytest.mark.parametrize(("model", "most"), [("gpt-4.1-mini", 2489), ("claude-sonnet-4", 1600)])
def test_however_large_a_picture_is_its_tokens_have_an_end(model, most):
    for width, height in ((1800, 2400), (4000, 1474), (8192, 33), (5000, 5000), (33, 8192)):
        assert 0 < picture_tokens(model, width, height, "high") <= most


def _request(image):
    return ModelRequest(
        purpose="describe", prompt_fingerprint="p", model="gpt-4o", reply="Synthesis",
        messages=(Message(role="user", text="What is here?"),), image=image, temperature=0,
        max_tokens=100, seed=0,
    )  # fmt: skip


def test_the_size_is_read_from_the_picture_and_no_picture_takes_none():
    picture = simplejpeg.encode_jpeg(np.zeros((512, 1024, 3), np.uint8))
    assert image_tokens(_request(picture)) == 85 + 170 * 2
    assert image_tokens(_request(None)) == 0


def test_a_picture_that_cannot_be_read_counts_as_a_tile():
    assert image_tokens(_request(b"no JPEG")) == 765
