"""Stage scan: a source folder becomes candidates in shards; of what is listed as before nothing is read."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import JsonValue

from schemas.arrow import fingerprint
from schemas.errors import StorageError
from schemas.params import DEFAULT_DETECTION, DetectionParams, SourceSpec
from schemas.record import content_id
from schemas.release import Part
from schemas.sample import Rejection
from schemas.scene import Finding, SceneCandidate
from tasks._stage import find_part, report, retried, write_part
from tasks.reuse.results import remember_parts, remembered_parts
from tasks.reuse.scenes import of_rows
from tasks.reuse.sources import KnownSource
from tasks.sources.folder import SourceFolder
from tasks.sources.memory import code_fingerprint
from tasks.sources.scan import Row, scan, shard_of
from tasks.storage.store import Store

SCAN: Final = "scan"
_MODELS: Final[dict[str, type[Row]]] = {
    model.__name__: model for model in (SceneCandidate, Rejection, Finding)
}


@retried(SCAN, "scan-{spec.name}")
def scan_source(
    root: str, spec: SourceSpec, shards: int, detection: DetectionParams = DEFAULT_DETECTION
) -> tuple[Part, ...]:
    """Read one source and write its candidates as parts, one for each shard that has any.

    A part is named by its rows, so an unchanged shard is found and not written again; a folder that
    is listed as before is not read at all. Raises UnknownName for a format that does not exist,
    SourceError where the folder cannot be read as it.
    """
    store, folder = Store(root), SourceFolder(spec.path, spec.images)
    key = None if detection.recheck else listing_key(folder, spec, shards)
    parts = remembered_parts(store, SCAN, key) if key else None
    if parts is None:
        parts = _read(store, folder, spec, shards, detection)
        if key:
            remember_parts(store, SCAN, key, parts)
    for part in parts:
        report(part)
    return tuple(part.model_copy(update={"folders": folder.bases}) for part in parts)


def listing_key(folder: SourceFolder, spec: SourceSpec, shards: int) -> str | None:
    """Return the id of all that a scan rests on, as it is listed; None where a listing cannot tell.

    It does not say where the folder is, so one that was moved as it is has the same.
    """
    names = (*folder.names, *folder.elsewhere())
    if not all(map(folder.is_settled, names)):
        return None
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name}\0{folder.size(name)}\0{folder.mark(name)}\n".encode())
    refused: JsonValue = [refusal.model_dump() for refusal in folder.refused]
    told = spec.model_dump(mode="json", exclude={"path", "images"})
    code = [code_fingerprint(), *map(fingerprint, _MODELS.values())]
    return content_id("listing", told, shards, [*code], refused, digest.hexdigest())


def _read(
    store: Store, folder: SourceFolder, spec: SourceSpec, shards: int, detection: DetectionParams
) -> tuple[Part, ...]:
    with (
        KnownSource.open(store, folder, spec, recheck=detection.recheck) as known,
        tempfile.TemporaryDirectory(prefix="rs-gpt4v-") as place,
    ):
        spools = _spooled(scan(spec, folder, known), shards, Path(place))
        return tuple(_part(store, spec, shard, spools[shard]) for shard in sorted(spools))


class _Spool:
    """The rows of one shard in a file; scenes that come again are kept aside, to follow the first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = hashlib.sha256()
        self._scenes: dict[str, Any] = {}
        self._again: dict[str, list[bytes]] = {}

    def add(self, row: Row) -> None:
        """Append a row."""
        line = f"{type(row).__name__} {row.model_dump_json()}\n".encode()
        self._digest.update(line)
        if isinstance(row, SceneCandidate):
            again = row.id in self._scenes
            self._scenes.setdefault(row.id, hashlib.sha256()).update(line)
            if again:
                self._again.setdefault(row.id, []).append(line)
                return
        self._append(line)

    def key(self, spec: SourceSpec) -> str:
        """Return the key of the part: an id of its rows."""
        made_of: list[JsonValue] = [fingerprint(model) for model in _MODELS.values()]
        return content_id(SCAN, spec.name, made_of, self._digest.hexdigest())

    def scenes(self) -> Sequence[tuple[str, str, int]]:
        """Return id, content and number of the rows of every scene."""
        return [
            (name, digest.hexdigest()[:20], 1 + len(self._again.get(name, ())))
            for name, digest in self._scenes.items()
        ]

    def rows(self) -> Iterator[Row]:
        """Yield the rows, those of one scene together."""
        with self._path.open("rb") as file:
            for line in file:
                yield (row := _row(line))
                if isinstance(row, SceneCandidate):
                    yield from map(_row, self._again.get(row.id, ()))

    def _append(self, line: bytes) -> None:
        try:
            with self._path.open("ab") as file:
                file.write(line)
        except OSError as error:
            raise StorageError(
                f"Cannot put labels aside in {self._path.parent}: {error.strerror}. "
                "Free some room there, or set TMPDIR to a folder with more."
            ) from error


def _spooled(rows: Iterator[Any], shards: int, folder: Path) -> dict[int, _Spool]:
    spools: dict[int, _Spool] = {}
    for placed in rows:
        shard = shard_of(placed.place, shards)
        if shard not in spools:
            spools[shard] = _Spool(folder / str(shard))
        spools[shard].add(placed.row)
    return spools


def _part(store: Store, spec: SourceSpec, shard: int, spool: _Spool) -> Part:
    key = spool.key(spec)
    found = find_part(store, SCAN, shard, key)
    if found is not None:
        return found
    scenes = of_rows(spool.scenes())
    return write_part(SCAN, shard, key, SceneCandidate, store, spool.rows(), scenes)


def _row(line: bytes) -> Row:
    name, _, row = line.partition(b" ")
    return _MODELS[name.decode()].model_validate_json(row)
