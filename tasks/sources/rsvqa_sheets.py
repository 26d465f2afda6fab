"""The JSON files of RSVQA: what one split asks, in columns, so that a million questions fit."""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from schemas.errors import UnreadableText
from schemas.record import Record
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Severity, Split
from tasks.sources.folder import SourceFolder
from tasks.sources.json_file import json_rows

NONE: Final = -1
MOST_ROWS_NAMED: Final = 100  # malformed rows of one file that become findings of their own
_NAME: Final = re.compile(
    r"(?P<set>.*?)_?split_(?P<split>train|val|test|test_phili)_questions\.json"
)
_SPLITS: Final = {"train": Split.TRAIN, "val": Split.VAL}
_MISSPELT: Final = {"question_id": "quesiton_id", "img_id": "image_id", "answers_ids": "answer_ids"}
_DIGITS: Final = 15
_LARGEST: Final = 10**_DIGITS


class Sheets(Record):
    """The files of one split of one of the two sets."""

    questions: str
    answers: str
    images: str
    split: Split
    low: bool

    @property
    def pictures(self) -> str:
        """The folder where the publisher puts the images."""
        return "Images_LR" if self.low else "Data"

    @property
    def gsd(self) -> float:
        """Metres per pixel."""
        return 10.0 if self.low else 0.15


