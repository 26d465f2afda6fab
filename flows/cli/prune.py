"""Command releases prune: what no kept release rests on is shown, and removed with --remove."""

import argparse
from typing import Final

from rich.table import Table

from flows.cli.console import console
from flows.cli.environment import prepare_environment
from flows.cli.main import DONE, REFUSED
from schemas.prune import GarbageKind, Pruned, PruneParams
from schemas.settings import settings
from tasks.storage.store import Store

KINDS: Final[dict[GarbageKind, str]] = {
    "release": "files of releases that are not kept",
    "unfinished": "files of builds that were never committed",
    "stage": "stage parts that no kept release names",
    "draft": "drafts that killed processes left",
    "upload": "uploads that were begun and not ended",
    "damaged": "damaged parts that were put aside",
    "claim": "names that given-up builds had claimed",
}


def configure_prune(parser: argparse.ArgumentParser) -> None:
    """Add the options of prune."""
    parser.epilog = (
        "Nothing is removed beside a build: that waits, or --patience is over. Ends with 1 where a "
        "kept\nrelease does not verify afterwards."
    )
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds stages and releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    for name, kind, metavar in (
        ("keep", int, "N"), ("grace", float, "HOURS"), ("patience", float, "MINUTES"),
        ("proof", str, "{bytes,listing}"),
    ):  # fmt: skip
        field = PruneParams.model_fields[name]
        parser.add_argument(
            f"--{name}", type=kind, metavar=metavar, default=field.default,
            help=f"{field.description} [default {field.default}]",
        )  # fmt: skip
    parser.add_argument(
        "--answers", action="store_true", help=PruneParams.model_fields["answers"].description
    )
    parser.add_argument("--remove", action="store_true", help="do it, instead of showing it")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_prune(options: argparse.Namespace) -> int:
    """Show or remove what is not kept."""
    prepare_environment(verbose=False)
    from flows.cli.options import checked  # noqa: PLC0415  # as below
    from tasks.prune import prune  # noqa: PLC0415  # only after the environment is set

    given = {name: getattr(options, name) for name in PruneParams.model_fields}
    done = prune(Store(options.root), checked(PruneParams, given), remove=options.remove)
    if options.json:
        print(done.model_dump_json(indent=2))
    else:
        _show(done)
    return REFUSED if done.problems else DONE


def _show(done: Pruned) -> None:
    out = console()
    if done.garbage:
        table = Table("not kept", "files", "MB", header_style="bold", box=None, pad_edge=False)
        table.columns[1].justify = table.columns[2].justify = "right"
        for row in done.garbage:
            table.add_row(KINDS[row.kind], f"{row.files:,}", f"{row.bytes / 1e6:,.1f}")
        out.print(table)
    for release in done.kept:
        out.print(f"keeps {release.version}: {release.why}", markup=False)
    for version in done.dropped:
        out.print(f"{'dropped' if done.removed else 'would drop'} {version}", markup=False)
    if done.answers:
        out.print(f"{done.answers:,} answers that no kept release rests on")
    for problem in done.problems:
        out.print(problem, markup=False)
    out.print(_sentence(done), markup=False)


def _sentence(done: Pruned) -> str:
    size = f"{done.files:,} files, {done.bytes / 1e6:,.1f} MB"
    if not done.removed:
        return f"{size} would be removed; nothing was. Add --remove to do it."
    if done.problems:
        return f"{size} removed. Kept releases have {len(done.problems)} problems: see above."
    return f"{size} removed. All {done.proved} kept releases verify."
