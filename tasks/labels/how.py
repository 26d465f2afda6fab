"""How labels in words are adapted: parameters, seed, wording; and the forms that come of them."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from schemas.label_params import LabelParams
from tasks.labels.wording import Wording

CAPTION: Final = "caption"
QUESTION: Final = "question"
EXPRESSION: Final = "expression"
EXPRESSION_REGION: Final = "expression_region"
REGION_TEXT: Final = "region_text"
SCENE_CLASS: Final = "scene_class"
CONVERSATION: Final = "conversation"
BUNDLE: Final = "bundle"

PHRASED_BY: Final = {
    CAPTION: "caption",
    QUESTION: "question",
    EXPRESSION: "expression",
    EXPRESSION_REGION: "region_text",
    REGION_TEXT: "region_text",
    SCENE_CLASS: "scene_class",
    CONVERSATION: "conversation",
    BUNDLE: "question",
}
"""The file of phrasings that each form is worded by."""


@dataclass(frozen=True)
class How:
    """What decides how labels are adapted."""

    params: LabelParams
    seed: int
    words: Wording

    def draw(self, label_id: str) -> int:
        """Return a number of 64 bits drawn by the seed and the label's id alone."""
        text = f"{self.seed}/{label_id}".encode()
        return int.from_bytes(blake2b(text, digest_size=8).digest())

    def chosen(self, ids: list[str], quota: int) -> set[str]:
        """Return ``quota`` of the labels ``ids``, drawn by seed; all where there are no more."""
        if len(ids) <= quota:
            return set(ids)
        return set(sorted(ids, key=lambda one: (self.draw(one), one))[:quota])
