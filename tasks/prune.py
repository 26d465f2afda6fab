"""Prune: what no kept release rests on is removed, and the kept ones are verified afterwards.

Manifests of dropped releases go first, so that no half of one is ever a release; then their files,
then stage parts, the rows of a part before what lies beside them. Killed at any place, the next
prune goes on from there. ``storage.running`` says why nothing of a running build goes.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, get_args

from prompts import prompt_fingerprint
from schemas.prune import GarbageKind, GarbageSum, Pruned, PruneParams
from schemas.teacher import StoredAnswer
from tasks._stage import retried
from tasks.audit import audit
from tasks.model.answers import open_answers
from tasks.model.answers.forgetting import forget, unneeded
from tasks.planning.figures import PROMPTS
from tasks.storage.garbage import Garbage, Survey, stem, survey
from tasks.storage.problem import Problem
from tasks.storage.releases import FOLDER, MANIFEST, read_manifest, release_path
from tasks.storage.running import SECONDS, Presence, pruning, running_versions
from tasks.storage.store import Store

AT_ONCE: Final = 8


@retried("prune", "prune")
def prune_root(root: str, params: PruneParams, *, remove: bool) -> Pruned:
    """Do what ``prune`` does."""
    return prune(Store(root), params, remove=remove)


def prune(store: Store, params: PruneParams, *, remove: bool, seconds: float = SECONDS) -> Pruned:
    """Return what no kept release rests on; with ``remove``, remove it and verify what is kept.

    ``seconds`` is the time after which a process that says nothing counts as dead. Raises LeaseHeld
    where a build is at work, StorageError where a manifest cannot be read: then nothing is removed.
    """
    if not remove:
        found = survey(store, params, busy=running_versions(store))
        keys = _answers(store, found) if params.answers else frozenset()
        return _said(found, len(keys), removed=False)
    with pruning(store, seconds=seconds, patience=60 * params.patience) as presence:
        found = survey(store, params, presence.begun)
        _remove(store, found, presence)
        keys = _answers(store, found) if params.answers else frozenset()
        forget(open_answers(store.uri), keys) if keys else None
    problems = tuple(f"{one.path}: {one.found}" for one in _proved(store, params, found))
    done = _said(found, len(keys), removed=True)
    return done.model_copy(update={"proved": len(found.kept), "problems": problems})


def _said(found: Survey, answers: int, *, removed: bool) -> Pruned:
    return Pruned(
        removed=removed,
        kept=found.kept,
        dropped=found.dropped,
        garbage=tuple(_sums(found)),
        answers=answers,
    )


def _sums(found: Survey) -> Iterator[GarbageSum]:
    for kind in get_args(GarbageKind):
        sizes = [one.size for one in found.garbage if one.kind == kind]
        files = len(found.uploads) if kind == "upload" else len(sizes)
        if files:
            yield GarbageSum(kind=kind, files=files, bytes=sum(sizes))


def _remove(store: Store, found: Survey, presence: Presence) -> None:
    """Remove what was found, in an order that leaves no half of anything."""

    def gone(one: Garbage) -> None:
        presence.check()
        store.delete(one.path)

    for one in found.garbage:
        if one.kind == "release" and one.path.endswith(f"/{MANIFEST}"):
            gone(one)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for together in _in_turn(found.garbage):
            tuple(pool.map(gone, together))
    for upload in found.uploads:
        presence.check()
        store.abandon(upload)
    presence.check()
    for version in {one.path.split("/")[1] for one in found.garbage if one.path.startswith(FOLDER)}:
        store.tidy(release_path(version, ""))


def _in_turn(garbage: Iterable[Garbage]) -> Iterator[tuple[Garbage, ...]]:
    """Yield what may be removed together: the tables beside stage parts after their rows."""
    beside = [
        one for one in garbage if one.kind == "stage" and f"{stem(one.path)}.parquet" != one.path
    ]
    late = {one.path for one in beside}
    yield tuple(one for one in garbage if one.path not in late)
    yield tuple(beside)


def _answers(store: Store, found: Survey) -> frozenset[bytes]:
    """Return the keys of stored answers that no kept release rests on, nor a build by this program.

    Answers to the prompts as they are now stay, of whatever model: the next build may find them.
    """
    present = {prompt_fingerprint(name) for name in PROMPTS}
    used = {
        (prompt.fingerprint, prompt.model)
        for release in found.kept
        for prompt in read_manifest(store, release.version).prompts
    }

    def needed(stored: StoredAnswer) -> bool:
        asked = stored.prompt_fingerprint
        return asked in present or (asked, stored.answer.model) in used

    return unneeded(open_answers(store.uri), needed, found.since.timestamp())


def _proved(store: Store, params: PruneParams, found: Survey) -> Iterator[Problem]:
    """Yield what is wrong with the releases that were kept."""
    if params.proof == "bytes":
        for release in found.kept:
            yield from audit(store, release.version, deep=True)
        return
    sizes = {file.path: file.size for folder in (FOLDER, "stages") for file in store.listed(folder)}
    for release in found.kept:
        manifest = read_manifest(store, release.version)
        named = {release_path(release.version, part.path): part.bytes for part in manifest.parts}
        for path, size in (named | dict.fromkeys(manifest.inputs, None)).items():
            yield from _listed(store, path, size, sizes)


def _listed(
    store: Store, path: str, expected: int | None, sizes: dict[str, int]
) -> Iterator[Problem]:
    """Say where ``path`` is not there in its size; what the listing lacks is looked for."""
    size = sizes.get(path)
    if size is None:
        looked = store.look(path)
        size = looked.size if looked else None
    if size is None or expected not in {None, size}:
        what = "it is missing" if size is None else f"it has {size:,} bytes, not {expected:,}"
        yield Problem(path=path, found=what, remedy="“rs-gpt4v repair” remakes it.")
