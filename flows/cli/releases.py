"""Commands releases and verify."""

import argparse
import json

from rich.console import Console
from rich.table import Table

from flows.cli.main import ACTIONS, DONE, REFUSED
from schemas.errors import UsageError
from schemas.settings import settings
from tasks.audit import audit
from tasks.storage.releases import ReleaseLine, list_releases, versions
from tasks.storage.store import Store


def configure_releases(parser: argparse.ArgumentParser) -> None:
    """Add the options of releases, and name what may follow it."""
    parser.usage = "rs-gpt4v releases [ACTION] [OPTIONS]"
    parser.epilog = (
        "actions:\n"
        + "\n".join(f"  {name:<10}{what}" for name, (_, what) in ACTIONS.items() if name != "list")
        + "\n\n“rs-gpt4v releases ACTION --help” tells more."
    )
    _add_root(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document")


def configure_verify(parser: argparse.ArgumentParser) -> None:
    """Add the options of verify."""
    _add_root(parser)
    parser.add_argument("--version", metavar="NAME", help="only this release [default: all]")
    parser.add_argument(
        "--deep", action="store_true", help="also the stage parts and answers that releases rest on"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_releases(options: argparse.Namespace) -> int:
    """List the releases below a root."""
    lines = list_releases(Store(options.root))
    if options.json:
        print(json.dumps([line.model_dump(mode="json") for line in lines], indent=2))
    elif not lines:
        print(f"There is no release in {options.root} yet.")
    else:
        Console(highlight=False).print(_table(lines))
    return DONE


def run_verify(options: argparse.Namespace) -> int:
    """Read every byte of the releases anew and list what is wrong."""
    store = Store(options.root)
    problems = audit(store, options.version, deep=options.deep)
    if not problems and not versions(store):
        raise UsageError(f"--root {options.root}: there is no release to verify.")
    if options.json:
        print(json.dumps([problem.model_dump(mode="json") for problem in problems], indent=2))
    elif problems:
        for problem in problems:
            print(f"{problem.path}: {problem.found}. {problem.remedy}")
        print(f"{_counted(len(problems), 'problem')} in {options.root}.")
    else:
        checked = options.version or _counted(len(versions(store)), "release")
        print(
            f"Verified {checked} in {options.root}: every file and every count is as it was made."
        )
    return REFUSED if problems else DONE


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _add_root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds stages and releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip


def _table(lines: tuple[ReleaseLine, ...]) -> Table:
    table = Table("version", "made (UTC)", "sources", header_style="bold", box=None, pad_edge=False)
    for name in ("samples", "images", "MB"):
        table.add_column(name, justify="right")
    table.add_column("gate")
    table.add_column("")
    for line in lines:
        table.add_row(
            line.version, line.created, ", ".join(line.sources), f"{line.samples:,}",
            f"{line.images:,}", f"{line.bytes / 1e6:,.1f}", line.gate or "–",
            ", ".join((*_standing(line), *line.tags)),
        )  # fmt: skip
    return table


def _standing(line: ReleaseLine) -> list[str]:
    if line.canary is not None:
        return [f"canary of {line.canary:.0%}"]
    return ["latest"] if line.latest else ["held"] if line.held else []
