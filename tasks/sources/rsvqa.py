"""RSVQA: questions and answers from OpenStreetMap over Sentinel-2 (LR) and USGS (HR) tiles.

Layout: ``LR_split_train_questions.json``, ``…_answers.json`` and ``…_images.json`` for ``train``,
``val`` and ``test`` with ``Images_LR/<id>.tif`` (256², 10 m); ``USGS_split_…`` with also
``test_phili``, a second test set, and ``Data/<id>.tif`` (512², 15 cm). The files of a split list the
rows of the other splits too, as ``{"id", "active": false}``; rows are found by id, not by place.
"""

from collections.abc import Iterator
from typing import Final

from schemas.errors import SourceError
from schemas.params import SourceSpec
from schemas.record import Record
from schemas.sample import Rejection
from schemas.scene import Finding, LabelOrigin, QuestionAnswerAnnotation
from schemas.vocabulary import FindingKind, Severity, Split
from tasks.sources.folder import SourceFolder, folders_of
from tasks.sources.images import Images
from tasks.sources.protocol import NO_ID, SceneLabels
from tasks.sources.rsvqa_sheets import Sheet, Sheets, Texts, load_sheet, sheets_of

_STRICTEST: Final = (Split.TEST, Split.VAL, Split.TRAIN)


class Rsvqa:
    """RSVQA-LR and RSVQA-HR."""

    name = "rsvqa"
    generic = False
    title = "RSVQA"
    layout = (
        "LR_split_train_questions.json, …_answers.json, …_images.json (USGS_… for HR) with "
        "Images_LR/<id>.tif or Data/<id>.tif."
    )
    licence: str | None = "CC-BY-4.0"
    citation = (
        "Lobry et al., RSVQA: Visual Question Answering for Remote Sensing Data, TGRS 2020, "
        "doi:10.1109/TGRS.2020.2988782"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether there is a file of questions named as RSVQA names them."""
        return bool(sheets_of(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image that questions ask about, then the images without questions."""
        texts = Texts()
        named = sheets_of(folder)
        sheets = [load_sheet(folder, sheet, texts, spec.name) for sheet in named]
        if named and all(sheet.unread for sheet in sheets):
            raise SourceError(sheets[0].findings[0].detail)
        pictures = _Pictures(folder, named)
        places: dict[_Place, list[Sheet]] = {}
        for sheet in sheets:
            for number in sheet.by_image:
                places.setdefault(pictures.place(sheet.named, number), []).append(sheet)
        for place in sorted(places, key=lambda place: (not place.present, place.name)):
            yield _scene(place, places[place], texts, spec)
        taken = {place.name for place in places}
        yield from (_bare(name, spec) for name in folder.images() if name not in taken)
        for sheet in sheets:
            yield from sheet.findings


SOURCE: Final = Rsvqa()


class _Place(Record):
    """The image that a number stands for in one of the two sets."""

    name: str
    present: bool
    number: int
    gsd: float


class _Pictures:
    """Finds the images of the sets that lie in one folder."""

    def __init__(self, folder: SourceFolder, named: tuple[Sheets, ...]) -> None:
        self._images = Images(folder)
        self._several = len({sheets.pictures for sheets in named}) > 1

    def place(self, named: Sheets, number: int) -> _Place:
        """Return the image ``number``; where both sets are there, only from its own folder."""
        stated = f"{named.pictures}/{number}"
        found = self._images.find(stated, named.questions)
        if found and self._several and named.pictures not in folders_of(found):
            found = None
        return _Place(
            name=found or f"{stated}.tif", present=found is not None, number=number, gsd=named.gsd
        )


def _scene(place: _Place, sheets: list[Sheet], texts: Texts, spec: SourceSpec) -> SceneLabels:
    splits = {sheet.named.split for sheet in sheets}
    findings = [finding for sheet in sheets for finding in _oddities(place, sheet, spec)]
    if len(splits) > 1:
        findings.append(_overlap(place, sheets, spec))
    return SceneLabels(
        name=place.name,
        present=place.present,
        annotations=tuple(row for sheet in sheets for row in _answers(place, sheet, texts)),
        findings=tuple(findings),
        gsd=place.gsd,
        split=next(split for split in _STRICTEST if split in splits),
    )


def _answers(place: _Place, sheet: Sheet, texts: Texts) -> Iterator[QuestionAnswerAnnotation]:
    for row in sheet.by_image[place.number]:
        answer = sheet.answers[row]
        if answer >= 0:
            kind = sheet.kinds[row]
            yield QuestionAnswerAnnotation(
                id=NO_ID,
                question=texts[sheet.questions[row]],
                answer=texts[answer],
                question_type=texts[kind] if kind >= 0 else None,
                origin=_origin(sheet, row),
            )


def _origin(sheet: Sheet, row: int) -> LabelOrigin:
    return LabelOrigin(file=sheet.named.questions, element=f"questions[{sheet.elements[row]}]")


def _oddities(place: _Place, sheet: Sheet, spec: SourceSpec) -> Iterator[Finding]:
    rows = sheet.by_image[place.number]
    if not place.present:
        yield _finding(
            spec, sheet, rows[0], FindingKind.LABEL_WITHOUT_IMAGE,
            f"There is no image {place.name} for {len(rows)} questions.",
            "Put the image there, or name the folder where it lies as “images” of the source.",
        )  # fmt: skip
    unlisted = sheet.listed is not None and place.number not in sheet.listed
    if unlisted:
        yield _finding(
            spec, sheet, rows[0], FindingKind.WRONG_REFERENCE,
            f"Image {place.number} is not in {sheet.named.images}, or not active there.",
            "Correct img_id, or add the image to that file.",
        )  # fmt: skip
    without = [row for row in rows if sheet.answers[row] < 0]
    if without:
        yield _finding(
            spec, sheet, without[0], FindingKind.MISSING_PAIR,
            f"{len(without)} questions about image {place.number} have no active answer in "
            f"{sheet.named.answers}, first this one; left out.",
            "Add the answers, or take the questions out.",
        )  # fmt: skip


def _finding(
    spec: SourceSpec, sheet: Sheet, row: int, kind: FindingKind, detail: str, remedy: str
) -> Finding:
    origin = _origin(sheet, row)
    return Finding(
        source=spec.name, kind=kind, severity=Severity.WARNING, file=origin.file,
        element=origin.element, detail=detail, remedy=remedy,
    )  # fmt: skip


def _overlap(place: _Place, sheets: list[Sheet], spec: SourceSpec) -> Finding:
    files = " and ".join(sheet.named.questions for sheet in sheets)
    return Finding(
        source=spec.name, kind=FindingKind.SPLIT_OVERLAP, severity=Severity.ERROR,
        file=sheets[0].named.questions, detail=f"{files} ask about image {place.number}.",
        remedy="It is taken as test, else as val. Keep it in one split.",
    )  # fmt: skip


def _bare(image: str, spec: SourceSpec) -> Finding | SceneLabels:
    finding = Finding(
        source=spec.name, kind=FindingKind.IMAGE_WITHOUT_LABEL, severity=Severity.WARNING,
        file=image, detail="No question asks about this image.",
        remedy="Add its questions, or take the image out.",
    )  # fmt: skip
    return SceneLabels(name=image, findings=(finding,))
