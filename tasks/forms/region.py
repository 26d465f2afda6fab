"""Region captions: a box is given, its object is described by what the label tells of it."""

from collections.abc import Iterable, Iterator

from schemas.facts import ObjectFact
from schemas.vocabulary import TaskType
from tasks.forms.position import clear_cell
from tasks.forms.proposal import (
    Outcome,
    Proposal,
    Voice,
    box_text,
    listed,
    metres,
    opened,
    place,
    size_text,
)
from tasks.forms.view import View
from tasks.grounding.references import tag
from tasks.lexicon import plural, with_article
from schemas.vocabulary import Shape

AXES = {
    0: "horizontally in the image",
    45: "diagonally, from the upper left to the lower right",
    90: "vertically in the image",
    135: "diagonally, from the lower left to the upper right",
}
NEAR_AXIS = 12.0  # degrees
