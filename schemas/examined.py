"""What is asked of someone's own dataset, and what came of each of its statements."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.geometry import Box
from schemas.record import Record
from schemas.verdict import ClaimKind, Outcome

ALL = "all"


class ExamineSpec(Record):
    """A dataset to be checked, and where its objects and images are."""

    path: str = Field(description="label file, or folder with label files")
    form: str | None = Field(None, description="source format; recognised where it is not given")
    objects: str | None = Field(None, description="file or folder with the objects of its images")
    objects_form: str | None = None
    images: tuple[str, ...] = Field((), description="folders in which images are looked up")
    dialect: str | None = Field(None, description="of boxes in LLaVA texts")
    width: int | None = Field(None, gt=0, description="px, of images that are not there")
    height: int | None = Field(None, gt=0, description="px, of images that are not there")
    complete: tuple[str, ...] = Field(
        (), description="classes of which every object is labelled; “all”: those that have one"
    )


class Ground(StrEnum):
    """What the texts of one image are held against."""

    OBJECTS = "objects"
    BOXES = "boxes"  # in the text itself
    NOTHING = "nothing"


class Mentioned(Record):
    """An object that a verdict rests on, and where it is labelled."""

    ref: str = Field(description="number in the image, such as o12")
    category: str = Field(description="canonical class")
    box: Box = Field(description="x0, y0, x1, y1 of the part inside the image, px")
    file: str
    line: int | None = None
    element: str | None = None


class Examined(Record):
    """One row per statement of a dataset that was checked."""

    file: str = Field(description="path relative to the folder, with /")
    line: int | None = Field(None, ge=1)
    element: str | None = Field(None, description="path of the text in its line or file")
    record: str = Field("", description="id of the entry, where it has one")
    image: str
    turn: int = Field(0, ge=0, description="of the conversation, from 0")
    sentence: str
    claim: str = Field(description="the words that were checked")
    kind: ClaimKind
    outcome: Outcome
    borderline: bool = False
    evidence: str
    found: str | None = Field(None, description="the value computed, such as 14 or upper left")
    margin: float | None = Field(None, description="see Verdict")
    objects: tuple[Mentioned, ...] = Field((), description="that the evidence rests on, a few")
    against: Ground = Field(description="what it was held against")
    lacking: str = Field("", description="what was not to be had, where nothing could be checked")


class Oddity(Record):
    """One row per thing in a dataset that could not be read."""

    file: str
    line: int | None = None
    element: str | None = None
    severity: Literal["error", "warning", "note"]
    detail: str = Field(description="what was found")
    remedy: str = Field(description="what to do about it")
