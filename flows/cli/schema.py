"""Command schema: what one line of our own JSON lines may hold, as JSON Schema."""

import argparse
import json
from typing import Any, Final

from flows.cli.main import DONE
from schemas.jsonl_line import JsonlLine

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def configure_schema(parser: argparse.ArgumentParser) -> None:
    """Add the options of schema."""
    parser.add_argument(
        "--indent", type=int, choices=range(9), default=2, metavar="N",
        help="spaces a level, 0 to 8 [default %(default)s]",
    )  # fmt: skip


def run_schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of one line."""
    print(json.dumps(line_schema(), ensure_ascii=False, indent=options.indent))
    return DONE


def line_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line, draft 2020-12, made from its record."""
    return {"$schema": DRAFT, **JsonlLine.model_json_schema()}
