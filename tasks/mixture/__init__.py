"""Which of the valid samples are published, and what a model that sees no picture makes of them."""

from tasks.mixture.choose import Choice, choose
from tasks.mixture.columns import Columns, Gathering, draws
from tasks.mixture.fates import Fate
from tasks.mixture.tables import blind_rows, mixture_rows

__all__ = [
    "Choice",
    "Columns",
    "Fate",
    "Gathering",
    "blind_rows",
    "choose",
    "draws",
    "mixture_rows",
]
