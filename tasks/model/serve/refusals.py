"""Refusals in OpenAI's shape."""

from collections.abc import Mapping

import orjson
from aiohttp import web
from pydantic import JsonValue


class Refused(Exception):
    """A request that is answered with an error; the shape is that of OpenAI's API."""

    def __init__(
        self,
        status: int,
        message: str,
        param: str | None = None,
        *,
        code: str | None = None,
        kind: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Refuse with HTTP ``status`` because of ``param``."""
        super().__init__(message)
        self.status, self.message, self.param = status, message, param
        self.code, self.kind, self.headers = code, kind, headers or {}

    @property
    def body(self) -> dict[str, JsonValue]:
        """What is sent."""
        said: JsonValue = {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }
        return {"error": said}

    def response(self, headers: Mapping[str, str] | None = None) -> web.Response:
        """Return the HTTP answer, with ``headers`` beside its own."""
        return json_response(self.body, self.status, {**(headers or {}), **self.headers})


def json_response(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return ``content`` as an HTTP answer."""
    return web.Response(
        body=orjson.dumps(content),
        status=status,
        headers=headers or None,
        content_type="application/json",
    )
