"""What a source format is, and what it reads: scenes with their labels, losses and oddities."""

import math
from collections.abc import Iterable, Iterator
from typing import Final, Protocol, SupportsFloat

from pydantic import Field

from schemas.geometry import Polygon
from schemas.params import SourceSpec
from schemas.record import Record
from schemas.sample import Rejection
from schemas.scene import Annotation, Finding
from schemas.vocabulary import Reason, Split
from tasks.sources.folder import SourceFolder

NO_ID: Final = ""  # of an annotation whose scene, and so whose id, is not known yet
MOST_LABELS: Final = 50_000  # of one image; the densest known have a fifth of that
FARTHEST: Final = 1e7  # px; no image is that large, so a coordinate beyond it is a mistake


class SceneLabels(Record):
    """One image that a source lists, with everything that its labels say."""

    name: str = Field(
        description="path of the image relative to the source folder, with /; where the image is "
        "absent, what the labels call it"
    )
    present: bool = Field(True, description="the image file is there; if not, only labels are read")
    aliases: tuple[str, ...] = Field(
        (), description="names of the same image in other datasets, such as dota/P1888"
    )
    annotations: tuple[Annotation, ...] = Field((), description="without ids")
    classes: tuple[str, ...] = Field(
        (), description="as spelled; the classes of which every object of the scene is given"
    )
    findings: tuple[Finding, ...] = Field((), description="what is odd about these labels")
    gsd: float | None = Field(None, gt=0, description="metres per pixel")
    width: int | None = Field(None, gt=0, description="px")
    height: int | None = Field(None, gt=0, description="px")
    split: Split | None = Field(None, description="the source's official split")
    licence: str | None = None
    attribution: str | None = None
    parent: str | None = Field(None, description="name of the image this is a crop of")


Told = SceneLabels | Rejection
"""What a label file gives for one image."""


class Source(Protocol):
    """One annotation format. A module of this package that has one names it ``SOURCE``.

    ``licence`` is what the publisher states for the images, None where that differs from file to
    file or is not stated; ``generic`` formats are recognised only where no other format is.
    """

    name: str
    generic: bool
    title: str
    layout: str
    licence: str | None
    citation: str

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether ``folder`` looks like this format; cheap, and never an error."""
        ...

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image of ``folder`` once, by name, and what belongs to no image.

        Labels of an image that is absent are yielded too, with ``present`` False, after those of
        the images that are there. An image that cannot be labelled is a Rejection in its place.
        Raises SourceError where the folder as a whole cannot be read.
        """
        ...


def too_many(image: str, count: int, source: str, file: str) -> Rejection:
    """Return the rejection of an image with more labels than any image has."""
    return Rejection(
        stage="scan", subject="scene", subject_id=image, source=source, reason=Reason.TOO_LARGE,
        file=file,
        detail=f"“{image}” has {count:,} labels in {file}; no image has more than {MOST_LABELS:,}. "
        "Take out those that are repeated, or cut the image into several.",
    )  # fmt: skip


def polygon_of(values: Iterable[SupportsFloat | str]) -> Polygon:
    """Return x1, y1, x2, y2 … as corners.

    Raises ValueError where a value is no number, not finite or beyond any image.
    """
    numbers = [_number(value) for value in values]
    if len(numbers) % 2:
        raise ValueError(f"{len(numbers)} coordinates are no pairs of x and y")
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _number(value: SupportsFloat | str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"“{value}” is no number") from None
    if not math.isfinite(number) or abs(number) > FARTHEST:
        raise ValueError(f"{value} is no coordinate in an image")
    return number
