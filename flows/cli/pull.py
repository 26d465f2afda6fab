"""Command pull: a release, or a slice of it, into a local folder."""

import argparse
from pathlib import Path

from flows.cli.main import DONE
from schemas.settings import settings
from schemas.vocabulary import Split, TaskType
from tasks.pull import Selection, pull
from tasks.storage.store import Store


def configure_pull(parser: argparse.ArgumentParser) -> None:
    """Add the options of pull."""
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds stages and releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--version", metavar="NAME", help="of the release [default: the latest]")
    parser.add_argument(
        "--output", required=True, metavar="FOLDER", help="new, empty, or of a pull that goes on"
    )
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
        "--rows", type=int, metavar="N", help="at most so many samples, evenly drawn"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_pull(options: argparse.Namespace) -> int:
    """Bring a release, or a slice of it, into a folder."""
    selection = Selection(
        splits=tuple(options.split),
        tasks=tuple(options.task),
        sources=tuple(options.source),
        rows=options.rows,
    )
    done = pull(Store(options.root), options.version, selection, Path(options.output))
    if options.json:
        print(done.model_dump_json(indent=2))
    else:
        size = sum(file.bytes for file in done.files) / 1e6
        print(
            f"{done.samples:,} samples on {done.images:,} tiles of release {done.version} are in "
            f"{options.output}: {len(done.files):,} files, {size:,.1f} MB, every one verified."
        )
    return DONE
