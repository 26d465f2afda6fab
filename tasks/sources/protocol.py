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
from schemas.vocabulary import Split
from tasks.sources.folder import SourceFolder

NO_ID: Final = ""  # of an annotation whose scene, and so whose id, is not known yet
FARTHEST: Final = 1e7  # px; no image is that large, so a coordinate beyond it is a mistake


class SceneLabels(Record):
    """One image that a source lists, with everything that its labels say."""

    name: str = Field(description="path of the image relative to the source folder, with /")
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


class Source(Protocol):
    """One annotation format. A module of this package that has one names it ``SOURCE``."""

    name: str
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

        An image that cannot be labelled is a Rejection in its place. Raises SourceError where the
        folder as a whole cannot be read.
        """
        ...


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
