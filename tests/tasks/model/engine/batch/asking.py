"""Small requests and one run of batches, as the tests here use them."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import openai

from schemas.teacher import Message, ModelRequest
from tasks.model.answers import AnswerStore
from tasks.model.engine.batch import BatchLimits, Connection, run_batch
from tasks.model.engine.failures import Failure, Kind
from tasks.model.engine.wire import Dialect, NoChoice, body_of, read_completion
from tasks.storage.store import Store

KEY = "sk-very-secret-key"
QUICK = BatchLimits(first_look=0.001, longest=0.01, lease=0.4, patience=2)


def request(number: int, size: int = 300) -> ModelRequest:
    """Return a request that differs from those of other numbers; ``size`` bytes of picture."""
    return ModelRequest(
        purpose="synthesize",
        prompt_fingerprint="5" * 20,
        model="a-model",
        messages=(Message(role="user", text=f"What is at place {number}?"),),
        image_sha256=f"{number:064}",
        image=number.to_bytes(4) * (size // 4),
        reply="Synthesis",
        temperature=0.2,
        max_tokens=900,
        seed=0,
    )


def requests(count: int) -> list[ModelRequest]:
    return [request(number) for number in range(count)]


def encode(asked: ModelRequest) -> bytes:
    return body_of(asked, Dialect(), "a-model")


def read(asked: ModelRequest, body):
    try:
        return read_completion(json.dumps(body).encode(), asked, "a-model")[0]
    except NoChoice:
        raise Failure(Kind.PASSING, "no choice", billed=True) from None


@asynccontextmanager
async def connected(url: str, host: str = "a-host"):
    client = openai.AsyncOpenAI(
        api_key=KEY, base_url=url, max_retries=0, http_client=openai.DefaultAioHttpClient()
    )
    async with client:
        yield Connection(
            client, "a-model", host, encode, read, scrub=lambda text: text.replace(KEY, "…")
        )


@dataclass(frozen=True)
class Place:
    """Where one run keeps its things: the root, and the state folder of its machine."""

    root: Path
    state: Path

    def other_machine(self) -> "Place":
        return Place(self.root, self.state.with_name(f"{self.state.name}-other"))


def run(url, place: Place, asked, *, answers=None, store=None, host="a-host", **more):
    """Run batches to their end in this process."""

    async def running():
        async with connected(url, host) as connection:
            return await run_batch(
                asked,
                connection=connection,
                answers=answers,
                store=store or Store(str(place.root)),
                folder=place.state / "batches",
                **{"limits": QUICK} | more,
            )

    if answers is not None:
        return asyncio.run(running())
    answers = AnswerStore(str(place.root))
    try:
        return asyncio.run(running())
    finally:
        answers.close()
