"""LLaVA conversations: a JSON list (or JSON lines) of images with what human and model say.

An entry is ``{"id", "image", "conversations": [{"from": "human" | "gpt", "value"}]}``; GeoChat adds
task words such as ``[refer]`` and writes boxes into the text. Boxes may be in any dialect: the one
that ``"dialect"`` names in an entry, else the one that the texts of the file are written in. Format:
haotian-liu/LLaVA, docs/Finetune_Custom_Data.md; MBZUAI/GeoChat_Instruct at Hugging Face.
"""

import re
from collections.abc import Iterator
from typing import Final

from schemas.errors import UnreadableText
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import ConversationAnnotation, Finding
from schemas.vocabulary import FindingKind, Severity, Split
from tasks.sources.crops import parent_of
from tasks.sources.folder import (
    SourceFolder,
    printable,
    split_of_folders,
    split_word,
    stem,
)
from tasks.sources.json_file import load_json, sniff_json
from tasks.sources.json_lines import JsonLine, json_lines
from tasks.sources.listing import Entry, Listing
from tasks.sources.llava_boxes import Speech, Unspoken
from tasks.sources.llava_turns import turns_of
from tasks.sources.protocol import NO_ID, SceneLabels
from tasks.spatial.dialects import Frame

_TURN: Final = re.compile(r'"conversations"\s*:\s*\[\s*\{[^{}]*"(?:from|value)"\s*:')


class Llava:
    """The LLaVA format."""

    name = "llava"
    generic = False
    title = "LLaVA or GeoChat conversations"
    layout = "any *.json or *.jsonl of id, image and conversations, images beside it or below."
    licence: str | None = None
    citation = "Liu et al., Visual Instruction Tuning, NeurIPS 2023, arXiv:2304.08485"

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether a JSON file begins with conversations of LLaVA's form."""
        return bool(label_names(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its conversations, then absent ones, then what has no image."""
        listing = Listing(folder, spec, _entries(folder, spec))
        speech = Speech(listing)

        def scene(image: str, entries: list[Entry], present: bool) -> SceneLabels:
            size = listing.images.size(image) if present else None
            frame = Frame(width=size.width, height=size.height) if size else None
            return _scene(image, entries, frame, speech, spec)

        yield from listing.scenes(scene)


SOURCE: Final = Llava()


def label_names(folder: SourceFolder) -> list[str]:
    """Return the files of ``folder`` that begin like this format."""
    names = (*folder.with_suffix(".json"), *folder.with_suffix(".jsonl"))
    return [name for name in names if _TURN.search(sniff_json(folder, name))]


def _entries(folder: SourceFolder, spec: SourceSpec) -> Iterator[Entry | Finding]:
    """Yield the entries of all files. Raises UnreadableText where no file can be read."""
    unread: list[UnreadableText] = []
    names = label_names(folder)
    for name in names:
        try:
            rows = _rows(folder, name)
        except UnreadableText as error:
            unread.append(error)
            yield _broken(name, spec, error)
            continue
        for row in rows:
            yield _entry(name, row, spec)
    if unread and len(unread) == len(names):
        raise unread[0]


def _rows(folder: SourceFolder, name: str) -> list[JsonLine]:
    """Return the entries of a file, of a list with their places in it."""
    if name.lower().endswith(".jsonl"):
        return list(json_lines(folder, name))
    content = load_json(folder, name)
    if not isinstance(content, list):
        raise UnreadableText(f"{name} is no JSON list of conversations. Write [{{…}}, …].")
    return [JsonLine(place, entry, None) for place, entry in enumerate(content)]


def _entry(name: str, row: JsonLine, spec: SourceSpec) -> Entry | Finding:
    by_line = name.lower().endswith(".jsonl")
    line, element = (row.number, None) if by_line else (None, f"[{row.number}]")
    nowhere = Entry(name, line, element, "", {})
    if row.why:
        return nowhere.odd(spec.name, FindingKind.MALFORMED_LINE, "", row.why, Severity.ERROR)
    if not isinstance(row.content, dict):
        return nowhere.odd(spec.name, FindingKind.MALFORMED_LINE, "", "is no JSON object")
    image = row.content.get("image")
    if isinstance(image, list) and len(image) == 1:
        image = image[0]
    if not isinstance(image, str) or not image.strip():
        why = "has no image; left out" if not image else "has not one image; left out"
        return nowhere.odd(spec.name, FindingKind.WRONG_REFERENCE, "image", why)
    return Entry(name, line, element, image, row.content)


def _scene(
    name: str, entries: list[Entry], frame: Frame | None, speech: Speech, spec: SourceSpec
) -> SceneLabels:
    found = [row for entry in entries for row in _conversation(entry, frame, speech, spec)]
    return SceneLabels(
        name=name,
        annotations=tuple(row for row in found if not isinstance(row, Finding)),
        findings=tuple(row for row in found if isinstance(row, Finding)),
        split=_split(name, entries[0].file),
        parent=parent_of(stem(name)),
    )


def _conversation(
    entry: Entry, frame: Frame | None, speech: Speech, spec: SourceSpec
) -> Iterator[ConversationAnnotation | Finding]:
    turns, findings = turns_of(entry, spec.name)
    yield from findings
    if not turns:
        return
    try:
        said = speech.read(entry, turns, frame)
    except Unspoken as error:
        why = f"{error}; the conversation is left out"
        yield entry.odd(spec.name, error.kind, "conversations", why)
        return
    if said.inverted:
        why = f"writes {said.inverted} boxes with their corners exchanged"
        yield entry.odd(spec.name, FindingKind.INVERTED_BOX, "conversations", why)
    yield ConversationAnnotation(
        id=NO_ID, turns=said.turns, boxes=said.boxes, origin=entry.at("conversations")
    )


def _split(image: str, file: str) -> Split | None:
    return split_of_folders(image) or split_word(stem(file)) or split_of_folders(file)


def _broken(name: str, spec: SourceSpec, error: UnreadableText) -> Finding:
    return Finding(
        source=spec.name, kind=FindingKind.MALFORMED_LINE, severity=Severity.ERROR, file=name,
        line=error.line, detail=printable(str(error)),
        remedy="Until it is mended, nothing of this file is read.",
    )  # fmt: skip
