"""Our own JSON lines, for anyone's data: one line an image, with labels of every kind.

The fields are those of ``JsonlLine``; ``rs-gpt4v schema`` prints them as JSON Schema. What a line
says wrong costs only the element that is wrong; fields that are not known are reported.
"""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from schemas.errors import UnreadableText
from schemas.jsonl_line import LABELS, JsonlLine
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Annotation, Finding
from schemas.vocabulary import FindingKind, Severity
from tasks.sources.crops import parent_of
from tasks.sources.folder import SourceFolder, printable, split_of_folders, split_word, stem
from tasks.sources.json_file import sniff_json
from tasks.sources.json_lines import json_lines
from tasks.sources.jsonl_checks import Checked, checked
from tasks.sources.jsonl_labels import labels_of
from tasks.sources.listing import Entry, Listing
from tasks.sources.protocol import SceneLabels

_SNIFFED: Final = 1 << 20  # bytes of a file's first line that are looked at


class Jsonl:
    """The JSON lines of this project."""

    name = "jsonl"
    generic = False
    title = "RS-GPT4V JSON lines"
    layout = "any *.jsonl with one image a line (see “rs-gpt4v schema”), images beside it or below."
    licence: str | None = None
    citation = "this project; its JSON Schema is printed by “rs-gpt4v schema”"

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether a JSON-lines file begins with a line of our fields."""
        return bool(label_names(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its lines, then absent ones, then what has no image."""
        listing = Listing(folder, spec, _entries(folder, spec))
        yield from listing.scenes(lambda image, entries, _: scene_of(image, entries, spec))


SOURCE: Final = Jsonl()


def label_names(folder: SourceFolder) -> list[str]:
    """Return the files of ``folder`` that begin like this format."""
    return [name for name in folder.with_suffix(".jsonl") if _looks_right(folder, name)]


def _looks_right(folder: SourceFolder, name: str) -> bool:
    start = sniff_json(folder, name, _SNIFFED)
    first = next((line for line in start.splitlines() if line.strip()), "")
    try:
        content = orjson.loads(first)
    except (ValueError, RecursionError):
        return _looks_torn(first)
    if not isinstance(content, dict) or not isinstance(content.get("image"), str):
        return False
    return not _is_llava(content) and (
        any(key in content for key in LABELS) or content.keys() <= JsonlLine.model_fields.keys()
    )


def _looks_torn(line: str) -> bool:
    """Say whether a line that is no JSON was meant to be one of ours."""
    return '"image"' in line and any(f'"{key}"' in line for key in LABELS[:-1])


def _is_llava(content: dict[str, Any]) -> bool:
    turns = content.get("conversations")
    return isinstance(turns, list) and any(isinstance(turn, dict) for turn in turns[:1])


def _entries(folder: SourceFolder, spec: SourceSpec) -> Iterator[Entry | Finding]:
    """Yield the lines of all files. Raises UnreadableText where no file can be read."""
    unread: list[UnreadableText] = []
    names = label_names(folder)
    for name in names:
        try:
            rows = list(json_lines(folder, name))
        except UnreadableText as error:
            unread.append(error)
            yield _broken(name, spec, error)
            continue
        for row in rows:
            yield _entry(name, row.number, row.content, row.why, spec)
    if unread and len(unread) == len(names):
        raise unread[0]


def _entry(
    name: str, line: int, content: Any, why: str | None, spec: SourceSpec
) -> Entry | Finding:
    nowhere = Entry(name, line, None, "", {})
    if why is None and not isinstance(content, dict):
        why = "is no JSON object"
    if why:
        return nowhere.odd(spec.name, FindingKind.MALFORMED_LINE, "", why, Severity.ERROR)
    image = content.get("image")
    if not isinstance(image, str) or not image.strip():
        why = "has no image; the line is left out"
        return nowhere.odd(spec.name, FindingKind.WRONG_REFERENCE, "image", why, Severity.ERROR)
    return Entry(name, line, None, image, content)


def scene_of(name: str, entries: list[Entry], spec: SourceSpec) -> SceneLabels:
    """Return what the lines of one image say; the first that gives a size, a licence … counts."""
    read = [(entry, checked(entry, spec.name)) for entry in entries]
    findings = [finding for _, found in read for finding in found.findings]
    annotations: list[Annotation] = []
    for entry, found in read:
        for row in labels_of(entry, found.line, spec.name):
            if isinstance(row, Finding):
                findings.append(row)
            else:
                annotations.append(row)
    return _described(name, [found for _, found in read], entries[0].file).model_copy(
        update={"annotations": tuple(annotations), "findings": tuple(findings)}
    )


def _described(name: str, read: list[Checked], file: str) -> SceneLabels:
    lines = [found.line for found in read]
    lost = any(found.lost_object for found in read)
    by_name = split_of_folders(name) or split_word(stem(file)) or split_of_folders(file)
    return SceneLabels(
        name=name,
        split=next((line.split for line in lines if line.split), by_name),
        width=next((line.width for line in lines if line.width), None),
        height=next((line.height for line in lines if line.height), None),
        gsd=next((line.gsd for line in lines if line.gsd), None),
        licence=next((line.licence for line in lines if line.licence), None),
        attribution=next((line.attribution for line in lines if line.attribution), None),
        parent=next((line.parent for line in lines if line.parent), parent_of(stem(name))),
        aliases=tuple(dict.fromkeys(alias for line in lines for alias in line.aliases)),
        classes=() if lost else tuple(sorted({one for line in lines for one in line.classes})),
    )


def _broken(name: str, spec: SourceSpec, error: UnreadableText) -> Finding:
    return Finding(
        source=spec.name, kind=FindingKind.MALFORMED_LINE, severity=Severity.ERROR, file=name,
        line=error.line, detail=printable(str(error)),
        remedy="Until it is mended, nothing of this file is read.",
    )  # fmt: skip
