"""The one house decorator: a function over one shard becomes a retryable, cached Prefect task.

A stage function is a generator. It yields kept rows, Rejections and Findings, one by one or as
record batches of their columns, and states how many candidates it saw; what it yields is streamed
into the files of its shard's part. The part is named by the
content key of everything that made it, so a part that stands already is not made again, in this
run or any other: Prefect's own result cache is not used, because it neither survives a lost server
nor lies beside the data. The rows file is written last: its existence is the commit of a part.

A stage whose rows rest on one scene each is told by ``scenes`` which argument brings the scenes.
Where an earlier part of the same recipe has some of them, made of the same, their rows are taken
over, and the function is given the others alone. The part is the same, byte for byte.
"""

import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import BoundArguments, Signature, signature
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.tasks import exponential_backoff
from pydantic import JsonValue

from prompts import prompt_fingerprint
from schemas.arrow import fingerprint
from schemas.errors import TransientTeacherError
from schemas.record import Record, content_id, words_fingerprint
from schemas.release import Part
from schemas.scene import Finding
from tasks.reuse.belonging import Belonging
from tasks.reuse.context import Context
from tasks.reuse.earlier import earlier_keys, remember_part
from tasks.reuse.making import make_by_scene, make_whole
from tasks.reuse.parts import BESIDE, bare_part, find_part
from tasks.reuse.scenes import Scenes
from tasks.reuse.tables import LostEarlierPart, Row
from tasks.reuse.work import Inputs, Work, read_all, with_earlier, work_on, work_on_images
from tasks.storage.store import Store

log = logging.getLogger(__name__)
progress = logging.getLogger("rs_gpt4v.progress")

P = ParamSpec("P")
T = TypeVar("T")
Function = Callable[Concatenate[Context, P], Iterator[Row]]

RETRIES: Final = 3
TRANSIENT: Final = (TransientTeacherError, ConnectionError, TimeoutError)
TILES: Final = "tile"


class Where(Record):
    """Which shard of which root a task run works on."""

    root: str
    shard: int


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
    scenes: str | None = None,
    passes: bool = False,
    of_images: bool = False,
) -> Callable[
    [Callable[Concatenate[Context, P], Iterator[Row]]], "Task[Concatenate[Where, P], Part]"
]:
    """Turn a shard function into the task ``(where, *arguments) -> Part``.

    ``writes`` is the record it keeps, ``prompts`` the files that it renders, ``words`` the packages
    whose word lists it uses; ``version`` is raised when its code changes what it writes. The
    arguments must be Parts, tuples of Parts, records or plain values: all of them enter the key,
    parts by their own key.

    ``scenes`` names the argument whose scenes it goes through, in their order, where each row rests
    on the rows of one scene alone and names that scene, or its tile. ``passes`` allows it to go
    through them more than once; ``of_images`` says that its rows rest on nothing but their images.
    """

    def decorate(function: Function[P]) -> "Task[Concatenate[Where, P], Part]":
        made = Stage(
            name, writes, version, prompts, words, scenes, passes, of_images, function,
            signature(function),
        )  # fmt: skip

        def run(where: Where, *args: P.args, **kwargs: P.kwargs) -> Part:
            part = made.part(where, made.bound(args, kwargs))
            report(part)
            return part.model_copy(update={"code": made.code()})

        run.__name__, run.__doc__ = name, function.__doc__
        run.__dict__["stage"] = made
        return retried(name, f"{name}-{{where.shard}}")(run)

    return decorate


