"""Scan and ingest: a source folder becomes candidates in shards, and these become scenes."""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import JsonValue

from schemas.arrow import fingerprint
from schemas.errors import ImageError, StorageError
from schemas.geometry import Window
from schemas.params import IngestParams, SourceSpec
from schemas.record import content_id
from schemas.release import Part
from schemas.sample import Rejection
from schemas.scene import Finding, IngestedScene, Look, Scene, SceneCandidate
from schemas.vocabulary import FindingKind, Reason
from tasks._stage import Context, find_part, report, retried, stage, write_part
from tasks.imagery.header import ImageHeader, read_header, right_suffixes
from tasks.imagery.look import look_of
from tasks.imagery.open import local_copy
from tasks.sources.folder import suffix
from tasks.sources.judge import judged, lost_classes, wrong_size
from tasks.sources.judge_picture import odd_picture, unreadable
from tasks.sources.quarantine import held_back
from tasks.sources.scan import Row, scan, shard_of
from tasks.storage.store import Store

_MODELS: Final[dict[str, type[Row]]] = {
    model.__name__: model for model in (SceneCandidate, Rejection, Finding)
}


@retried("scan", "scan-{spec.name}")
def scan_source(root: str, spec: SourceSpec, shards: int) -> tuple[Part, ...]:
    """Read one source and write its candidates as parts, one for each shard that has any.

    A part is named by its rows, so an unchanged shard is found and not written again. Raises
    UnknownName for a format that does not exist, SourceError where the folder cannot be read as it.
    """
    store = Store(root)
    with tempfile.TemporaryDirectory(prefix="rs-gpt4v-") as folder:
        keys = _spooled(spec, shards, Path(folder))
        parts = [_part(store, shard, keys[shard], Path(folder)) for shard in sorted(keys)]
    for part in parts:
        report(part)
    return tuple(parts)


@stage("ingest", writes=IngestedScene, version=2)
def ingest_shard(
    context: Context, candidates: tuple[Part, ...], params: IngestParams
) -> Iterator[IngestedScene | Rejection | Finding]:
    """Open the image of every candidate; the same bytes are kept once, under the first name."""
    first: dict[str, str] = {}
    for part in candidates:
        for candidate in context.rows(part, SceneCandidate):
            context.candidates += 1
            if candidate.id in first:
                yield _rejection(
                    candidate, Reason.DUPLICATE_IMAGE,
                    f"“{candidate.name}” has the same bytes as “{first[candidate.id]}”, which is "
                    "kept. Remove one of them.",
                )  # fmt: skip
                continue
            first[candidate.id] = candidate.name
            yield from ingest_scene(candidate, params)


def ingest_scene(
    candidate: SceneCandidate, params: IngestParams
) -> Iterator[IngestedScene | Rejection | Finding]:
    """Yield the scene of ``candidate``, or why there is none, and what is odd about its labels."""
    if candidate.uri is None:
        yield from _unseen(candidate, _missing(candidate))
        return
    try:
        with local_copy(candidate.uri) as path:
            seen = _seen(candidate, path, params)
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError as error:
        why = f"cannot be read ({error.strerror or error}). Put it back and make it readable."
        seen = _rejection(candidate, Reason.UNREADABLE_IMAGE, f"“{candidate.name}” {why}")
    if isinstance(seen, Rejection):
        yield from _unseen(candidate, seen)
    else:
        yield from _judged(candidate, *seen, params)


def ingest_labels(candidate: SceneCandidate) -> tuple[Finding, ...]:
    """Return what is odd about the labels of ``candidate``, its image not looked at."""
    return judged(candidate, _stated(candidate))[1]


def _judged(
    candidate: SceneCandidate, header: ImageHeader, look: Look, params: IngestParams
) -> Iterator[IngestedScene | Rejection | Finding]:
    """Yield the scene, unless something that was found odd holds it back; then what is odd."""
    window = Window(x0=0, y0=0, x1=header.width, y1=header.height)
    kept, findings = judged(candidate, window)
    findings = (*findings, *wrong_size(candidate, header), *odd_picture(candidate, look))
    if held := held_back(candidate, findings, params.quarantine):
        yield _rejection(candidate, Reason.QUARANTINED, held)
    else:
        scene = _scene(candidate, header, look, lost_classes(candidate, findings))
        yield IngestedScene(scene=scene, look=look, annotations=kept)
    yield from findings


def _unseen(candidate: SceneCandidate, why: Rejection) -> Iterator[Rejection | Finding]:
    """Yield why there is no scene, and what its labels alone show to be odd."""
    yield why
    if why.reason == Reason.UNREADABLE_IMAGE:
        yield unreadable(why)
    yield from ingest_labels(candidate)


