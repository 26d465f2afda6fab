"""Which requests go into which batch: what is not answered and lies in no open one."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

from schemas.errors import OverBudget, StorageError, TeacherError
from schemas.teacher import ModelRequest
from tasks.model.engine.batch.desk import Desk
from tasks.model.engine.batch.states import BatchState, Register
from tasks.model.engine.batch.terms import Answers, BatchLimits, Connection, Purse


class Planner:
    """Divides the requests of one run into batches. Its calls block; one thread at a time."""

    def __init__(
        self,
        desk: Desk,
        register: Register,
        answers: Answers,
        connection: Connection,
        limits: BatchLimits,
        purse: Purse | None,
    ) -> None:
        """Plan what lies on ``desk`` within ``limits`` and ``purse``."""
        self._desk, self._register, self._answers = desk, register, answers
        self._connection, self._limits, self._purse = connection, limits, purse
        self._stored: set[str] = set()
        self._touched: set[str] = set()  # open batches that hold a request which is answered
        self._held: Mapping[str, list[str]] = {}
        self.pending: list[str] = []
        self.failed: dict[str, str] = {}
        self.over: OverBudget | None = None

    @property
    def total(self) -> int:
        """How many different requests there are, those included that were answered before."""
        return len(self._stored) + len(self._desk)

    def look(self) -> None:
        """See what is open and answered, before requests are laid."""
        self._answers.refresh()
        self._held = self._holders(self._register.open_states())

    def lay(self, request: ModelRequest) -> None:
        """Put ``request`` on the desk, unless it lies there, is answered, or fits into no batch."""
        key = request.key
        if key in self._desk or key in self._stored:
            return
        if key in self._answers:
            self._stored.add(key)
            self._touched.update(self._held.get(key, ()))
            return
        body = self._connection.encode(request)
        worst = self._purse.worst(request) if self._purse else 0.0
        with _on_disk():
            self._desk.lay(request, body, worst)
        if self._desk.size(key) > self._limits.size:
            self.failed[key] = f"its {self._desk.size(key)} bytes are more than a batch may have"

    def ready(self) -> None:
        """Make what was laid ready for batches."""
        with _on_disk():
            self._desk.ready()
        self.pending = [key for key in self._desk if key not in self.failed]

    def plan(
        self, unclosed: AbstractSet[str], most: tuple[int, int | None]
    ) -> tuple[list[BatchState], list[BatchState]]:
        """Return new batches of what is pending, and the open ones that have to be seen to.

        ``unclosed`` are open batches that this run has collected; ``most`` is how many requests a
        batch and how many batches the provider takes. Raises TeacherError where a request lies in
        an open batch at another host.
        """
        with self._register.planning():
            states = [x for x in self._register.open_states() if x.id not in unclosed]
            held = self._holders(states)
            wanted = {identity for key in self.pending for identity in held.get(key, ())}
            others = [state for state in states if self._is_wanted(state, wanted)]
            for state in others:
                self._check_host(state)
            fresh = [key for key in self.pending if key not in held]
            made = list(self._made(fresh, *most))
        self._touched.clear()
        return made, others

    def settle(self, failed: Mapping[str, str]) -> None:
        """Leave pending what is neither answered nor ``failed``."""
        self._answers.refresh()
        self.pending = [
            key for key in self.pending if key not in self._answers and key not in failed
        ]
        self.failed.update(failed)

    def _is_wanted(self, state: BatchState, wanted: set[str]) -> bool:
        tidying = state.stage == "done" and state.host == self._connection.host
        return tidying or state.id in wanted or state.id in self._touched

    def _check_host(self, state: BatchState) -> None:
        if state.host != self._connection.host:
            raise TeacherError(
                f"Some of these requests lie in batch {state.batch or state.id} at {state.host}, "
                f"not at {self._connection.host}. Go on with that endpoint, or delete "
                f"{self._register.address(state.id)} to have its {state.count} requests asked again."
            )

    def _holders(self, states: Sequence[BatchState]) -> dict[str, list[str]]:
        """Return which of ``states`` hold each key; none of those that only await tidying."""
        held: dict[str, list[str]] = {}
        for state in states:
            if state.stage != "done":
                for key in self._register.keys(state.id):
                    held.setdefault(key, []).append(state.id)
        return held

    def _made(self, keys: Sequence[str], count: int, batches: int | None) -> Iterator[BatchState]:
        """Plan ``keys`` until they, the batches or the budget are at their end."""
        self.over = None
        start = made = 0
        while start < len(keys) and made != batches and self.over is None:
            end = self._full(keys, start, count)
            state = self._paid(keys[start:end])
            if state is not None:
                yield state
                start, made = start + state.count, made + 1

    def _full(self, keys: Sequence[str], start: int, count: int) -> int:
        """Return the end of the longest batch that may begin at ``start``."""
        size, end = 0, start
        while end < len(keys) and end - start < count:
            size += self._desk.size(keys[end])
            if size > self._limits.size:
                break
            end += 1
        return end

    def _paid(self, keys: Sequence[str]) -> BatchState | None:
        """Plan as many of ``keys`` as the budget can pay, halving; None where it pays for none."""
        while True:
            state = self._planned(keys)
            try:
                if self._purse is not None:
                    self._purse.reserve(state.id, state.reserved)
            except OverBudget as error:
                self._register.drop(state)
                if len(keys) == 1:
                    self.over = error
                    return None
                keys = keys[: len(keys) // 2]
            else:
                return state

    def _planned(self, keys: Sequence[str]) -> BatchState:
        where = self._connection
        size = sum(map(self._desk.size, keys))
        return self._register.plan(keys, where.model, where.host, size, self._desk.worst(keys))


@contextmanager
def _on_disk() -> Iterator[None]:
    """Say what to do where the local disk fails."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"Cannot keep requests on local disk: {error.strerror}. Batches take about 1.4 × the "
            "size of their pictures in RS_GPT4V_STATE_FOLDER."
        ) from error
