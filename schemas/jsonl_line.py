"""One line of our own JSON lines: an image and everything that is known of it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.geometry import Polygon
from schemas.vocabulary import Split

Pixel = Annotated[float, Field(ge=-1e7, le=1e7)]
Text = Annotated[str, Field(min_length=1)]
Px = Annotated[int, Field(gt=0, le=10_000_000)]
Corner = tuple[Pixel, Pixel]


class _Part(BaseModel):
    """Unknown fields are kept aside, to be reported."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)


class _Place(_Part):
    bbox: tuple[Pixel, Pixel, Pixel, Pixel] | None = Field(
        None, description="upright box x0, y0, x1, y1 in px of the image, origin top left"
    )
    polygon: tuple[Corner, ...] | None = Field(
        None, min_length=3, description="corners in px, in order; four for an oriented box"
    )

    @model_validator(mode="after")
    def _is_somewhere(self) -> "_Place":
        if (self.bbox is None) == (self.polygon is None):
            raise ValueError("give either bbox or polygon")
        return self

    @property
    def inverted(self) -> bool:
        """Whether the box has its corners exchanged."""
        return self.bbox is not None and (
            self.bbox[0] > self.bbox[2] or self.bbox[1] > self.bbox[3]
        )

    @property
    def corners(self) -> Polygon:
        """The corners, px; those of a box clockwise from the upper left."""
        if self.polygon is not None:
            return self.polygon
        assert self.bbox is not None  # noqa: S101  # by the validator
        (x0, x1), (y0, y1) = sorted(self.bbox[::2]), sorted(self.bbox[1::2])
        return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


class LineObject(_Place):
    """One annotated thing, by bbox or polygon."""

    category: Text = Field(description="its class, as you spell it")
    difficult: int = Field(0, ge=0, le=9, description="0 = not difficult")
    truncated: bool = Field(False, description="cut off by the edge of the image")
    crowd: bool = Field(False, description="one label for several objects")


class LineQuestion(_Part):
    """One question about the image, with its answer."""

    question: Text
    answer: Text
    type: str | None = Field(None, description="your own name for this kind of question")


class LineExpression(_Place):
    """One expression that fits exactly one object, by bbox or polygon."""

    text: Text = Field(description="such as “the white plane at the upper left”")
    category: str | None = Field(None, description="class of the object")


class LineRegion(_Place):
    """One text about one region, by bbox or polygon; it may fit other regions too."""

    text: Text
    category: str | None = Field(None, description="class of what is there")


class LineTurn(_Part):
    """One side's words in a conversation."""

    role: Literal["user", "assistant"]
    content: Text = Field(description="boxes are written as [x0, y0, x1, y1] in px")


class JsonlLine(_Part):
    """One image and everything that is known of it. Only “image” is needed."""

    model_config = ConfigDict(title="RS-GPT4V JSON line")

    image: Text = Field(description="path of the image file, relative to the folder, with /")
    split: Split | None = Field(None, description="the official split, where there is one")
    width: Px | None = Field(None, description="px of the image that was labelled")
    height: Px | None = Field(None, description="px of the image that was labelled")
    gsd: float | None = Field(None, gt=0, description="metres per pixel")
    licence: str | None = Field(None, description="terms of the image, such as CC-BY-4.0")
    attribution: str | None = Field(None, description="whom to credit for the image")
    parent: str | None = Field(None, description="name of the image that this is a crop of")
    aliases: tuple[str, ...] = Field(
        (), description="names of the same image in other datasets, such as dota/P1888"
    )
    classes: tuple[Text, ...] = Field(
        (), description="classes of which every object of the image is given in “objects”"
    )
    objects: tuple[LineObject, ...] = ()
    captions: tuple[Text, ...] = Field((), description="sentences about the whole image")
    questions: tuple[LineQuestion, ...] = ()
    expressions: tuple[LineExpression, ...] = ()
    regions: tuple[LineRegion, ...] = ()
    scene_class: Text | None = Field(None, description="class of the whole image")
    conversations: tuple[tuple[LineTurn, ...], ...] = Field(
        (), description="each a list of turns, user and assistant in turn"
    )


LABELS = ("objects", "captions", "questions", "expressions", "regions", "scene_class",
          "conversations")  # fmt: skip
"""The fields that say something about what is to be seen."""
