"""VRSBench: one JSON file an image with its caption, objects, referring sentences and questions.

Layout: ``Annotations_train/P0003_0002.json`` with ``Images_train/P0003_0002.png``, and the same for
``val``. ``obj_corner`` holds four corners, ``obj_coord`` an upright box of two decimals, both as
shares of the image. The images are crops of DOTA and DIOR. Texts are CC-BY-4.0; images of DOTA are
for academic use only. Format: lx709/VRSBench, README.md, and its card at Hugging Face.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.geometry import Polygon
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import (
    Annotation,
    CaptionAnnotation,
    Finding,
    LabelOrigin,
    ObjectAnnotation,
    QuestionAnswerAnnotation,
    ReferringAnnotation,
    RegionAnnotation,
)
from schemas.vocabulary import FindingKind, Severity, Shape
from tasks.lexicon.lexicon import canonical, is_known
from tasks.sources.folder import SourceFolder, printable, stem
from tasks.sources.images import Images, ImageSize
from tasks.sources.json_file import ONE_IMAGE, list_lengths, load_json, sniff_json, text_of
from tasks.sources.pairs import Pairs, paired, paired_scenes
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, polygon_of, too_many

_SNIFFED: Final = 5  # JSON files that are looked into to recognise the format


class VrsBench:
    """The VRSBench format."""

    name = "vrsbench"
    generic = False
    title = "VRSBench"
    layout = "Annotations_train/*.json with Images_train/*.png of the same names, also _val."
    licence: str | None = "CC-BY-4.0 (texts); images of DOTA and DIOR for academic use only"
    citation = "Li et al., VRSBench, NeurIPS 2024 Datasets and Benchmarks, arXiv:2406.12384"

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether one of the first JSON files has a caption, objects and ``qa_pairs``."""
        names = folder.with_suffix(".json")[:_SNIFFED]
        return any(looks_right(sniff_json(folder, name)) for name in names)

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its JSON file, then the labels of images that are absent."""
        images = Images(folder)

        def read(scene: SceneLabels, label: str) -> SceneLabels | Rejection:
            size = images.size(scene.name) if scene.present else None
            return _scene(folder, spec, scene, label, size)

        pairs = _own(folder, paired(folder, folder.with_suffix(".json")))
        return paired_scenes(folder, spec, pairs, read, "Add {stem}.json, or remove the image.")


SOURCE: Final = VrsBench()


def _own(folder: SourceFolder, pairs: Pairs) -> Pairs:
    """Return ``pairs`` without the JSON files that have no image and are none of VRSBench's."""
    absent = {
        name: labels
        for name, labels in pairs.absent.items()
        if "annotation" in labels[0].lower() or looks_right(sniff_json(folder, labels[0]))
    }
    return Pairs(labels=pairs.labels, absent=absent)


def looks_right(start: str) -> bool:
    """Say whether a JSON file that begins with ``start`` is one of VRSBench's."""
    known = ('"caption"', '"objects"', '"qa_pairs"')
    return start.lstrip().startswith("{") and sum(key in start for key in known) > 1