def _stated(candidate: SceneCandidate) -> Window | None:
    """Return the whole image as the labels say how large it is."""
    if candidate.width is None or candidate.height is None:
        return None
    return Window(x0=0, y0=0, x1=candidate.width, y1=candidate.height)


def _seen(
    candidate: SceneCandidate, path: Path, params: IngestParams
) -> tuple[ImageHeader, Look] | Rejection:
    """Return the header and the look of the file, or why it is not taken."""
    try:
        header = read_header(path)
        return _refused(candidate, header, params) or (header, look_of(path))
    except ImageError as error:
        detail = str(error).replace(str(path), f"“{candidate.name}”", 1)
        return _rejection(candidate, Reason.UNREADABLE_IMAGE, detail)


def _refused(
    candidate: SceneCandidate, header: ImageHeader, params: IngestParams
) -> Rejection | None:
    suffixes = right_suffixes(header)
    if suffix(candidate.name) not in suffixes:
        remedy = f"Rename it to end in {suffixes[0]}" if suffixes else "Save it as PNG"
        detail = (
            f"The content of “{candidate.name}” is {header.format}. {remedy}, "
            "or replace it by the right file."
        )
        return _rejection(candidate, Reason.WRONG_EXTENSION, detail)
    if header.width * header.height > params.max_pixels:
        detail = (
            f"“{candidate.name}” has {header.width}×{header.height} px, more than the "
            f"{params.max_pixels:,} px that are allowed. Cut it into smaller images, or raise the "
            "parameter ingest.max_pixels."
        )
        return _rejection(candidate, Reason.TOO_LARGE, detail)
    return None


def _scene(candidate: SceneCandidate, header: ImageHeader, look: Look, lost: set[str]) -> Scene:
    return Scene(
        id=candidate.id,
        source=candidate.source,
        name=candidate.name,
        uri=candidate.uri or "",
        sha256=candidate.sha256 or "",
        perceptual_hash=look.hashes[0],
        aliases=candidate.aliases,
        width=header.width,
        height=header.height,
        bands=header.bands,
        gsd=candidate.gsd or header.gsd or candidate.assumed_gsd,
        crs=header.crs,
        transform=header.transform,
        split=candidate.split,
        licence=candidate.licence,
        attribution=candidate.attribution,
        parent=candidate.parent,
        bare=_is_bare(candidate),
        exhaustive=tuple(name for name in candidate.exhaustive if name not in lost),
    )


def _is_bare(candidate: SceneCandidate) -> bool:
    labelled = candidate.annotations or candidate.exhaustive
    return not labelled and FindingKind.EMPTY_LABEL not in candidate.finding_kinds


def _missing(candidate: SceneCandidate) -> Rejection:
    labels = len(candidate.annotations)
    return _rejection(
        candidate, Reason.MISSING_IMAGE,
        f"There is no image “{candidate.name}” for its {labels} labels. Put it below the source "
        "folder, or name the folder where it lies as “images” of the source.",
    )  # fmt: skip


def _rejection(candidate: SceneCandidate, reason: Reason, detail: str) -> Rejection:
    return Rejection(
        stage="ingest", subject="scene", subject_id=candidate.id, source=candidate.source,
        reason=reason, detail=detail, file=candidate.name,
    )  # fmt: skip


def _spooled(spec: SourceSpec, shards: int, folder: Path) -> dict[int, str]:
    """Write the rows of every shard to a file of its own; return the keys of the parts."""
    made_of: list[JsonValue] = [fingerprint(model) for model in _MODELS.values()]
    digests: dict[int, Any] = {}
    for placed in scan(spec):
        shard = shard_of(placed.place, shards)
        line = f"{type(placed.row).__name__} {placed.row.model_dump_json()}\n".encode()
        digests.setdefault(shard, hashlib.sha256()).update(line)
        _append(folder / str(shard), line)
    return {
        shard: content_id("scan", spec.name, made_of, digest.hexdigest())
        for shard, digest in digests.items()
    }


def _append(path: Path, line: bytes) -> None:
    try:
        with path.open("ab") as file:
            file.write(line)
    except OSError as error:
        raise StorageError(
            f"Cannot put labels aside in {path.parent}: {error.strerror}. "
            "Free some room there, or set TMPDIR to a folder with more."
        ) from error


def _part(store: Store, shard: int, key: str, folder: Path) -> Part:
    found = find_part(store, "scan", shard, key)
    if found is not None:
        return found
    return write_part("scan", shard, key, SceneCandidate, store, _read_spool(folder / str(shard)))


def _read_spool(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for line in file:
            name, _, row = line.partition(b" ")
            yield _MODELS[name.decode()].model_validate_json(row)
