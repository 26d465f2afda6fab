"""Datasets read image by image, entry by entry: large files are never in memory as a whole.

LLaVA JSON, VRSBench and our JSON lines are streamed; every other format is read as for a build.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from schemas.errors import UsageError
from schemas.examined import ExamineSpec
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import ConversationAnnotation, Finding
from schemas.vocabulary import FindingKind, Severity
from tasks.examining.elements import Element, json_elements, json_lines
from tasks.examining.pictures import Pictures
from tasks.sources import jsonl, llava
from tasks.sources.folder import SourceFolder
from tasks.sources.images import ImageSize
from tasks.sources.json_file import list_lengths, sniff_json
from tasks.sources.listing import Entry
from tasks.sources.llava_boxes import Unspoken, canonical_turns
from tasks.sources.llava_turns import turns_of
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, too_many
from tasks.sources.registry import read_rows, recognise, source_named, sources
from tasks.sources.vrsbench import labels_in, looks_right
from tasks.spatial.dialects import Dialect, Frame, dialect_named, recognise_dialect

LEARNT: Final = 2000  # texts of a file from which its dialect is told
_BY_SIZE: Final = {"pixels", "coco_xywh", "qwen25", "qwen3"}  # told apart by sizes of pictures
_ANY: Final = Frame(width=1000, height=1000)  # only to see whether there is a box at all


class Piece(NamedTuple):
    """What one entry, or everything, says of one image."""

    labels: SceneLabels
    record: str = ""  # id of the entry
    picture: str | None = None  # address of the image
    size: ImageSize | None = None
    line: int | None = None  # on which the entry begins


Rows = Iterator[Piece | Rejection | Finding]


class Dataset:
    """A label file, or a folder of label files and images."""

    def __init__(self, spec: ExamineSpec) -> None:
        """Find out what ``spec`` names. Raises SourceError, or UsageError for no known format."""
        self.spec = spec
        self.folder, is_file = _opened(spec)
        self.form = _form(self.folder, spec, is_file=is_file)
        self.pictures = Pictures(self.folder, spec, is_file=is_file)

    def pieces(self) -> Rows:
        """Yield what the dataset says, image by image, and what of it cannot be read."""
        read = _STREAMED.get(self.form)
        return read(self) if read else _whole(self)

    def elements(self, name: str) -> Iterator[Element]:
        """Yield the elements or lines of the file ``name``."""
        with self.folder.open(name) as file:
            yield from (json_lines if name.lower().endswith(".jsonl") else json_elements)(file)

    def entries(self, name: str) -> Iterator[Entry | Finding]:
        """Yield the entries of the file ``name`` that name an image, and what the others are."""
        for element in self.elements(name):
            place = None if name.lower().endswith(".jsonl") else f"[{element.number}]"
            entry = Entry(name, element.line, place, "", {})
            if element.why or not isinstance(element.content, dict):
                why = element.why or "is no JSON object"
                yield entry.odd(self.form, FindingKind.MALFORMED_LINE, "", why, Severity.ERROR)
                continue
            image = element.content.get("image")
            image = image[0] if isinstance(image, list) and len(image) == 1 else image
            if not isinstance(image, str) or not image.strip():
                why = "names no image; it is left out"
                yield entry.odd(self.form, FindingKind.WRONG_REFERENCE, "image", why)
                continue
            yield Entry(name, element.line, place, image, element.content)


def _opened(spec: ExamineSpec) -> tuple[SourceFolder, bool]:
    path = Path(spec.path)
    if "://" in spec.path or path.is_dir():
        return SourceFolder(spec.path, spec.images), False
    if not path.is_file():
        near = next((parent for parent in path.parents if parent.is_dir()), path)
        raise UsageError(f"There is no file or folder {path}. {near} exists; check what comes after it.")  # fmt: skip
    return SourceFolder(str(path.parent), spec.images, only=path.name), True


def _form(folder: SourceFolder, spec: ExamineSpec, *, is_file: bool) -> str:
    if spec.form is not None:
        return source_named(spec.form).name
    found = recognise(folder)
    if is_file and not found and _is_vrsbench_list(folder):
        return "vrsbench"
    if not found or found == ["image_folder"]:
        known = ", ".join(sources())
        alone = " Some formats are a folder of several files: then name the folder." if is_file else ""  # fmt: skip
        raise UsageError(
            f"{spec.path} is in no format that is known here.{alone} “rs-gpt4v sources” lists "
            f"what is read; --format names it ({known})."
        )
    return found[0]


def _is_vrsbench_list(folder: SourceFolder) -> bool:
    return looks_right(sniff_json(folder, folder.names[0]).lstrip().removeprefix("["))


def _llava(dataset: Dataset) -> Rows:
    for name in llava.label_names(dataset.folder) or dataset.folder.names:
        dialect = _dialect(dataset, name)
        for entry in dataset.entries(name):
            if isinstance(entry, Finding):
                yield entry
            else:
                yield from _conversation(dataset, entry, dialect)


def _conversation(dataset: Dataset, entry: Entry, dialect: Dialect | None) -> Rows:
    turns, findings = turns_of(entry, dataset.form)
    yield from findings
    if not turns:
        return
    picture = dataset.pictures.find(entry.image, entry.file)
    size = dataset.pictures.size(picture)
    boxes: tuple[Any, ...] = ()
    if dialect is not None and any(dialect.find(turn.content, _ANY) for turn in turns):
        if size is None:
            why = (
                f"has boxes, but the image {entry.image} is not there to say how large it is. Name "
                "its folder (--images) or its size (--size); the text is checked without them"
            )
            yield entry.odd(dataset.form, FindingKind.WRONG_SIZE, "conversations", why)
        else:
            frame = Frame(width=size.width, height=size.height)
            try:
                turns, boxes, _ = canonical_turns(turns, dialect, frame)
            except Unspoken as error:
                yield entry.odd(dataset.form, error.kind, "conversations", f"{error}; left out")
                return
    talk = ConversationAnnotation(id=NO_ID, turns=turns, boxes=boxes, origin=entry.at("conversations"))  # fmt: skip
    yield Piece(
        SceneLabels(name=entry.image, annotations=(talk,)),
        _record(entry),
        picture,
        size,
        entry.line,
    )


def _dialect(dataset: Dataset, name: str) -> Dialect | None:
    """Return the dialect of the boxes in ``name``: as told, else as its first texts have it."""
    if dataset.spec.dialect is not None:
        return dialect_named(dataset.spec.dialect)
    entries = (entry for entry in dataset.entries(name) if isinstance(entry, Entry))
    first = list(islice(entries, LEARNT))
    texts = [(turn.content, entry) for entry in first for turn in turns_of(entry, name)[0]]
    found = recognise_dialect([text for text, _ in texts])
    if found in _BY_SIZE:
        sized = [(text, size) for text, entry in texts if (size := _size(dataset, entry))]
        frames = [Frame(width=size.width, height=size.height) for _, size in sized]
        found = (recognise_dialect([text for text, _ in sized], frames) if sized else None) or found
    return dialect_named(found) if found else None


def _size(dataset: Dataset, entry: Entry) -> ImageSize | None:
    return dataset.pictures.size(dataset.pictures.find(entry.image, entry.file))


def _jsonl(dataset: Dataset) -> Rows:
    spec = SourceSpec(name=dataset.form, path=dataset.spec.path)
    for name in jsonl.label_names(dataset.folder) or dataset.folder.names:
        for entry in dataset.entries(name):
            if isinstance(entry, Finding):
                yield entry
                continue
            if (count := list_lengths(entry.content)) > MOST_LABELS:
                yield too_many(entry.image, count, dataset.form, name)
                continue
            labels = jsonl.scene_of(entry.image, [entry], spec)
            yield from labels.findings
            picture = dataset.pictures.find(entry.image, name)
            stated = ImageSize(width=labels.width, height=labels.height) if labels.width and labels.height else None  # fmt: skip
            yield Piece(labels, _record(entry), picture, dataset.pictures.size(picture) or stated)


def _vrsbench(dataset: Dataset) -> Rows:
    names = dataset.folder.with_suffix(".json")
    for name in names:
        if len(names) > 1 and not looks_right(sniff_json(dataset.folder, name).lstrip("[ \n\t\r")):
            continue
        for entry in dataset.entries(name):
            if isinstance(entry, Finding):
                yield entry
                continue
            picture = dataset.pictures.find(entry.image, name)
            size = dataset.pictures.size(picture)
            alone = entry.line == 1 and entry.element == "[0]"
            content = entry.content if alone else {**entry.content, "image": None}
            annotations, findings = labels_in(name, content, dataset.form, size)
            yield from findings
            labels = SceneLabels(name=entry.image, annotations=annotations)
            yield Piece(labels, _record(entry), picture, size, entry.line)


def _whole(dataset: Dataset) -> Rows:
    """Read the dataset as a build does."""
    spec = SourceSpec(name=dataset.form, path=dataset.spec.path, images=dataset.spec.images)
    for row in read_rows(source_named(dataset.form), dataset.folder, spec):
        if not isinstance(row, SceneLabels):
            yield row
            continue
        yield from row.findings
        picture = dataset.folder.address(row.name) if row.present else None
        stated = ImageSize(width=row.width, height=row.height) if row.width and row.height else None  # fmt: skip
        yield Piece(row, "", picture, dataset.pictures.size(picture) or stated)


def _record(entry: Entry) -> str:
    """Return the id that ``entry`` gives itself."""
    given = next((entry.content[key] for key in ("id", "image_id") if key in entry.content), "")
    return str(given) if isinstance(given, str | int) else ""


_STREAMED: Final[dict[str, Callable[[Dataset], Rows]]] = {
    "llava": _llava, "jsonl": _jsonl, "vrsbench": _vrsbench,
}  # fmt: skip
