"""Tokens, estimated before anything is sent: limits, budgets, plans and the offline teacher's usage."""

import json
import math
from functools import cache
from typing import Final

from prompts import reply_record
from schemas.teacher import ModelRequest
from tasks.model.engine.images import image_tokens

CHARACTERS: Final = 4
"""Of English text and JSON in a token, about (OpenAI, “What are tokens and how to count them”)."""

FEWEST_CHARACTERS: Final = 2
"""Of a token, on the average of any prompt of ours: for what must not be exceeded."""

PER_MESSAGE: Final = 4
"""Tokens that frame a message (OpenAI cookbook, “How to count tokens with tiktoken”)."""


def estimated_tokens(text: str) -> int:
    """Return about how many tokens ``text`` takes, rounded up."""
    return math.ceil(len(text) / CHARACTERS)


def prompt_tokens(request: ModelRequest) -> int:
    """Return about how many tokens ``request`` takes: messages, reply schema and picture."""
    texts = sum(estimated_tokens(message.text) + PER_MESSAGE for message in request.messages)
    return texts + _schema_tokens(request.reply) + image_tokens(request)


def most_prompt_tokens(request: ModelRequest) -> int:
    """Return how many tokens ``request`` may take at worst, whatever the tokenizer."""
    length = sum(len(message.text) for message in request.messages)
    texts = math.ceil(length / FEWEST_CHARACTERS) + 2 * PER_MESSAGE * len(request.messages)
    return texts + 2 * _schema_tokens(request.reply) + math.ceil(1.5 * image_tokens(request))


@cache
def _schema_tokens(reply: str) -> int:
    return estimated_tokens(json.dumps(reply_record(reply).model_json_schema()))
