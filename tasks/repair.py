"""Repair: what a release lacks or has damaged is made again of what is stored; no model is asked.

The files of a release are a function of the stage parts that its manifest names, so a file that is
made again has the SHA-256 that the manifest states, or is not put there.
"""

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from schemas.errors import DamagedPart, PipelineError, StorageError
from schemas.release import Manifest, Part, ReleasePart
from tasks._stage import BESIDE, find_part
from tasks.publish import write_documents
from tasks.report.summary import summarize
from tasks.score import score_files
from tasks.scorecard.gate import SCORECARD
from tasks.storage.index import write_index
from tasks.storage.layout import (
    write_findings,
    write_images,
    write_rejections,
    write_report,
    write_samples,
)
from tasks.storage.parts import check_pages
from tasks.storage.problem import Mending
from tasks.storage.releases import read_manifest, release_path
from tasks.storage.store import Store

READERS: Final = 8
ASIDE: Final = "damaged"
_INPUT: Final = re.compile(r"stages/(?P<stage>\w+)/(?P<shard>\d+)-(?P<key>[^./]+)\.parquet")
_SHARD: Final = re.compile(r"part-(\d+)\.parquet$")
_NOT_THE_SAME: Final = (
    "what is made of the stored parts now has another SHA-256 than the manifest states. Install the "
    "versions that the manifest names under “software”, and try again"
)


def broken_inputs(store: Store, manifest: Manifest) -> tuple[str, ...]:
    """Return the stage parts that ``manifest`` rests on and that are missing or damaged.

    Every byte of them is read. A damaged file is moved to ``damaged/``, so that it is made again.
    """
    with ThreadPoolExecutor(READERS) as readers:
        sound = list(readers.map(lambda path: _is_sound(store, path), manifest.inputs))
    return tuple(path for path, good in zip(manifest.inputs, sound, strict=True) if not good)


def repair_release(store: Store, version: str) -> tuple[Mending, ...]:
    """Make the missing and damaged files of ``version`` again, byte for byte, where that is possible.

    Raises DamagedPart where the manifest itself is torn: nothing else says what the release was.
    """
    manifest = read_manifest(store, version)
    with ThreadPoolExecutor(READERS) as readers:
        sound = list(readers.map(lambda part: _is_whole(store, version, part), manifest.parts))
    broken = [part for part, good in zip(manifest.parts, sound, strict=True) if not good]
    order = ("samples", "images", "rejections", "findings", "report", "index", "document")
    broken.sort(key=lambda part: (order.index(part.table), part.path))
    with tempfile.TemporaryDirectory(prefix="rs-gpt4v-") as folder:
        aside = _Aside(store.uri, Store(folder))
        return tuple(_mended(store, aside, manifest, part) for part in broken)


def stage_part(store: Store, path: str) -> Part | None:
    """Return the stage part whose rows are at ``path``; None where it is not whole."""
    found = _INPUT.fullmatch(path)
    if found is None:
        return None
    return find_part(store, found["stage"], int(found["shard"]), found["key"])


