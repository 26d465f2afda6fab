"""The course of one batch, from its plan to its end, taken up at whatever point it stands."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from openai.types import Batch

from schemas.errors import TeacherError, TransientTeacherError
from tasks.model.engine.batch.desk import Desk
from tasks.model.engine.batch.remote import Remote, Sleep
from tasks.model.engine.batch.results import Collector, Tally, refused
from tasks.model.engine.batch.states import BatchState, Register, TakenOver
from tasks.model.engine.batch.terms import (
    Answers,
    BatchLimits,
    Connection,
    Progress,
    Purse,
    Step,
)

log = logging.getLogger(__name__)

_OVER: Final = frozenset({"completed", "failed", "expired", "cancelled"})


class Course:
    """Takes the batches of one run to their ends, several at once, and notes what came of them."""

    def __init__(
        self,
        desk: Desk,
        register: Register,
        remote: Remote,
        answers: Answers,
        connection: Connection,
        limits: BatchLimits,
        purse: Purse | None,
        progress: Callable[[Progress], None],
        sleep: Sleep,
        *,
        wait: bool,
    ) -> None:
        """See to batches of what lies on ``desk``; without ``wait`` only until they are made."""
        self._desk, self._register, self._remote, self._answers = desk, register, remote, answers
        self._connection, self._limits, self._purse = connection, limits, purse
        self._progress, self._sleep, self.wait = progress, sleep, wait
        self._transfers = asyncio.Semaphore(limits.transfers)
        self._tries: Counter[str] = Counter()
        self.most: tuple[int, int | None] = limits.count, None  # requests a batch, batches a round
        self.unclosed: set[str] = set()  # collected, but they hold requests of other runs
        self._turned_away: list[int] = []  # requests of batches for which there was no room
        self._through = 0  # batches of this round for which there was
        self.failed: dict[str, str] = {}
        self.hopeless: TeacherError | None = None
        self.batches: list[str] = []
        self.cost: float | None = None

    async def see_to(self, state: BatchState) -> None:
        """Take an open batch over, or wait until the run that sees to it has ended it or itself."""
        pause = self._limits.first_look
        while (mine := await asyncio.to_thread(self._register.take, state.id)) is None:
            if not self.wait or await asyncio.to_thread(self._register.state, state.id) is None:
                return
            log.info("batch %s: waits for %s", state.id, state.owner)
            await self._sleep(pause)
            pause = self._longer(pause)
        log.info("batch %s: taken over as %s", mine.id, mine.stage)
        await self.drive(mine, fresh=False)

    async def drive(self, state: BatchState, *, fresh: bool) -> None:
        """Take a batch that is ours to its end; ``fresh`` where the provider knows nothing of it."""
        try:
            sent = await self._sent(state, fresh=fresh)
            if sent is None or not self.wait:
                return
            if sent.stage == "created":
                sent = await self._collected(sent, await self._ended(sent))
            if sent.stage == "done":
                await self._tidied(sent)
        except TakenOver:
            log.warning("batch %s: another machine sees to it now", state.id)
        except TeacherError as error:
            where = self._register.address(state.id)
            raise type(error)(f"{error} The state of the batch is in {where}.") from None
        finally:
            self._register.release(state.id)

    async def round_ended(self) -> None:
        """Send no more at once than the provider's queue had room for; wait where it had none.

        Raises what has made every request hopeless, and TransientTeacherError where the queue
        has no room however little is sent.
        """
        if self.hopeless is not None:
            raise self.hopeless
        turned_away, through = self._turned_away, self._through
        self._turned_away, self._through = [], 0
        if not turned_away:
            return
        count, host = self.most[0], self._connection.host
        log.warning("%s had no room for %d batches: less at once", host, len(turned_away))
        if through:
            self.most = count, through
        elif min(turned_away) > 1:
            self.most = min(turned_away) // 2, 1
            await self._sleep(self._limits.longest)
        else:
            raise TransientTeacherError(f"The queue for batches at {host} is full. Try later.")

    async def _sent(self, state: BatchState, *, fresh: bool) -> BatchState | None:
        """Return the batch uploaded and created; None where it was dropped."""
        if not fresh and state.stage in {"planned", "uploaded"}:
            found = await self._found(state)
            if found is None:
                return None
            state = found
        if state.stage == "planned":
            state = await self._uploaded(state)
        if state.stage == "uploaded" and state.file is not None:
            await asyncio.to_thread(self._register.check, state)
            batch = await self._remote.create(state.file, state.id)
            state = await self._saved(state, stage="created", batch=batch)
        if state.batch is not None:
            self.batches.append(state.batch)
        return state

    async def _uploaded(self, state: BatchState) -> BatchState:
        keys = await asyncio.to_thread(self._register.keys, state.id)
        told = partial(self._told, "uploading", state)
        async with self._transfers:
            lines = self._desk.lines(keys, lambda done: told(done, state.size))
            file = await self._remote.upload(_name(state), lines)
        return await self._saved(state, stage="uploaded", file=file)

    async def _found(self, state: BatchState) -> BatchState | None:
        """Return a batch of a dead run as far as the provider has it; None where it has nothing.

        What was uploaded is of no use once a request in it has been answered in another way.
        """
        batch = await self._remote.found_batch(state.id)
        if batch is not None:
            return await self._saved(state, stage="created", batch=batch)
        file = state.file or await self._remote.found_file(_name(state))
        keys = await asyncio.to_thread(self._register.keys, state.id)
        if file is not None and not await asyncio.to_thread(self._any_answered, keys):
            if self._purse is not None:
                await asyncio.to_thread(self._purse.reserve, state.id, state.reserved)
            return await self._saved(state, stage="uploaded", file=file)
        if file is not None:
            await self._remote.delete(file)
        await self._settled(state, 0)
        await asyncio.to_thread(self._register.drop, state)
        return None

    async def _ended(self, state: BatchState) -> Batch:
        """Return the batch once it is over, looked at ever more seldom."""
        pause = self._limits.first_look
        while True:
            batch = await self._remote.batch(str(state.batch))
            if batch is None:
                raise TeacherError(
                    f"{self._connection.host} knows no batch {state.batch}. Go on with the key "
                    f"that it was made with, or have its {state.count} requests asked again by "
                    "deleting its state."
                )
            counts = batch.request_counts
            done = counts.completed + counts.failed if counts else 0
            self._told("polled", state, done, state.count)
            if batch.status in _OVER:
                return batch
            await self._sleep(pause)
            pause = self._longer(pause)

    async def _collected(self, state: BatchState, batch: Batch) -> BatchState:
        """Return the state after everything that the batch brought is in the store."""
        keys = await asyncio.to_thread(self._register.keys, state.id)
        results = tuple(x for x in (batch.output_file_id, batch.error_file_id) if x)
        if batch.status == "failed":
            tally = refused(batch, keys, self._connection)
        else:
            tally = await self._read(keys, batch, results)
        await asyncio.to_thread(self._answers.flush)
        self._note(state, tally, batch.status)
        if tally.strangers:
            log.info("batch %s: %d requests of other runs", state.id, len(tally.strangers))
            self.unclosed.add(state.id)
            return state
        spent = sum(tally.spent.values())
        await self._settled(state, spent)
        return await self._saved(
            state, stage="done", results=results, status=batch.status, cost=spent or None,
            answered=len(tally.answered), failed=state.count - len(tally.answered),
            file=state.file or batch.input_file_id,
        )  # fmt: skip

    async def _read(self, keys: Sequence[str], batch: Batch, results: Sequence[str]) -> Tally:
        tries = 1 + max((self._tries[key] for key in keys), default=0)
        collector = Collector(
            keys, batch.id, tries, self._desk, self._answers, self._connection, self._purse
        )
        async with self._transfers:
            for file in results:
                await self._remote.download(file, collector.take)
        return await asyncio.to_thread(collector.tally, batch.status)

    async def _tidied(self, state: BatchState) -> None:
        for file in (state.file, *state.results):
            if file is not None:
                await self._remote.delete(file)
        await asyncio.to_thread(self._register.end, state)
        self._told("closed", state, state.answered, state.count)

    def _note(self, state: BatchState, tally: Tally, status: str) -> None:
        """Remember what failed, and what the provider's queue has room for."""
        log.info(
            "batch %s (%s) %s: %d answered, %d failed, %d again",
            state.id, state.batch, status, len(tally.answered), len(tally.failed),
            len(tally.again) + len(tally.untried),
        )  # fmt: skip
        self._told("collected", state, len(tally.answered), state.count)
        self.failed |= tally.failed
        for key, reason in tally.again.items():
            self._tries[key] += 1
            if self._tries[key] >= self._limits.rounds:
                self.failed[key] = f"{reason} (in batch number {self._tries[key]})"
        if tally.spent:
            self.cost = (self.cost or 0) + sum(tally.spent.values())
        if tally.hopeless is not None:
            self.hopeless = TeacherError(tally.hopeless)
        if tally.queue_full:
            self._turned_away.append(state.count)
        else:
            self._through += 1

    def _any_answered(self, keys: Sequence[str]) -> bool:
        return any(key in self._answers for key in keys)

    async def _saved(self, state: BatchState, **changes: object) -> BatchState:
        state = BatchState.model_validate(state.model_dump() | changes)
        await asyncio.to_thread(self._register.save, state)
        log.info("batch %s: %s", state.id, state.stage)
        if state.stage == "uploaded" or state.stage == "created":  # noqa: PLR1714  # narrows
            self._told(state.stage, state, 0, state.count)
        return state

    async def _settled(self, state: BatchState, dollars: float) -> None:
        if self._purse is not None:
            await asyncio.to_thread(self._purse.settle, state.id, dollars)

    def _told(self, stage: Step, state: BatchState, done: int, total: int) -> None:
        self._progress(Progress(stage, state.id, done, total))

    def _longer(self, pause: float) -> float:
        return min(pause * self._limits.growth, self._limits.longest)


def _name(state: BatchState) -> str:
    return f"batch-{state.id}.jsonl"
