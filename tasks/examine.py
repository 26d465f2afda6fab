"""Examine: someone's own dataset is held against its objects, statement by statement.

What the images show is never asked of a model: objects come with the dataset, from a second one, or
are the boxes that its texts themselves write down.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from schemas.errors import ImageError
from schemas.examined import ALL, Examined, ExamineSpec, Ground, Mentioned, Oddity
from schemas.geometry import Window
from schemas.record import content_id
from schemas.sample import Rejection
from schemas.scene import Finding, ObjectAnnotation, Scene, SceneClassAnnotation
from schemas.tile import TileObject, TileOutline
from schemas.verdict import ClaimKind, Verdict
from schemas.vocabulary import FindingKind, Severity, Split
from tasks.examining.matching import Matches
from tasks.examining.reading import Dataset, Piece
from tasks.examining.texts import Told, own_objects, texts_of
from tasks.grounding.checks import check_turns
from tasks.grounding.consistency import disagreements
from tasks.grounding.truth import Truth
from tasks.imagery.encode import encode_jpeg
from tasks.imagery.open import open_image
from tasks.lexicon.lexicon import canonical
from tasks.sources.images import ImageSize
from tasks.spatial.polygons import box_of
from tasks.tile import placed_in

LEAST_VISIBLE: Final = 0.3  # of an object's area inside the image: with less it is not described
NO_OBJECTS: Final = "no objects of this image are known"
NO_SIZE: Final = "the image is not there and its size is not known"
_QUALITY: Final = 95  # of the picture in which colours are looked up
_UNSIZED: Final = ImageSize(
    width=1000, height=1000
)  # of an image without objects; nothing rests on it
_LEFT_OUT: Final = {FindingKind.IMAGE_WITHOUT_LABEL, FindingKind.LABEL_WITHOUT_IMAGE}
_OF_TIES: Final = {  # what was tied here, not by the text, proves nothing of it
    Ground.OBJECTS: {ClaimKind.REFERENCE},
    Ground.BOXES: {ClaimKind.REFERENCE, ClaimKind.CLASS},
    Ground.NOTHING: {ClaimKind.REFERENCE},
}
_END: Final = re.compile(r"[.!?]+(?=\s|$)|\n")


class Examination:
    """One dataset and what it is held against."""

    def __init__(self, spec: ExamineSpec) -> None:
        """Open the dataset and read the objects of a second one. Raises UsageError, SourceError."""
        self.dataset = Dataset(spec)
        self._objects = _Objects(spec) if spec.objects else None
        self._complete = tuple(sorted(self._closed(spec)))

    def rows(self) -> Iterator[Examined | Oddity]:
        """Yield the verdict on every statement, and what could not be read, in the order of files."""
        if self._objects:
            yield from self._objects.odd
        for row in self.dataset.pieces():
            if isinstance(row, Piece):
                yield from self._piece(row)
            else:
                yield from _odd(row)

    def _closed(self, spec: ExamineSpec) -> set[str]:
        """Return the classes of which every object is labelled, as the command was told."""
        named = {canonical(name) for name in spec.complete if name != ALL}
        if ALL not in spec.complete:
            return named
        if self._objects:
            return named | self._objects.classes
        pieces = (row for row in self.dataset.pieces() if isinstance(row, Piece))
        return named | {thing.category for piece in pieces for thing in _things(piece)}

    def _piece(self, piece: Piece) -> Iterator[Examined]:
        truth, against, lacking = self._truth(piece)
        for told in texts_of(piece.labels.annotations, Matches(truth)):
            verdicts = [one.verdict for one in told.boxes if against is Ground.OBJECTS]
            verdicts += (*check_turns(told.said, truth), *disagreements(told.said))
            for verdict in verdicts:
                if verdict.kind not in _OF_TIES[against]:
                    yield _examined(piece, told, verdict, truth, against, lacking)

    def _truth(self, piece: Piece) -> tuple[Truth, Ground, str]:
        """Return what is known of an image, what that rests on, and what is not to be had."""
        other = self._objects.of(piece.labels.name) if self._objects else None
        things = [*_things(piece), *(_things(other) if other else ())]
        size = piece.size or (other.size if other else None)
        against = Ground.OBJECTS
        if not things and (own := own_objects(piece.labels.annotations)) and size:
            things, against = list(own), Ground.BOXES
        known = {canonical(one) for one in (*piece.labels.classes, *(other.labels.classes if other else ()))}  # fmt: skip
        complete = {*known, *self._complete} if against is Ground.OBJECTS else set()
        if (things or complete) and size:
            return _truth(piece, things, size, complete), against, ""
        lacking = NO_SIZE if things else NO_OBJECTS
        return _truth(piece, (), size or _UNSIZED, ()), Ground.NOTHING, lacking


class _Objects:
    """The objects of a second dataset, by the images that they are in."""

    def __init__(self, spec: ExamineSpec) -> None:
        assert spec.objects is not None  # noqa: S101  # by the caller
        other = spec.model_copy(update={"path": spec.objects, "form": spec.objects_form})
        self._by_stem: dict[str, list[Piece]] = {}
        self.odd: list[Oddity] = []
        self.classes: set[str] = set()
        for row in Dataset(other).pieces():
            if not isinstance(row, Piece):
                self.odd += _odd(row)
                continue
            things = _things(row)
            self.classes |= {thing.category for thing in things}
            labels = row.labels.model_copy(update={"annotations": things})
            name = PurePosixPath(row.labels.name).stem
            self._by_stem.setdefault(name, []).append(row._replace(labels=labels))

    def of(self, image: str) -> Piece | None:
        """Return the objects of ``image``: of several of its name, those whose folders fit best."""
        path = PurePosixPath(image.replace("\\", "/"))
        found = self._by_stem.get(path.stem, [])
        return max(found, key=lambda one: _shared(one.labels.name, path), default=None)


def _shared(name: str, path: PurePosixPath) -> int:
    """Return how many of the last parts of two paths are the same, the stem not among them."""
    pairs = zip(PurePosixPath(name).parts[-2::-1], path.parts[-2::-1], strict=False)
    return sum(one == other for one, other in pairs)


def _things(piece: Piece) -> tuple[ObjectAnnotation, ...]:
    return tuple(a for a in piece.labels.annotations if isinstance(a, ObjectAnnotation))


def _truth(
    piece: Piece, things: Sequence[ObjectAnnotation], size: ImageSize, complete: Iterable[str]
) -> Truth:
    """Return what the verifier is to know of an image as a whole."""
    window = Window(x0=0, y0=0, x1=size.width, y1=size.height)
    labels, picture = piece.labels, piece.picture
    scene = Scene(
        id=content_id("examined", labels.name), source="examined", name=labels.name,
        uri=picture or "", sha256="0" * 64, perceptual_hash="0" * 16, width=size.width,
        height=size.height, bands=3, gsd=labels.gsd, exhaustive=tuple(sorted(complete)),
    )  # fmt: skip
    outline = TileOutline(
        id=scene.id, scene=scene, window=window, split=Split.TRAIN, component=scene.id,
        image_sha256=scene.sha256, objects=placed_in(things, window, LEAST_VISIBLE),
    )  # fmt: skip
    classes = [a.category for a in labels.annotations if isinstance(a, SceneClassAnnotation)]
    return Truth(outline, (lambda: _jpeg(picture, window)) if picture else None, classes)


def _jpeg(picture: str, window: Window) -> bytes:
    """Return an image as JPEG. Raises ValueError where it cannot be decoded."""
    try:
        with open_image(picture) as image:
            return encode_jpeg(image.read(window), _QUALITY)
    except (ImageError, OSError) as error:
        raise ValueError(str(error)) from error


def _examined(
    piece: Piece, told: Told, verdict: Verdict, truth: Truth, against: Ground, lacking: str
) -> Examined:
    text = told.said[verdict.turn].text.plain
    return Examined(
        file=told.origin.file, line=told.origin.line or piece.line, element=told.origin.element,
        record=piece.record, image=piece.labels.name, turn=verdict.turn,
        sentence=sentence_at(text, verdict.start, verdict.end), claim=verdict.claim,
        kind=verdict.kind, outcome=verdict.outcome, borderline=verdict.borderline,
        evidence=verdict.evidence, found=verdict.found, margin=verdict.margin,
        objects=tuple(_mentioned(truth.objects[ref]) for ref in verdict.refs if ref in truth.objects),
        against=against, lacking=lacking if verdict.outcome == "unverifiable" else "",
    )  # fmt: skip


def _mentioned(thing: TileObject) -> Mentioned:
    x0, y0, x1, y1 = (round(number, 1) for number in box_of(thing.clipped))
    origin = thing.origin
    return Mentioned(
        ref=thing.ref, category=thing.category, box=(x0, y0, x1, y1), file=origin.file,
        line=origin.line, element=origin.element,
    )  # fmt: skip


def sentence_at(text: str, start: int, end: int) -> str:
    """Return the sentence of ``text`` that holds characters ``start`` to ``end``; 0: all of it."""
    if not end:
        return " ".join(text.split())
    begins = max((mark.end() for mark in _END.finditer(text, 0, start)), default=0)
    mark = _END.search(text, max(start, end - 1))
    return " ".join(text[begins : mark.end() if mark else len(text)].split())


def _odd(row: Finding | Rejection) -> Iterator[Oddity]:
    """Yield what could not be read; what matters only to a build is passed over."""
    if isinstance(row, Rejection):
        yield Oddity(
            file=row.file or row.subject_id, line=row.line, severity="error", detail=row.detail,
            remedy="It is left out; all else is checked.",
        )  # fmt: skip
    elif row.kind not in _LEFT_OUT and row.severity is not Severity.NOTE:
        yield Oddity(
            file=row.file, line=row.line, element=row.element, severity=row.severity.value,
            detail=row.detail, remedy=row.remedy,
        )  # fmt: skip
