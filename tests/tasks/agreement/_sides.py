"""Makes what sources say about images."""

from schemas.scene import (
    CaptionAnnotation,
    LabelOrigin,
    ObjectAnnotation,
    QuestionAnswerAnnotation,
    SceneCandidate,
    SceneClassAnnotation,
)
from schemas.vocabulary import Shape

SQUARE = ((0, 0), (4, 0), (4, 4), (0, 4))


def candidate(source, name, *annotations, aliases=(), exhaustive=(), present=True):
    """Return an image of ``source``; its first alias is its own."""
    return SceneCandidate(
        id=f"{source}:{name}", source=source, name=f"{name}.png",
        sha256="0" * 64 if present else None,
        size=1, aliases=(f"{source}/{name}", *aliases), exhaustive=exhaustive,
        annotations=annotations,
    )  # fmt: skip


def thing(category, line=1, *, file="labels.txt", **more):
    """Return an object."""
    return ObjectAnnotation(
        id="", shape=Shape.HBB, polygon=SQUARE, category_as_given=category, category=category,
        origin=LabelOrigin(file=file, line=line), **more,
    )  # fmt: skip


def qa(question, answer, line=1, file="questions.txt"):
    """Return a question with its answer."""
    origin = LabelOrigin(file=file, line=line)
    return QuestionAnswerAnnotation(id="", question=question, answer=answer, origin=origin)


def theme(category, file="themes.txt"):
    """Return a scene class."""
    return SceneClassAnnotation(
        id="", category_as_given=category, category=category, origin=LabelOrigin(file=file, line=1)
    )


def caption(text, element="images[0].sentences[0]"):
    """Return a caption."""
    return CaptionAnnotation(
        id="", text=text, origin=LabelOrigin(file="captions.json", element=element)
    )