@dataclass
class _File:
    """What is read of one JSON file."""

    name: str
    source: str
    size: ImageSize | None
    annotations: list[Annotation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def odd(self, kind: FindingKind, element: str | None, why: str, remedy: str = "") -> None:
        """Keep a finding about ``element``, which ``why`` says what is wrong with."""
        self.findings.append(
            Finding(
                source=self.source, kind=kind, severity=Severity.WARNING, file=self.name,
                element=element, detail=f"{element or 'The file'} {why}.",
                remedy=remedy or f"Correct {element or 'the file'}, or take it out.",
            )
        )  # fmt: skip

    def at(self, element: str) -> LabelOrigin:
        """Return the origin of ``element``."""
        return LabelOrigin(file=self.name, element=element)


def _scene(
    folder: SourceFolder,
    spec: SourceSpec,
    scene: SceneLabels,
    label: str,
    size: ImageSize | None,
) -> SceneLabels | Rejection:
    """Return ``scene`` with what its JSON file says."""
    content = load_json(folder, label, ONE_IMAGE)
    if (count := list_lengths(content)) > MOST_LABELS:
        return too_many(scene.name, count, spec.name, label)
    annotations, findings = labels_in(label, content, spec.name, size)
    return scene.model_copy(update={"annotations": annotations, "findings": findings})


def labels_in(
    name: str, content: Any, source: str, size: ImageSize | None
) -> tuple[tuple[Annotation, ...], tuple[Finding, ...]]:
    """Return what the JSON file ``name`` says of its image, which has ``size``, and what is odd."""
    file = _File(name, source, size)
    _read(file, content)
    return tuple(file.annotations), tuple(file.findings)


def _read(file: _File, content: Any) -> None:
    if not isinstance(content, dict):
        file.odd(FindingKind.MALFORMED_LINE, None, "is no JSON object")
        return
    said = text_of(content.get("image"))
    if said and stem(said.replace("\\", "/")) != stem(file.name):
        why = f"is about “{printable(said[:100])}”, which is not the name of the file"
        file.odd(FindingKind.WRONG_REFERENCE, "image", why)
    caption = text_of(content.get("caption"))
    if caption is not None:
        origin = file.at("caption")
        file.annotations.append(CaptionAnnotation(id=NO_ID, text=caption, origin=origin))
    elif content.get("caption") is not None:
        file.odd(FindingKind.MALFORMED_LINE, "caption", "is no text")
    for element, entry in _entries(file, content, "objects"):
        _object(file, element, entry)
    for element, entry in _entries(file, content, "qa_pairs"):
        _question(file, element, entry)


def _entries(
    file: _File, content: dict[str, Any], key: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = content.get(key)
    if not isinstance(entries, list):
        if entries is not None:
            file.odd(FindingKind.MALFORMED_LINE, key, "is no list")
        return
    for index, entry in enumerate(entries):
        if isinstance(entry, dict):
            yield f"{key}[{index}]", entry
        else:
            file.odd(FindingKind.MALFORMED_LINE, f"{key}[{index}]", "is no JSON object")


def _object(file: _File, element: str, entry: dict[str, Any]) -> None:
    category = text_of(entry.get("obj_cls"))
    if not category or not category.strip():
        file.odd(FindingKind.MALFORMED_LINE, element, "has no obj_cls; it is left out")
        return
    if not is_known(category):
        why = f"has the class “{printable(category[:100])}”, which is not in the lexicon"
        file.odd(FindingKind.UNKNOWN_CLASS, element, why)
    shape, key = (Shape.OBB, "obj_corner") if entry.get("obj_corner") else (Shape.HBB, "obj_coord")
    if file.size is None:
        if not any(finding.kind == FindingKind.WRONG_SIZE for finding in file.findings):
            why = "has shares of an image whose size is not known; objects are left out"
            file.odd(FindingKind.WRONG_SIZE, f"{element}.{key}", why)
        return
    try:
        polygon = _polygon(entry.get(key), file.size)
    except ValueError as error:
        file.odd(FindingKind.MALFORMED_LINE, f"{element}.{key}", f"{error}; it is left out")
        return
    if shape == Shape.HBB and (polygon[0][0] > polygon[2][0] or polygon[0][1] > polygon[2][1]):
        file.odd(FindingKind.INVERTED_BOX, f"{element}.{key}", "has its corners exchanged")
        polygon = _upright(polygon)
    file.annotations.append(
        ObjectAnnotation(
            id=NO_ID, shape=shape, polygon=polygon, category_as_given=category,
            category=canonical(category), origin=file.at(element),
        )
    )  # fmt: skip
    _sentence(file, element, entry, polygon, canonical(category))


def _polygon(values: Any, size: ImageSize) -> Polygon:
    if not isinstance(values, list) or len(values) not in (4, 8):
        raise ValueError("has neither four nor eight numbers")
    corners = polygon_of(values)
    if len(corners) == 2:
        (x0, y0), (x1, y1) = corners
        corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return tuple((x * size.width, y * size.height) for x, y in corners)


def _upright(polygon: Polygon) -> Polygon:
    xs, ys = sorted({x for x, _ in polygon}), sorted({y for _, y in polygon})
    return (xs[0], ys[0]), (xs[-1], ys[0]), (xs[-1], ys[-1]), (xs[0], ys[-1])


def _sentence(
    file: _File, element: str, entry: dict[str, Any], polygon: Polygon, category: str
) -> None:
    """Keep the sentence about an object: an expression where nothing else of its class is there."""
    sentence = entry.get("referring_sentence")
    if sentence is None:
        return
    if not isinstance(sentence, str):
        file.odd(FindingKind.MALFORMED_LINE, f"{element}.referring_sentence", "is no text")
        return
    origin = file.at(f"{element}.referring_sentence")
    if entry.get("is_unique") is True:
        found: Annotation = ReferringAnnotation(
            id=NO_ID, expression=sentence, polygon=polygon, category=category, origin=origin
        )
    else:
        found = RegionAnnotation(
            id=NO_ID, text=sentence, polygon=polygon, category=category, origin=origin
        )
    file.annotations.append(found)


def _question(file: _File, element: str, entry: dict[str, Any]) -> None:
    question, answer = text_of(entry.get("question")), entry.get("answer")
    if isinstance(answer, int | float):
        answer = str(answer)
    if question is None or not isinstance(answer, str):
        file.odd(FindingKind.MISSING_PAIR, element, "has not both question and answer; left out")
        return
    file.annotations.append(
        QuestionAnswerAnnotation(
            id=NO_ID, question=question, answer=answer,
            question_type=text_of(entry.get("type")), origin=file.at(element),
        )
    )  # fmt: skip
