"""The offline teacher in the OpenAI wire format on loopback: for tests, benchmarks and other tools."""

import base64
import binascii
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final, Literal

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from prompts import reply_record
from schemas.errors import UnknownName
from schemas.record import content_id
from tasks.model.offline import write_reply
from tasks.model.teacher import OFFLINE_MODEL, Write
from tasks.model.tokens import estimated_tokens

_DATA_URL: Final = re.compile(r"data:image/jpeg;base64,(.*)", re.DOTALL)
_PLAIN_REPLY: Final = re.compile(r"Reply with one JSON object, a `(\w+)`")
STARTS_WITHIN: Final = 10.0  # seconds


class TextPart(BaseModel):
    """Words in a message."""

    type: Literal["text"]
    text: str


class ImageUrl(BaseModel):
    """Where a picture is."""

    url: str


class ImagePart(BaseModel):
    """A picture in a message."""

    type: Literal["image_url"]
    image_url: ImageUrl


class WireMessage(BaseModel):
    """One message of a chat."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Annotated[TextPart | ImagePart, Field(discriminator="type")]]

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content if isinstance(part, TextPart))

    @property
    def pictures(self) -> list[str]:
        """The URLs of its pictures."""
        if isinstance(self.content, str):
            return []
        return [part.image_url.url for part in self.content if isinstance(part, ImagePart)]


class JsonSchema(BaseModel):
    """The record that is asked for; the schema itself is ours by its name."""

    name: str


class ResponseFormat(BaseModel):
    """How the answer is to be shaped."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class ChatRequest(BaseModel):
    """The body of a chat completion, as far as the rules read it."""

    model: str
    messages: list[WireMessage] = Field(min_length=1)
    response_format: ResponseFormat | None = None
    seed: int | None = None
    n: int | None = None
    stream: bool | None = None


class WireError(Exception):
    """A refusal in OpenAI's shape."""

    def __init__(self, status: int, message: str, param: str | None = None) -> None:
        """Refuse with HTTP ``status`` because of ``param``."""
        super().__init__(message)
        self.status, self.message, self.param = status, message, param


def application(write: Write = write_reply, *, refuse_response_format: bool = False) -> FastAPI:
    """Return the web application that answers with what ``write`` makes of a request.

    ``refuse_response_format`` makes it a server without structured outputs.
    """
    app = FastAPI(title="RS-GPT4V offline teacher", docs_url=None, redoc_url=None)
    app.add_exception_handler(WireError, _refused)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(RequestValidationError, _invalid)

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [_model()]}

    @app.post("/v1/chat/completions")
    async def completions(body: ChatRequest) -> dict[str, Any]:
        if refuse_response_format and body.response_format is not None:
            raise WireError(400, "response_format is not supported", "response_format")
        return _completion(body, write)

    return app


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    refuse_response_format: bool = False,
    ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until interrupted; ``ready`` is told the base URL once requests are accepted.

    Port 0 takes a free one. Raises OSError where the address cannot be bound.
    """
    app = application(refuse_response_format=refuse_response_format)
    with _bound(host, port) as bound:
        ready(_url_of(bound))
        _server(app).run(sockets=[bound])


@contextmanager
def serving(write: Write = write_reply, *, refuse_response_format: bool = False) -> Iterator[str]:
    """Serve in a thread of this process on a free loopback port; the value is the base URL."""
    server = _server(application(write, refuse_response_format=refuse_response_format))
    with _bound("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
        thread.start()
        try:
            _wait_for(server)
            yield _url_of(bound)
        finally:
            server.should_exit = True
            thread.join(STARTS_WITHIN)


def _completion(body: ChatRequest, write: Write) -> dict[str, Any]:
    if body.stream or (body.n or 1) != 1:
        raise WireError(400, "one whole answer a request: leave out stream and n", "stream")
    texts = [message.text for message in body.messages]
    reply = _reply_name(body, texts)
    try:
        text = write(texts, _picture(body), reply, body.seed or 0)
    except ValueError as error:
        raise WireError(400, str(error), "messages") from error
    used, written = sum(map(estimated_tokens, texts)), estimated_tokens(text)
    return {
        "id": f"chatcmpl-{content_id(*texts, reply, body.seed)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": OFFLINE_MODEL,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": None},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": {
            "prompt_tokens": used,
            "completion_tokens": written,
            "total_tokens": used + written,
        },
    }


def _reply_name(body: ChatRequest, texts: list[str]) -> str:
    """Return the record that is asked for, by schema or in words."""
    asked = body.response_format
    if asked is not None and asked.json_schema is not None:
        name = asked.json_schema.name
    elif (said := _PLAIN_REPLY.search("\n".join(texts))) is not None:
        name = said[1]
    else:
        raise WireError(
            400,
            "the offline teacher writes records: name one in response_format.json_schema, or in "
            "words: Reply with one JSON object, a `Synthesis`",
            "response_format",
        )
    try:
        reply_record(name)
    except UnknownName as error:
        raise WireError(400, str(error), "response_format") from error
    return name


def _picture(body: ChatRequest) -> bytes | None:
    """Return the first picture; only JPEG data URLs are read: nothing is fetched."""
    urls = [url for message in body.messages for url in message.pictures]
    if not urls:
        return None
    match = _DATA_URL.fullmatch(urls[0])
    if match is None:
        raise WireError(400, "pictures must be data:image/jpeg;base64 URLs", "messages")
    try:
        return base64.b64decode(match[1], validate=True)
    except binascii.Error as error:
        raise WireError(400, f"the picture is not base64: {error}", "messages") from error


def _model() -> dict[str, Any]:
    return {"id": OFFLINE_MODEL, "object": "model", "created": 0, "owned_by": "rs-gpt4v"}


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WireError)  # noqa: S101  # registered for no other
    return _error(error.status, error.message, error.param)


async def _not_found(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for no other
    return _error(error.status_code, str(error.detail), None)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for no other
    first = error.errors()[0]
    place = ".".join(str(step) for step in first["loc"] if step != "body")
    return _error(400, f"{place or 'body'}: {first['msg']}", place or None)


def _error(status: int, message: str, param: str | None) -> JSONResponse:
    said = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    return JSONResponse({"error": said}, status_code=status)


def _server(app: FastAPI) -> uvicorn.Server:
    # No web sockets and no lifespan: their imports warn, and nothing here needs them.
    return uvicorn.Server(
        uvicorn.Config(app, log_level="warning", ws="none", lifespan="off", access_log=False)
    )


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    with socket.create_server((host, port), backlog=2048) as bound:
        yield bound


def _url_of(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://{host}:{port}/v1"


def _wait_for(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while not server.started:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the offline teacher did not start within {STARTS_WITHIN:.0f} s")
        time.sleep(0.01)