@dataclass(frozen=True)
class Stage(Generic[P]):
    """A stage: its function, and all that is told of it."""

    name: str
    writes: type[Record]
    version: int
    prompts: tuple[str, ...]
    words: tuple[str, ...]
    scenes: str | None
    passes: bool
    of_images: bool
    function: Function[P]
    signature: Signature

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> BoundArguments:
        """Return the arguments by name: Prefect's map hands on keywords in an order that changes."""
        bound = self.signature.bind(None, *args, **kwargs)
        bound.apply_defaults()
        return bound

    def code(self) -> str:
        """Return the id of its code, as ``version`` tells it, its columns and word lists."""
        return content_id(self.name, self.version, self._columns(), self._words())

    def recipe(self, bound: BoundArguments) -> str:
        """Return the id of all that makes the rows besides what is read for each scene."""
        used: list[JsonValue] = [prompt_fingerprint(prompt) for prompt in self.prompts]
        used += self._words()
        plain = {
            name: _identity(value)
            for name, value in _named(bound)
            if not _parts(value) and (not isinstance(value, Record) or value.shapes_data)
        }
        return content_id(self.name, self.version, self._columns(), used, plain)

    def inputs(self, bound: BoundArguments) -> Inputs:
        """Return the parts that are read, by argument."""
        return {name: parts for name, value in _named(bound) if (parts := _parts(value))}

    def key(self, recipe: str, inputs: Inputs) -> str:
        """Return the key of the part that ``recipe`` makes of ``inputs``."""
        made_of: JsonValue = {
            name: [part.scenes if self.of_images else part.key for part in parts]
            for name, parts in inputs.items()
        }
        return content_id(recipe, made_of)

    def part(self, where: Where, bound: BoundArguments) -> Part:
        """Return the part of the shard, made where it does not stand already."""
        _spare_imports()
        store, recipe, inputs = Store(where.root), self.recipe(bound), self.inputs(bound)
        bare = bare_part(self.name, where.shard, self.key(recipe, inputs))
        found = find_part(store, self.name, where.shard, bare.key)
        if found is not None:
            return found
        work = self.work(store, recipe, inputs)
        if work is None:
            context = Context(store, where.shard)
            return make_whole(context, bare, self.writes, self._rows(context, bound))
        earlier = earlier_keys(store, self.name, where.shard, recipe)
        others = [key for key in earlier if key != bare.key]
        try:
            work_left = with_earlier(work, store, self.name, where.shard, others)
            part = self._made(store, bare, bound, work_left)
        except LostEarlierPart as error:
            log.warning("%s is made anew, nothing is taken over: %s", bare.path, error)
            part = self._made(store, bare, bound, work)
        remember_part(store, part, recipe, earlier)
        return part

    def work(self, store: Store, recipe: str, inputs: Inputs) -> Work | None:
        """Return the scenes to go through; None where the shard is gone through as a whole."""
        scenes = read_all(store, inputs) if self.scenes in inputs else None
        if scenes is None or self.scenes is None:
            return None
        return (work_on_images if self.of_images else work_on)(scenes, self.scenes, recipe)

    def _made(self, store: Store, bare: Part, bound: BoundArguments, work: Work) -> Part:
        context = Context(store, bare.shard, work=work)
        read = [part for parts in self.inputs(bound).values() for part in parts]
        tiles = [part for part in read if part.stage == TILES]
        belonging = Belonging(self.name, work, lambda: context.scene_of_tiles(tiles))
        rows = self._rows(context, bound) if work.to_make.any() else iter(())
        try:
            return make_by_scene(
                context, bare, self.writes, rows, work, belonging, passes=self.passes
            )
        finally:
            context.close()

    def _columns(self) -> list[JsonValue]:
        return [fingerprint(model) for model in (self.writes, *BESIDE)]

    def _words(self) -> list[JsonValue]:
        return [words_fingerprint(package) for package in self.words]

    def _rows(self, context: Context, bound: BoundArguments) -> Iterator[Row]:
        arguments = BoundArguments(bound.signature, bound.arguments.copy())
        first = next(iter(arguments.arguments))
        arguments.arguments[first] = context
        return self.function(*arguments.args, **arguments.kwargs)


def write_part(
    name: str,
    shard: int,
    key: str,
    writes: type[Record],
    store: Store,
    rows: Iterable[Record],
    scenes: Scenes | None = None,
) -> Part:
    """Write ``rows`` as the part of ``shard`` under ``key``; every row counts as a candidate.

    ``scenes`` says of which scenes they are, in their order.
    """
    context = Context(store, shard)
    bare = bare_part(name, shard, key)
    return make_whole(context, bare, writes, _counted(context, rows), scenes)


def report(part: Part) -> None:
    """Tell whoever listens to ``rs_gpt4v.progress`` that a part is there."""
    said = "made" if part.made else "found"
    progress.info(
        "%s: %d rows, %d rejected, %s", part.path, part.rows, part.rejections, said,
        extra={"part": part},
    )  # fmt: skip


def is_transient(_task: object, _run: object, state: State[object]) -> bool:
    """Say whether a failed task run may succeed when it is tried again."""
    return isinstance(state.data, TRANSIENT)


@cache
def _spare_imports() -> None:
    """Keep what was imported so far out of garbage collection, which would go through all of it."""
    gc.freeze()


def _counted(context: Context, rows: Iterable[Record]) -> Iterator[Row]:
    for row in rows:
        context.candidates += not isinstance(row, Finding)
        yield row


def _named(bound: BoundArguments) -> Sequence[tuple[str, object]]:
    """Return the arguments but the context."""
    return list(bound.arguments.items())[1:]


def _parts(value: object) -> tuple[Part, ...]:
    """Return the parts that an argument is; none where it is something else."""
    if isinstance(value, Part):
        return (value,)
    if isinstance(value, tuple) and value and all(isinstance(one, Part) for one in value):
        return value
    return ()


def _identity(value: object) -> JsonValue:
    """Return what a stage argument that is no part adds to the recipe."""
    if isinstance(value, Record):
        dump: JsonValue = value.model_dump(mode="json")
        return dump
    if isinstance(value, tuple):
        return [_identity(item) for item in value]
    if isinstance(value, str | int | float | None):
        return value
    raise TypeError(f"{type(value).__name__} cannot be part of a stage's key")


__all__ = [
    "BESIDE", "Context", "Where", "find_part", "is_transient", "report", "retried", "stage",
    "write_part",
]  # fmt: skip
