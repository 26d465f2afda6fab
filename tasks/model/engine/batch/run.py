"""A run of batches: requests are laid on a desk, then rounds until each has its end."""

import asyncio
import logging
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from schemas.errors import StorageError
from schemas.teacher import ModelRequest
from tasks.model.engine.batch.course import Course
from tasks.model.engine.batch.desk import Desk
from tasks.model.engine.batch.planning import Planner
from tasks.model.engine.batch.remote import Remote, Sleep
from tasks.model.engine.batch.states import BatchState, Register
from tasks.model.engine.batch.terms import (
    Answers,
    BatchLimits,
    BatchOutcome,
    Connection,
    Progress,
    Purse,
)
from tasks.storage.store import Store

log = logging.getLogger(__name__)


async def run_batch(
    requests: Iterable[ModelRequest] | AsyncIterable[ModelRequest],
    *,
    connection: Connection,
    answers: Answers,
    store: Store,
    folder: Path,
    limits: BatchLimits | None = None,
    purse: Purse | None = None,
    progress: Callable[[Progress], None] = lambda _progress: None,
    now: Callable[[], float] = time.time,
    sleep: Sleep = asyncio.sleep,
    wait: bool = True,
) -> BatchOutcome:
    """Have ``requests`` answered by batches and return once all are answered or given up.

    States stand in ``store``, requests meanwhile in ``folder`` on local disk (about 90 KB each).
    Without ``wait`` it returns when the batches are made; the next run collects them. Requests that
    lie in an open batch are waited for. Raises OverBudget where what is left cannot pay for one
    more request, TeacherError where no request can succeed, StorageError; every answer that came
    before is kept, and the next run goes on where this one ended.
    """
    limits = limits or BatchLimits()
    register = await asyncio.to_thread(Register, store, folder, now, limits.lease)
    remote = Remote(connection.client, connection.host, connection.scrub, sleep, limits.patience)
    try:
        with Desk(folder) as desk:
            planner = Planner(desk, register, answers, connection, limits, purse)
            course = Course(
                desk,
                register,
                remote,
                answers,
                connection,
                limits,
                purse,
                progress,
                sleep,
                wait=wait,
            )
            await asyncio.to_thread(planner.look)
            await _laid(planner, requests)
            async with _alive(register):
                await _rounds(planner, course)
            return _outcome(planner, course)
    finally:
        await asyncio.to_thread(register.close)


async def _laid(
    planner: Planner, requests: Iterable[ModelRequest] | AsyncIterable[ModelRequest]
) -> None:
    if isinstance(requests, AsyncIterable):
        async for request in requests:
            await asyncio.to_thread(planner.lay, request)
    else:
        await asyncio.to_thread(_lay_all, planner, requests)
    planner.ready()
    asked = len(planner.pending)
    log.info("%d requests to batch, %d answered before", asked, planner.total - asked)


def _lay_all(planner: Planner, requests: Iterable[ModelRequest]) -> None:
    for request in requests:
        planner.lay(request)


async def _rounds(planner: Planner, course: Course) -> None:
    while True:
        made, others = await asyncio.to_thread(planner.plan, course.unclosed, course.most)
        if not made and not others:
            break
        await _together(course, made, others)
        await course.round_ended()
        if not course.wait:
            break
        await asyncio.to_thread(planner.settle, course.failed)
    if planner.over is not None:
        raise planner.over


async def _together(course: Course, made: list[BatchState], others: list[BatchState]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for state in made:
                group.create_task(course.drive(state, fresh=True))
            for state in others:
                group.create_task(course.see_to(state))
    except BaseExceptionGroup as group_of_errors:
        raise _first(group_of_errors) from None


def _outcome(planner: Planner, course: Course) -> BatchOutcome:
    failed = planner.failed | course.failed
    waiting = sum(key not in failed for key in planner.pending)
    return BatchOutcome(
        answered=planner.total - len(failed) - waiting,
        failed=failed,
        waiting=waiting,
        batches=tuple(course.batches),
        cost=course.cost,
    )


@asynccontextmanager
async def _alive(register: Register) -> AsyncIterator[None]:
    """Give signs of life within the block."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(register.lease / 4)  # not the passed one: life is in real time
            try:
                await asyncio.to_thread(register.beat)
            except (OSError, StorageError) as error:
                log.warning("no sign of life could be given: %s", error)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
