"""Small servers that say what a test laid down, and engines that ask them."""

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from unittest import mock

import numpy as np

from schemas.params import ServiceParams, TeacherParams
from schemas.settings import settings
from schemas.teacher import Message, ModelRequest
from tasks.imagery.encode import encode_jpeg
from tasks.model.engine import Engine, close_engines, engine

SECRET = "sk-very-secret"
Reply = tuple[int, object] | tuple[int, object, dict[str, str]]
Says = Callable[[dict], Reply]
REQUEST = ModelRequest(
    purpose="synthesize",
    prompt_fingerprint="f",
    model="vision-1",
    messages=(Message(role="system", text="rules"), Message(role="user", text="look")),
    image=encode_jpeg(np.zeros((32, 32, 3), np.uint8), 90),
    image_sha256="0" * 64,
    reply="Synthesis",
    temperature=0.25,
    max_tokens=321,
    seed=7,
)


def numbered(number: int) -> ModelRequest:
    """Return a request that differs from others by its seed."""
    fields = {name: getattr(REQUEST, name) for name in ModelRequest.model_fields}
    return ModelRequest(**fields | {"seed": number})


class Canned(BaseHTTPRequestHandler):
    """Answers requests with what the test laid down; the last reply stands for all that follow."""

    protocol_version = "HTTP/1.1"
    says: ClassVar[Says]
    seen: ClassVar[list[dict]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append({"headers": {k.lower(): v for k, v in self.headers.items()}, "body": body})
        status, said, *more = type(self).says(body)
        if status == 0:  # hang up
            self.close_connection = True
            return
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        headers = {"Content-Type": "application/json"} | (more[0] if more else {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_args: object) -> None:
        """Say nothing: clients that go away are part of the tests."""


@contextmanager
def saying(says: Says) -> Iterator[tuple[str, list[dict]]]:
    """Serve what ``says`` makes of each body; gives the base URL and the list of what was seen."""
    seen: list[dict] = []
    answers = type("Answers", (Canned,), {"says": staticmethod(says), "seen": seen})
    with _Quiet(("127.0.0.1", 0), answers) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}/v1", seen
        finally:
            running.shutdown()
            thread.join()


@contextmanager
def server(*replies: Reply) -> Iterator[tuple[str, list[dict]]]:
    """Serve ``replies`` one after another, the last of them for ever."""
    left, lock = list(replies), threading.Lock()

    def says(_body: dict) -> Reply:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    with saying(says) as served:
        yield served


def completion(text: str | None = '{"description": "d"}', **choice: object) -> dict:
    """Return a chat completion."""
    message = {"role": "assistant", "content": text, "refusal": choice.get("refusal")}
    finish = choice.get("finish", "stop")
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "vision-1-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
    }


def error(message: str, **fields: object) -> dict:
    """Return an error as OpenAI words it."""
    return {"error": {"message": message, "type": "invalid_request_error"} | fields}


@contextmanager
def environment(folder: Path, urls: Sequence[str], key: str | None, **more: str) -> Iterator[None]:
    """Set the settings of this process to ``urls``, and end its engines with the block."""
    names = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
    given = {
        "RS_GPT4V_STATE_FOLDER": str(folder / "state"),
        "RS_GPT4V_ENDPOINTS": json.dumps([{"base_url": url, "api_key": key} for url in urls[1:]]),
    }
    given |= {"RS_GPT4V_OPENAI_BASE_URL": urls[0]} if urls else {}
    given |= {"RS_GPT4V_OPENAI_API_KEY": key} if key else {}
    with mock.patch.dict(os.environ, given | more):
        for name in names:
            os.environ.pop(name, None)
        settings.cache_clear()
        try:
            yield
        finally:
            close_engines()
            settings.cache_clear()


@contextmanager
def engine_at(
    folder: Path,
    *urls: str,
    key: str | None = SECRET,
    structured: bool = True,
    service: ServiceParams | None = None,
    **more: str,
) -> Iterator[Engine]:
    """Give the engine of this process that asks ``urls``, its root and state under ``folder``."""
    params = TeacherParams(kind="openai", model="vision-1", structured=structured)
    with environment(folder, urls, key, **more):
        yield engine(params, service or ServiceParams(patience=0.02), str(folder / "root"))
