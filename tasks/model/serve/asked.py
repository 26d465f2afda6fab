"""What a chat completion asks for, read from its JSON with no more work than it takes."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import orjson
from pydantic import JsonValue

from prompts import reply_record
from schemas.errors import UnknownName
from tasks.model.engine.tokens import estimated_tokens
from tasks.model.serve.refusals import Refused
from tasks.model.serve.tokens import picture_size, picture_tokens

Body = Mapping[str, JsonValue]

ROLES: Final = ("system", "developer", "user", "assistant")
_SHAPES: Final = ("text", "json_object", "json_schema")
_DATA_URL: Final = re.compile(r"data:image/(?:jpeg|png);base64,")
_PLAIN_REPLY: Final = re.compile(r"Reply with one JSON object, a `(\w+)`")


@dataclass(frozen=True)
class Picture:
    """A picture in a message, still in base64."""

    url: str
    detail: str

    @cached_property
    def encoded(self) -> str:
        """Its base64. Raises Refused: only data URLs are read, nothing is fetched."""
        head = _DATA_URL.match(self.url)
        if head is None:
            raise Refused(400, "pictures must be data:image/jpeg;base64 URLs", "messages")
        return self.url[head.end() :]

    @property
    def decoded(self) -> bytes:
        """Its bytes. Raises Refused where it is no base64."""
        try:
            return base64.b64decode(self.encoded, validate=True)
        except binascii.Error as error:
            raise _no_base64(error) from error

    @property
    def tokens(self) -> int:
        """What it counts as in usage."""
        try:
            return picture_tokens(*picture_size(self.encoded), self.detail)
        except binascii.Error as error:
            raise _no_base64(error) from error


@dataclass(frozen=True)
class Asked:
    """A chat completion that is well formed."""

    body: Body
    model: str
    texts: tuple[str, ...]
    pictures: tuple[Picture, ...]
    max_tokens: int | None
    seed: int
    stream: bool
    stream_usage: bool
    shape: Mapping[str, JsonValue] | None  # response_format

    @cached_property
    def text_tokens(self) -> int:
        """Tokens of the words."""
        return sum(map(estimated_tokens, self.texts))

    @cached_property
    def picture_tokens(self) -> int:
        """Tokens of the pictures."""
        return sum(picture.tokens for picture in self.pictures)

    @property
    def reply(self) -> str | None:
        """The record that is asked for, by schema or in words; None where none is."""
        named = (self.shape or {}).get("json_schema")
        if isinstance(named, dict) and isinstance(named.get("name"), str):
            name = str(named["name"])
        elif (said := _PLAIN_REPLY.search("\n".join(self.texts))) is not None:
            name = said[1]
        else:
            return None
        try:
            reply_record(name)
        except UnknownName as error:
            raise Refused(400, str(error), "response_format") from error
        return name


def read_json(content: bytes | str) -> Body:
    """Return the JSON object in ``content``. Raises Refused where it holds none."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Refused(400, f"the body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    return body


def read_asked(body: Body) -> Asked:
    """Return what ``body`` asks for. Raises Refused at the first thing that is wrong."""
    texts: list[str] = []
    pictures: list[Picture] = []
    for message in _messages(body):
        pieces = list(_pieces(message))
        texts.append("\n".join(piece for piece in pieces if isinstance(piece, str)))
        pictures += [piece for piece in pieces if isinstance(piece, Picture)]
    if body.get("n") not in (None, 1):  # what was sent may be unhashable
        raise Refused(400, "one answer a request: leave out n", "n")
    streaming = body.get("stream_options")
    return Asked(
        body=body,
        model=_text(body, "model"),
        texts=tuple(texts),
        pictures=tuple(pictures),
        max_tokens=_whole(body, "max_completion_tokens", 1) or _whole(body, "max_tokens", 1),
        seed=_whole(body, "seed") or 0,
        stream=bool(body.get("stream")),
        stream_usage=isinstance(streaming, dict) and bool(streaming.get("include_usage")),
        shape=_shape(body),
    )


def _messages(body: Body) -> list[dict[str, JsonValue]]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "messages: expected one or more messages", "messages")
    read: list[dict[str, JsonValue]] = []
    for at, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            raise Refused(400, f"messages.{at}.role: expected one of {sorted(ROLES)}", "messages")
        read.append(message)
    return read


def _pieces(message: dict[str, JsonValue]) -> Iterator[str | Picture]:
    """Yield the texts and pictures of ``message``."""
    content = message.get("content")
    if isinstance(content, str):
        yield content
        return
    if not isinstance(content, list):
        raise Refused(400, "messages.content: expected a text or a list of parts", "messages")
    for part in content:
        match part:
            case {"type": "text", "text": str(text)}:
                yield text
            case {"type": "image_url", "image_url": {"url": str(url), **rest}}:
                yield Picture(url, str(rest.get("detail", "auto")))
            case _:
                raise Refused(
                    400, "messages.content: expected text and image_url parts", "messages"
                )


def _shape(body: Body) -> Mapping[str, JsonValue] | None:
    shape = body.get("response_format")
    if shape is None:
        return None
    if not isinstance(shape, dict) or shape.get("type") not in _SHAPES:
        raise Refused(
            400, f"response_format.type: expected one of {sorted(_SHAPES)}", "response_format"
        )
    named = shape.get("json_schema")
    if shape["type"] == "json_schema" and not (isinstance(named, dict) and "name" in named):
        raise Refused(400, "response_format.json_schema.name is missing", "response_format")
    return shape


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(400, f"{name}: you must provide a {name} parameter", name)
    return value


def _whole(body: Body, name: str, least: int | None = None) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or (least and value < least):
        raise Refused(400, f"{name}: expected a whole number, found {value!r}", name)
    return value


def _no_base64(error: binascii.Error) -> Refused:
    return Refused(400, f"the picture is not base64: {error}", "messages")
