"""RSVG-HR: expressions that each refer to one object, a row each in text files without a header.

Layout: ``Annotations/rsvg_hr_train.txt`` (also ``val``, ``test``) with rows ``file,x1,y1,x2,y2,
expression`` in px, and the images anywhere below. An expression may have commas in it; one row of
the published files reads ``216,00`` where 216.00 is meant, so that its columns are displaced.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from schemas.errors import SourceError, UnreadableText
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, LabelOrigin, ReferringAnnotation
from schemas.vocabulary import FindingKind, Severity
from tasks.sources.folder import (
    IMAGE_SUFFIXES,
    SourceFolder,
    printable,
    split_word,
    stem,
    suffix,
    why_unsafe,
)
from tasks.sources.image_sets import overlap, strictest, unreadable_list
from tasks.sources.images import Images
from tasks.sources.pairs import unlabelled
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, too_many
from tasks.sources.voc import upright

_COLUMNS: Final = 6
_SHOWN: Final = 80  # characters of a wrong name that a message repeats
_HEAD: Final = 4096  # characters that are looked at to recognise the format
_ROW: Final = re.compile(r"[^,\n]+\.(?:jpe?g|png|tiff?|bmp)(?:,\s*-?\d+(?:\.\d*)?){4},[^,\n]", re.I)
_NUMBER: Final = re.compile(r"\s*-?\d+(?:\.\d*)?\s*")


class RsvgHr:
    """The RSVG-HR dataset."""

    name = "rsvg_hr"
    generic = False
    title = "RSVG-HR"
    layout = "Annotations/rsvg_hr_{train,val,test}.txt with file,x1,y1,x2,y2,expression; *.jpg."
    licence: str | None = "Apache-2.0 (expressions); images of RSVG, whose terms are not stated"
    citation = (
        "Lan et al., Language Query-Based Transformer With Multiscale Cross-Modal Alignment for "
        "Visual Grounding on Remote Sensing Images, TGRS 2024"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether a text file begins with such a row."""
        return bool(_files(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image that rows name, present ones first, then what belongs to none."""
        rows: dict[str, list[_Row]] = {}
        loose: list[Finding] = []
        broken = []
        files = _files(folder)
        for file in files:
            try:
                loose += _gather(folder, file, spec, rows)
            except UnreadableText as error:
                loose.append(unreadable_list(spec.name, file, error))
                broken.append(str(error))
        if files and len(broken) == len(files):
            raise SourceError(broken[0])
        yield from _scenes(folder, spec, rows)
        yield from loose


SOURCE: Final = RsvgHr()


class _Row(NamedTuple):
    """One row that names an image, not read any further."""

    file: str
    line: int
    text: str


def _files(folder: SourceFolder) -> list[str]:
    return [name for name in folder.with_suffix(".txt") if _looks_right(folder, name)]


def _looks_right(folder: SourceFolder, name: str) -> bool:
    try:
        with folder.open(name) as file:
            head = file.read(_HEAD)
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError:
        return False
    lines = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace").splitlines()
    return any(_ROW.match(line) for line in lines)


def _gather(
    folder: SourceFolder, file: str, spec: SourceSpec, rows: dict[str, list[_Row]]
) -> list[Finding]:
    """Put every row to the image that it names; return what is odd about those that name none."""
    loose = []
    for number, text in enumerate(folder.lines(file), start=1):
        row = _Row(file, number, text)
        name = text.split(",", 1)[0].strip()
        if name in rows:
            rows[name].append(row)
        elif not text.strip():
            continue
        elif why := why_unsafe(name):
            why = f"names “{printable(name[:_SHOWN])}”, which {why}"
            loose.append(_odd(spec, row, FindingKind.UNSAFE_NAME, why))
        elif suffix(name) not in IMAGE_SUFFIXES:
            why = f"names “{printable(name[:_SHOWN])}”, which is no image file; it is left out."
            loose.append(_odd(spec, row, FindingKind.MALFORMED_LINE, why))
        else:
            rows[name] = [row]
    return loose


def _expression(row: _Row) -> tuple[ReferringAnnotation, bool]:
    """Return what a row says, and whether its box is inverted.

    Raises ValueError that says what is wrong with it.
    """
    words = row.text.split(",", _COLUMNS - 1)
    if len(words) < _COLUMNS:
        raise ValueError(f"has {len(words)} columns; file,x1,y1,x2,y2,expression are needed")
    _, x0, y0, x1, y1, expression = words
    if _NUMBER.fullmatch(expression.split(",", 1)[0]):
        raise ValueError("has a fifth number where the expression should begin")
    if not expression.strip():
        raise ValueError("has no expression")
    corners = upright(x0, y0, x1, y1)
    annotation = ReferringAnnotation(
        id=NO_ID,
        expression=expression.strip(),
        polygon=corners.polygon,
        origin=LabelOrigin(file=row.file, line=row.line),
    )
    return annotation, corners.inverted


def _scenes(
    folder: SourceFolder, spec: SourceSpec, rows: dict[str, list[_Row]]
) -> Iterator[SceneLabels | Rejection]:
    images = Images(folder)
    places: dict[tuple[bool, str], list[_Row]] = {}
    for name, own in rows.items():
        found = images.find(name, own[0].file)
        places.setdefault((found is None, found or name), []).extend(own)
    there = {name for absent, name in places if not absent}
    bare: dict[tuple[bool, str], list[_Row]] = {
        (False, name): [] for name in folder.images() if name not in there
    }
    for (absent, name), own in sorted((bare | places).items()):
        yield _scene(name, own, spec, absent=absent)


def _scene(
    name: str, rows: list[_Row], spec: SourceSpec, *, absent: bool
) -> SceneLabels | Rejection:
    if not rows:
        remedy = "Add a row file,x1,y1,x2,y2,expression for it, or take the image out."
        return SceneLabels(name=name, findings=(unlabelled(name, spec, remedy),))
    if len(rows) > MOST_LABELS:
        return too_many(name, len(rows), spec.name, rows[0].file)
    expressions, findings = [], []
    for row in rows:
        try:
            expression, inverted = _expression(row)
        except ValueError as error:
            why = f"{error}; it is left out."
            findings.append(_odd(spec, row, FindingKind.MALFORMED_LINE, why))
            continue
        expressions.append(expression)
        if inverted:
            why = "has the corners of its box exchanged; they are put right."
            findings.append(_odd(spec, row, FindingKind.INVERTED_BOX, why))
    return SceneLabels(
        name=name,
        present=not absent,
        annotations=tuple(expressions),
        findings=(*_oddities(name, rows, spec, absent=absent), *findings),
        split=strictest(split_word(stem(row.file)) for row in rows),
    )


def _oddities(name: str, rows: list[_Row], spec: SourceSpec, *, absent: bool) -> Iterator[Finding]:
    first = rows[0]
    if absent:
        why = f"names {name}, which is not there; {len(rows)} rows do."
        yield _odd(spec, first, FindingKind.LABEL_WITHOUT_IMAGE, why)
    split = split_word(stem(first.file))
    other = next((row for row in rows if split_word(stem(row.file)) != split), None)
    if other:
        yield overlap(spec.name, name, first.file, other.file, other.line)


def _odd(spec: SourceSpec, row: _Row, kind: FindingKind, why: str) -> Finding:
    remedy = "Put the image there, or name its folder as “images” of the source."
    return Finding(
        source=spec.name, kind=kind, severity=Severity.WARNING, file=row.file, line=row.line,
        detail=f"The row {why}",
        remedy=remedy if kind == FindingKind.LABEL_WITHOUT_IMAGE else "Correct the row.",
    )  # fmt: skip
