"""NWPU-Captions: the 31,500 NWPU-RESISC45 images of 256×256 px, five sentences each.

Format: ``dataset_nwpu.json``, ``{class: [{"filename", "imgid", "split", "raw", "raw_1" … "raw_4",
"sentids" …}]}``, images ``NWPU_images/<class>/<filename>``; no list “images”. The class of an
image is that of NWPU-RESISC45.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, LabelOrigin, SceneClassAnnotation
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
from tasks.sources.json_file import sniff_json, text_of
from tasks.sources.protocol import NO_ID, SceneLabels
from tasks.sources.scene_classes import scene_class

_KEYS: Final = ('"filename"', '"raw"', '"raw_1"')
_RAW: Final = re.compile(r"raw(?:_(\d{1,3}))?")


class NwpuCaptions:
    """The format of NWPU-Captions."""

    name = "nwpu_captions"
    generic = False
    title = "NWPU-Captions"
    layout = "dataset_nwpu.json with NWPU_images/<class>/*.jpg beside it."
    licence: str | None = None
    citation = (
        "Cheng et al., NWPU-Captions Dataset and MLCA-Net for Remote Sensing Image Captioning, "
        "TGRS 2022"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether a JSON file has sentences under the keys “raw” and “raw_1”."""
        return any(_is_own(folder, name) for name in label_files(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image by name, absent ones after them, then what belongs to no image."""
        names = [name for name in label_files(folder) if _is_own(folder, name)]
        return read_captions(folder, spec, names, _entries)


SOURCE: Final = NwpuCaptions()


def _is_own(folder: SourceFolder, name: str) -> bool:
    start = sniff_json(folder, name)
    return all(key in start for key in _KEYS) and '"sentences"' not in start


def _entries(spec: SourceSpec, file: str, content: Any) -> Parsed:
    if not isinstance(content, dict):
        yield malformed(spec, file, None, "is no object with a list for each class", Severity.ERROR)
        return
    for given, listed in content.items():
        if not isinstance(listed, list):
            yield malformed(spec, file, given, "is no list of images; it is left out")
            continue
        for index, entry in enumerate(listed):
            yield _entry(spec, file, f"{given}[{index}]", given, entry)


def _entry(spec: SourceSpec, file: str, element: str, given: str, entry: Any) -> Entry | Finding:
    image = text_of(entry.get("filename")) if isinstance(entry, dict) else None
    if not image or not image.strip("/. "):
        return malformed(spec, file, element, "names no image; it is left out")
    return Entry(
        file=file,
        element=element,
        image=image if "/" in image or not given else f"{given}/{image}",
        say=partial(_said, spec, file, element, given, entry),
    )


def _said(spec: SourceSpec, file: str, element: str, given: str, entry: dict[str, Any]) -> Said:
    keys = sorted(filter(_RAW.fullmatch, entry), key=_number)
    captions, findings = sentences(spec, file, ((f"{element}.{key}", entry[key]) for key in keys))
    split = split_named(entry.get("split"))
    if split is None:
        why = "has a split that is none of train, val and test; it is divided like new images"
        findings = (*findings, malformed(spec, file, element, why))
    return Said(split, (*captions, *_scene_class(file, element, given)), findings)


def _scene_class(file: str, element: str, given: str) -> Iterator[SceneClassAnnotation]:
    if category := scene_class(given):
        yield SceneClassAnnotation(
            id=NO_ID,
            category_as_given=given,
            category=category,
            origin=LabelOrigin(file=file, element=element),
        )


def _number(key: str) -> int:
    found = _RAW.fullmatch(key)
    return int(found[1] or 0) if found else 0
