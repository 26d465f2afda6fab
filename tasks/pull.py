"""Pull: a release, or a slice of it, comes into a local folder: verified, in parallel, resumable.

A whole release is copied as it is, its manifest last. A slice has its own card and ``slice.json``,
which is written last; files of which only some rows are wanted are cut, row group by row group. Both
are read by Hugging Face ``datasets`` with no code of ours. ``.pull.jsonl`` says what is finished, so
a pull that was stopped goes on; a file that was half here goes on in its middle.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pydantic import Field, ValidationError

from schemas.errors import DamagedPart, UnknownName, UsageError
from schemas.record import Record, content_id
from schemas.release import Manifest, ReleasePart
from schemas.scene import Sha256
from schemas.vocabulary import Split, TaskType
from tasks.report.card import SPLITS
from tasks.storage.index import key_of
from tasks.storage.layout import IMAGES, SAMPLES
from tasks.storage.published import found_tables, place_of, read_table, write_groups
from tasks.storage.releases import MANIFEST, read_manifest, release_path, resolve
from tasks.storage.store import Store

AT_ONCE: Final = 8
PIECE: Final = 8 << 20
LOG: Final = ".pull.jsonl"
SLICE: Final = "slice.json"


class Selection(Record):
    """Which rows are wanted: of nothing named, all."""

    splits: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    rows: int | None = Field(None, ge=1, description="samples at most: those of the lowest keys")

    @property
    def whole(self) -> bool:
        """Whether everything is wanted."""
        return self == Selection()


class PulledFile(Record):
    """One row per file that is here."""

    path: str = Field(description="relative to the folder")
    rows: int = Field(ge=0)
    bytes: int = Field(ge=0)
    sha256: Sha256


class Pulled(Record):
    """What a folder holds of a release; a slice has it as ``slice.json``."""

    version: str
    selection: Selection
    samples: int = Field(ge=0)
    images: int = Field(ge=0)
    files: tuple[PulledFile, ...]


def pull(store: Store, version: str | None, selection: Selection, folder: Path) -> Pulled:
    """Bring the selected rows of a release, the latest where none is named, into ``folder``.

    Raises UsageError where the folder holds something else, UnknownName where the selection names
    what the release does not have, DamagedPart where a file is not what the manifest says.
    """
    version = resolve(store, version)
    manifest = read_manifest(store, version)
    parts = _selected(manifest, selection)
    log = _Log(folder, content_id("pull", store.uri, version, selection.model_dump(mode="json")))
    chosen = _chosen(store, version, parts, selection)

    def brought(part: ReleasePart) -> PulledFile | None:
        return log.kept(part.path) or log.keep(_brought(store, version, part, folder, chosen))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        files = tuple(file for file in pool.map(brought, parts) if file is not None)
    pulled = Pulled(
        version=version, selection=selection, files=files,
        samples=sum(f.rows for f in files if f.path.startswith("samples/")),
        images=sum(f.rows for f in files if f.path.startswith("images/")),
    )  # fmt: skip
    _finish(store, pulled, manifest, folder)
    return pulled


class _Log:
    """What is finished in a folder; each file is told when it has its name."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._path, self._lock = folder / LOG, threading.Lock()
        self._folder, self._files = folder, dict[str, PulledFile]()
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            folder.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps({"pull": identity}) + "\n")
        lines = self._path.read_text().splitlines() if self._path.is_file() else []
        if lines[:1] != [json.dumps({"pull": identity})]:
            raise UsageError(
                f"--output {folder} holds something else than what is pulled. Name another folder, "
                "or empty it."
            )
        for line in lines[1:]:
            try:
                file = PulledFile.model_validate_json(line)
            except ValidationError:
                continue  # the last line of a pull that was killed
            self._files[file.path] = file

    def kept(self, path: str) -> PulledFile | None:
        """Return the file at ``path`` where it is here, whole."""
        file, place = self._files.get(path), self._folder / path
        if file is None or not place.is_file() or place.stat().st_size != file.bytes:
            return None
        return file if _sha256(place) == file.sha256 else None

    def keep(self, file: PulledFile | None) -> PulledFile | None:
        """Say that ``file`` is here; None for one of which no row was wanted."""
        if file is not None:
            with self._lock, self._path.open("a") as log:
                log.write(f"{file.model_dump_json()}\n")
        return file


Chosen = dict[str, frozenset[str]] | None  # by table: ids of samples, of tiles; None for all


def _selected(manifest: Manifest, selection: Selection) -> tuple[ReleasePart, ...]:
    if selection.whole:
        return manifest.parts
    places = [(part, place) for part in manifest.parts if (place := place_of(part.path))]
    known = (
        ("split", selection.splits, set(Split)),
        ("task type", selection.tasks, set(TaskType)),
        ("source of the release", selection.sources, {place.source for _, place in places}),
    )
    for kind, names, there in known:
        for name in names:
            if name not in there:
                raise UnknownName(kind, name, there)
    return tuple(
        part
        for part, place in places
        if (not selection.splits or place.split in selection.splits)
        and (not selection.sources or place.source in selection.sources)
        and (not selection.tasks or not place.task or place.task in selection.tasks)
    )


