"""Small tiles with labels in words, for tests and benchmarks."""

from schemas.arrow import from_batch, to_batch
from schemas.geometry import Window
from schemas.label_params import LabelParams
from schemas.record import content_id
from schemas.sample import Draft, Rejection
from schemas.scene import (
    CaptionAnnotation,
    ConversationAnnotation,
    LabelOrigin,
    QuestionAnswerAnnotation,
    ReferringAnnotation,
    RegionAnnotation,
    Scene,
    SceneClassAnnotation,
    TextBox,
)
from schemas.tile import LabelledTile
from schemas.turn import Turn
from schemas.vocabulary import Split
from tasks.labels import adapt_labels, load_how

BOX = ((10.2, 20.0), (60.0, 20.0), (60.0, 49.6), (10.2, 49.6))


def named(kind, content, number):
    return {
        "id": content_id(kind, content, number),
        "origin": LabelOrigin(file="labels.json", line=number + 1, element=f"rows[{number}]"),
    }


def caption(text, number=0):
    return CaptionAnnotation(text=text, **named("caption", text, number))


def question(asked, answer, number=0, question_type=None):
    return QuestionAnswerAnnotation(
        question=asked,
        answer=answer,
        question_type=question_type,
        **named("question", asked + answer, number),
    )


def expression(text, polygon=BOX, number=0, category="ship"):
    return ReferringAnnotation(
        expression=text, polygon=polygon, category=category, **named("expression", text, number)
    )


def region(text, polygon=BOX, number=0):
    return RegionAnnotation(text=text, polygon=polygon, **named("region", text, number))


def scene_class(category, number=0):
    return SceneClassAnnotation(
        category_as_given=category.replace(" ", "_"),
        category=category,
        **named("class", category, number),
    )


def conversation(*texts, boxes=(), number=0, roles=("user", "assistant")):
    turns = tuple(Turn(role=roles[n % 2], content=text) for n, text in enumerate(texts))
    return ConversationAnnotation(
        turns=turns, boxes=tuple(boxes), **named("conversation", list(texts), number)
    )


def written(texts, turn, text, polygon=BOX):
    """Return the box that turn number ``turn`` of ``texts`` writes as ``text``."""
    start = texts[turn].index(text)
    return TextBox(turn=turn, start=start, end=start + len(text), polygon=polygon)


def labelled(*labels, name="a.png", width=100, height=80, window=None, source="rsvqa"):
    scene = Scene(
        id=content_id("scene", name),
        source=source,
        name=name,
        uri=name,
        sha256="0" * 64,
        perceptual_hash="0" * 16,
        width=width,
        height=height,
        bands=3,
        licence="CC-BY-4.0",
        attribution="Someone",
    )
    return LabelledTile(
        id=content_id("tile", name),
        scene=scene,
        window=window or Window(x0=0, y0=0, x1=width, y1=height),
        split=Split.VAL,
        labels=labels,
    )


def adapted(*tiles, seed=0, **params):
    """Return what becomes of the labels of ``tiles``."""
    batch = to_batch(tiles, LabelledTile)
    return adapt_labels(batch, load_how(LabelParams(**params), seed))


def outcomes(*tiles, seed=0, **params):
    """Return the drafts and the rejections, as records; every candidate is accounted for."""
    done = adapted(*tiles, seed=seed, **params)
    drafts = list(from_batch(done.drafts, Draft))
    rejections = list(from_batch(done.rejections, Rejection))
    assert len(drafts) + len(rejections) == done.candidates
    return drafts, rejections


def drafts_of(*labels, **options):
    return outcomes(labelled(*labels), **options)[0]


def reasons_of(*labels, **options):
    return [row.reason.value for row in outcomes(labelled(*labels), **options)[1]]


def said(draft):
    return draft.turns[1].content


def asked(draft):
    return draft.turns[0].content
