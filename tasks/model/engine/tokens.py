"""Tokens, estimated before anything is sent: for limits, budgets, plans, the offline teacher's usage.

There is no tokenizer here: each model has its own, and most have to be downloaded. What a provider
really counted is in its usage.
"""

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from pydantic import JsonValue

from prompts import reply_record
from schemas.teacher import ModelRequest
from tasks.model.engine.images import image_tokens

CHARACTERS: Final = 4
"""Of English text and JSON in a token (OpenAI, “What are tokens and how to count them?”)."""

FRAME: Final = 3
"""Tokens round a message, and before the answer (OpenAI cookbook, “How to count tokens”)."""

FEWEST_BYTES: Final = 2
"""In UTF-8, of a token on the average of a prompt: in JSON full of numbers it is hardly less."""

SPREAD: Final = 1.25  # what a picture may take of what was published for it


def estimated_tokens(text: str) -> int:
    """Return about how many tokens ``text`` takes, rounded up."""
    return math.ceil(len(text) / CHARACTERS)


def chat_tokens(texts: Iterable[str], schema: Mapping[str, JsonValue] | None = None) -> int:
    """Return about how many tokens the messages ``texts`` take, with the ``schema`` of the reply."""
    asked = 0 if schema is None else estimated_tokens(_text_of(schema))
    return FRAME + asked + sum(FRAME + estimated_tokens(text) for text in texts)


def prompt_tokens(request: ModelRequest) -> int:
    """Return about how many tokens ``request`` takes: messages, reply schema and picture."""
    texts = (message.text for message in request.messages)
    return chat_tokens(texts) + _schema_tokens(request.reply) + image_tokens(request)


def most_prompt_tokens(request: ModelRequest) -> int:
    """Return how many tokens ``request`` may take at worst: of what its budget reserves."""
    size = sum(len(message.text.encode()) for message in request.messages)
    texts = math.ceil(size / FEWEST_BYTES) + 2 * FRAME * (1 + len(request.messages))
    schema = math.ceil(_schema_tokens(request.reply) * CHARACTERS / FEWEST_BYTES)
    return texts + schema + math.ceil(SPREAD * image_tokens(request))


@cache
def _schema_tokens(reply: str) -> int:
    return estimated_tokens(_text_of(reply_record(reply).model_json_schema()))


def _text_of(schema: Mapping[str, JsonValue]) -> str:
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
