"""The one house decorator: a function over one shard becomes a retryable, cached Prefect task.

A stage function is a generator. It yields kept rows, Rejections and Findings, one by one or as
record batches of their columns, and states how many candidates it saw; what it yields is streamed
into the files of its shard's part. The part is named by the
content key of everything that made it, so a part that stands already is not made again, in this
run or any other: Prefect's own result cache is not used, because it neither survives a lost server
nor lies beside the data. The rows file is written last: its existence is the commit of a part.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from inspect import signature
from typing import Concatenate, Final, Literal, ParamSpec, TypeAlias, TypeVar

import pyarrow as pa
from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.tasks import exponential_backoff
from pydantic import JsonValue

from prompts import prompt_fingerprint
from schemas.arrow import arrow_schema, fingerprint
from schemas.errors import AccountingError, DamagedPart, TransientTeacherError
from schemas.record import Record, content_id, words_fingerprint
from schemas.release import Part
from schemas.sample import Rejection
from schemas.scene import Finding
from tasks.storage.parts import PartWriter, read_batches, read_footer, read_rows
from tasks.storage.store import Store

log = logging.getLogger(__name__)
progress = logging.getLogger("rs_gpt4v.progress")

P = ParamSpec("P")
R = TypeVar("R", bound=Record)
T = TypeVar("T")
Row: TypeAlias = Record | Rejection | Finding | pa.RecordBatch

RETRIES: Final = 3
BESIDE: Final[dict[type[Record], Literal["rejections", "findings"]]] = {
    Rejection: "rejections",
    Finding: "findings",
}
TRANSIENT: Final = (TransientTeacherError, ConnectionError, TimeoutError)


class Where(Record):
    """Which shard of which root a task run works on."""

    root: str
    shard: int


@dataclass
class Context:
    """What a stage function may use besides its arguments."""

    store: Store
    shard: int
    candidates: int = 0
    calls: int = field(default=0)

    def rows(self, part: Part, model: type[R]) -> Iterator[R]:
        """Yield the rows of ``part``; only the columns that ``model`` names are read."""
        return read_rows(self.store, part.path, model)

    def batches(self, part: Part, model: type[Record]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of ``part`` as record batches with the columns that ``model`` names."""
        return read_batches(self.store, part.path, model)


class _Tables:
    """The files of one part, each opened when the first row for it comes."""

    def __init__(self, stack: ExitStack, store: Store, part: Part, writes: type[Record]) -> None:
        self._stack, self._store, self._part, self._writes = stack, store, part, writes
        self.kept = self._opened(part.path, writes)
        self._aside: dict[type[Record], PartWriter] = {}

    def write(self, row: Row) -> None:
        """Append a row, or the rows of a batch, to the table that it belongs to."""
        if isinstance(row, pa.RecordBatch):
            self._writer(self._model_of(row)).write_batch(row)
        else:
            self._writer(type(row)).write(row)

    def count(self, model: type[Record]) -> int:
        """Return how many rows beside the kept ones ``model`` has."""
        return self._aside[model].count if model in self._aside else 0

    def _writer(self, model: type[Record]) -> PartWriter:
        if model not in BESIDE:
            return self.kept
        if model not in self._aside:
            self._aside[model] = self._opened(self._part.beside(BESIDE[model]), model)
        return self._aside[model]

    def _model_of(self, batch: pa.RecordBatch) -> type[Record]:
        for model in (self._writes, *BESIDE):
            if batch.schema.equals(arrow_schema(model)):
                return model
        raise TypeError(
            f"Stage {self._part.stage} yielded a batch with the columns {batch.schema.names}, which "
            f"are neither those of {self._writes.__name__} nor of a Rejection or Finding."
        )

    def _opened(self, path: str, model: type[Record]) -> PartWriter:
        file = self._stack.enter_context(self._store.create(path))
        return self._stack.enter_context(PartWriter(file, model))


def retried(name: str, run_name: str) -> Callable[[Callable[P, T]], "Task[P, T]"]:
    """Turn a function into a Prefect task with the house's retries and without Prefect's cache."""

    def decorate(function: Callable[P, T]) -> "Task[P, T]":
        return task(
            name=name,
            task_run_name=run_name,
            cache_policy=NO_CACHE,
            persist_result=False,
            retries=RETRIES,
            retry_delay_seconds=exponential_backoff(2),
            retry_jitter_factor=0.5,
            retry_condition_fn=is_transient,
        )(function)

    return decorate


