"""What became of each shard: which went through every stage, and why the others did not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from prefect import get_run_logger
from prefect.futures import PrefectFuture, wait

from schemas.errors import (
    DamagedPart,
    GateError,
    IncompleteError,
    PipelineError,
    Stopped,
    StorageError,
)
from schemas.release import FailedShard, Manifest, Part

CHAIN: Final = (
    "look", "ingest", "tile", "adapt", "describe", "synthesize", "converse", "mend", "verify",
    "coverage",
    "augment", "turned", "symmetry", "validate",
)  # fmt: skip
Futures = Sequence[PrefectFuture[Part]]


@dataclass(frozen=True)
class Finished:
    """The shards that went through every stage, their parts, and the shards that did not."""

    shards: list[int]
    parts: tuple[Part, ...]
    failed: tuple[FailedShard, ...]

    def of(self, stage: str) -> list[Part]:
        """Return the parts of ``stage``, one for each finished shard, in their order."""
        return [part for part in self.parts if part.stage == stage]

    def with_parts(self, by_shard: Iterable[Part], whole: Iterable[Part]) -> "Finished":
        """Return this with more parts: those of its shards, and those about all of them."""
        own = tuple(part for part in by_shard if part.shard in self.shards)
        return replace(self, parts=(*self.parts, *own, *whole))


@dataclass(frozen=True)
class Made:
    """All that a release is published of."""

    done: Finished
    chosen: tuple[Part, ...]
    mixed: tuple[Part, ...]
    judged: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that the release rests on."""
        return (*self.done.parts, *self.chosen, *self.mixed, *self.judged)

    @property
    def paths(self) -> tuple[str, ...]:
        """Their paths, as its manifest names them."""
        return tuple(sorted(part.path for part in self.parts))


def by_shard(scanned: Iterable[Iterable[Part]]) -> dict[int, tuple[Part, ...]]:
    """Return the scanned parts of all sources by shard, in order."""
    parts = sorted((part for parts in scanned for part in parts), key=lambda part: part.shard)
    shards = sorted({part.shard for part in parts})
    return {shard: tuple(part for part in parts if part.shard == shard) for shard in shards}


def in_order(parts: Iterable[Part], shards: Iterable[int]) -> list[Part]:
    """Return the parts of ``shards`` in their order, an empty one where an earlier stage failed."""
    found = {part.shard: part for part in parts}
    return [found.get(shard) or _nothing(shard) for shard in shards]


def finished(candidates: Mapping[int, tuple[Part, ...]], *stages: Futures) -> Finished:
    """Wait for ``stages``, those of CHAIN in order, each with one future per shard of ``candidates``.

    Raises what must stop a release: GateError, StorageError, Stopped, or the first failure where no shard
    with anything in it was finished.
    """
    wait([future for futures in stages for future in futures])
    shards: list[int] = []
    parts: list[Part] = []
    failed: list[FailedShard] = []
    errors: list[Exception] = []
    for (shard, scanned), *chain in zip(candidates.items(), *stages, strict=True):
        broken = next((at for at, future in enumerate(chain) if not _completed(future)), None)
        if broken is None:
            shards.append(shard)
            parts += (*scanned, *(future.result() for future in chain))
            continue
        errors.append(_error(chain[broken]))
        failed.append(_failed_shard(shard, CHAIN[broken], errors[-1]))
    any_finished = any(part.candidates for shard in shards for part in candidates[shard])
    _raise_if_it_stops(errors, any_finished=any_finished)
    return Finished(shards, tuple(parts), tuple(failed))


def raise_if_incomplete(manifest: Manifest) -> None:
    """Raise IncompleteError where ``manifest`` lacks shards."""
    if not manifest.failed:
        return
    lines = [
        f"Shard {failed.shard} failed in {failed.stage}: {failed.message.rstrip('.')} "
        f"({failed.error})."
        for failed in manifest.failed
    ]
    raise IncompleteError(
        f"Release “{manifest.version}” was made without the shards that failed ({len(lines)}). "
        + " ".join(lines)
        + " Run the same build again under a new version: only what is missing is made."
    )


def _nothing(shard: int) -> Part:
    return Part(
        stage="identify", shard=shard, key="failed", candidates=0, rows=0, rejections=0,
        findings=0, made=False,
    )  # fmt: skip


def _completed(future: PrefectFuture[Part]) -> bool:
    return future.state.is_completed()


def _error(future: PrefectFuture[Part]) -> Exception:
    error = future.result(raise_on_failure=False)
    return error if isinstance(error, Exception) else PipelineError(str(future.state))


def _failed_shard(shard: int, stage: str, error: Exception) -> FailedShard:
    get_run_logger().error("shard %d failed in %s: %s", shard, stage, error)
    return FailedShard(shard=shard, stage=stage, error=type(error).__name__, message=str(error))


def _raise_if_it_stops(errors: Sequence[Exception], *, any_finished: bool) -> None:
    for error in errors:
        broken_root = isinstance(error, StorageError) and not isinstance(error, DamagedPart)
        if broken_root or isinstance(error, GateError | Stopped) or not any_finished:
            raise error
