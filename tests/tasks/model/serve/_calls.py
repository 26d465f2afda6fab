"""Bodies, and a raw client that sees every header and byte."""

import base64
import http.client
import json
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlsplit

from PIL import Image

CHAT = "/v1/chat/completions"
PLAIN = "Reply with one JSON object, a `Synthesis`, and nothing else."


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json["error"]


def body(number: int = 0, **more) -> dict:
    """Return a chat completion that differs by its number."""
    words = {"role": "user", "content": f"{PLAIN} Number {number}."}
    return {"model": "m", "messages": [words], "seed": number} | more


def pictured(width: int = 64, height: int = 48, detail: str = "high") -> dict:
    """Return a chat completion with a JPEG of so many pixels."""
    file = BytesIO()
    Image.new("RGB", (width, height)).save(file, "JPEG")
    url = "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
    image = {"type": "image_url", "image_url": {"url": url, "detail": detail}}
    content = [{"type": "text", "text": PLAIN}, image]
    return body(messages=[{"role": "user", "content": content}])


def call(url: str, method: str, path: str, sent: object = None, **headers: str) -> Reply:
    """Send one request over a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        content = None if sent is None else json.dumps(sent)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, content, given)
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, named, response.read())
    finally:
        connection.close()


def ask(url: str, number: int = 0, *, fault: str = "", **more) -> Reply:
    """Send chat completion ``number``, with a fault where one is named."""
    return call(url, "POST", CHAT, body(number, **more), **({"x_fault": fault} if fault else {}))
