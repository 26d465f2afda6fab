"""FloodNet-VQA: questions about flooded ground as drones see it, in one JSON file a split.

Layout: ``Questions/Training Question.json``, ``Valid Question.json`` and ``Test_Question.json`` with
``{"0": {"Image_ID", "Question", "Ground_Truth", "Question_Type"}, …}`` and images (about 4000×3000,
JPG) anywhere below. ``Ground_Truth`` is a number or a text and is not given for the test set. The
publisher releases FloodNet under the Community Data License Agreement (permissive).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from schemas.errors import SourceError, UnreadableText
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, LabelOrigin, QuestionAnswerAnnotation
from schemas.vocabulary import FindingKind, Severity, Split
from tasks.sources.folder import SourceFolder, why_unsafe
from tasks.sources.images import Images
from tasks.sources.json_file import load_json, sniff_json
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, too_many

_NAME: Final = re.compile(r"(train|valid|test)[a-z]*[ _-]*questions?\.json", re.IGNORECASE)
_SPLITS: Final = {"train": Split.TRAIN, "valid": Split.VAL, "test": Split.TEST}
_STRICTEST: Final = (Split.TEST, Split.VAL, Split.TRAIN)
_KEYS: Final = ('"Image_ID"', '"Question_Type"')


class FloodNet:
    """FloodNet-VQA."""

    name = "floodnet"
    generic = False
    title = "FloodNet-VQA"
    layout = (
        "Questions/Training Question.json, Valid Question.json, Test_Question.json, *.JPG below."
    )
    licence: str | None = "CDLA-Permissive-1.0"
    citation = (
        "Rahnemoonfar et al., FloodNet: A High Resolution Aerial Imagery Dataset for Post Flood "
        "Scene Understanding, IEEE Access 2021, doi:10.1109/ACCESS.2021.3090981"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether a file of questions has FloodNet's name and keys."""
        sniffed = (sniff_json(folder, name) for name in _files(folder))
        return any(all(key in text for key in _KEYS) for text in sniffed)

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image that questions ask about, then the images without questions."""
        listing = _Listing(folder, spec.name)
        files = _files(folder)
        failed = [why for name in files if (why := listing.add(name))]
        if files and len(failed) == len(files):
            raise SourceError(failed[0])
        places: dict[tuple[bool, str], list[_Asked]] = {}
        images = Images(folder)
        for wanted, asked in listing.images.items():
            found = images.find(wanted, asked[0].file)
            places.setdefault((found is None, found or wanted), []).extend(asked)
        for absent, name in sorted(places):
            asked = places[absent, name]
            if len(asked) > MOST_LABELS:
                yield too_many(name, len(asked), spec.name, asked[0].file)
                continue
            yield _scene(name, absent, asked, spec.name)
        taken = {name for _, name in places}
        yield from (_bare(name, spec.name) for name in folder.images() if name not in taken)
        yield from listing.findings


SOURCE: Final = FloodNet()


@dataclass(frozen=True)
class _Asked:
    """One question, with its answer if there is one."""

    file: str
    element: str
    question: str
    answer: str | None
    kind: str | None


@dataclass
class _Listing:
    """The questions of all files by the image that they ask about."""

    folder: SourceFolder
    source: str
    images: dict[str, list[_Asked]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, file: str) -> str | None:
        """Read one file; return why it cannot be read, or None."""
        try:
            rows = _rows(self.folder, file)
        except UnreadableText as error:
            self.findings.append(
                Finding(
                    source=self.source, kind=FindingKind.MALFORMED_LINE, severity=Severity.ERROR,
                    file=file, line=error.line, detail=str(error), remedy="Get the file again.",
                )
            )  # fmt: skip
            return str(error)
        for element, row in rows.items():
            self._add_row(file, element, row)
        return None

    def _add_row(self, file: str, element: str, row: object) -> None:
        image = row.get("Image_ID") if isinstance(row, dict) else None
        question = row.get("Question") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(image, str) or not isinstance(question, str):
            self._odd(FindingKind.MALFORMED_LINE, file, element, "has no Image_ID or no Question")
        elif why := why_unsafe(image):
            self._odd(FindingKind.UNSAFE_NAME, file, element, f"names “{image}”, which {why}")
        else:
            kind = row.get("Question_Type")
            answer = _answer(row.get("Ground_Truth"))
            kind = kind if isinstance(kind, str) else None
            asked = _Asked(file, element, question, answer, kind)
            self.images.setdefault(image, []).append(asked)

    def _odd(self, kind: FindingKind, file: str, element: str, why: str) -> None:
        self.findings.append(
            Finding(
                source=self.source, kind=kind, severity=Severity.WARNING, file=file,
                element=element, detail=f"Question {element} {why.rstrip('.')}; left out.",
                remedy=f"Correct question {element} or take it out.",
            )
        )  # fmt: skip


def _files(folder: SourceFolder) -> list[str]:
    return [n for n in folder.with_suffix(".json") if _NAME.fullmatch(PurePosixPath(n).name)]


def _rows(folder: SourceFolder, file: str) -> dict[str, object]:
    rows = load_json(folder, file)
    if not isinstance(rows, dict):
        raise UnreadableText(f"{file} is no object of questions. Get the file again.")
    return rows


def _split(file: str) -> Split:
    found = _NAME.fullmatch(PurePosixPath(file).name)
    return _SPLITS[found[1].lower()] if found else Split.TEST


def _answer(truth: object) -> str | None:
    if isinstance(truth, str):
        return truth if truth.strip() else None
    if isinstance(truth, bool) or not isinstance(truth, int | float):
        return None
    return f"{truth:g}" if isinstance(truth, float) else str(truth)


def _scene(name: str, absent: bool, asked: list[_Asked], source: str) -> SceneLabels:
    splits = {_split(row.file) for row in asked}
    return SceneLabels(
        name=name,
        present=not absent,
        annotations=tuple(
            QuestionAnswerAnnotation(
                id=NO_ID,
                question=row.question,
                answer=row.answer,
                question_type=row.kind,
                origin=LabelOrigin(file=row.file, element=row.element),
            )
            for row in asked
            if row.answer is not None
        ),
        findings=tuple(_oddities(name, absent, asked, source)),
        split=next(split for split in _STRICTEST if split in splits),
    )


def _oddities(name: str, absent: bool, asked: list[_Asked], source: str) -> Iterator[Finding]:
    if absent:
        yield _finding(
            source, FindingKind.LABEL_WITHOUT_IMAGE, asked[0],
            f"There is no image {name} for {len(asked)} questions.",
            "Put the image there, or name the folder where it lies as “images” of the source.",
        )  # fmt: skip
    without = [row for row in asked if row.answer is None]
    if without:
        yield _finding(
            source, FindingKind.MISSING_PAIR, without[0],
            f"{len(without)} questions about {name} have no Ground_Truth, first this one; left out.",
            "Nothing for the test set; else add the answers.",
        )  # fmt: skip
    other = next((row for row in asked if _split(row.file) != _split(asked[0].file)), None)
    if other:
        yield _finding(
            source, FindingKind.SPLIT_OVERLAP, other,
            f"{name} is asked about in {asked[0].file} and in {other.file}.",
            "It is taken as test, else as val. Keep it in one split.",
        )  # fmt: skip


def _finding(source: str, kind: FindingKind, row: _Asked, detail: str, remedy: str) -> Finding:
    return Finding(
        source=source, kind=kind, severity=Severity.WARNING, file=row.file, element=row.element,
        detail=detail, remedy=remedy,
    )  # fmt: skip


def _bare(image: str, source: str) -> SceneLabels:
    finding = Finding(
        source=source, kind=FindingKind.IMAGE_WITHOUT_LABEL, severity=Severity.WARNING, file=image,
        detail="No question asks about this image.",
        remedy="Add its questions, or take the image out.",
    )  # fmt: skip
    return SceneLabels(name=image, findings=(finding,))
