"""One request to one answer: stored, joined, or asked for within limits and budget, and kept.

                     ┌ stored already ─────────────────────────────────────────────┐
    obtain(request) ─┼ in flight already: wait for it ──────────────────────────────┼─ Answer
                     └ choose an endpoint → reserve the cost → permit → send ─┐     │
                          ▲                                                   ├ answer: store → settle
                          └──── passing or busy: jitter, next endpoint ───────┘

Lives on one event loop. Whoever asks may go away: a request that was sent is still kept when its
answer arrives; one that still waits is given up.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, Final, Protocol, TypeVar

from schemas.errors import TeacherError
from schemas.teacher import Answer, ModelRequest, StoredAnswer
from tasks.model.engine.choice import Chooser, Patience
from tasks.model.engine.endpoint import Endpoint
from tasks.model.engine.failures import Failure, Kind
from tasks.model.engine.limits import Permit
from tasks.model.engine.meter import METER
from tasks.model.engine.spending import Spending

log = logging.getLogger(__name__)

T = TypeVar("T")
Write = Callable[[ModelRequest], Answer]

FIRST_PAUSE: Final = 0.5  # seconds: full jitter draws from 0 to this, doubled with each failure
LONGEST_PAUSE: Final = 30.0


class Answers(Protocol):
    """Where answers are kept and found again."""

    def get(self, key: str) -> StoredAnswer | None:
        """Return what was answered to request ``key``."""

    def put(self, request: ModelRequest, answer: Answer) -> None:
        """Keep ``answer``; it survives this process when this returns."""

    def flush(self) -> None:
        """Return when all that was put is durable under the root."""

    def refresh(self) -> None:
        """See what other writers have added."""

    def __contains__(self, key: str) -> bool: ...


@dataclass(frozen=True)
class Obtained:
    """An answer, and whether it was ``made`` for whoever asked: not found, not another's."""

    answer: Answer
    made: bool


@dataclass
class _Flight:
    """One request on its way, and how many wait for it."""

    request: ModelRequest
    task: asyncio.Task[Answer]
    waiting: int = 0
    sent: bool = False


class _Moved(Exception):
    """Another endpoint is to be asked than the one that was waited for."""


