"""Requests as bytes and replies as answers: the one place that knows the wire format.

A body is made once: the JSON of the words with the picture's base64 put between as bytes, never
through a JSON encoder.
"""

import json
import re
from binascii import b2a_base64
from collections.abc import Mapping
from functools import cache
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel, JsonValue, TypeAdapter

from prompts import reply_record
from schemas.teacher import Answer, Message, ModelRequest


class Dialect(NamedTuple):
    """What a server understands for one model."""

    structured: bool = True
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True
    seed: bool = True
    detail: bool = True


class _Part(BaseModel):
    """A piece of a message that came as a list."""

    text: str = ""


class _Message(BaseModel):
    """What the model said, as servers send it."""

    content: str | list[_Part] | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    """One of the answers: we ask for one."""

    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    """A chat completion, as far as we read it; usage is read by itself, servers differ most there."""

    model: str | None = None
    choices: list[_Choice] | None
    usage: JsonValue = None


class Usage(NamedTuple):
    """Tokens as the provider counts them."""

    prompt: int
    cached: int
    completion: int
    reasoning: int


class NoChoice(ValueError):
    """A completion without an answer in it."""


_COMPLETION: Final = TypeAdapter(_Completion)


def body_of(request: ModelRequest, dialect: Dialect, model: str) -> bytes:
    """Return the body of a chat completion; the picture goes with the first user message."""
    texts = list(request.messages) if dialect.structured else _with_schema(request)
    pictured = next((n for n, text in enumerate(texts) if text.role == "user"), None)
    messages = b",".join(
        _message(text, request if place == pictured else None, dialect)
        for place, text in enumerate(texts)
    )
    rest: dict[str, JsonValue] = {dialect.limit: request.max_tokens}
    if dialect.temperature:
        rest["temperature"] = request.temperature
    if dialect.seed:
        rest["seed"] = request.seed
    shape = _response_format(request.reply) if dialect.structured else b""
    head = b'{"model":' + _json(model) + b',"messages":['
    return b"".join((head, messages, b"],", _json(rest)[1:-1], shape, b"}"))


def without(dialect: Dialect, param: str | None, message: str) -> Dialect | None:
    """Return ``dialect`` without what a 400 says the server lacks; None where it names nothing."""
    said = f"{param} {message}"
    if dialect.structured and ("response_format" in said or "json_schema" in said):
        return dialect._replace(structured=False)
    if dialect.limit == "max_tokens" and "max_completion_tokens" in said:
        return dialect._replace(limit="max_completion_tokens")
    if dialect.temperature and "temperature" in said:
        return dialect._replace(temperature=False)
    if dialect.seed and re.search(r"\bseed\b", said):
        return dialect._replace(seed=False)
    if dialect.detail and param is not None and param.endswith("detail"):
        return dialect._replace(detail=False)
    return None


def read_completion(
    content: bytes, request: ModelRequest, model: str
) -> tuple[Answer, Usage | None]:
    """Return the answer in ``content``, and what it took where the server says so.

    Raises ValidationError where it is no completion, NoChoice where it holds no answer.
    """
    return _read(_COMPLETION.validate_json(content), request, model)


def read_reply(
    sent: Mapping[str, JsonValue], request: ModelRequest, model: str
) -> tuple[Answer, Usage | None]:
    """Return what ``read_completion`` does, of a completion that was decoded already."""
    return _read(_COMPLETION.validate_python(sent), request, model)


def _read(reply: _Completion, request: ModelRequest, model: str) -> tuple[Answer, Usage | None]:
    if not reply.choices:
        raise NoChoice
    choice = reply.choices[0]
    filtered = "content_filter" if choice.finish_reason == "content_filter" else None
    usage = _usage(reply.usage)
    answer = Answer(
        key=request.key,
        model=reply.model or model,
        text=_text(choice.message.content),
        finish_reason=choice.finish_reason,
        refusal=choice.message.refusal or filtered,
        prompt_tokens=usage.prompt if usage else 0,
        cached_tokens=usage.cached if usage else 0,
        completion_tokens=usage.completion if usage else 0,
        reasoning_tokens=usage.reasoning if usage else 0,
    )
    return answer, usage


def _usage(sent: JsonValue) -> Usage | None:
    """Return the tokens in ``sent``; None where they are missing or no counts."""
    if not isinstance(sent, dict):
        return None
    prompt, completion = _count(sent.get("prompt_tokens")), _count(sent.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    cached = _count(_within(sent.get("prompt_tokens_details"), "cached_tokens")) or 0
    reasoning = _count(_within(sent.get("completion_tokens_details"), "reasoning_tokens")) or 0
    return Usage(prompt, min(cached, prompt), completion, min(reasoning, completion))


def _within(details: JsonValue, name: str) -> JsonValue:
    return details.get(name) if isinstance(details, dict) else None


def _count(number: JsonValue) -> int | None:
    return number if isinstance(number, int) and number >= 0 else None


def _text(content: str | list[_Part] | None) -> str:
    if isinstance(content, list):
        return "".join(part.text for part in content)
    return content or ""


def _message(message: Message, pictured: ModelRequest | None, dialect: Dialect) -> bytes:
    head = b'{"role":"' + message.role.encode() + b'","content":'
    text = _json(message.text)
    if pictured is None or pictured.image is None:
        return head + text + b"}"
    detail = b'","detail":"' + pictured.detail.encode() if dialect.detail else b""
    return b"".join(
        (
            head, b'[{"type":"text","text":', text,
            b'},{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,',
            b2a_base64(pictured.image, newline=False), detail, b'"}}]}',
        )
    )  # fmt: skip


@cache
def _schema(reply: str) -> dict[str, JsonValue]:
    return reply_record(reply).model_json_schema()


@cache
def _response_format(reply: str) -> bytes:
    named: JsonValue = {"name": reply, "schema": _schema(reply), "strict": True}
    return b',"response_format":' + _json({"type": "json_schema", "json_schema": named})


def _with_schema(request: ModelRequest) -> list[Message]:
    """Return the messages with the reply's schema at the end of the last one."""
    last = request.messages[-1]
    asked = (
        f"{last.text}\n\nReply with one JSON object, a `{request.reply}`, and nothing else: no "
        f"code fence, no words before or after it. Its JSON schema is:\n"
        f"{json.dumps(_schema(request.reply))}"
    )
    return [*request.messages[:-1], Message(role=last.role, text=asked)]


def _json(value: JsonValue) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
