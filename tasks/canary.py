"""Canary: some shards as a change makes them, held against the same shards of the latest release.

Both sides are narrowed to the shards of the trial, and their numbers are counted anew, so that
what differs is what the change does and not which scenes were drawn.
"""

from typing import Final

from schemas.diff import ReleaseDiff
from schemas.errors import UsageError
from schemas.params import BuildParams
from schemas.release import Manifest, ReleasePart
from tasks._stage import retried
from tasks.diff import EXAMPLES, difference_of
from tasks.differences.evidence import REJECTED_FILE
from tasks.reuse.parts import part_at
from tasks.scorecard.beside import FACTS, TURNED, read_beside
from tasks.scorecard.compare import scorecard
from tasks.scorecard.numbers import numbers
from tasks.scorecard.reading import count_release
from tasks.storage.published import place_of
from tasks.storage.releases import read_manifest, read_pointer
from tasks.storage.store import Store

_LAST: Final = "validate"  # stage that every finished shard has a part of
_MEASURED: Final = frozenset({FACTS, TURNED})  # stages whose tables numbers are taken from


def check_canary(root: str, params: BuildParams) -> None:
    """Raise UsageError where there is nothing to hold a canary with ``params`` against."""
    if params.canary.share is None:
        return
    store = Store(root)
    pointer = read_pointer(store)
    if pointer is None:
        raise UsageError(
            f"--canary.share {params.canary.share}: there is no latest release in {store.uri} to "
            "hold a canary against. Build a whole one first."
        )
    shards = read_manifest(store, pointer.version).parameters.shards
    if shards != params.shards:
        raise UsageError(
            f"--canary.share {params.canary.share}: release {pointer.version} has {shards} shards "
            f"and this build {params.shards}, so no shard holds the same scenes. Give --shards {shards}."
        )


def check_whole(params: BuildParams) -> None:
    """Raise UsageError where ``params`` are those of a canary."""
    if params.canary.share is not None:
        raise UsageError(
            f"canary.share {params.canary.share}: a night makes whole releases. Leave it out here; "
            "“rs-gpt4v build --canary.share …” makes a canary."
        )


@retried("canary", "canary-{version}")
def compare_canary(root: str, version: str, examples: int = EXAMPLES) -> ReleaseDiff:
    """Return what canary ``version`` has that its shards of the latest release have not, and back.

    Raises UsageError where there is no latest release, MissingFile where what it rests on is gone.
    """
    store = Store(root)
    pointer = read_pointer(store)
    if pointer is None:
        raise UsageError(f"There is no latest release in {store.uri} to hold {version} against.")
    before, after = read_manifest(store, pointer.version), read_manifest(store, version)
    made = map(part_at, after.inputs)
    shards = frozenset(part.shard for part in made if part.stage == _LAST)
    before, after = (narrowed(store, one, shards) for one in (before, after))
    return difference_of(store, before, after, examples)


def narrowed(store: Store, manifest: Manifest, shards: frozenset[int]) -> Manifest:
    """Return ``manifest`` as if its release held ``shards`` alone, with numbers counted of them.

    Blind baselines are of all shards at once, so they are in neither.
    """
    parts = tuple(part for part in manifest.parts if _shard_of(part) in shards)
    made = [part for part in map(part_at, manifest.inputs) if part.shard in shards]
    beside = read_beside(store, (part for part in made if part.stage in _MEASURED))
    found = numbers(count_release(store, manifest.version, parts), beside)
    samples = sum(part.rows for part in parts if part.table == "samples")
    card = scorecard(found, manifest.parameters.gate)
    inputs = tuple(part.path for part in made)
    narrower = {"parts": parts, "inputs": inputs, "scorecard": card, "samples": samples}
    return manifest.model_copy(update=narrower)


def _shard_of(part: ReleasePart) -> int | None:
    place, aside = place_of(part.path), REJECTED_FILE.fullmatch(part.path)
    if place is not None:
        return place.shard
    return int(aside["shard"]) if aside else None
