"""Reads one source: every image with its labels becomes a candidate, placed by a stable id."""

import hashlib
from collections.abc import Iterator
from typing import Protocol

from schemas.params import SourceSpec
from schemas.record import Record, content_id
from schemas.sample import Rejection
from schemas.scene import Finding, SceneCandidate
from schemas.vocabulary import FindingKind, Reason, Severity
from tasks.lexicon.lexicon import canonical
from tasks.sources.folder import SourceFolder, stem
from tasks.sources.judge_picture import unreadable
from tasks.sources.judge_spelling import Spellings
from tasks.sources.protocol import MOST_LABELS, SceneLabels, too_many
from tasks.sources.registry import check, read_rows, source_named

_BLOCK = 1 << 20

Row = SceneCandidate | Rejection | Finding


class Placed(Record):
    """One row of a scan and the id whose hash says which shard it goes to."""

    place: str
    row: Row


class Known(Protocol):
    """What is known of files that were read before."""

    def sha256(self, name: str) -> str | None:
        """Return the SHA-256 of a file that is listed as when it was read, else None."""
        ...

    def learn(self, name: str, digest: str) -> None:
        """Remember the SHA-256 of a file that was read just now."""
        ...


def scan(
    spec: SourceSpec, folder: SourceFolder | None = None, known: Known | None = None
) -> Iterator[Placed]:
    """Yield what the source holds, scenes by name; it is read as a stream.

    ``folder`` is that of ``spec`` where it is listed already; images that are ``known`` are not read.

    A scene and what is odd about it are placed by the scene id, everything else by its file name.
    Raises UnknownName for a format that does not exist, SourceError where the folder as a whole
    cannot be read as the format.
    """
    source = source_named(spec.name)
    folder = folder or SourceFolder(spec.path, spec.images)
    check(source, folder)
    folder.opened.clear()
    for refusal in folder.refused:
        yield _aside(_rejected(spec, refusal.name, Reason.UNSAFE_PATH, refusal.why))
    unlicensed, spellings = False, Spellings()
    for found in read_rows(source, folder, spec):
        if isinstance(found, SceneLabels):
            unlicensed |= not (found.licence or spec.licence or source.licence)
            spellings.add(found.annotations)
            yield from _scene(folder, spec, found, source.licence, known)
        else:
            yield _aside(found)
    yield from map(_aside, spellings.odd(spec.name))
    if unlicensed:
        yield _aside(_no_licence(spec, source.title))


def shard_of(place: str, shards: int) -> int:
    """Return the shard of an id of hex digits."""
    return int(place, 16) % shards


def _scene(
    folder: SourceFolder,
    spec: SourceSpec,
    labels: SceneLabels,
    licence: str | None,
    known: Known | None,
) -> Iterator[Placed]:
    row: SceneCandidate | Rejection
    if len(labels.annotations) > MOST_LABELS:
        file = labels.annotations[0].origin.file
        row = too_many(labels.name, len(labels.annotations), spec.name, file)
    elif labels.present:
        row = _candidate(folder, spec, labels, licence, known)
    else:
        row = _absent(spec, labels, licence)
    place = row.id if isinstance(row, SceneCandidate) else content_id(labels.name)
    yield Placed(place=place, row=row)
    if isinstance(row, Rejection) and row.reason is not Reason.TOO_LARGE:
        yield Placed(place=place, row=unreadable(row))
    scene_id = row.id if isinstance(row, SceneCandidate) else None
    for finding in labels.findings:
        yield Placed(place=place, row=finding.model_copy(update={"scene_id": scene_id}))


def _candidate(
    folder: SourceFolder,
    spec: SourceSpec,
    labels: SceneLabels,
    licence: str | None,
    known: Known | None,
) -> SceneCandidate | Rejection:
    if folder.size(labels.name) == 0:
        why = "has no content. Replace it by a whole copy or remove it."
        return _rejected(spec, labels.name, Reason.EMPTY_FILE, why)
    try:
        digest = _sha256(folder, labels.name, known)
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError as error:
        why = f"cannot be read ({error.strerror or error}). Make it readable or remove it."
        return _rejected(spec, labels.name, Reason.UNREADABLE_IMAGE, why)
    scene_id = content_id("scene", spec.name, digest)
    row = _labelled(scene_id, spec, labels, licence)
    return row.model_copy(update={"sha256": digest, "size": folder.size(labels.name)})


def _absent(spec: SourceSpec, labels: SceneLabels, licence: str | None) -> SceneCandidate:
    scene_id = content_id("scene", spec.name, "absent", labels.name)
    return _labelled(scene_id, spec, labels, licence)


def _labelled(
    scene_id: str, spec: SourceSpec, labels: SceneLabels, licence: str | None
) -> SceneCandidate:
    """Return the candidate as its labels have it, its image not yet looked at."""
    complete = labels.classes if spec.exhaustive else ()
    return SceneCandidate(
        id=scene_id,
        source=spec.name,
        name=labels.name,
        sha256=None,
        size=0,
        aliases=tuple(dict.fromkeys((f"{spec.name}/{stem(labels.name)}", *labels.aliases))),
        gsd=labels.gsd,
        assumed_gsd=spec.gsd,
        width=labels.width,
        height=labels.height,
        split=labels.split,
        licence=labels.licence or spec.licence or licence,
        attribution=spec.attribution or labels.attribution,
        parent=labels.parent,
        exhaustive=tuple(sorted({canonical(name) for name in complete})),
        annotations=tuple(
            annotation.model_copy(
                update={"id": content_id("annotation", scene_id, annotation.model_dump_json())}
            )
            for annotation in labels.annotations
        ),
        finding_kinds=tuple(sorted({finding.kind for finding in labels.findings})),
    )


def _sha256(folder: SourceFolder, name: str, known: Known | None) -> str:
    if known is not None and (found := known.sha256(name)) is not None:
        return found
    digest = hashlib.sha256()
    with folder.open(name) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    folder.opened.discard(name)
    if known is not None:
        known.learn(name, digest.hexdigest())
    return digest.hexdigest()


def _aside(row: Rejection | Finding) -> Placed:
    name = row.subject_id if isinstance(row, Rejection) else row.file
    return Placed(place=content_id(name), row=row)


def _rejected(spec: SourceSpec, name: str, reason: Reason, why: str) -> Rejection:
    return Rejection(
        stage="scan", subject="scene", subject_id=name, source=spec.name, reason=reason,
        detail=f"“{name}” {why}", file=name,
    )  # fmt: skip


def _no_licence(spec: SourceSpec, title: str) -> Finding:
    return Finding(
        source=spec.name, kind=FindingKind.LICENCE_UNKNOWN, severity=Severity.WARNING, file=".",
        detail=f"The {title} source states no licence for some of its images.",
        remedy="Look up their terms of use and give the source its “licence”.",
    )  # fmt: skip
