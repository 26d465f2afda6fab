"""Boxes in text, ``[x0, y0, x1, y1]`` in pixels of the tile, held against those of objects."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.references import Parsed
from tasks.grounding.truth import Floats, Truth
from tasks.grounding.verdicts import Checked, verdict

BOX_ERROR: Final = 1.5  # px: whole pixels, rounded one way or another
_NUMBER: Final = r"\s{0,3}(-?\d+(?:\.\d+)?)\s{0,3}"
_BOX: Final = re.compile(rf"\[{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}\]")


def box_verdicts(text: Parsed, truth: Truth, own: Sequence[str]) -> Iterator[Checked]:
    """Judge every box of tile px in ``text``.

    It must be that of one of the ``own`` objects, or of the objects of a tag, or of all of them
    together; where there are none, of any object of the tile.
    """
    found = list(_BOX.finditer(text.plain))
    known = [ref for ref in own if ref in truth.objects] or list(truth.objects)
    if not found or not known:
        return
    groups = [known, *(span.refs for span in (*text.spans, *text.boxes))]
    places = [place for refs in groups if (place := truth.place(refs))]
    boxes = np.concatenate([places[0].boxes, *(place.box[None] for place in places)])
    for match in found:
        yield _boxed(match, boxes)


def _boxed(match: re.Match[str], boxes: Floats) -> Checked:
    claimed = np.array([float(number[:9]) for number in match.groups()])
    errors = np.abs(boxes - claimed).max(axis=1)
    nearest = boxes[errors.argmin()]
    outcome: Outcome = "supported" if errors.min() <= BOX_ERROR else "contradicted"
    shown = ", ".join(f"{value:.1f}" for value in nearest)
    return Checked(
        verdict(
            ClaimKind.BOX, match[0][:160], outcome, f"the nearest box is ({shown}) px",
            start=match.start(), end=match.end(), found=f"({shown})",
        )
    )  # fmt: skip
