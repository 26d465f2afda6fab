"""Command export: a release in the format of another project, boxes in the dialect of its models."""

import argparse
from pathlib import Path

from flows.cli.main import DONE
from schemas.settings import settings
from schemas.vocabulary import Split, TaskType
from tasks.export import REFUSED, Exported, Selection, export
from tasks.exporters import EXPORTERS, exporter_named
from tasks.spatial.dialects import dialect_named, dialects
from tasks.storage.store import Store


def configure_export(parser: argparse.ArgumentParser) -> None:
    """Add the options of export."""
    parser.add_argument(
        "--format", required=True, metavar="NAME", help=f"of the files: {', '.join(EXPORTERS)}"
    )
    parser.add_argument(
        "--dialect", default="pixels", metavar="NAME",
        help=f"how boxes are written: {', '.join(dialects())} [default: %(default)s]",
    )  # fmt: skip
    parser.add_argument("--output", required=True, metavar="FOLDER", help="new, or empty")
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds stages and releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--version", metavar="NAME", help="of the release [default: the latest]")
    for name, what in (
        ("split", f"one of {', '.join(Split)}"),
        ("task", f"one of {', '.join(TaskType)}"),
        ("source", "a source of the release"),
    ):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="NAME",
            help=f"only this, {what}; may be repeated [default: all]",
        )  # fmt: skip
    parser.add_argument(
        "--commercial", action="store_true", help="only what is known to allow commercial use"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_export(options: argparse.Namespace) -> int:
    """Write a release in another format."""
    selection = Selection(
        splits=tuple(options.split),
        tasks=tuple(options.task),
        sources=tuple(options.source),
        commercial=options.commercial,
    )
    exporter, dialect = exporter_named(options.format), dialect_named(options.dialect)
    folder = Path(options.output)
    done = export(Store(options.root), options.version, selection, exporter, dialect, folder)
    print(done.model_dump_json(indent=2) if options.json else _said(done, options.output))
    return DONE


def _said(done: Exported, folder: str) -> str:
    refused = sum(done.refused.values())
    lines = [
        f"Exported {done.samples:,} samples and {done.images:,} pictures of release "
        f"{done.version} to {folder}.",
        f"{done.samples:,} exported + {refused:,} refused = {done.selected:,} selected.",
    ]
    for reason, count in sorted(done.refused.items()):
        lines.append(f"  {reason.replace('_', ' ')}: {count:,}")
    if refused:
        lines.append(f"Refused ones are listed in {folder}/{REFUSED}.")
    return "\n".join(lines)