def stage(
    name: str,
    *,
    writes: type[Record],
    version: int = 1,
    prompts: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
) -> Callable[
    [Callable[Concatenate[Context, P], Iterator[Row]]], "Task[Concatenate[Where, P], Part]"
]:
    """Turn a shard function into the task ``(where, *arguments) -> Part``.

    ``writes`` is the record it keeps, ``prompts`` the files that it renders, ``words`` the packages
    whose word lists it uses; ``version`` is raised when its code changes what it writes. The
    arguments must be Parts, tuples of Parts, records or plain values: all of them enter the key,
    parts by their own key.
    """

    def decorate(
        function: Callable[Concatenate[Context, P], Iterator[Row]],
    ) -> "Task[Concatenate[Where, P], Part]":
        parameters = signature(function)

        def run(where: Where, *args: P.args, **kwargs: P.kwargs) -> Part:
            # By name: Prefect's map hands on keywords in an order that changes between processes.
            bound = parameters.bind(None, *args, **kwargs)
            bound.apply_defaults()
            made_of: JsonValue = {
                name: _identity(value)
                for name, value in list(bound.arguments.items())[1:]
                if not isinstance(value, Record) or value.shapes_data
            }
            used: list[JsonValue] = [prompt_fingerprint(prompt) for prompt in prompts]
            used += [words_fingerprint(package) for package in words]
            key = content_id(name, version, fingerprint(writes), used, made_of)
            store = Store(where.root)
            part = find_part(store, name, where.shard, key)
            if part is None:
                context = Context(store, where.shard)
                part = _make(name, writes, key, context, function(context, *args, **kwargs))
            report(part)
            return part

        run.__name__, run.__doc__ = name, function.__doc__
        return retried(name, f"{name}-{{where.shard}}")(run)

    return decorate


def find_part(store: Store, name: str, shard: int, key: str) -> Part | None:
    """Return the part that stands already under ``key``, or None where it is not whole."""
    part = Part(
        stage=name, shard=shard, key=key, candidates=0, rows=0, rejections=0, findings=0, made=False
    )
    if not store.exists(part.path):
        return None
    try:
        found = part.model_copy(update=read_footer(store, part.path))
    except DamagedPart as error:
        log.warning("%s is remade: %s", part.path, error)
        return None
    counts = {"rejections": found.rejections, "findings": found.findings}
    whole = all(store.exists(found.beside(t)) for t in BESIDE.values() if counts[t])
    return found if whole else None


def write_part(
    name: str, shard: int, key: str, writes: type[Record], store: Store, rows: Iterable[Record]
) -> Part:
    """Write ``rows`` as the part of ``shard`` under ``key``; every row counts as a candidate."""
    context = Context(store, shard)
    return _make(name, writes, key, context, _counted(context, rows))


def report(part: Part) -> None:
    """Tell whoever listens to ``rs_gpt4v.progress`` that a part is there."""
    said = "made" if part.made else "found"
    progress.info(
        "%s: %d rows, %d rejected, %s", part.path, part.rows, part.rejections, said,
        extra={"part": part},
    )  # fmt: skip


def _counted(context: Context, rows: Iterable[Record]) -> Iterator[Row]:
    for row in rows:
        context.candidates += not isinstance(row, Finding)
        yield row


def _make(name: str, writes: type[Record], key: str, context: Context, rows: Iterator[Row]) -> Part:
    """Stream ``rows`` into the files of a part; the kept rows appear last."""
    part = Part(
        stage=name, shard=context.shard, key=key, candidates=0, rows=0, rejections=0, findings=0,
        made=True,
    )  # fmt: skip
    with ExitStack() as stack:  # closes the file that was opened first, that of the rows, last
        tables = _Tables(stack, context.store, part, writes)
        for row in rows:
            tables.write(row)
        counts = {
            "candidates": context.candidates,
            "rows": tables.kept.count,
            "rejections": tables.count(Rejection),
            "findings": tables.count(Finding),
        }
        _check(name, context.shard, **counts)
        tables.kept.footer = dict(counts)
    return part.model_copy(update={**counts, "calls": context.calls})


def _check(
    name: str, shard: int, candidates: int, rows: int, rejections: int, findings: int
) -> None:
    if rows + rejections != candidates:
        raise AccountingError(
            f"Stage {name}, shard {shard}: {rows} rows + {rejections} rejections are not "
            f"{candidates} candidates ({findings} findings). This is a defect; please report it."
        )


def _identity(value: object) -> JsonValue:
    """Return what a stage argument adds to the key."""
    if isinstance(value, Part):
        return value.key
    if isinstance(value, Record):
        dump: JsonValue = value.model_dump(mode="json")
        return dump
    if isinstance(value, tuple):
        return [_identity(item) for item in value]
    if isinstance(value, str | int | float | None):
        return value
    raise TypeError(f"{type(value).__name__} cannot be part of a stage's key")


def is_transient(_task: object, _run: object, state: State[object]) -> bool:
    """Say whether a failed task run may succeed when it is tried again."""
    return isinstance(state.data, TRANSIENT)
