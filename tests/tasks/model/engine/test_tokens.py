"""Tokens of a request, estimated, and at worst."""

import json

import numpy as np
import pytest
import simplejpeg

from prompts import reply_record
from schemas.teacher import Message, ModelRequest
from tasks.model.engine.images import image_tokens
from tasks.model.engine.tokens import (
    chat_tokens,
    estimated_tokens,
    most_prompt_tokens,
    prompt_tokens,
)

PICTURE = simplejpeg.encode_jpeg(np.zeros((768, 1024, 3), np.uint8))


def request(*texts: str, image: bytes | None = None) -> ModelRequest:
    return ModelRequest(
        purpose="describe", prompt_fingerprint="p", model="gpt-4o", reply="LocalDescription",
        messages=tuple(Message(role="user", text=text) for text in texts), image=image,
        temperature=0, max_tokens=100, seed=0,
    )  # fmt: skip


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2)])
def test_four_characters_are_a_token(text, tokens):
    assert estimated_tokens(text) == tokens


def test_messages_schema_and_picture_are_counted():
    schema = json.dumps(
        reply_record("LocalDescription").model_json_schema(),
        ensure_ascii=False,
        separators=(",", ":"),
    )
    expected = 3 + (3 + 25) + (3 + 100) + estimated_tokens(schema) + 765
    assert prompt_tokens(request("a" * 100, "b" * 400, image=PICTURE)) == expected


def test_a_server_that_sees_texts_and_schema_counts_the_same():
    asked = request("a" * 100, "b" * 401, image=PICTURE)
    schema = reply_record("LocalDescription").model_json_schema()
    texts = [message.text for message in asked.messages]
    assert chat_tokens(texts, schema) + image_tokens(asked) == prompt_tokens(asked)


@pytest.mark.parametrize("text", ["[12,345,6,78],", "A plane stands here. ", "飞机停在这里。"])
def test_the_worst_is_far_above_the_estimate(text):
    asked = request(text * 100, image=PICTURE)
    assert most_prompt_tokens(asked) > 1.3 * prompt_tokens(asked)
    assert most_prompt_tokens(asked) >= 1.25 * 765 + len(text * 100) / 2
