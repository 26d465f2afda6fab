"""One client in a process of its own: its speed, CPU and memory as one JSON line.

python -m tests.bench.model.client bare|aiohttp|engine URL COUNT CONCURRENCY
"""

import asyncio
import base64
import json
import os
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from tempfile import TemporaryDirectory

import openai

from prompts import reply_record
from schemas.teacher import ModelRequest
from tests.bench.memory import peak_mb
from tests.bench.model.load import questions, request

KEY = "sk-bench"


def main(kind: str, url: str, count: int, concurrency: int) -> None:
    """Ask ``count`` requests as ``kind`` of client does, and print what it took."""
    with TemporaryDirectory() as folder:
        os.environ["RS_GPT4V_STATE_FOLDER"] = f"{folder}/state"
        os.environ["RS_GPT4V_OPENAI_BASE_URL"] = url
        os.environ["RS_GPT4V_OPENAI_API_KEY"] = KEY
        work = {"bare": bare, "aiohttp": with_aiohttp, "engine": engine, "warm": engine}[kind]
        if work is engine:
            import_module("tasks.model.asking")  # imports are no part of what is measured
        if kind == "warm":
            engine(url, 1, concurrency, folder, first=count)
        begun, used = time.perf_counter(), time.process_time()
        answered = work(url, count, concurrency, folder)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    figures = {
        "client": kind, "answered": answered, "per_s": round(answered / seconds, 1),
        "cpu_ms": round(1000 * cpu / answered, 2), "peak_mb": peak_mb(),
        "seconds": round(seconds, 2),
    }  # fmt: skip
    print(json.dumps(figures), flush=True)


def bare(url: str, count: int, concurrency: int, _folder: str) -> int:
    """Ask as the official client does by itself."""
    return asyncio.run(_official(openai.AsyncOpenAI(base_url=url, api_key=KEY), count, concurrency))


def with_aiohttp(url: str, count: int, concurrency: int, _folder: str) -> int:
    """Ask as the official client does with its aiohttp transport."""

    async def run() -> int:
        web = openai.DefaultAioHttpClient()
        client = openai.AsyncOpenAI(base_url=url, api_key=KEY, http_client=web)
        return await _official(client, count, concurrency)

    return asyncio.run(run())


def engine(_url: str, count: int, concurrency: int, folder: str, first: int = 0) -> int:
    """Ask as a build does: store, limits, validation and accounting."""
    from schemas.params import ServiceParams, TeacherParams
    from tasks.model.asking import Asked, ask_all
    from tasks.storage.store import Store

    params = TeacherParams(kind="openai", model="bench-model")
    service = ServiceParams(concurrency=concurrency)
    store = Store(f"{folder}/root")
    outcomes = ask_all(params, service, store, lambda: questions(count, first))
    return sum(isinstance(outcome, Asked) for _, outcome in outcomes)


async def _official(client: openai.AsyncOpenAI, count: int, concurrency: int) -> int:
    """Ask with ``concurrency`` askers that draw from one iterator."""
    schema = reply_record("Synthesis").model_json_schema()
    shape = {"type": "json_schema", "json_schema": {"name": "Synthesis", "schema": schema}}
    drawn, record = iter(range(count)), reply_record("Synthesis")

    async def asker(numbers: Iterator[int]) -> int:
        answered = 0
        for number in numbers:
            one = request(number)
            reply = await client.chat.completions.create(  # type: ignore[call-overload]
                model=one.model, messages=_messages(one), response_format=shape,
                temperature=one.temperature, max_tokens=one.max_tokens, seed=one.seed,
            )  # fmt: skip
            record.model_validate_json(reply.choices[0].message.content)
            answered += 1
        return answered

    async with client:
        return sum(await asyncio.gather(*(asker(drawn) for _ in range(concurrency))))


def _messages(one: ModelRequest) -> list[dict[str, object]]:
    url = f"data:image/jpeg;base64,{base64.b64encode(one.image or b'').decode()}"
    rules, facts = one.messages
    shown = [
        {"type": "text", "text": facts.text},
        {"type": "image_url", "image_url": {"url": url, "detail": one.detail}},
    ]
    return [{"role": "system", "content": rules.text}, {"role": "user", "content": shown}]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
