"""Which scenes show the same ground, and the split that follows."""

from typing import Literal

from pydantic import Field

from schemas.record import Record
from schemas.vocabulary import Split


class Placement(Record):
    """One row per scene that may be used: its component, and its split."""

    scene_id: str
    component: str = Field(description="same for all scenes that show the same ground")
    split: Split


class Link(Record):
    """One row per pair of scenes that show the same ground, and why that is held."""

    first_id: str = Field(description="id of the scene")
    first_source: str = Field(description="name of the source format")
    first_name: str = Field(description="path of its picture in its source")
    first_split: Split | None = Field(None, description="official")
    second_id: str = Field(description="id of the scene")
    second_source: str = Field(description="name of the source format")
    second_name: str = Field(description="path of its picture in its source")
    second_split: Split | None = Field(None, description="official")
    evidence: Literal["pixels", "look", "crop", "name"] = Field(
        description="why: equal pixels, a like look, a crop of the other, a name"
    )
    detail: str = Field(description="such as: 3 of 64 bits differ, turned by 90°")
    leak: bool = Field(description="whether the official splits of the two disagree")
