"""How models write boxes into text: one dialect for each family of them.

The forms are those of the models' own training data or documentation, named at each dialect.
"""

from tasks.spatial.dialects.dialect import CollapsedBox, Dialect, FoundBox, Frame, UnwritableBox
from tasks.spatial.dialects.recognise import dialect_named, dialects, recognise_dialect

__all__ = [
    "CollapsedBox",
    "Dialect",
    "FoundBox",
    "Frame",
    "UnwritableBox",
    "dialect_named",
    "dialects",
    "recognise_dialect",
]
