"""Command sources: every format that is read, with layout, licence and citation."""

import argparse
import json

from rich.table import Table

from flows.cli.console import console
from flows.cli.main import DONE
from tasks.inspect import Format, known_formats

UNKNOWN_LICENCE = "not stated"


def configure_sources(parser: argparse.ArgumentParser) -> None:
    """Add the options of sources."""
    parser.epilog = "“rs-gpt4v inspect PATH” finds out which of these a folder is in."
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_sources(options: argparse.Namespace) -> int:
    """List the formats."""
    formats = known_formats()
    if options.json:
        listed = [known.model_dump(mode="json") for known in formats]
        print(json.dumps(listed, indent=2, ensure_ascii=False))
    else:
        console().print(formats_table(formats))
    return DONE


def formats_table(formats: tuple[Format, ...], *, short: bool = False) -> Table:
    """Return the formats as a table; ``short``: without licence and citation."""
    table = Table("name", "layout", header_style="bold", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    if short:
        for known in formats:
            table.add_row(known.name, known.layout)
        return table
    table.add_column("licence")
    table.add_column("citation")
    for known in formats:
        table.add_row(known.name, known.layout, known.licence or UNKNOWN_LICENCE, known.citation)
    return table