class Engine:
    """Answers requests; every answer is asked for once, paid for once and kept."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        answers: Answers,
        *,
        endpoints: Sequence[Endpoint] = (),
        by_weight: bool = False,
        spending: Spending | None = None,
        structured: bool = True,
        patience: float = 900,
        write: Write | None = None,
        random: Random | None = None,
    ) -> None:
        """Ask ``endpoints``, or ``write`` in this process, on ``loop``; ``patience`` in seconds."""
        self.loop, self.answers, self.endpoints = loop, answers, tuple(endpoints)
        self.spending, self.structured = spending or Spending(), structured
        self._patience, self._write = patience, write
        self._random = random or Random()  # noqa: S311  # jitter is no secret
        self._chooser = Chooser(self.endpoints, by_weight)
        self._flights: dict[str, _Flight] = {}
        self._landing = False

    async def answer(self, request: ModelRequest) -> Answer:
        """Return what the teacher says to ``request``; may be awaited on any event loop.

        Raises MissingSecret without a key, TransientTeacherError when patience is over, OverBudget,
        TeacherError for whatever another try would not mend.
        """
        if asyncio.get_running_loop() is self.loop:
            return (await self.obtain(request)).answer
        handed = asyncio.run_coroutine_threadsafe(self.obtain(request), self.loop)
        return (await asyncio.wrap_future(handed)).answer

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what ``coroutine`` does on the engine's loop; blocks, so never call it there."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def chosen(self) -> Endpoint:
        """Return the endpoint that would be asked now; raises as ``answer`` does."""
        return self._chooser.chosen()

    async def obtain(self, request: ModelRequest) -> Obtained:
        """Return the answer to ``request``, stored or made; on the engine's loop only."""
        key = request.key
        if key not in self._flights and key in self.answers:
            stored = await self.loop.run_in_executor(None, self.answers.get, key)
            if stored is not None:
                METER.found(request.model, request.purpose)
                return Obtained(stored.answer, made=False)
        flight = self._flights.get(key)
        made = flight is None
        if flight is None:
            flight = self._take_off(request)
        flight.waiting += 1
        try:
            return Obtained(await asyncio.shield(flight.task), made)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.sent:
                flight.task.cancel()

    async def land(self, patience: float) -> None:
        """Give up what waits, and wait ``patience`` seconds for the answers to what was sent.

        Nothing is sent from now on: what asks for it is cancelled.
        """
        self._landing = True
        for flight in list(self._flights.values()):
            if not flight.sent:
                flight.task.cancel()
        if self._flights:
            await asyncio.wait([x.task for x in self._flights.values()], timeout=patience)

    def _raise_if_landing(self) -> None:
        if self._landing:
            raise asyncio.CancelledError("nothing is asked any more")

    def _take_off(self, request: ModelRequest) -> _Flight:
        self._raise_if_landing()
        flight = _Flight(request, self.loop.create_future())  # type: ignore[arg-type]
        flight.task = self.loop.create_task(self._flown(flight))
        self._flights[request.key] = flight
        flight.task.add_done_callback(lambda task: self._landed(request.key, task))
        return flight

    def _landed(self, key: str, task: asyncio.Task[Answer]) -> None:
        del self._flights[key]
        if not task.cancelled():
            task.exception()  # whoever waited was told; nobody may be left to look

    async def _flown(self, flight: _Flight) -> Answer:
        if self._write is not None:
            flight.sent = True
            answer = await self.loop.run_in_executor(None, self._write, flight.request)
            self.answers.put(flight.request, answer)
            METER.answered(answer, flight.request.model, flight.request.purpose)
            return answer
        avoid: Endpoint | None = None
        patience = Patience(self._patience)
        for number in count(1):
            endpoint = self._chooser.chosen(avoid)
            try:
                return await self._tried(flight, endpoint, number)
            except _Moved:
                avoid = endpoint
            except Failure as failure:
                flight.sent = False
                self._raise_if_landing()
                METER.failed(endpoint.host, failure.kind)
                log.info("request %s (%s), try %d: %s", flight.request.key, flight.request.purpose, number, failure)  # fmt: skip
                if failure.kind is Kind.UNUSABLE:
                    raise TeacherError(str(failure)) from None
                if failure.kind is Kind.HOPELESS:
                    endpoint.latch(failure)
                patience.lose(failure, number, endpoint)
                avoid = endpoint
                if self._chooser.others(endpoint):
                    if not endpoint.well:
                        endpoint.send_on()
                elif failure.kind is Kind.PASSING:
                    await asyncio.sleep(self._pause(patience.failures))
        raise AssertionError

    def _pause(self, failures: int) -> float:
        return self._random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**failures))

    async def _tried(self, flight: _Flight, endpoint: Endpoint, number: int) -> Answer:
        """Send the request once, within limits and budget, and keep its answer."""
        request = flight.request
        account = self.spending.account(request, endpoint, number)
        await account.reserve()
        try:
            permit = await _permitted(flight, endpoint, account.tokens)
        except BaseException:
            account.settle(0)
            raise
        try:
            told = await endpoint.send(request, structured=self.structured)
        except Failure as failure:
            _end(permit, failure)
            account.settle(account.worst if failure.billed else 0)
            raise
        except BaseException:
            permit.dropped()
            account.leave()  # the request may be billed
            raise
        answer = account.answer(told)
        permit.answered(told.headers, answer.prompt_tokens + answer.completion_tokens, told.latency)
        self.answers.put(request, answer)
        account.settle(answer.cost or 0)
        METER.answered(answer, request.model, request.purpose)
        return answer


async def _permitted(flight: _Flight, endpoint: Endpoint, tokens: int) -> Permit:
    """Wait for a permit.

    Raises the endpoint's Failure where it is latched meanwhile, _Moved where another is to be asked.
    """
    endpoint.waiting.add(flight.task)
    try:
        permit = await endpoint.limiter.permit(tokens)
    except asyncio.CancelledError:
        if flight.task in endpoint.waiting or not flight.waiting:
            raise
        flight.task.uncancel()
        raise endpoint.hopeless or _Moved from None
    finally:
        endpoint.waiting.discard(flight.task)
    flight.sent = True
    return permit


def _end(permit: Permit, failure: Failure) -> None:
    if failure.kind is Kind.BUSY:
        permit.refused(failure.headers)
    elif failure.kind is Kind.PASSING:
        permit.failed()
    else:
        permit.dropped()
