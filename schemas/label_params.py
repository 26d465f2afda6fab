"""The parameters of what labels in words become."""

from typing import Final

from pydantic import Field

from schemas.form import Params

LABEL_FORMS: Final = (  # what lineage.form says of samples that restate labels in words
    "bundle", "caption", "conversation", "expression", "expression_region", "question",
    "region_text", "scene_class",
)  # fmt: skip


class LabelParams(Params):
    """Captions, questions, expressions, classes and conversations that came with an image."""

    captions: int = Field(
        5, ge=0, le=100, title="Captions", description="At most of one image, distinct ones."
    )
    questions: int = Field(
        1000, ge=0, le=100_000, title="Questions", description="At most of one image."
    )
    binned_counts: bool = Field(
        False, title="Binned counts",
        description="Answer RSVQA's counts by its bins, such as “between 11 and 100”.",
    )  # fmt: skip
    regions: bool = Field(
        True, title="Regions of expressions",
        description="Expressions are also used as captions of the regions that they mean.",
    )  # fmt: skip
    bundle: int = Field(
        0, ge=0, le=50, title="Bundle",
        description="Questions of one image that go into one dialogue; 0 keeps each on its own.",
    )  # fmt: skip