class _Aside(Store):
    """Reads from a root and writes into a folder beside it."""

    def __init__(self, uri: str, beside: Store) -> None:
        super().__init__(uri)
        self.beside = beside

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for writing in the folder."""
        with self.beside.create(path) as file:
            yield file


def _mended(store: Store, aside: _Aside, manifest: Manifest, part: ReleasePart) -> Mending:
    path = release_path(manifest.version, part.path)
    try:
        made = _made(aside, manifest, part)
    except (PipelineError, LookupError) as error:
        return Mending(path=path, outcome="lost", why=str(error))
    if made is None or made.sha256 != part.sha256:
        return Mending(path=path, outcome="lost", why=_NOT_THE_SAME)
    with aside.beside.open(path) as source, store.create(path) as file:
        while chunk := source.read(8 << 20):
            file.write(chunk)
    return Mending(path=path, outcome="remade")


def _made(aside: _Aside, manifest: Manifest, part: ReleasePart) -> ReleasePart | None:
    """Make ``part`` again in the folder beside, among others of its kind and shard."""
    version = manifest.version
    number = _SHARD.search(part.path)
    shard = int(number[1]) if number else 0

    def of(stage: str) -> Part:
        return next(iter(_inputs(aside, manifest, lambda s, n: (s, n) == (stage, shard))))

    def shown() -> tuple[Part, ...]:
        return _inputs(aside, manifest, lambda s, n: s in {"tile", "turned"} and n == shard)

    makers: dict[str, Callable[[], Iterator[ReleasePart]]] = {
        "samples": lambda: write_samples(aside, version, shard, of("validate"), of("mix")),
        "images": lambda: write_images(
            aside, version, shard, of("validate"), of("mix"), shown(),
            manifest.parameters.publish.row_group,
        ),
        "rejections": lambda: write_rejections(aside, version, _inputs(aside, manifest, lambda _, n: n == shard)),
        "findings": lambda: write_findings(aside, version, _inputs(aside, manifest, lambda _, n: n == shard)),
        "report": lambda: _reports(aside, manifest, Path(part.path).stem),
        "index": lambda: iter([write_index(aside, version, manifest.parts)]),
        "document": lambda: _documents(aside, manifest),
    }  # fmt: skip
    return next((made for made in makers[part.table]() if made.path == part.path), None)


def _reports(aside: _Aside, manifest: Manifest, stage: str) -> Iterator[ReleasePart]:
    if stage == SCORECARD:
        yield from score_files(aside, manifest)
        return
    parts = _inputs(aside, manifest, lambda name, _: name == stage)
    yield write_report(aside, manifest.version, stage, parts)


def _documents(aside: _Aside, manifest: Manifest) -> Iterator[ReleasePart]:
    """Write card and report anew: of the tables, and of what the manifest says of the run."""
    version = manifest.version
    tables = tuple(part for part in manifest.parts if part.table not in {"index", "document"})
    summary = summarize(aside, version, tables, _inputs(aside, manifest, lambda *_: True))
    summary = summary.model_copy(update={"usage": manifest.usage})
    yield from write_documents(aside, manifest.model_copy(update={"parts": tables}), summary)
    yield from score_files(aside, manifest)


def _inputs(
    store: Store, manifest: Manifest, wanted: Callable[[str, int], bool]
) -> tuple[Part, ...]:
    """Return the stage parts of ``wanted`` stages and shards; DamagedPart where one is not whole."""
    found = []
    for path in manifest.inputs:
        named = _INPUT.fullmatch(path)
        if named and wanted(named["stage"], int(named["shard"])):
            part = stage_part(store, path)
            if part is None:
                raise DamagedPart(
                    f"It is made of {path}, which is missing or damaged and could not be remade."
                )
            found.append(part)
    if not found:
        raise DamagedPart("The manifest names no stage part that it was made of.")
    return tuple(found)


def _is_sound(store: Store, path: str) -> bool:
    part = stage_part(store, path)
    if part is None:
        return False
    counts = {"rejections": part.rejections, "findings": part.findings}
    beside = [part.beside(table) for table in BESIDE.values() if counts[table]]
    sound = True
    for file in (path, *beside):
        try:
            check_pages(store, file)
        except DamagedPart:
            sound = False
            _set_aside(store, file)
    return sound


def _set_aside(store: Store, path: str) -> None:
    with store.open(path) as source, store.create(f"{ASIDE}/{path}") as file:
        while chunk := source.read(8 << 20):
            file.write(chunk)
    store.delete(path)


def _is_whole(store: Store, version: str, part: ReleasePart) -> bool:
    digest = hashlib.sha256()
    try:
        with store.open(release_path(version, part.path)) as file:
            while chunk := file.read(8 << 20):
                digest.update(chunk)
    except StorageError:
        return False
    return digest.hexdigest() == part.sha256
