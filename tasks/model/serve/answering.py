"""The model behind the endpoint: what it writes, what that took, and how it puts it on the bill."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from pydantic import JsonValue

from tasks.model.engine.tokens import estimated_tokens
from tasks.model.serve.asked import Asked
from tasks.model.serve.bill import Bill, request_key
from tasks.model.serve.faults import NO_FAULT, Fault
from tasks.model.serve.options import Options, Write
from tasks.model.serve.refusals import Refused

OFFLINE_MODEL: Final = "offline-teacher"
CACHED_FROM: Final = 1024  # tokens of a beginning that was seen before
CACHED_STEP: Final = 128
ABSURD: Final = 10**12  # tokens
_MARK: Final = "0000000000000000"
_TRUTH: Final = {
    "LocalDescription": {
        "facts": [
            {
                "ids": ["o1"],
                "attributes": f'<ref ids="o1">one object</ref> of note {_MARK}',
                "relations": "",
            }
        ]
    },
    "Synthesis": {"description": f'A scene with <ref ids="o1">one object</ref> of note {_MARK}.'},
    "Dialogue": {
        "turns": [
            {
                "question": "What is there?",
                "answer": f'<ref ids="o1">One object</ref> of note {_MARK}.',
                "rests_on": ["o1"],
            }
        ]
    },
    "Judgement": {
        "false_statements": [],
        "groundedness": 5,
        "completeness": 4,
        "fluency": 5,
        "usefulness": 4,
    },
}
CANNED: Final = {name: orjson.dumps(reply).decode() for name, reply in _TRUTH.items()}
"""A fixed, valid answer of each reply record."""

Completion = dict[str, JsonValue]


@dataclass(frozen=True)
class Written:
    """An answer and what it took."""

    key: str
    text: str
    refusal: str | None
    finish_reason: str
    prompt: int
    cached: int
    completion: int
    reasoning: int


class Model:
    """Answers what is asked, and bills it."""

    def __init__(self, options: Options, write: Write, bill: Bill) -> None:
        self._options, self._write, self._bill = options, write, bill
        self._beginnings: set[int] = set()  # hashes, so that memory stays small

    def prompt_tokens(self, asked: Asked) -> int:
        """Return the tokens of words and pictures; the schema of the answer is not counted."""
        pictures = asked.picture_tokens if self._options.image_tokens else 0
        return asked.text_tokens + pictures

    def answer(self, asked: Asked, fault: Fault = NO_FAULT, *, batch: bool = False) -> Written:
        """Return the answer and bill it. Raises Refused where nothing can be written."""
        key = request_key(asked.body)
        text, reason, refusal = self._text(asked, key), "stop", None
        if fault.name == "refusal":
            text, refusal = "", "I'm sorry, I can't help with that."
        elif fault.name == "length":
            text, reason = text[: len(text) // 2], "length"
        elif fault.name == "wrong_schema":
            text = '{"unexpected": ["fields"], "count": 3}'
        elif fault.name == "prose":
            text = "Certainly! Here is what can be seen in the picture: several objects."
        prompt, cached = self.prompt_tokens(asked), self._cached(asked)
        reasoning = self._options.reasoning_tokens
        completion = estimated_tokens(text or refusal or "") + reasoning
        self._bill.add(key, prompt, cached, completion, batch=batch)
        return Written(key, text, refusal, reason, prompt, cached, completion, reasoning)

    def completion(self, asked: Asked, written: Written, fault: Fault = NO_FAULT) -> Completion:
        """Return the chat completion that carries ``written``."""
        message: JsonValue = {
            "role": "assistant",
            "content": None if written.refusal else written.text,
            "refusal": written.refusal,
        }
        choice: JsonValue = {
            "index": 0,
            "message": message,
            "finish_reason": written.finish_reason,
            "logprobs": None,
        }
        choices: JsonValue = [] if fault.name == "no_choices" else [choice]
        made = {**self.opening(asked, written), "object": "chat.completion", "choices": choices}
        if fault.name != "usage_absent":
            made["usage"] = usage(written, fault)
        return made

    def opening(self, asked: Asked, written: Written) -> Completion:
        """Return what a completion and each of its chunks begin with."""
        return {
            "id": f"chatcmpl-{written.key[:24]}",
            "created": int(time.time()),
            "model": asked.model if self._options.checks.models else OFFLINE_MODEL,
        }

    def _text(self, asked: Asked, key: str) -> str:
        reply = asked.reply
        if self._options.canned:
            text = CANNED.get(reply, f"canned {_MARK}") if reply else f"canned {_MARK}"
            return text.replace(_MARK, key[: len(_MARK)]) if self._options.echo else text
        if reply is None:
            raise Refused(
                400,
                "the offline teacher writes records: name one in response_format.json_schema, or "
                "in words: Reply with one JSON object, a `Synthesis`",
                "response_format",
            )
        picture = asked.pictures[0].decoded if asked.pictures else None
        try:
            return self._write(asked.texts, picture, reply, asked.seed)
        except ValueError as error:
            raise Refused(400, str(error), "messages") from error

    def _cached(self, asked: Asked) -> int:
        """Return how many tokens of a first message that came before are served from a cache.

        From 1,024 on, in steps of 128, as in
        https://platform.openai.com/docs/guides/prompt-caching#requirements
        """
        beginning = asked.texts[0]
        tokens = estimated_tokens(beginning)
        if tokens < CACHED_FROM:
            return 0
        seen = hash(beginning)
        if seen in self._beginnings:
            return tokens // CACHED_STEP * CACHED_STEP
        self._beginnings.add(seen)
        return 0


def usage(written: Written, fault: Fault = NO_FAULT) -> JsonValue:
    """Return what the provider says that ``written`` took."""
    if fault.name == "usage_negative":
        return _usage(-written.prompt, -1, -written.completion, -1)
    if fault.name == "usage_absurd":
        return {**_usage(ABSURD, ABSURD, ABSURD, ABSURD), "total_tokens": "very many"}
    return _usage(written.prompt, written.cached, written.completion, written.reasoning)


def _usage(prompt: int, cached: int, completion: int, reasoning: int) -> dict[str, JsonValue]:
    details: Mapping[str, JsonValue] = {"reasoning_tokens": reasoning, "audio_tokens": 0}
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": dict(details),
    }
