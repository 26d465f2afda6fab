"""Answers on the wire: whole, streamed, in drops, torn, or cut."""

import asyncio
import struct
import time
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from socket import SO_LINGER, SOL_SOCKET
from typing import Final

import orjson
from aiohttp import web
from pydantic import JsonValue

from tasks.model.serve.answering import Completion
from tasks.model.serve.asked import Asked
from tasks.model.serve.faults import Fault

PIECE: Final = 24  # characters of a streamed chunk
DROPS: Final = 20  # of a dripped answer
DRIP: Final = 2.0  # seconds
SKEW: Final = 3600.0  # seconds
PAGE: Final = (
    "<!DOCTYPE html><html><head><title>{status}</title></head>"
    "<body><h1>{status}</h1><p>proxy</p></body></html>"
)


async def send(
    request: web.Request, completion: Completion, fault: Fault, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send ``completion`` in one piece, or as ``fault`` has it."""
    body = orjson.dumps(completion)
    if fault.name == "torn":
        body = body[: len(body) // 2]
    if fault.name == "skew":
        headers = {**headers, "Date": formatdate(time.time() - SKEW, usegmt=True)}
    if fault.name not in {"drip", "cut"}:
        return web.Response(body=body, headers=headers, content_type="application/json")
    response = web.StreamResponse(headers=headers)
    response.content_type = "application/json"
    response.content_length = len(body)
    await response.prepare(request)
    if fault.name == "cut":
        await response.write(body[: len(body) // 2])
        return reset(request)
    size = -(-len(body) // DROPS)
    for at in range(0, len(body), size):
        await asyncio.sleep(fault.seconds(DRIP) / DROPS)
        await response.write(body[at : at + size])
    return response


async def stream(
    request: web.Request,
    asked: Asked,
    completion: Completion,
    fault: Fault,
    headers: Mapping[str, str],
) -> web.StreamResponse:
    """Send ``completion`` as server-sent events."""
    response = web.StreamResponse(headers=headers)
    response.content_type = "text/event-stream"
    await response.prepare(request)
    events = [b"data: %b\n\n" % orjson.dumps(each) for each in _chunks(asked, completion)]
    if fault.name in {"cut", "torn"}:
        events = events[: len(events) // 2]
    for event in events:
        if fault.name == "drip":
            await asyncio.sleep(fault.seconds(DRIP) / len(events))
        await response.write(event)
    if fault.name == "cut":
        return reset(request)
    if fault.name != "torn":
        await response.write(b"data: [DONE]\n\n")
    return response


def page(status: int) -> web.Response:
    """Return a page such as a proxy sends."""
    text = PAGE.format(status="502 Bad Gateway" if status == 502 else "Please sign in")
    return web.Response(text=text, status=status, content_type="text/html")


def reset(request: web.Request) -> web.Response:
    """Reset the connection of ``request``; the answer that is returned goes nowhere."""
    if (transport := request.transport) is not None:
        bound = transport.get_extra_info("socket")
        bound.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)


def _chunks(asked: Asked, completion: Completion) -> Iterator[dict[str, JsonValue]]:
    """Yield the chunks of ``completion``; usage comes last, where it was asked for."""
    opening = {**completion, "object": "chat.completion.chunk"}
    used = opening.pop("usage", None)
    if asked.stream_usage:
        opening["usage"] = None
    for choice in _deltas(completion):
        yield {**opening, "choices": [choice]}
    if asked.stream_usage and used is not None:
        yield {**opening, "choices": [], "usage": used}


def _deltas(completion: Completion) -> Iterator[JsonValue]:
    match completion["choices"]:
        case [{"message": {"content": content, "refusal": refusal}, "finish_reason": reason}]:
            yield _delta({"role": "assistant", "content": "", "refusal": None})
            name, text = ("refusal", str(refusal)) if refusal else ("content", str(content or ""))
            for at in range(0, len(text), PIECE):
                yield _delta({name: text[at : at + PIECE]})
            yield _delta({}, reason)


def _delta(delta: dict[str, JsonValue], reason: JsonValue = None) -> JsonValue:
    return {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
