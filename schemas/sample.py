"""What is published, and what was not kept."""

from typing import Literal

from pydantic import Field

from schemas.geometry import Box, Polygon, Window
from schemas.record import Record
from schemas.scene import LabelOrigin
from schemas.symmetry import TurnedSample
from schemas.teacher import Spent
from schemas.turn import Span, Turn
from schemas.verdict import Repair, Verdict
from schemas.vocabulary import Origin, Reason, Split, TaskType


class SampleObject(Record):
    """One object that a sample speaks of."""

    ref: str = Field(description="number in the tile, such as o12")
    annotation_id: str = Field(description="id of the label it came from")
    category: str = Field(description="canonical class")
    polygon: Polygon = Field(description="the part inside the tile, scene px")
    box: Box = Field(description="x0, y0, x1, y1 round that part, scene px")


class Lineage(Record):
    """Why a sample exists."""

    origin: Origin = Field(description="restates a label, or was written by the teacher")
    stage: str = Field(description="stage that wrote it")
    form: str = Field(description="what kind of question or text, such as counting")
    labels: tuple[LabelOrigin, ...] = Field(description="where its objects were read")
    prompt: str = Field(description="prompt or phrasing file")
    prompt_fingerprint: str = Field(description="changes when a word of that file changes")
    model: str | None = Field(None, description="none when no teacher was asked")
    temperature: float | None = Field(None, description="asked for; none when no teacher was asked")
    max_tokens: int | None = Field(None, description="allowed for the answer")
    seed: int = Field(description="of what was drawn: phrasings, order")
    request_key: str | None = Field(
        None, description="of the answer it was made of; shown by answers show"
    )
    rests_on: tuple[str, ...] = Field((), description="request keys of earlier answers used")
    spent: Spent | None = Field(
        None,
        description="what the whole request took, which other samples may share; none when no "
        "teacher was asked",
    )
    licence: str | None = Field(
        None, description="terms of the picture and its labels; none where they are not known"
    )
    attribution: str | None = Field(None, description="whom those terms name")
    original: str | None = Field(
        None, description="the label's text as given, where it was mended; a line per part"
    )
    spans: tuple[Span, ...] = Field((), description="words of the turns that stand for objects")
    verdicts: tuple[Verdict, ...] = Field(
        (), description="what verification said of each statement"
    )
    repairs: tuple[Repair, ...] = Field((), description="what verification mended, in order")
    turned: TurnedSample | None = Field(
        None, description="how it was made of another sample, whose text and picture were turned"
    )


class Draft(Record):
    """One row per sample to be verified; turns made by forms still carry <ref> tags."""

    id: str = Field(description="hash of tile, task type and text")
    task: TaskType
    source: str
    split: Split
    scene_id: str
    tile_id: str
    turns: tuple[Turn, ...] = Field(min_length=2)
    objects: tuple[SampleObject, ...]
    lineage: Lineage


class Sample(Record):
    """One row per published instruction sample: plain text, the objects it means, its lineage."""

    id: str = Field(description="hash of tile, task type and text")
    task: TaskType = Field(description="what the sample asks for")
    source: str = Field(description="name of the source format")
    split: Split = Field(
        description="the same for every sample of the scene and of all scenes that show its ground"
    )
    scene_id: str = Field(description="hash of the source and the picture's content")
    tile_id: str = Field(description="id of the row in the images table")
    window: Window = Field(description="the tile, scene px")
    turns: tuple[Turn, ...] = Field(
        min_length=2, description="question and answer by turns, the question first; plain text"
    )
    objects: tuple[SampleObject, ...] = Field(description="those that the text speaks of")
    lineage: Lineage = Field(description="why the sample exists")


class Rejection(Record):
    """One row per thing that was not kept."""

    stage: str = Field(description="where it was left out")
    subject: Literal["scene", "tile", "request", "sample"] = Field(description="what it was")
    subject_id: str = Field(description="id, or the file name where there is no id yet")
    source: str = Field(description="name of the source format")
    reason: Reason = Field(description="one of a closed list")
    detail: str = Field(description="what was found, and what to do about it")
    file: str | None = Field(None, description="path relative to the source folder")
    line: int | None = Field(None, ge=1, description="in that file, from 1")
    payload: str = Field("", description="the raw text or record that was rejected")
    scene_id: str | None = Field(
        None, description="of the scene that it is about; none where there is none"
    )
