"""The task runner of a build, chosen by the parameters of its flow run.

Prefect fixes a flow's runner before the parameters of a run are known; this one hands every task
run on to the one that they choose. What the others do not do, it does for them:

- a process of its own logs where nobody reads it, so the parts of a task run are reported here;
- Dask and Ray do not see futures inside ``allow_failure``, so these are waited for here;
- every process asks a remote teacher by itself, so each is told its share of the limits.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from importlib.util import find_spec
from typing import Any, Final, TypeAlias

from prefect import Task, allow_failure
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.collections import visit_collection
from prefect.utilities.engine import collect_task_run_inputs_sync

from flows.runners.worker import Order, begin_worker
from schemas.errors import UsageError
from schemas.params import BuildParams
from schemas.release import Part
from schemas.runner import RunnerParams
from schemas.settings import settings
from tasks._stage import report
from tasks.model.engine.board import Board
from tasks.model.engine.host import take_share
from tasks.model.engine.meter import METER

Future: TypeAlias = PrefectFuture[Any]

MOST_WAITING: Final = 32  # shards that wait for their batches at once
EXTRAS: Final = {"dask": ("prefect_dask", "distributed"), "ray": ("prefect_ray", "ray")}


class ChosenRunner(TaskRunner[Future]):
    """Runs tasks where parameter ``runner`` of the flow run's BuildParams says; else in threads."""

    def __init__(self) -> None:
        """Choose at the first task run."""
        super().__init__()  # type: ignore[no-untyped-call]  # Prefect's
        self._stack = ExitStack()
        self._runner: TaskRunner[Any] | None = None
        self._board: Board | None = None

    @property
    def processes(self) -> int:
        """How many processes the task runs go to."""
        chosen = self._chosen()
        if isinstance(chosen, ThreadPoolTaskRunner):
            return 1
        order: Order | None = getattr(chosen, "order", None)
        return order.processes if order else _workers(_params())

    def take_share(self, share: float) -> None:
        """Let each process use ``share`` (0 to 1) of a key's limits from now on."""
        self._chosen()
        if self._board is None:
            take_share(share)
        else:
            self._board.set_share(share)

    def duplicate(self) -> "ChosenRunner":
        """Return another that has chosen nothing yet."""
        return ChosenRunner()

    def submit(
        self,
        task: Task[Any, Any],
        parameters: dict[str, Any],
        wait_for: Iterable[Future] | None = None,
        dependencies: dict[str, set[Any]] | None = None,
    ) -> Future:
        """Hand a task run on."""
        chosen = self._chosen()
        if self._board is None:
            sent: Future = chosen.submit(task, parameters, wait_for, dependencies)
            return sent
        hidden = {k: v for k, v in parameters.items() if isinstance(v, allow_failure)}
        known = {name: collect_task_run_inputs_sync(value) for name, value in hidden.items()}
        settled = {name: _settled(value) for name, value in hidden.items()}
        awaited = [_settled(one) for one in wait_for or ()]
        future: Future = chosen.submit(
            task,
            parameters | settled,
            [one for one in awaited if isinstance(one, PrefectFuture)] or None,
            {**(dependencies or {}), **known} or None,
        )
        future.add_done_callback(_report)
        return future

    def __exit__(self, *exc: Any) -> None:
        """End what was chosen; where an error ends the flow, its workers are told to stop."""
        if self._board is not None and exc[0] is not None:
            self._board.stop()
        try:
            self._stack.__exit__(*exc)
        finally:
            self._runner = self._board = None
            super().__exit__(*exc)

    def _chosen(self) -> TaskRunner[Any]:
        if self._runner is None:
            params = _params()
            if params.runner.kind != "local":
                self._board = self._stack.enter_context(_board().open())
                METER.join(self._board.tallies)
                self._stack.callback(METER.part, self._board.tallies)
            self._runner = self._stack.enter_context(_made(params, self._board))
        return self._runner


def shared_among() -> tuple[Callable[[float], None], int]:
    """Return what tells the processes of the current flow run their share, and how many there are."""
    context = FlowRunContext.get()
    runner = context.task_runner if context is not None else None
    return (
        (runner.take_share, runner.processes)
        if isinstance(runner, ChosenRunner)
        else (take_share, 1)
    )


def check_runner(params: RunnerParams) -> None:
    """Raise UsageError where the extra that ``params`` need is not installed."""
    missing = [name for name in EXTRAS.get(params.kind, ()) if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"--runner.kind {params.kind} needs the extra “{params.kind}” ({', '.join(missing)} is "
            f"missing). Install it by “pip install 'rs-gpt4v[{params.kind}]'”, or take another runner."
        )


def _made(params: BuildParams, board: Board | None) -> TaskRunner[Any]:
    kind, workers = params.runner.kind, _workers(params)
    if board is None:
        return ThreadPoolTaskRunner(max_workers=workers)
    check_runner(params.runner)
    order = Order(processes=workers, board=board.folder)
    if kind == "dask":
        from flows.runners.dask import runner as on_dask  # noqa: PLC0415  # an extra

        return on_dask(order, settings())
    if kind == "ray":
        from flows.runners.ray import runner as on_ray  # noqa: PLC0415  # an extra

        return on_ray(order, settings())
    return ProcessPoolTaskRunner(max_workers=workers, initializer=begin_worker, initargs=(order,))


def _params() -> BuildParams:
    """Return the parameters of the current flow run."""
    context = FlowRunContext.get()
    given = (context.parameters or {}).values() if context is not None else ()
    return next((value for value in given if isinstance(value, BuildParams)), BuildParams())


def _workers(params: BuildParams) -> int:
    """Return how many shards are worked on at once; for batches more, since their shards only wait."""
    workers = params.runner.workers or settings().workers
    waiting = params.teacher.kind == "openai" and params.service.by_batch
    if waiting and params.runner.kind == "local":
        return max(workers, min(params.shards, MOST_WAITING))
    return workers


def _board() -> Board:
    return Board(settings().state_folder.absolute() / "boards" / str(flow_run.id))


def _settled(value: Any) -> Any:
    """Wait for the futures in an ``allow_failure``; return what came of each, errors too."""
    if not isinstance(value, allow_failure):
        return value
    inside: Any = value.unwrap()
    if isinstance(inside, PrefectFuture):
        return inside.result(raise_on_failure=False)
    return [
        one.result(raise_on_failure=False) if isinstance(one, PrefectFuture) else one
        for one in inside
    ]


def _report(future: Future) -> None:
    """Report the parts that a task run in another process has made."""
    future.wait()
    if not future.state.is_completed():
        return

    def told(value: Any) -> Any:
        if isinstance(value, Part):
            report(value)
        return value

    visit_collection(future.result(), visit_fn=told, return_data=False)
