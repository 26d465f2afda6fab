"""Writing a release in the format of another project: a selection of its samples, their pictures.

One split, source and shard after another, so memory holds a few rows and the ids of one shard's
tiles. Every selected row is exported or listed in ``rejections.jsonl`` with the reason.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Literal, NamedTuple, TextIO

from pydantic import Field

from schemas.errors import AccountingError, UnknownName, UsageError
from schemas.image_row import EncodedImage
from schemas.record import Record
from schemas.release import LicenceCount, Manifest, ReleasePart
from schemas.sample import Sample
from schemas.vocabulary import Split, TaskType
from tasks.exporters.protocol import ExportedSample, Exporter, Sink
from tasks.exporters.readme import readme
from tasks.exporters.wording import reworded
from tasks.licences import allows_commercial
from tasks.spatial.dialects import CollapsedBox, Dialect, UnwritableBox
from tasks.storage.parts import read_rows
from tasks.storage.releases import read_manifest, release_path, resolve
from tasks.storage.store import Store

IMAGES: Final = "images"
REFUSED: Final = "rejections.jsonl"
_FOLDERS: Final = re.compile(
    r"(?P<table>samples|images)/(?:task=(?P<task>[^/]+)/)?split=(?P<split>[^/]+)/"
    r"source=(?P<source>[^/]+)/part-(?P<shard>\d+)\.parquet"
)

Refusal = Literal["collapsed_box", "unwritable_box", "licence"]


class Selection(Record):
    """Which samples of a release are exported; an empty choice means all."""

    splits: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    commercial: bool = Field(False, description="only where the licence allows commercial use")


class Refused(Record):
    """One row per selected sample that was not exported."""

    id: str
    tile_id: str
    reason: Refusal
    detail: str = Field(description="what was found, and what to do about it")


class Exported(Record):
    """What an export did: selected = samples + refusals."""

    version: str
    selected: int = Field(ge=0)
    samples: int = Field(ge=0)
    refused: dict[Refusal, int]
    images: int = Field(ge=0)
    licences: tuple[LicenceCount, ...] = Field(description="of the selected sources")


class _Picture(Record):
    tile_id: str
    image: EncodedImage


class _Place(NamedTuple):
    """A published file by what its folders say; ``task`` is empty for pictures."""

    split: str
    source: str
    shard: str
    table: str
    task: str
    part: ReleasePart


class _Export(NamedTuple):
    """What does not change while an export runs."""

    store: Store
    version: str
    folder: Path
    dialect: Dialect
    commercial: bool
    refused: TextIO
    counts: Counter[str]


def export(
    store: Store,
    version: str | None,
    selection: Selection,
    exporter: Exporter,
    dialect: Dialect,
    folder: Path,
) -> Exported:
    """Write the selected samples of a release, the latest where none is named, to ``folder``.

    Raises UsageError where the folder holds something, UnknownName where the selection names what
    the release does not have.
    """
    version = resolve(store, version)
    manifest = read_manifest(store, version)
    places = _selected(manifest, selection)
    _make_empty(folder)
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        refused = stack.enter_context((folder / REFUSED).open("w", encoding="utf-8"))
        run = _Export(store, version, folder, dialect, selection.commercial, refused, counts)
        for split in [split for split in Split if any(p.split == split for p in places)]:
            with exporter.create(folder, split) as sink:
                _write_split(run, [place for place in places if place.split == split], sink)
    done = _counted(manifest, places, counts)
    files = sorted(path.name for path in folder.iterdir())
    text = readme(version, exporter, dialect, files, done.licences)
    (folder / "README.md").write_text(text, encoding="utf-8")
    return done


def _write_split(run: _Export, places: Sequence[_Place], sink: Sink) -> None:
    """Write all samples of a split, shard by shard, and the pictures that they need."""
    for source, shard in sorted({(place.source, place.shard) for place in places}):
        here = [place for place in places if (place.source, place.shard) == (source, shard)]
        shown: set[str] = set()
        for place in sorted(p for p in here if p.table == "samples"):
            shown |= _write_samples(run, place, sink)
        for place in (p for p in here if p.table == "images"):
            _write_pictures(run, place, shown)


def _write_samples(run: _Export, place: _Place, sink: Sink) -> set[str]:
    """Write the samples of one file and return the tiles that they show."""
    shown: set[str] = set()
    for sample in read_rows(run.store, release_path(run.version, place.part.path), Sample):
        run.counts["selected"] += 1
        row = _exported(sample, run)
        if isinstance(row, Refused):
            run.counts[row.reason] += 1
            run.refused.write(f"{row.model_dump_json()}\n")
            continue
        run.counts["samples"] += 1
        sink.write(row)
        shown.add(sample.tile_id)
    return shown


def _exported(sample: Sample, run: _Export) -> ExportedSample | Refused:
    licence = sample.lineage.licence
    if run.commercial and not allows_commercial(licence):
        detail = f"Its licence ({licence or 'not known'}) is not known to allow commercial use."
        return Refused(id=sample.id, tile_id=sample.tile_id, reason="licence", detail=detail)
    try:
        turns = reworded(sample, run.dialect)
    except UnwritableBox as error:
        reason: Refusal = "unwritable_box"
        if isinstance(error, CollapsedBox):
            reason = "collapsed_box"
        return Refused(id=sample.id, tile_id=sample.tile_id, reason=reason, detail=str(error))
    return ExportedSample(
        sample=sample,
        turns=turns,
        dialect=run.dialect.name,
        picture=f"{IMAGES}/{sample.tile_id}.jpg",
        lineage=f"{run.version}/{sample.id}",
    )


def _write_pictures(run: _Export, place: _Place, shown: set[str]) -> None:
    for row in read_rows(run.store, release_path(run.version, place.part.path), _Picture):
        if row.tile_id in shown:
            (run.folder / IMAGES / f"{row.tile_id}.jpg").write_bytes(row.image.bytes)
            run.counts["images"] += 1


def _selected(manifest: Manifest, selection: Selection) -> list[_Place]:
    """Return the files of samples that are selected, and those of pictures beside them."""
    places = list(_places(manifest))
    _check_names(places, selection)
    kept = [
        place
        for place in places
        if (not selection.splits or place.split in selection.splits)
        and (not selection.sources or place.source in selection.sources)
    ]
    return [p for p in kept if not (p.task and selection.tasks) or p.task in selection.tasks]


def _places(manifest: Manifest) -> Iterator[_Place]:
    for part in manifest.parts:
        found = _FOLDERS.fullmatch(part.path)
        if found:
            split, source, shard = found["split"], found["source"], found["shard"]
            yield _Place(split, source, shard, found["table"], found["task"] or "", part)


def _check_names(places: Sequence[_Place], selection: Selection) -> None:
    known = (
        ("split", selection.splits, set(Split)),
        ("task type", selection.tasks, set(TaskType)),
        ("source of the release", selection.sources, {place.source for place in places}),
    )
    for kind, names, there in known:
        for name in names:
            if name not in there:
                raise UnknownName(kind, name, there)


def _make_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"--output {folder} exists and is not an empty folder. Name another one, or empty it."
        )
    (folder / IMAGES).mkdir(parents=True, exist_ok=True)


def _counted(manifest: Manifest, places: Sequence[_Place], counts: Counter[str]) -> Exported:
    """Return what was done; raises AccountingError where a selected row is missing."""
    selected = sum(place.part.rows for place in places if place.table == "samples")
    refusals: tuple[Refusal, ...] = ("collapsed_box", "licence", "unwritable_box")
    refused = {reason: counts[reason] for reason in refusals if counts[reason]}
    if counts["samples"] + sum(refused.values()) != selected:
        raise AccountingError(
            f"{counts['samples']} exported samples + {sum(refused.values())} refused ones are not "
            f"the {selected} that the manifest of {manifest.version} counts. Run rs-gpt4v verify; "
            "if it finds nothing, this is a defect: please report it."
        )
    sources = {place.source for place in places}
    return Exported(
        version=manifest.version,
        selected=selected,
        samples=counts["samples"],
        refused=refused,
        images=counts["images"],
        licences=tuple(one for one in manifest.licences if one.source in sources),
    )
