"""Audit: reads a root anew and says what is missing, extra, altered or untrue in its releases."""

import hashlib
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import DamagedPart, UnknownName
from schemas.release import Manifest, ReleasePart
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

_CHUNK: Final = 1 << 20
_REBUILD: Final = "Build it again under a new --version; what is whole in stages/ is reused."


def audit(store: Store, version: str | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with release ``version``, or with all releases, pointer and stage parts.

    Every byte is read. Raises UnknownName where there is no release ``version``.
    """
    known = versions(store)
    if version is not None and version not in known:
        raise UnknownName("release", version, known)
    names = known if version is None else (version,)
    problems = [problem for name in names for problem in _release(store, name)]
    if version is None:
        problems += [*_pointer(store, known), *_unfinished(store, known), *_stages(store)]
    return tuple(problems)


def _release(store: Store, version: str) -> Iterator[Problem]:
    try:
        manifest = read_manifest(store, version)
    except DamagedPart as error:
        yield Problem(path=release_path(version, MANIFEST), found=str(error), remedy=_REBUILD)
        return
    broken = list(_files(store, manifest))
    yield from broken
    if broken:
        return  # what the tables say of each other would only repeat it
    yield from broken_invariants(store, manifest)


def _files(store: Store, manifest: Manifest) -> Iterator[Problem]:
    """Compare the files of a release with its manifest."""
    version = manifest.version
    present = set(store.list(release_path(version, "")))
    for part in manifest.parts:
        path = release_path(version, part.path)
        if path not in present:
            yield Problem(path=path, found="it is missing", remedy=_REBUILD)
            continue
        yield from _content(store, path, part)
    expected = {release_path(version, part.path) for part in manifest.parts}
    for path in sorted(present - expected - {release_path(version, MANIFEST)}):
        yield Problem(
            path=path,
            found="the manifest does not know this file",
            remedy="Move it elsewhere; readers of the folder would take it for a part.",
        )


def _content(store: Store, path: str, part: ReleasePart) -> Iterator[Problem]:
    digest, size = hashlib.sha256(), 0
    with store.open(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    if size != part.bytes:
        found = f"it has {size:,} bytes, the manifest says {part.bytes:,}"
        yield Problem(path=path, found=found, remedy=_REBUILD)
    elif digest.hexdigest() != part.sha256:
        found = f"its SHA-256 is {digest.hexdigest()}, the manifest says {part.sha256}"
        yield Problem(path=path, found=found, remedy=_REBUILD)
    elif part.table != "document":
        yield from _rows(store, path, part)


def _rows(store: Store, path: str, part: ReleasePart) -> Iterator[Problem]:
    try:
        with store.open(path) as file:
            rows = pq.read_metadata(file).num_rows
    except pa.ArrowException as error:
        found = f"it is no Parquet file ({str(error).splitlines()[0]})"
        yield Problem(path=path, found=found, remedy=_REBUILD)
        return
    if rows != part.rows:
        found = f"it has {rows:,} rows, the manifest says {part.rows:,}"
        yield Problem(path=path, found=found, remedy=_REBUILD)


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
    """Say whether ``version`` may have been the latest: a gate did not hold it back."""
    try:
        gate = read_manifest(store, version).gate
    except DamagedPart:
        return True
    return gate is None or gate.passed


def _unfinished(store: Store, known: tuple[str, ...]) -> Iterator[Problem]:
    """Name the release folders that were never committed."""
    folders = {path.split("/")[1] for path in store.list(FOLDER) if path != LATEST}
    for name in sorted(folders - set(known)):
        yield Problem(
            path=f"{FOLDER}/{name}",
            found="it has no manifest: its build was interrupted or the manifest is gone",
            remedy=f"Delete the folder, or build again with --version {name}.",
        )


def _stages(store: Store) -> Iterator[Problem]:
    """Name the stage parts that were altered; one that is gone is remade when it is needed."""
    for path in store.list("stages"):
        try:
            check_pages(store, path)
        except DamagedPart as error:
            yield Problem(path=path, found=str(error), remedy="Delete it: it is remade alone.")
