"""Files and batches at the provider, through the official client; what may pass is tried again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import IO, Final, TypeVar, cast

import aiohttp
import httpx2
import openai
from openai.types import Batch

from schemas.errors import TeacherError, TransientTeacherError
from tasks.model.engine.batch.desk import URL, Lines

log = logging.getLogger(__name__)

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
Scrub = Callable[[str], str]

MARK: Final = "content_id"  # key of a batch's metadata
TRANSFER: Final = 600.0  # seconds without a byte, after which an upload or download is given up
_BLOCK: Final = 1 << 18  # bytes of a result file in memory at once, and the line that goes on
_FIRST: Final = 1.0  # seconds before the second try, doubled up to _LONGEST
_LONGEST: Final = 60.0
_SAID: Final = 500  # characters of a server's message that are passed on
_PASSING: Final = frozenset({408, 409, 425, 429})
_NO_QUOTA: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_BROKEN: Final = (
    openai.APIConnectionError, aiohttp.ClientError, httpx2.TransportError, TimeoutError,
)  # fmt: skip


@dataclass(frozen=True)
class Remote:
    """One provider's files and batches.

    Every call raises TransientTeacherError where it failed for ``patience`` seconds of waiting,
    TeacherError where another try would not help.
    """

    client: openai.AsyncOpenAI
    host: str
    scrub: Scrub
    sleep: Sleep
    patience: float

    async def upload(self, name: str, lines: Lines) -> str:
        """Return the id of the file ``name`` with ``lines``, read bit by bit while it is sent.

        The client reads a path whole into memory, an open file in pieces. Before another try the
        file is looked for: the answer to an upload that got through may have been lost.
        """

        async def sent() -> str:
            file = (name, cast("IO[bytes]", lines), "application/jsonl")  # any IOBase will do
            made = await self.client.files.create(file=file, purpose="batch", timeout=TRANSFER)
            return made.id

        return await self._made(f"upload {name}", sent, lambda: self.found_file(name))

    async def create(self, file: str, mark: str) -> str:
        """Return the id of a new batch of ``file`` that bears ``mark``; never made twice."""

        async def made() -> str:
            batch = await self.client.batches.create(
                completion_window="24h", endpoint=URL, input_file_id=file, metadata={MARK: mark}
            )
            return batch.id

        return await self._made(f"create batch {mark}", made, lambda: self.found_batch(mark))

    async def found_file(self, name: str) -> str | None:
        """Return the id of the uploaded file called ``name``; None where there is none."""

        async def looked() -> str | None:
            async for file in self.client.files.list(purpose="batch", order="desc"):
                if file.filename == name:
                    return file.id
            return None

        return await self._tried("list the files", looked)

    async def found_batch(self, mark: str) -> str | None:
        """Return the id of the batch that bears ``mark``, unless it failed before it ran."""

        async def looked() -> str | None:
            async for batch in self.client.batches.list(limit=100):
                if (batch.metadata or {}).get(MARK) == mark and batch.status != "failed":
                    return batch.id
            return None

        return await self._tried("list the batches", looked)

    async def batch(self, identity: str) -> Batch | None:
        """Return how the batch ``identity`` stands; None where the provider knows none."""

        async def looked() -> Batch | None:
            try:
                return await self.client.batches.retrieve(identity)
            except openai.NotFoundError:
                return None

        return await self._tried(f"look at batch {identity}", looked)

    async def download(self, file: str, take: Callable[[list[bytes]], None]) -> None:
        """Give the lines of ``file`` to ``take``, in a thread and some at a time.

        Begins again at the first line where the connection breaks.
        """

        async def read() -> None:
            async for lines in self._lines(file):
                await asyncio.to_thread(take, lines)

        await self._tried(f"download {file}", read)

    async def delete(self, file: str) -> None:
        """Delete ``file``; that it could not be deleted is logged, no more."""
        try:
            await self.client.files.delete(file)
        except openai.NotFoundError:
            return
        except (openai.OpenAIError, *_BROKEN) as error:
            said = self.scrub(str(error))[:_SAID]
            log.warning("file %s stays at %s: %s", file, self.host, said)

    async def _lines(self, file: str) -> AsyncIterator[list[bytes]]:
        streamed = self.client.files.with_streaming_response.content(file, timeout=TRANSFER)
        torn = bytearray()
        async with streamed as response:
            async for block in response.iter_bytes(_BLOCK):
                head, newline, rest = block.rpartition(b"\n")
                torn += head
                if newline:
                    yield bytes(torn).split(b"\n")
                    torn = bytearray()
                torn += rest
        if torn:
            yield [bytes(torn)]

    async def _made(
        self,
        what: str,
        make: Callable[[], Awaitable[str]],
        find: Callable[[], Awaitable[str | None]],
    ) -> str:
        """Make something once, though the answer to the call that made it may be lost."""
        first = True

        async def found_or_made() -> str:
            nonlocal first
            found = None if first else await find()
            first = False
            return found or await make()

        return await self._tried(what, found_or_made)

    async def _tried(self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        waited, pause = 0.0, _FIRST
        while True:
            try:
                return await call()
            except openai.APIStatusError as error:
                problem = self._problem(what, error)
                asked = _retry_after(error)
            except _BROKEN as error:
                problem = f"Cannot {what} at {self.host}: {type(error).__name__}."
                asked = 0.0
            if waited >= self.patience:
                raise TransientTeacherError(problem)
            log.info("%s Tried again.", problem)
            await self.sleep(max(pause, asked))
            waited, pause = waited + max(pause, asked), min(2 * pause, _LONGEST)

    def _problem(self, what: str, error: openai.APIStatusError) -> str:
        """Return what to say of ``error``; raise TeacherError where it will not pass."""
        said = self.scrub(error.message)[:_SAID]
        text = f"Cannot {what} at {self.host} ({error.status_code}). {said}"
        if error.status_code in {404, 405}:
            text += " If it has no Batch API, set service.mode to sync."
        passing = error.status_code in _PASSING or error.status_code >= 500
        if not passing or error.code in _NO_QUOTA:
            raise TeacherError(text) from None  # a server may echo the key
        return text


def _retry_after(error: openai.APIStatusError) -> float:
    """Return the seconds that the server asks for; none where it gives a date or nothing."""
    text = error.response.headers.get("retry-after", "")
    return min(float(text), 600.0) if text.isdecimal() else 0.0
