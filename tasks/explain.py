"""Explain: from an id, everything that says why a published row exists, or why it does not."""

from typing import Final, Literal

import pyarrow as pa
from pydantic import Field, ValidationError

from schemas.coverage import FactCoverage
from schemas.errors import UsageError
from schemas.geometry import Window
from schemas.record import Record
from schemas.release import Manifest
from schemas.sample import Draft, Rejection, Sample
from schemas.scene import LabelOrigin
from schemas.symmetry import Symmetry, TurnedSample
from schemas.teacher import StoredAnswer
from schemas.verdict import Verdict
from schemas.vocabulary import TaskType
from tasks.model.answers import open_answers
from tasks.model.answers.looking import look_up
from tasks.storage.index import files_with
from tasks.storage.published import find_rows, found_tables
from tasks.storage.releases import read_manifest, release_path, resolve
from tasks.storage.store import Store

COVERAGE: Final = "reports/coverage.parquet"


class PictureOrigin(Record):
    """Where the picture of a sample was cut from."""

    file: str = Field(description="path of the source image relative to the source folder")
    window: Window = Field(description="the tile, scene px")
    part: str = Field(description="file that holds the picture, relative to the release folder")
    symmetry: Symmetry | None = Field(None, description="how it was turned; none as it is")


class Explanation(Record):
    """Why one row exists, or why it was not kept."""

    id: str
    version: str
    outcome: Literal["published", "rejected"]
    why: str = Field(description="one sentence")
    part: str = Field(description="file of the row, relative to the release folder")
    sample: Sample | None = Field(None, description="none for a rejected id")
    rejection: Rejection | None = Field(None, description="none for a published id")
    draft: Draft | None = Field(None, description="the rejected draft, where one is kept")
    picture: PictureOrigin | None = None
    labels: tuple[LabelOrigin, ...] = Field((), description="where its objects were read")
    prompt: str | None = None
    prompt_fingerprint: str | None = None
    request_key: str | None = None
    answer: StoredAnswer | None = Field(None, description="messages as sent, answer as received")
    verdicts: tuple[Verdict, ...] = ()
    coverage: FactCoverage | None = Field(
        None, description="what a description makes of the local facts of its tile"
    )


def explain(store: Store, sample_id: str, version: str | None = None) -> Explanation:
    """Return why ``sample_id`` stands in release ``version`` (default: the latest), or not.

    Only the row's own part and no picture is read. Raises UsageError for an id that is neither a
    sample nor a rejection of that release.
    """
    manifest = read_manifest(store, resolve(store, version))
    for part in files_with(store, manifest, "samples", [sample_id]):
        for sample in find_rows(store, _path(manifest, part), Sample, "id", [sample_id]):
            return _published(store, manifest, part, sample)
    for part in files_with(store, manifest, "rejections", [sample_id]):
        for lost in find_rows(store, _path(manifest, part), Rejection, "subject_id", [sample_id]):
            return _rejected(store, manifest, part, lost)
    raise UsageError(
        f"There is no sample and no rejection “{sample_id}” in release {manifest.version} of "
        f"{store.uri}. Ids are in the column “id” of its samples; name another release with "
        "--version."
    )


def _published(store: Store, manifest: Manifest, part: str, sample: Sample) -> Explanation:
    lineage = sample.lineage
    wrote = f"{lineage.model} wrote it" if lineage.model else "it restates labels"
    return Explanation(
        id=sample.id,
        version=manifest.version,
        outcome="published",
        why=(
            f"Published because {wrote} (stage {lineage.stage}, form {lineage.form}) and "
            f"{_checked(lineage.verdicts)}.{_made_of(lineage.turned)}"
        ),
        part=part,
        sample=sample,
        picture=_picture(store, manifest, sample.tile_id, lineage.turned),
        labels=lineage.labels,
        prompt=lineage.prompt,
        prompt_fingerprint=lineage.prompt_fingerprint,
        request_key=lineage.request_key,
        answer=_answer(store, lineage.request_key),
        verdicts=lineage.verdicts,
        coverage=_coverage(store, manifest, sample),
    )


def _rejected(store: Store, manifest: Manifest, part: str, lost: Rejection) -> Explanation:
    draft = _draft(lost.payload)
    lineage = draft.lineage if draft else None
    key = lineage.request_key if lineage else None
    if lost.subject == "request":
        key = lost.subject_id
    where = (LabelOrigin(file=lost.file, line=lost.line),) if lost.file else ()
    return Explanation(
        id=lost.subject_id,
        version=manifest.version,
        outcome="rejected",
        why=f"Rejected at {lost.stage} because of {lost.reason.replace('_', ' ')}: {lost.detail}",
        part=part,
        rejection=lost,
        draft=draft,
        picture=_picture(store, manifest, draft.tile_id) if draft else None,
        labels=lineage.labels if lineage else where,
        prompt=lineage.prompt if lineage else None,
        prompt_fingerprint=lineage.prompt_fingerprint if lineage else None,
        request_key=key,
        answer=_answer(store, key),
        verdicts=lineage.verdicts if lineage else (),
    )


def _checked(verdicts: tuple[Verdict, ...]) -> str:
    if not verdicts:
        return "nothing in it could be checked against the labels"
    supported = sum(verdict.outcome == "supported" for verdict in verdicts)
    statements = "statement" if len(verdicts) == 1 else "statements"
    return f"the labels support {supported} of its {len(verdicts)} {statements} that were checked"


def _made_of(turned: TurnedSample | None) -> str:
    if turned is None:
        return ""
    return f" It is sample {turned.sample}, turned with its picture ({turned.symmetry})."


def _picture(
    store: Store, manifest: Manifest, tile_id: str, turned: TurnedSample | None = None
) -> PictureOrigin | None:
    """Return where a tile comes from; None where it was not published."""
    ids = pa.array([tile_id])
    for part in files_with(store, manifest, "images", [tile_id]):
        tables = found_tables(store, _path(manifest, part), ["scene", "window"], "tile_id", ids)
        for row in (row for table in tables for row in table.to_pylist()):
            window = turned.window if turned else Window.model_validate(row["window"])
            symmetry = turned.symmetry if turned else None
            return PictureOrigin(file=row["scene"], window=window, part=part, symmetry=symmetry)
    return None


def _coverage(store: Store, manifest: Manifest, sample: Sample) -> FactCoverage | None:
    """Return what ``sample`` makes of local facts; None where it is no generated description."""
    for part in manifest.parts:
        if part.path == COVERAGE and sample.task is TaskType.DETAILED_DESCRIPTION:
            found = find_rows(
                store, _path(manifest, part.path), FactCoverage, "sample", [sample.id]
            )
            return next(found, None)
    return None


def _answer(store: Store, key: str | None) -> StoredAnswer | None:
    if not key:
        return None
    return look_up(store.uri, key) or open_answers(store.uri).get(key)


def _draft(payload: str) -> Draft | None:
    try:
        return Draft.model_validate_json(payload)
    except ValidationError:
        return None


def _path(manifest: Manifest, part: str) -> str:
    return release_path(manifest.version, part)
