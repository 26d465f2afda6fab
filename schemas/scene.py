"""What ingestion reads: scenes, their annotations, and findings about them."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.geometry import Polygon
from schemas.record import Record
from schemas.turn import Turn
from schemas.vocabulary import FindingKind, Severity, Shape, Split

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class LabelOrigin(Record):
    """Where a label was read."""

    file: str = Field(description="path relative to the source folder, with /")
    line: int | None = Field(None, ge=1, description="line number, from 1, in a text file")
    element: str | None = Field(None, description="path of the element in a JSON or XML file")


class ObjectAnnotation(Record):
    """One annotated thing."""

    kind: Literal["object"] = "object"
    id: str = Field(description="hash of scene id, origin and content")
    shape: Shape = Field(description="how it was annotated")
    polygon: Polygon = Field(min_length=3, description="corners as given, scene px")
    category_as_given: str = Field(description="the class as the source spells it")
    category: str = Field(description="canonical class, singular, words separated by spaces")
    difficult: int = Field(0, ge=0, description="the source's difficulty flag, 0 = not difficult")
    truncated: bool = Field(False, description="the source says that the object is cut off")
    crowd: bool = Field(False, description="one label that stands for several objects")
    origin: LabelOrigin


class CaptionAnnotation(Record):
    """One sentence about a whole scene."""

    kind: Literal["caption"] = "caption"
    id: str
    text: str = Field(description="as given")
    origin: LabelOrigin


class QuestionAnswerAnnotation(Record):
    """One question about a scene, with its answer."""

    kind: Literal["question_answer"] = "question_answer"
    id: str
    question: str = Field(description="as given")
    answer: str = Field(description="as given")
    question_type: str | None = Field(None, description="the source's own type name")
    origin: LabelOrigin


class ReferringAnnotation(Record):
    """One expression that names one object of a scene."""

    kind: Literal["referring"] = "referring"
    id: str
    expression: str = Field(description="as given")
    polygon: Polygon = Field(min_length=3, description="the object's corners, scene px")
    category: str | None = Field(None, description="canonical class where the source gives one")
    origin: LabelOrigin


class RegionAnnotation(Record):
    """One text about one region of a scene, which may fit other regions too."""

    kind: Literal["region"] = "region"
    id: str
    text: str = Field(description="as given")
    polygon: Polygon = Field(min_length=3, description="the region's corners, scene px")
    category: str | None = Field(None, description="canonical class where the source gives one")
    origin: LabelOrigin


class TextBox(Record):
    """One box that a turn of a conversation writes down."""

    turn: int = Field(ge=0)
    start: int = Field(ge=0, description="first character of the box in the turn")
    end: int = Field(gt=0, description="character after its last")
    polygon: Polygon = Field(min_length=3, description="corners, scene px")


class ConversationAnnotation(Record):
    """Questions and answers that belong together, user and assistant in turn."""

    kind: Literal["conversation"] = "conversation"
    id: str
    turns: tuple[Turn, ...] = Field(min_length=2, description="as given, without image marks")
    boxes: tuple[TextBox, ...] = Field((), description="in the order of the text")
    origin: LabelOrigin


class SceneClassAnnotation(Record):
    """The class of a whole scene."""

    kind: Literal["scene_class"] = "scene_class"
    id: str
    category_as_given: str
    category: str = Field(description="canonical class")
    origin: LabelOrigin


Annotation = Annotated[
    ObjectAnnotation
    | CaptionAnnotation
    | QuestionAnswerAnnotation
    | ReferringAnnotation
    | RegionAnnotation
    | ConversationAnnotation
    | SceneClassAnnotation,
    Field(discriminator="kind"),
]

Label = Annotated[
    CaptionAnnotation
    | QuestionAnswerAnnotation
    | ReferringAnnotation
    | RegionAnnotation
    | ConversationAnnotation
    | SceneClassAnnotation,
    Field(discriminator="kind"),
]
"""An annotation in words: all but objects. It speaks of the scene as a whole."""


class SceneCandidate(Record):
    """One row per image that a source lists, before the image itself was looked at."""

    id: str = Field(description="scene id: hash of source name and image bytes")
    source: str = Field(description="name of the source format in the registry, such as dota")
    name: str = Field(description="path of the image relative to the source folder, with /")
    uri: str = Field("", exclude=True, description="where the image file is now; not stored")
    sha256: Sha256 | None = Field(description="of the file's bytes; none where it is absent")
    size: int = Field(ge=0, description="of the file, bytes")
    aliases: tuple[str, ...] = Field(
        (), description="the image's names in datasets, as <source name>/<name without suffix>"
    )
    gsd: float | None = Field(None, gt=0, description="metres per pixel, where labels say so")
    assumed_gsd: float | None = Field(
        None, gt=0, description="metres per pixel where neither labels nor image say so"
    )
    width: int | None = Field(None, gt=0, description="px, as the labels say")
    height: int | None = Field(None, gt=0, description="px, as the labels say")
    split: Split | None = Field(None, description="the source's official split")
    licence: str | None = None
    attribution: str | None = None
    parent: str | None = Field(None, description="name of the image this is a crop of")
    exhaustive: tuple[str, ...] = Field(
        (), description="canonical classes of which the source labels every object"
    )
    annotations: tuple[Annotation, ...] = ()
    finding_kinds: tuple[FindingKind, ...] = Field(
        (), description="what was found odd about its labels as they were read"
    )


class Scene(Record):
    """One source image."""

    id: str = Field(description="hash of source name and image bytes")
    source: str = Field(description="name of the source format in the registry")
    name: str = Field(description="path of the image relative to the source folder, with /")
    uri: str = Field("", exclude=True, description="where the image file is now; not stored")
    sha256: Sha256 = Field(description="of the file's bytes")
    perceptual_hash: str = Field(description="64-bit DCT hash of the picture, 16 hex digits")
    aliases: tuple[str, ...] = Field(
        (), description="the image's names in datasets, as <source name>/<name without suffix>"
    )
    width: int = Field(gt=0, description="px, as displayed (after EXIF rotation)")
    height: int = Field(gt=0, description="px, as displayed (after EXIF rotation)")
    bands: int = Field(gt=0)
    gsd: float | None = Field(None, gt=0, description="metres per pixel")
    crs: str | None = Field(None, description="coordinate reference system, such as EPSG:32618")
    transform: tuple[float, float, float, float, float, float] | None = Field(
        None, description="affine a, b, c, d, e, f from px to CRS units"
    )
    split: Split | None = Field(None, description="the source's official split")
    licence: str | None = None
    attribution: str | None = None
    parent: str | None = Field(None, description="name of the image this is a crop of")
    exhaustive: tuple[str, ...] = Field(
        (), description="canonical classes of which the source labels every object"
    )
    bare: bool = Field(
        False, description="nothing of it is labelled, and no label file says that it is empty"
    )

    @property
    def north_up(self) -> bool:
        """Whether the upper edge is known to be north (georeferenced, not rotated)."""
        if self.crs is None or self.transform is None:
            return False
        a, b, _, d, e, _ = self.transform
        return a > 0 and e < 0 and b == 0 and d == 0


class Look(Record):
    """What the picture of a scene looks like, to find it again under other names."""

    pixels_sha256: Sha256 = Field(description="of width, height and the decoded 8-bit RGB pixels")
    hashes: tuple[str, ...] = Field(
        description="64-bit DCT hashes, 16 hex digits each: of the picture as it is, then turned "
        "by 90°, 180° and 270°, then the same four of its mirror image"
    )
    contrast: float = Field(ge=0, description="standard deviation of the grey picture, 0 to 128")
    sketch: bytes = Field(description="the grey picture shrunk to 64×64 px, row by row")


class LabelledScene(Record):
    """A scene with everything that its labels say."""

    scene: Scene
    annotations: tuple[Annotation, ...]


class IngestedScene(LabelledScene):
    """One row per scene, with everything that came with it, and what it looks like."""

    look: Look


class Finding(Record):
    """One row per oddity found in a source."""

    source: str = Field(description="name of the source format")
    kind: FindingKind = Field(description="one of a closed list")
    severity: Severity = Field(description="how much it matters")
    file: str = Field(description="path relative to the source folder, with /")
    line: int | None = Field(None, ge=1, description="in that file, from 1")
    element: str | None = Field(None, description="path of the element in a JSON or XML file")
    detail: str = Field(description="what was found")
    remedy: str = Field(description="what to do about it")
    scene_id: str | None = Field(
        None, description="of the scene that it is about; none where it is about none alone"
    )