def _chosen(
    store: Store, version: str, parts: tuple[ReleasePart, ...], selection: Selection
) -> Chosen:
    """Return which samples and tiles are wanted, where not all of the files' are.

    Of N rows, those whose ids have the lowest keys: the same ones each time, spread evenly.
    """
    if not selection.tasks and selection.rows is None:
        return None
    found: list[tuple[int, str, str]] = []
    for part in (part for part in parts if part.table == "samples"):
        rows = read_table(store, release_path(version, part.path), ["id", "tile_id"])
        ids, tiles = rows["id"].to_pylist(), rows["tile_id"].to_pylist()
        found += [(key_of(i), i, t) for i, t in zip(ids, tiles, strict=True)]
    wanted = sorted(found)[: selection.rows]
    return {
        "samples": frozenset(sample for _, sample, _ in wanted),
        "images": frozenset(tile for _, _, tile in wanted),
    }


def _brought(
    store: Store, version: str, part: ReleasePart, folder: Path, chosen: Chosen
) -> PulledFile | None:
    if chosen is None:
        _fetch(store, release_path(version, part.path), folder / part.path, part)
        return PulledFile(path=part.path, rows=part.rows, bytes=part.bytes, sha256=part.sha256)
    tables = list(_cut(store, release_path(version, part.path), part.table, chosen))
    if not tables:
        return None
    schema = SAMPLES if part.table == "samples" else IMAGES
    rows, size, digest = write_groups(Store(str(folder)), part.path, schema, tables)
    return PulledFile(path=part.path, rows=rows, bytes=size, sha256=digest)


def _cut(store: Store, path: str, table: str, chosen: dict[str, frozenset[str]]) -> Iterator[pa.Table]:  # fmt: skip
    """Yield the wanted rows of one file; a tile has only its wanted samples."""
    samples = pa.array(sorted(chosen["samples"]), pa.string())
    if table == "samples":
        yield from found_tables(store, path, SAMPLES.names, "id", samples)
        return
    tiles = pa.array(sorted(chosen["images"]), pa.string())
    for rows in found_tables(store, path, IMAGES.names, "tile_id", tiles):
        yield _trimmed(rows, samples)


def _trimmed(rows: pa.Table, wanted: pa.Array) -> pa.Table:
    column = rows["samples"].combine_chunks()
    flat, owner = pc.list_flatten(column), pc.list_parent_indices(column)
    kept = pc.is_in(pc.struct_field(flat, "id"), wanted)
    counts = [0] * len(rows)
    for row in owner.filter(kept).to_pylist():
        counts[row] += 1
    ends = [0]
    for count in counts:
        ends.append(ends[-1] + count)
    place, field = rows.schema.get_field_index("samples"), rows.schema.field("samples")
    lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), flat.filter(kept))
    return rows.set_column(place, field, lists.cast(field.type))


def _fetch(store: Store, path: str, place: Path, part: ReleasePart) -> None:
    """Bring one file; what is here of it already is not fetched again."""
    half = place.with_name(f".{place.name}.half")
    place.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):  # what was half here may be torn: then once more from the beginning
        have = half.stat().st_size if half.exists() else 0
        with half.open("ab") as file:
            for start in range(have, part.bytes, PIECE):
                file.write(store.read(path, start, min(start + PIECE, part.bytes)))
        if half.stat().st_size == part.bytes and _sha256(half) == part.sha256:
            half.replace(place)
            return
        half.unlink()
    raise DamagedPart(
        f"{store.url(path)} is not what its manifest says. “rs-gpt4v repair” remakes it."
    )


def _finish(store: Store, pulled: Pulled, manifest: Manifest, folder: Path) -> None:
    """Write what tells that the folder is whole: the manifest, or the slice with its card."""
    if pulled.selection.whole:
        content = store.read(release_path(pulled.version, MANIFEST))
        _write(folder / MANIFEST, content)
        return
    _write(folder / "README.md", _card(pulled, manifest).encode())
    _write(folder / SLICE, (pulled.model_dump_json(indent=2) + "\n").encode())


def _card(pulled: Pulled, manifest: Manifest) -> str:
    """Return a card that Hugging Face reads: which files are which split, and the terms."""
    configs = [
        {"config_name": table, "default": table == "images", "data_files": _by_split(pulled, table)}
        for table in ("images", "samples")
    ]
    header = yaml.safe_dump({"configs": configs}, sort_keys=False)
    sources = {place.source for file in pulled.files if (place := place_of(file.path))}
    terms = [
        f"- {one.source}: {one.licence or 'licence not known'}"
        + (f", {one.attribution}" if one.attribution else "")
        for one in manifest.licences
        if one.source in sources
    ]
    lines = [
        f"# A slice of RS-GPT4V release {pulled.version}", "",
        f"{pulled.samples:,} samples on {pulled.images:,} tiles; `{SLICE}` says which.", "", *terms,
    ]  # fmt: skip
    return f"---\n{header}---\n\n" + "\n".join(lines) + "\n"


def _by_split(pulled: Pulled, table: str) -> list[dict[str, object]]:
    places = [(file.path, place_of(file.path)) for file in pulled.files]
    here = [(path, place) for path, place in places if place and place.table == table]
    return [
        {"split": name, "path": [path for path, place in here if place.split == split]}
        for split, name in SPLITS.items()
        if any(place.split == split for _, place in here)
    ]


def _write(place: Path, content: bytes) -> None:
    draft = place.with_name(f".{place.name}.half")
    draft.write_bytes(content)
    draft.replace(place)


def _sha256(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
