"""Command scorecard: a release by the six principles, beside the release before it."""

import argparse
from typing import Final

from rich.table import Table

from flows.cli.console import console
from flows.cli.main import DONE
from schemas.errors import UsageError
from schemas.scorecard import Scorecard
from schemas.settings import settings
from tasks.report.scores import COLUMNS, ScoreLine, said, score_lines, shortfall_table
from tasks.storage.releases import read_manifest, resolve
from tasks.storage.store import Store

RIGHT: Final = ("value", "before", "threshold")


def configure_scorecard(parser: argparse.ArgumentParser) -> None:
    """Add the options of scorecard."""
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds the releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--version", metavar="NAME", help="of the release [default: the latest]")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_scorecard(options: argparse.Namespace) -> int:
    """Show the numbers of a release and what its gate said."""
    store = Store(options.root)
    manifest = read_manifest(store, resolve(store, options.version))
    card, gate = manifest.scorecard, manifest.gate
    if card is None or gate is None:
        raise UsageError(
            f"Release “{manifest.version}” in {options.root} has no scorecard: it was made before "
            "there was one. Build it again under a new --version."
        )
    if options.json:
        print(manifest.model_dump_json(include={"version", "scorecard", "gate"}, indent=2))
        return DONE
    out = console()
    beside = f", beside {card.previous}" if card.previous else ""
    out.print(f"[bold]Release {manifest.version}[/bold]{beside}")
    out.print(_table(card))
    out.print(f"\n{said(gate)}")
    for line in shortfall_table(gate) if gate.shortfalls else ():
        out.print(line, markup=False)
    return DONE


def _table(card: Scorecard) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in RIGHT else "left")
    shown = ""
    for line in score_lines(card):
        principle, *cells = line.cells
        table.add_row("" if principle == shown else principle, *cells, style=_style(line))
        shown = principle
    return table


def _style(line: ScoreLine) -> str | None:
    return "red" if line.judged == "failed" or line.change == "regression" else None
