"""Label files that belong to an image by its stem: ``labelTxt/P0001.txt`` to ``images/P0001.png``.

What is said of such files in every format stands here too.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from pydantic import Field

from schemas.errors import UnreadableText
from schemas.params import SourceSpec
from schemas.record import Record
from schemas.sample import Rejection
from schemas.scene import Finding, ObjectAnnotation
from schemas.vocabulary import FindingKind, Reason, Severity
from tasks.lexicon.lexicon import is_known
from tasks.sources.crops import parent_of
from tasks.sources.folder import SourceFolder, folders_of, printable, split_of_folders, stem
from tasks.sources.protocol import SceneLabels, Told

_SHOWN: Final = 60  # characters of a class that are quoted


class Pairs(Record):
    """Which label files belong to which image, there or absent."""

    labels: dict[str, tuple[str, ...]] = Field(description="of images that are there")
    absent: dict[str, tuple[str, ...]] = Field(description="by what the labels call the image")


def paired(folder: SourceFolder, labels: Iterable[str]) -> Pairs:
    """Return the images of ``labels``: of the same stem, in no other split, with most folders."""
    by_stem: dict[str, list[str]] = {}
    for image in (*folder.images(), *folder.elsewhere()):
        by_stem.setdefault(stem(image), []).append(image)
    found: dict[str, tuple[str, ...]] = {}
    absent: dict[str, tuple[str, ...]] = {}
    for label in labels:
        near = [image for image in by_stem.get(stem(label), []) if _same_split(label, image)]
        if not near:
            name = _called(label)
            absent[name] = (*absent.get(name, ()), label)
            continue
        image = max(near, key=lambda one: len({*folders_of(one)} & {*folders_of(label)}))
        found[image] = (*found.get(image, ()), label)
    return Pairs(labels=found, absent=absent)


def paired_scenes(
    folder: SourceFolder,
    spec: SourceSpec,
    pairs: Pairs,
    read: Callable[[SceneLabels, str], SceneLabels | Rejection],
    remedy: str,
) -> Iterator[SceneLabels | Rejection]:
    """Yield every image with what ``read`` adds to it of its label file, then the absent ones.

    The first of several label files is read; ``read`` may raise UnreadableText. ``remedy`` is for
    an image without one, with “{stem}” where its name without suffix belongs.
    """

    def scene(name: str, labels: tuple[str, ...], *, present: bool) -> SceneLabels | Rejection:
        split, parent = split_of_folders(name), parent_of(stem(name))
        bare = SceneLabels(name=name, present=present, split=split, parent=parent)
        if not labels:
            finding = unlabelled(name, spec, remedy.replace("{stem}", stem(name)))
            return bare.model_copy(update={"findings": (finding,)})
        try:
            found = told(folder, bare, labels[0], lambda: read(bare, labels[0]))
        except UnreadableText as error:
            return unreadable(name, labels[0], error, spec)
        if isinstance(found, Rejection):
            return found
        findings = (*found.findings, *unused(name, labels, spec))
        whole = found.model_copy(update={"findings": findings})
        return whole if present else gone(whole, labels[0], spec)

    for image in sorted({*folder.images(), *pairs.labels}):
        yield scene(image, pairs.labels.get(image, ()), present=True)
    for name, labels in sorted(pairs.absent.items()):
        yield scene(name, labels, present=False)


def told(folder: SourceFolder, scene: SceneLabels, label: str, read: Callable[[], Told]) -> Told:
    """Return what ``read`` makes of the file ``label`` for ``scene``, or made of it in an earlier scan.

    It must rest on nothing but that file, the image, and what was read before.
    """
    return folder.memory.told(scene, label, read) if folder.memory else read()


def unlabelled(image: str, spec: SourceSpec, remedy: str) -> Finding:
    """Return the finding about an image that no label file belongs to."""
    return Finding(
        source=spec.name, kind=FindingKind.IMAGE_WITHOUT_LABEL, severity=Severity.WARNING,
        file=image, detail="There is no label file for this image.", remedy=remedy,
    )  # fmt: skip


def gone(scene: SceneLabels, label: str, spec: SourceSpec) -> SceneLabels:
    """Return ``scene`` as one whose image is not there."""
    finding = Finding(
        source=spec.name, kind=FindingKind.LABEL_WITHOUT_IMAGE, severity=Severity.WARNING,
        file=label, detail="There is no image of this name.",
        remedy=f"Add the image {stem(label)}, name its folder as “images” of the source, or remove "
        "the label file.",
    )  # fmt: skip
    return scene.model_copy(update={"present": False, "findings": (finding, *scene.findings)})


def unreadable(image: str, label: str, error: UnreadableText, spec: SourceSpec) -> Rejection:
    """Return the rejection of an image whose label file cannot be read."""
    return Rejection(
        stage="scan", subject="scene", subject_id=image, source=spec.name,
        reason=Reason.UNREADABLE_LABEL, detail=str(error), file=label, line=error.line,
    )  # fmt: skip


def unused(image: str, labels: tuple[str, ...], spec: SourceSpec) -> Iterator[Finding]:
    """Yield a finding for each label file of ``image`` but the first, which is read."""
    for label in labels[1:]:
        yield Finding(
            source=spec.name, kind=FindingKind.DUPLICATE_LABEL, severity=Severity.WARNING,
            file=label, detail=f"{image} has its labels from {labels[0]}; this file is not read.",
            remedy="Keep one label file for each image.",
        )  # fmt: skip


def empty(label: str, spec: SourceSpec) -> Finding:
    """Return the finding about a label file without objects."""
    return Finding(
        source=spec.name, kind=FindingKind.EMPTY_LABEL, severity=Severity.NOTE, file=label,
        detail="The label file has no object.",
        remedy="Nothing, if the image shows none of the labelled classes.",
    )  # fmt: skip


def unknown_classes(objects: Iterable[ObjectAnnotation], spec: SourceSpec) -> Iterator[Finding]:
    """Yield a finding for each class that the lexicon lacks, at its first object."""
    first: dict[str, ObjectAnnotation] = {}
    for one in objects:
        first.setdefault(one.category_as_given, one)
    for category, one in sorted(first.items()):
        if not is_known(category):
            shown = printable(category[:_SHOWN])
            yield Finding(
                source=spec.name, kind=FindingKind.UNKNOWN_CLASS, severity=Severity.NOTE,
                file=one.origin.file, line=one.origin.line, element=one.origin.element,
                detail=f"The class “{shown}” is not in the lexicon; it is kept as spelled.",
                remedy="Correct the spelling, or add the class to tasks/lexicon/categories.yaml.",
            )  # fmt: skip


def _same_split(label: str, image: str) -> bool:
    splits = {split_of_folders(label), split_of_folders(image)} - {None}
    return len(splits) <= 1


def _called(label: str) -> str:
    """Return what ``label`` calls its image: its own stem, below its split."""
    split = split_of_folders(label)
    return f"{split}/{stem(label)}" if split else stem(label)
