"""The loop over a batch of tiles: each kind of label goes to its file."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import pyarrow as pa

from prompts import load_phrasings
from schemas.label_params import LabelParams
from schemas.vocabulary import Reason
from tasks.labels.captions import adapt_captions
from tasks.labels.columns import WHOLE, Image, Labels
from tasks.labels.conversations import adapt_conversations
from tasks.labels.expressions import adapt_expressions, tried
from tasks.labels.how import (
    CAPTION,
    CONVERSATION,
    EXPRESSION,
    PHRASED_BY,
    QUESTION,
    REGION_TEXT,
    SCENE_CLASS,
    How,
)
from tasks.labels.questions import adapt_questions
from tasks.labels.regions import adapt_regions
from tasks.labels.scene_classes import adapt_scene_classes
from tasks.labels.sheet import Adapted, Sheet
from tasks.labels.wording import Wording


class Adapter(Protocol):
    """What becomes of the labels of one kind that one image has."""

    def __call__(
        self, image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, how: How
    ) -> int:
        """Add drafts and rejections to ``sheet``; return how many candidates there were."""
        ...


ADAPTERS: Final[Mapping[str, Adapter]] = {
    "caption": adapt_captions,
    "question_answer": adapt_questions,
    "referring": adapt_expressions,
    "region": adapt_regions,
    "scene_class": adapt_scene_classes,
    "conversation": adapt_conversations,
}
FORMS: Final = {
    "caption": CAPTION,
    "question_answer": QUESTION,
    "referring": EXPRESSION,
    "region": REGION_TEXT,
    "scene_class": SCENE_CLASS,
    "conversation": CONVERSATION,
}
PROMPTS: Final = tuple(f"phrasings/{name}" for name in sorted(set(PHRASED_BY.values())))


def load_how(params: LabelParams, seed: int) -> How:
    """Return how labels are adapted, with all phrasings prepared."""
    names = sorted(set(PHRASED_BY.values()))
    return How(params, seed, Wording({name: load_phrasings(name) for name in names}))


def adapt_labels(batch: pa.RecordBatch, how: How) -> Adapted:
    """Return what becomes of the labels of ``batch``, which has the columns of LabelledTile.

    Drafts come in the order of the tiles. Every label is one candidate per form that it is tried
    in; questions that go into one dialogue are one together.
    """
    labels = Labels(batch)
    sheet = Sheet(labels, how)
    for image, places in labels.images():
        for kind, adapter in ADAPTERS.items():
            if kind not in places:
                continue
            adapt = adapter if image.is_whole else _reject_all
            sheet.candidates += adapt(image, labels, places[kind], sheet, how)
    return sheet.finish()


def _reject_all(image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, how: How) -> int:
    """Reject labels that speak of a scene of which the tile shows only a part."""
    detail = f"speaks of the whole scene, the tile shows a part; {WHOLE}"
    forms: tuple[str, ...] = ()
    for place in places:
        kind = labels.texts("kind")[place]
        forms = tried(how) if kind == "referring" else (FORMS[kind],)
        for form in forms:
            sheet.reject(image, form, place, Reason.NOT_WHOLE, detail, labels.given(place))
    return len(places) * len(forms)
