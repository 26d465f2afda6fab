"""Karpathy JSON: images with five sentences each, as RSICD, UCM-, Sydney-Captions and RSITMD come.

Format: ``{"images": [{"filename", "imgid", "sentences": [{"tokens", "raw", "imgid", "sentid"}],
"split", "sentids"}], "dataset"}``, from A. Karpathy and L. Fei-Fei, Deep Visual-Semantic
Alignments for Generating Image Descriptions, CVPR 2015.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import Severity
from tasks.sources.captions import (
    Entry,
    Parsed,
    Said,
    label_files,
    malformed,
    read_captions,
    sentences,
    split_named,
)
from tasks.sources.folder import SourceFolder
from tasks.sources.images import Images
from tasks.sources.json_file import sniff_json, text_of
from tasks.sources.protocol import SceneLabels

RSICD: Final = "rsicd"
UCM: Final = "ucm_captions"
SYDNEY: Final = "sydney_captions"
RSITMD: Final = "rsitmd"

_OWN_WORDS: Final = {
    RSITMD: re.compile("rsitmd", re.IGNORECASE),
    RSICD: re.compile("rsicd", re.IGNORECASE),
    SYDNEY: re.compile("sydney", re.IGNORECASE),
    UCM: re.compile("ucm|merced", re.IGNORECASE),
}
_KEYS: Final = ('"images"', '"filename"', '"sentences"')
_DATASET: Final = re.compile(r'"dataset"\s*:\s*"([^"]*)"')
_FILENAME: Final = re.compile(r'"filename"\s*:\s*"([^"]+)"')
_END: Final = 8192  # bytes; the key “dataset” usually comes last
_LAST_OF_SYDNEY: Final = 613  # of images 1.tif, 2.tif …; UCM has 2,100
_SIDE_OF_SYDNEY: Final = 500  # px; UCM has 256


class Karpathy:
    """One data set in this layout."""

    generic = False

    def __init__(
        self, *, name: str, title: str, layout: str, licence: str | None, citation: str
    ) -> None:
        self.name = name
        self.title = title
        self.layout = layout
        self.licence = licence
        self.citation = citation

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether a JSON file is in this layout and of this data set, or nearest to it."""
        return any(owner_of(folder, name) == self.name for name in label_files(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image by name, absent ones after them, then what belongs to no image."""
        names = [name for name in label_files(folder) if owner_of(folder, name) == self.name]
        return read_captions(folder, spec, names, _entries)


def owner_of(folder: SourceFolder, name: str) -> str | None:
    """Return the data set that a JSON file is of, the nearest one if it does not say; or None.

    What counts, in this order: what its key “dataset” says, how file and folder are called, how
    images are called (RSICD ``church_56.jpg``, RSITMD ``church_56.tif``, the others ``56.tif``).
    """
    start = sniff_json(folder, name)
    if not all(key in start for key in _KEYS):
        return None
    text = f"{start}\n{_end(folder, name)}"
    stated = " ".join(_DATASET.findall(text))
    called = f"{folder.uri.rsplit('/', maxsplit=1)[-1]}/{name}"
    for words in (stated, called):
        for owner, own_word in _OWN_WORDS.items():
            if own_word.search(words):
                return owner
    return _by_images(folder, name, _FILENAME.findall(text))


def _end(folder: SourceFolder, name: str) -> str:
    try:
        with folder.open(name) as file:
            file.seek(max(0, folder.size(name) - _END))
            return file.read().decode("utf-8", errors="replace")
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError:
        return ""


def _by_images(folder: SourceFolder, name: str, images: list[str]) -> str:
    numbers = [
        int(found[1]) for image in images if (found := re.fullmatch(r"(\d{1,6})\.tiff?", image))
    ]
    if not numbers:
        return RSITMD if any(re.search(r"\.tiff?$", image) for image in images) else RSICD
    if max(numbers) > _LAST_OF_SYDNEY:
        return UCM
    pictures = Images(folder)
    place = pictures.find(images[0], name)
    size = pictures.size(place) if place else None
    of_sydney = size.width == _SIDE_OF_SYDNEY if size else max(numbers) == _LAST_OF_SYDNEY
    return SYDNEY if of_sydney else UCM


def _entries(spec: SourceSpec, file: str, content: Any) -> Parsed:
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(images, list):
        yield malformed(spec, file, None, "has no list “images”", Severity.ERROR)
        return
    for index, entry in enumerate(images):
        yield _entry(spec, file, f"images[{index}]", entry)


def _entry(spec: SourceSpec, file: str, element: str, entry: Any) -> Entry | Finding:
    image = text_of(entry.get("filename")) if isinstance(entry, dict) else None
    if not image or not image.strip("/. "):
        return malformed(spec, file, element, "names no image; it is left out")
    say = partial(_said, spec, file, element, entry)
    return Entry(file=file, element=element, image=image, say=say)


def _said(spec: SourceSpec, file: str, element: str, entry: dict[str, Any]) -> Said:
    listed = entry.get("sentences")
    listed = listed if isinstance(listed, list) else []
    given = ((f"{element}.sentences[{n}]", _text(value)) for n, value in enumerate(listed))
    annotations, findings = sentences(spec, file, given)
    odd = _odd(spec, file, element, entry, listed)
    return Said(split_named(entry.get("split")), annotations, (*findings, *odd))


def _text(sentence: Any) -> str | None:
    """Return a sentence as written, or put together from its words where only these are given."""
    if not isinstance(sentence, dict):
        return text_of(sentence)
    raw = text_of(sentence.get("raw"))
    words = sentence.get("tokens")
    if raw is None and isinstance(words, list) and all(isinstance(word, str) for word in words):
        return " ".join(words)
    return raw


def _odd(
    spec: SourceSpec, file: str, element: str, entry: dict[str, Any], listed: list[Any]
) -> Iterator[Finding]:
    if not listed:
        yield malformed(spec, file, element, "has no list “sentences” with a sentence in it")
    split = entry.get("split")
    if split is not None and split_named(split) is None:
        why = "has a split that is none of train, val and test; it is divided like new images"
        yield malformed(spec, file, element, why)
