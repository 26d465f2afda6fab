"""Requests as a raw client sends them, and what came back."""

import base64
import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np

from tasks.imagery.encode import encode_jpeg
from tasks.model.serve import Options, Served, served
from tests.tasks.model._stand_in import write

SYNTHESIS = {
    "type": "json_schema",
    "json_schema": {"name": "Synthesis", "strict": True, "schema": {"type": "object"}},
}
JPEG = encode_jpeg(np.zeros((512, 512, 3), np.uint8), 90)


def picture(detail: str = "high", content: bytes = JPEG) -> dict:
    """Return a part with a picture of 512 × 512 px."""
    url = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
    return {"type": "image_url", "image_url": {"url": url, "detail": detail}}


def body(seed: int = 1, text: str = "Look.", *parts: dict, **more: object) -> dict:
    """Return the body of a chat completion."""
    content = [{"type": "text", "text": text}, *parts]
    return {
        "model": "any",
        "seed": seed,
        "messages": [{"role": "user", "content": content}],
        "response_format": SYNTHESIS,
    } | more


@dataclass(frozen=True)
class Seen:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.content)

    @property
    def error(self) -> dict:
        return self.json["error"]

    @property
    def text(self) -> str | None:
        return self.json["choices"][0]["message"]["content"]


class Raw:
    """A client that hides nothing: one connection a request, no retries."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)

    def ask(self, sent: object, fault: str = "", **headers: str) -> Seen:
        """Send ``sent`` as a chat completion."""
        named = {"Content-Type": "application/json"} | ({"x-fault": fault} if fault else {})
        content = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        return self.call("POST", "/v1/chat/completions", content, named | headers)

    def call(
        self, method: str, path: str, content: bytes = b"", headers: Mapping[str, str] = {}
    ) -> Seen:
        """Send one request."""
        connection = http.client.HTTPConnection(self._at.hostname, self._at.port, timeout=20)
        try:
            connection.request(method, path, content or None, dict(headers))
            response = connection.getresponse()
            return Seen(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        finally:
            connection.close()


@contextmanager
def endpoint(options: Options | None = None) -> Iterator[tuple[Raw, Served]]:
    """Serve, and give a raw client beside it; answers are canned unless ``options`` say else."""
    with served(options or Options(canned=True), write) as running:
        yield Raw(running.url), running