class Texts:
    """Texts that are held once, however often they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []

    def add(self, text: str) -> int:
        """Return the number of ``text``."""
        number = self._numbers.setdefault(text, len(self._texts))
        if number == len(self._texts):
            self._texts.append(text)
        return number

    def __getitem__(self, number: int) -> str:
        return self._texts[number]


def _column() -> "array[int]":
    return array("q")


@dataclass
class Sheet:
    """What one split asks: a row per question and answer, texts as numbers, NONE where missing."""

    named: Sheets
    source: str
    questions: "array[int]" = field(default_factory=_column)
    kinds: "array[int]" = field(default_factory=_column)
    answers: "array[int]" = field(default_factory=_column)
    elements: "array[int]" = field(default_factory=_column)
    wanted: "array[int]" = field(default_factory=_column)
    numbers: "array[int]" = field(default_factory=_column)
    by_image: "dict[int, array[int]]" = field(default_factory=dict)
    listed: set[int] | None = None
    findings: list[Finding] = field(default_factory=list)
    unread: bool = False
    _malformed: dict[str, int] = field(default_factory=dict)
    _misspelt: set[tuple[str, str]] = field(default_factory=set)

    def odd(self, kind: FindingKind, file: str, detail: str, element: str | None = None) -> None:
        """Note a finding about ``file``."""
        self.findings.append(
            Finding(
                source=self.source, kind=kind, severity=Severity.WARNING, file=file,
                element=element, detail=detail, remedy=f"Correct {element or file}.",
            )
        )  # fmt: skip

    def value(self, file: str, row: dict[str, object], key: str) -> object:
        """Return what ``row`` says under ``key``, or under the way it is misspelt in the wild."""
        odd = _MISSPELT[key]
        if key in row or odd not in row:
            return row.get(key)
        if (file, odd) not in self._misspelt:
            self._misspelt.add((file, odd))
            self.odd(FindingKind.ODD_SPELLING, file, f"{file} has “{odd}” for “{key}”; understood.")
        return row[odd]

    def malformed(self, file: str, element: str, why: str) -> None:
        """Note a row that is left out; of very many, only the first are named."""
        self._malformed[file] = self._malformed.get(file, 0) + 1
        if self._malformed[file] <= MOST_ROWS_NAMED:
            self.odd(FindingKind.MALFORMED_LINE, file, f"{element} {why}; left out.", element)

    def close(self) -> None:
        """Say how many malformed rows were not named."""
        for file, count in self._malformed.items():
            if count > MOST_ROWS_NAMED:
                detail = f"{count - MOST_ROWS_NAMED} more rows of {file} are malformed; left out."
                self.odd(FindingKind.MALFORMED_LINE, file, detail)


def sheets_of(folder: SourceFolder) -> tuple[Sheets, ...]:
    """Return the files of every split, by the name of the questions."""
    found = []
    for name in folder.with_suffix(".json"):
        match = _NAME.fullmatch(PurePosixPath(name).name)
        if match:
            start = name.removesuffix("questions.json")
            found.append(
                Sheets(
                    questions=name,
                    answers=f"{start}answers.json",
                    images=f"{start}images.json",
                    split=_SPLITS.get(match["split"], Split.TEST),
                    low=match["set"].upper().endswith("LR"),
                )
            )
    return tuple(found)


def load_sheet(folder: SourceFolder, named: Sheets, texts: Texts, source: str) -> Sheet:
    """Return what one split asks; a file that cannot be read is a finding."""
    sheet = Sheet(named, source)
    steps = ((named.questions, _questions), (named.answers, _answers), (named.images, _images))
    for name, step in steps:
        if name not in folder.names:
            sheet.odd(FindingKind.MISSING_PAIR, name, f"There is no {name} to {named.questions}.")
            continue
        try:
            step(folder, sheet, texts)
        except UnreadableText as error:
            sheet.unread |= name == named.questions
            sheet.findings.append(_unreadable(sheet, name, error))
        if name == named.questions:  # whole or torn
            blank = array("q", [NONE]) * len(sheet.answers)
            sheet.wanted, sheet.answers = sheet.answers, blank
    sheet.close()
    return sheet


def _questions(folder: SourceFolder, sheet: Sheet, texts: Texts) -> None:
    """Fill the columns of ``sheet``, all but the answers."""
    file = sheet.named.questions
    for element, row in _active(folder, sheet, file, "questions"):
        image, question = _number(sheet.value(file, row, "img_id")), row.get("question")
        if image is None or not isinstance(question, str):
            sheet.malformed(file, f"questions[{element}]", "has no img_id or no question")
            continue
        stated = sheet.value(file, row, "answers_ids")
        ids = [_number(answer) for answer in stated] if isinstance(stated, list) else []
        kind, number = row.get("type"), _number(row.get("id"))
        for answer in dict.fromkeys(ids) or (None,):
            sheet.by_image.setdefault(image, _column()).append(len(sheet.questions))
            sheet.questions.append(texts.add(question))
            sheet.kinds.append(texts.add(kind) if isinstance(kind, str) else NONE)
            sheet.answers.append(NONE if answer is None else answer)
            sheet.numbers.append(NONE if number is None else number)
            sheet.elements.append(element)


def _answers(folder: SourceFolder, sheet: Sheet, texts: Texts) -> None:
    """Fill in the answers, by their ids, else by those of their questions."""
    file, by_id, by_question = sheet.named.answers, {}, {}
    for element, row in _active(folder, sheet, file, "answers"):
        text = _answer(row.get("answer"))
        if text is None:
            sheet.malformed(file, f"answers[{element}]", "has no answer")
            continue
        number = texts.add(text)
        by_id[_number(row.get("id"))] = number
        by_question[_number(sheet.value(file, row, "question_id"))] = number
    for place, (wanted, question) in enumerate(zip(sheet.wanted, sheet.numbers, strict=True)):
        found = by_id.get(wanted, NONE)
        sheet.answers[place] = found if found != NONE else by_question.get(question, NONE)


def _images(folder: SourceFolder, sheet: Sheet, _texts: Texts) -> None:
    numbers = (
        _number(row.get("id")) for _, row in _active(folder, sheet, sheet.named.images, "images")
    )
    sheet.listed = {number for number in numbers if number is not None}


def _active(
    folder: SourceFolder, sheet: Sheet, file: str, key: str
) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the rows of ``file`` that are of this split, with their places."""
    for element, row in enumerate(json_rows(folder, file, key)):
        if not isinstance(row, dict):
            sheet.malformed(file, f"{key}[{element}]", "is no object")
        elif row.get("active", True) is not False:
            yield element, row


def _number(value: object) -> int | None:
    """Return an id; texts of digits occur."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LARGEST:
        return None
    return value


def _answer(value: object) -> str | None:
    if isinstance(value, str):
        return value if value.strip() else None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _unreadable(sheet: Sheet, file: str, error: UnreadableText) -> Finding:
    return Finding(
        source=sheet.source, kind=FindingKind.MALFORMED_LINE, severity=Severity.ERROR, file=file,
        line=error.line, detail=str(error), remedy="Get the file again.",
    )  # fmt: skip
