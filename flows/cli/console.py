"""The console that tables are printed on."""

import sys
from typing import Final

from rich.console import Console

WIDE: Final = 160  # columns, where no terminal says how many there are


def console() -> Console:
    """Return the standard output: as wide as the terminal, wide enough for tables elsewhere."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
