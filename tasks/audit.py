"""Audit: reads a root anew and says what is missing, extra, altered or untrue in its releases."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import DamagedPart, MissingFile, UnknownName
from schemas.release import Manifest, ReleasePart
from tasks.foundations import missing_answers, missing_inputs
from tasks.storage.invariants import broken_invariants
from tasks.storage.parts import check_pages
from tasks.storage.problem import Problem
from tasks.storage.releases import (
    FOLDER,
    LATEST,
    MANIFEST,
    read_manifest,
    read_pointer,
    release_path,
    versions,
)
from tasks.storage.store import Store
from tasks.storage.tags import TAGS

READERS: Final = 8  # files read at once, each by pieces of _CHUNK: more memory is not taken
_CHUNK: Final = 8 << 20
_REPAIR: Final = (
    "“rs-gpt4v repair” remakes it from what is stored; or build again under a new --version."
)
_REBUILD: Final = "Build it again under a new --version; what is whole in stages/ is reused."
_FOREIGN: Final = "Nothing here uses it; move it elsewhere."

T = TypeVar("T")


def audit(store: Store, version: str | None = None, *, deep: bool = False) -> tuple[Problem, ...]:
    """Return what is wrong with release ``version``, or with all releases, pointer and stage parts.

    Every byte is read; ``deep`` also looks for everything that the releases rest on: the stage parts
    of their manifests, and the answer to each request that a sample names. Raises UnknownName where
    there is no release ``version``.
    """
    known = versions(store)
    if version is not None and version not in known:
        raise UnknownName("release", version, known)
    names = known if version is None else (version,)
    problems = [problem for name in names for problem in _release(store, name, deep=deep)]
    if version is None:
        problems += [*_pointer(store, known), *_unfinished(store, known), *_stages(store)]
    return tuple(problems)


def _release(store: Store, version: str, *, deep: bool) -> Iterator[Problem]:
    try:
        manifest = read_manifest(store, version)
    except DamagedPart as error:
        yield Problem(path=release_path(version, MANIFEST), found=str(error), remedy=_REBUILD)
        return
    broken = list(_files(store, manifest))
    yield from broken
    if deep:
        yield from missing_inputs(store, manifest)
    if broken:
        return  # what the tables say of each other would only repeat it
    yield from broken_invariants(store, manifest)
    if deep:
        yield from missing_answers(store, manifest)


def _files(store: Store, manifest: Manifest) -> Iterator[Problem]:
    """Compare the files of a release with its manifest."""
    version = manifest.version
    present = set(store.list(release_path(version, "")))
    yield from _at_once(
        lambda part: _content(store, release_path(version, part.path), part), manifest.parts
    )
    expected = {release_path(version, part.path) for part in manifest.parts}
    for path in sorted(present - expected - {release_path(version, MANIFEST)}):
        yield Problem(
            path=path,
            found="the manifest does not know this file",
            remedy="Move it elsewhere; readers of the folder would take it for a part.",
        )


def _content(store: Store, path: str, part: ReleasePart) -> Iterator[Problem]:
    digest, size = hashlib.sha256(), 0
    try:
        with store.open(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except MissingFile:
        yield Problem(path=path, found="it is missing", remedy=_REPAIR)
        return
    if size != part.bytes:
        found = f"it has {size:,} bytes, the manifest says {part.bytes:,}"
        yield Problem(path=path, found=found, remedy=_REPAIR)
    elif digest.hexdigest() != part.sha256:
        found = f"its SHA-256 is {digest.hexdigest()}, the manifest says {part.sha256}"
        yield Problem(path=path, found=found, remedy=_REPAIR)
    elif part.table != "document":
        yield from _rows(store, path, part)


def _rows(store: Store, path: str, part: ReleasePart) -> Iterator[Problem]:
    try:
        with store.open(path) as file:
            rows = pq.read_metadata(file).num_rows
    except pa.ArrowException as error:
        found = f"it is no Parquet file ({str(error).splitlines()[0]})"
        yield Problem(path=path, found=found, remedy=_REPAIR)
        return
    if rows != part.rows:
        found = f"it has {rows:,} rows, the manifest says {part.rows:,}"
        yield Problem(path=path, found=found, remedy=_REPAIR)


def _pointer(store: Store, known: tuple[str, ...]) -> Iterator[Problem]:
    """Check that the pointer names a release, and its very manifest."""
    remedy = "Build any release: that writes the pointer anew. Releases can be named by --version."
    try:
        pointer = read_pointer(store)
    except DamagedPart as error:
        yield Problem(path=LATEST, found=str(error), remedy=remedy)
        return
    if pointer is None:
        if any(_passed(store, version) for version in known):
            yield Problem(
                path=LATEST, found="it is missing though there are releases", remedy=remedy
            )
        return
    if pointer.version not in known:
        found = f"it points to release “{pointer.version}”, which is not there"
        yield Problem(path=LATEST, found=found, remedy=remedy)
        return
    content = store.read(release_path(pointer.version, MANIFEST))
    if hashlib.sha256(content).hexdigest() != pointer.manifest_sha256:
        yield Problem(
            path=release_path(pointer.version, MANIFEST),
            found="it is not the manifest that latest.json was written for",
            remedy=_REBUILD,
        )


def _passed(store: Store, version: str) -> bool:
    """Say whether ``version`` must have been the latest: neither a gate nor a person holds it back."""
    try:
        manifest = read_manifest(store, version)
    except DamagedPart:
        return True
    waits = manifest.parameters.approval.ask
    return not waits and (manifest.gate is None or manifest.gate.passed)


def _unfinished(store: Store, known: tuple[str, ...]) -> Iterator[Problem]:
    """Name the release folders that were never committed."""
    split = [path.split("/") for path in store.list(FOLDER) if path not in {LATEST, TAGS}]
    for name in sorted({parts[1] for parts in split if len(parts) > 2} - set(known)):
        yield Problem(
            path=f"{FOLDER}/{name}",
            found="it has no manifest: its build was interrupted or the manifest is gone",
            remedy=f"Delete the folder, or build again with --version {name}.",
        )
    for parts in split:
        if len(parts) == 2:
            yield Problem(path="/".join(parts), found="it is no release", remedy=_FOREIGN)


def _stages(store: Store) -> Iterator[Problem]:
    """Name the stage parts that were altered; one that is gone is remade when it is needed."""

    def altered(path: str) -> Iterator[Problem]:
        if not path.endswith(".parquet"):
            yield Problem(path=path, found="it is no part", remedy=_FOREIGN)
            return
        try:
            check_pages(store, path)
        except DamagedPart as error:
            yield Problem(path=path, found=str(error), remedy="Delete it: it is remade alone.")
        except MissingFile:
            return

    yield from _at_once(altered, store.list("stages"))


def _at_once(look: Callable[[T], Iterator[Problem]], items: Iterable[T]) -> Iterator[Problem]:
    """Yield what ``look`` finds wrong with each of ``items``, several at once, in their order."""
    with ThreadPoolExecutor(READERS) as readers:
        for found in readers.map(lambda item: tuple(look(item)), items):
            yield from found
