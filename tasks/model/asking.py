"""Asking: questions stream to the engine through a bounded window, outcomes come back in order.

questions ──draw──▶ window ──call_soon──▶ engine's loop ──▶ finished ──▶ outcomes, in order
(caller's thread)   pictures ≤ 256 MB,                      (queue)      (caller's thread)
                    requests ≤ 2 × in flight
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final, Generic, TypeVar

from prompts import Prompt
from schemas.params import ServiceParams, TeacherParams
from schemas.record import Record
from schemas.teacher import ModelRequest
from schemas.tile import Tile, TileOutline
from tasks.model.attempts import Asked, Question, Teacher, Unanswered, ask, rejection
from tasks.model.engine import Engine, Obtained
from tasks.model.engine.batch import BatchOutcome
from tasks.model.engine.batching import answer_by_batch
from tasks.model.pictures import picture_for
from tasks.model.teacher import open_teacher, revision_of
from tasks.stopping import raise_if_stopped
from tasks.storage.store import Store

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Record)
S = TypeVar("S")

Questions = Callable[[], Iterable[Question[S, R]]]
"""Yields the same questions each time it is called; batches need them twice."""

AHEAD: Final = 2  # unanswered requests drawn, a request that can be in flight
KEPT: Final = 8  # answered ones that wait for an earlier one, beside them
PICTURES: Final = 256 * 2**20  # bytes of pictures in unanswered requests


@dataclass
class _Ticket(Generic[S, R]):
    """One question that was drawn; its request is let go of when it is answered."""

    subject: S
    size: int
    outcome: Asked[R] | Unanswered | BaseException | None = None


def request_for(
    prompt: Prompt,
    variables: Mapping[str, object],
    params: TeacherParams,
    tile: Tile,
    pictured_as: str | None = None,
) -> ModelRequest:
    """Return the request that shows ``tile`` with ``prompt`` filled in.

    Temperature and length are those of ``params``, by default those of the prompt file. The picture
    is what the prompt ``pictured_as`` is shown, by default this one.
    """
    temperature, max_tokens = params.temperature, params.max_tokens
    picture = picture_for(tile, params.images, pictured_as or prompt.name)
    return ModelRequest(
        purpose=prompt.name,
        prompt_fingerprint=prompt.fingerprint,
        model=params.model,
        revision=revision_of(params.model),
        messages=prompt.render(variables),
        image_sha256=picture.sha256,
        image=picture.image,
        detail=picture.detail,
        reply=prompt.reply,
        temperature=prompt.temperature if temperature is None else temperature,
        max_tokens=prompt.max_tokens if max_tokens is None else max_tokens,
        seed=params.seed,
    )


def outline_of(tile: Tile) -> TileOutline:
    """Return ``tile`` without its picture, to be kept beside a request."""
    return TileOutline(**{name: getattr(tile, name) for name in TileOutline.model_fields})


def ask_all(
    params: TeacherParams, service: ServiceParams, store: Store, questions: Questions[S, R]
) -> Iterator[tuple[S, Asked[R] | Unanswered]]:
    """Yield the subject and outcome of each question, in order; durable before the last is told.

    Questions are drawn as requests are answered. Raises what the engine raises, and StorageError
    where answers cannot be kept; those that came before that are kept.
    """
    engine = open_teacher(params, service, store.uri)
    engine.answers.refresh()
    teacher: Teacher = engine
    if params.kind == "openai" and service.by_batch:
        requests = (question.request for question in questions())
        teacher = _AfterBatches(engine, answer_by_batch(engine, requests, store, params.model))
    try:
        yield from stream(teacher, engine.loop, service.concurrency, questions())
    finally:
        engine.answers.flush()


def stream(
    teacher: Teacher,
    loop: asyncio.AbstractEventLoop,
    concurrency: int,
    questions: Iterable[Question[S, R]],
) -> Iterator[tuple[S, Asked[R] | Unanswered]]:
    """Yield the subject and outcome of each question, in order, asked on ``loop``.

    Call it from another thread than the loop's. The first error ends it; what was not sent then is
    given up.
    """
    window = _Window[S, R](teacher, loop, concurrency)
    pending = iter(questions)
    try:
        more = True
        while more or window.tickets:
            while more and window.has_room():
                question = next(pending, None)
                more = question is not None
                if question is not None:
                    window.ask(question)
            yield from window.told()
    finally:
        window.close()


class _Window(Generic[S, R]):
    """Questions between being drawn and being told; all methods on the caller's thread."""

    def __init__(self, teacher: Teacher, loop: asyncio.AbstractEventLoop, concurrency: int) -> None:
        self.tickets: deque[_Ticket[S, R]] = deque()
        self._teacher, self._loop = teacher, loop
        self._finished: SimpleQueue[_Ticket[S, R]] = SimpleQueue()
        self._tasks: set[asyncio.Task[None]] = set()  # on the loop only
        self._unanswered = self._bytes = 0
        self._most = AHEAD * concurrency

    def has_room(self) -> bool:
        """Say whether another question may be drawn."""
        if self._unanswered >= self._most or len(self.tickets) >= self._most * KEPT:
            return False
        return self._bytes < PICTURES or not self._unanswered

    def ask(self, question: Question[S, R]) -> None:
        """Hand ``question`` to the loop; raises Stopped where the process is told to end."""
        raise_if_stopped()
        ticket = _Ticket[S, R](question.subject, len(question.request.image or b""))
        self.tickets.append(ticket)
        self._unanswered += 1
        self._bytes += ticket.size
        self._loop.call_soon_threadsafe(self._start, ticket, question)

    def told(self) -> Iterator[tuple[S, Asked[R] | Unanswered]]:
        """Wait until a question is answered, and yield those that are next in order."""
        # what was told already may still be on its way into the queue, with no ticket left
        unknown = not self.tickets or self.tickets[0].outcome is None
        if self._unanswered and (unknown or not self.has_room()):
            self._finish(self._finished.get())
        while not self._finished.empty():
            self._finish(self._finished.get())
        while self.tickets and (outcome := self.tickets[0].outcome) is not None:
            if isinstance(outcome, BaseException):
                raise outcome
            yield self.tickets.popleft().subject, outcome

    def close(self) -> None:
        """Give up what is not answered."""
        if self._unanswered and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cancel)

    def _finish(self, ticket: _Ticket[S, R]) -> None:
        self._unanswered -= 1
        self._bytes -= ticket.size
        if isinstance(ticket.outcome, asyncio.CancelledError):
            raise_if_stopped()
        if isinstance(ticket.outcome, BaseException):
            raise ticket.outcome

    def _start(self, ticket: _Ticket[S, R], question: Question[S, R]) -> None:
        task = self._loop.create_task(self._asked(ticket, question))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _asked(self, ticket: _Ticket[S, R], question: Question[S, R]) -> None:
        try:
            ticket.outcome = await ask(self._teacher, question)
        except asyncio.CancelledError as error:
            ticket.outcome = error
            raise
        except Exception as error:  # noqa: BLE001  # told to the caller, on its own thread
            ticket.outcome = error
        finally:
            self._finished.put(ticket)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()


class _AfterBatches:
    """The engine after batches: what they brought was made now, though it is found in the store."""

    def __init__(self, engine: Engine, outcome: BatchOutcome) -> None:
        self._engine, self._batches = engine, frozenset(outcome.batches)

    async def obtain(self, request: ModelRequest) -> Obtained:
        """Return the answer to ``request``; one that no batch answered is asked for by itself."""
        obtained = await self._engine.obtain(request)
        made = obtained.made or obtained.answer.batch in self._batches
        return Obtained(obtained.answer, made)


__all__ = [
    "Asked", "Question", "Unanswered", "ask", "ask_all", "outline_of", "rejection", "request_for",
    "stream",
]  # fmt: skip
