"""The flow that writes a release in the format of another project."""

import tempfile
from pathlib import Path
from typing import Final

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from flows.places import link_to
from schemas.form import Params
from schemas.vocabulary import Split, TaskType
from tasks._stage import retried
from tasks.export import Exported, Selection, export
from tasks.exporters import EXPORTERS, exporter_named
from tasks.spatial.dialects import dialect_named, dialects
from tasks.storage.releases import resolve
from tasks.storage.store import Store

FOLDER: Final = "exports"


class ExportParams(Params):
    """What is written, and how."""

    format: str = Field(
        "llava", title="Format", description="Of the files.",
        json_schema_extra={"enum": list(EXPORTERS)},
    )  # fmt: skip
    dialect: str = Field(
        "pixels", title="Box dialect", description="How boxes are written into text.",
        json_schema_extra={"enum": list(dialects())},
    )  # fmt: skip
    splits: tuple[Split, ...] = Field((), title="Splits", description="By default all.")
    tasks: tuple[TaskType, ...] = Field((), title="Task types", description="By default all.")
    sources: tuple[str, ...] = Field((), title="Sources", description="By default all.")
    commercial: bool = Field(
        False, title="Commercial use", description="Only what is known to allow commercial use."
    )


DEFAULTS: Final = ExportParams()


@flow(name="export", flow_run_name="export-{params.format}-{params.dialect}")
def export_release(
    root: str,
    version: str | None = None,
    output: str | None = None,
    params: ExportParams = DEFAULTS,
) -> Exported:
    """Write a release in the format of another project, boxes in the dialect of its models.

    Args:
        root: Folder or URL that holds the releases.
        version: Name of the release. By default the latest.
        output: Folder or URL, new or empty. By default one below exports/ of the root.
        params: What is written, and how.
    """
    version = resolve(Store(root), version)
    path = f"{FOLDER}/{version}-{params.format}-{params.dialect}"
    target = output or Store(root).url(path)
    done = write_export(root, version, target, params)
    create_markdown_artifact(
        key="export",
        markdown=markdown_export(done, f"`{target}`" if output else link_to(root, path, target)),
        description=f"{params.format} of release {version}",
    )
    return done


@retried("export", "export-{params.format}-{params.dialect}")
def write_export(root: str, version: str, target: str, params: ExportParams) -> Exported:
    """Write the export to ``target``; to a URL by way of a local folder, file by file."""
    selection = Selection(
        splits=params.splits,
        tasks=params.tasks,
        sources=params.sources,
        commercial=params.commercial,
    )
    given = exporter_named(params.format), dialect_named(params.dialect)
    if "://" not in target:
        return export(Store(root), version, selection, *given, Path(target))
    with tempfile.TemporaryDirectory(prefix="rs-gpt4v-") as folder:
        done = export(Store(root), version, selection, *given, Path(folder))
        _send(Path(folder), Store(target))
    return done


def markdown_export(done: Exported, place: str) -> str:
    """Return what ``done`` says as Markdown."""
    refused = sum(done.refused.values())
    lines = [
        f"# Export of release {done.version}",
        "",
        f"**{done.samples:,} samples** and {done.images:,} pictures in {place}.",
        "",
        f"{done.samples:,} exported + {refused:,} refused = {done.selected:,} selected.",
        *(f"- {reason.replace('_', ' ')}: {n:,}" for reason, n in sorted(done.refused.items())),
    ]
    return "\n".join(lines)


def _send(folder: Path, store: Store) -> None:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as source, store.create(file.relative_to(folder).as_posix()) as sink:
            while piece := source.read(8 << 20):
                sink.write(piece)
