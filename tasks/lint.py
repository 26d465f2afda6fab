"""Lint: every finding about some sources, as a build would make it, without building anything."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from pydantic import Field

from schemas.params import IngestParams, SourceSpec, SplitParams
from schemas.record import Record
from schemas.release import Located, Part
from schemas.sample import Rejection
from schemas.scene import Finding, SceneCandidate
from schemas.vocabulary import Reason, Severity
from tasks._stage import Where
from tasks.agree import agree_sources
from tasks.identify import identify_scenes
from tasks.ingest import ingest_labels, ingest_shard
from tasks.look import look_shard
from tasks.scan import scan_source
from tasks.storage.parts import read_rows
from tasks.storage.store import Store

_REFUSED: Final = {
    Reason.UNREADABLE_LABEL: (Severity.ERROR, "Save the labels as their format has them."),
    Reason.UNSAFE_PATH: (Severity.ERROR, "Name images below the folder; put copies for links."),
    Reason.WRONG_EXTENSION: (Severity.ERROR, "Name the image by what it is, or replace it."),
    Reason.TOO_LARGE: (Severity.ERROR, "Cut the image up, or raise “ingest.max_pixels”."),
    Reason.DUPLICATE_IMAGE: (Severity.WARNING, "Remove one of the copies."),
    Reason.QUARANTINED: (Severity.NOTE, "Put it right, or take its kind out of the quarantine."),
}
"""Rejections that no finding tells of, how much they matter, and what to do about them."""


class Problem(Record):
    """One row per thing that is wrong: a finding, or why an image or its labels are refused."""

    source: str
    kind: str = Field(description="kind of finding, or the reason of a rejection")
    severity: Severity
    file: str = Field(description="path relative to the source folder, with /")
    line: int | None = Field(None, ge=1)
    element: str | None = None
    detail: str = Field(description="what was found")
    remedy: str = Field(description="what to do about it")


def lint_sources(
    sources: Sequence[SourceSpec], params: IngestParams, *, labels_only: bool = False
) -> Iterator[Problem]:
    """Yield what is wrong with ``sources``, each by itself and then one against the other.

    Runs the stages of a build up to the comparison of sources, over a folder that is then removed.
    With ``labels_only`` no image is opened: what needs its size or its pixels is not told, and
    images are the same only by their names. Raises UnknownName for an unknown format, SourceError
    where a folder as a whole cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="rs-gpt4v-") as root:
        store, shards = Store(root), os.cpu_count() or 1
        scanned = [part for spec in sources for part in scan_source.fn(root, spec, shards)]
        for part in scanned:
            yield from _problems(store, part)
        opened: list[Part] = []
        if labels_only:
            yield from _of_labels(store, scanned)
        else:
            opened = _opened(root, scanned, params)
        located = Located(parts=tuple(scanned))
        identified = identify_scenes.fn(root, opened, SplitParams(), located)
        agreed = agree_sources.fn(root, tuple(scanned), identified.links)
        for part in (*opened, identified.links, agreed):
            yield from _problems(store, part)


def _opened(root: str, scanned: Sequence[Part], params: IngestParams) -> list[Part]:
    """Return the parts of ingest; as in a build, the shards of all sources side by side."""
    shards: dict[int, list[Part]] = {}
    for part in scanned:
        shards.setdefault(part.shard, []).append(part)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        ingest = partial(_ingested, root, params)
        return list(pool.map(ingest, (tuple(shards[shard]) for shard in sorted(shards))))


def _ingested(root: str, params: IngestParams, parts: tuple[Part, ...]) -> Part:
    where = Where(root=root, shard=parts[0].shard)
    return ingest_shard.fn(where, parts, look_shard.fn(where, parts, params.max_pixels), params)


def _of_labels(store: Store, scanned: Sequence[Part]) -> Iterator[Problem]:
    for part in scanned:
        for candidate in read_rows(store, part.path, SceneCandidate):
            for finding in ingest_labels(candidate):
                yield _found(finding)


def _problems(store: Store, part: Part) -> Iterator[Problem]:
    if part.rejections:
        for rejection in read_rows(store, part.beside("rejections"), Rejection):
            if rejection.reason in _REFUSED:
                yield _refused(rejection)
    if part.findings:
        for finding in read_rows(store, part.beside("findings"), Finding):
            yield _found(finding)


def _found(finding: Finding) -> Problem:
    return Problem(
        source=finding.source, kind=finding.kind.value, severity=finding.severity,
        file=finding.file, line=finding.line, element=finding.element,
        detail=finding.detail, remedy=finding.remedy,
    )  # fmt: skip


def _refused(rejection: Rejection) -> Problem:
    severity, remedy = _REFUSED[rejection.reason]
    return Problem(
        source=rejection.source, kind=rejection.reason.value, severity=severity,
        file=rejection.file or rejection.subject_id, line=rejection.line,
        detail=rejection.detail, remedy=remedy,
    )  # fmt: skip
