"""Folders of images: one folder a scene class, or bare images to be described.

Layout: ``<class>/<file>``, also below ``train/``, ``val/``, ``test/``, as NWPU-RESISC45, AID and UC
Merced come. A folder names a class where its name is made of letters and is no word such as
“images”, and it either has sisters or is named by a known class, or its files are called like it.
Images in any other folder have no label; the teacher may describe them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, LabelOrigin, SceneClassAnnotation
from schemas.vocabulary import FindingKind, Severity
from tasks.sources.crops import parent_of
from tasks.sources.folder import SourceFolder, folders_of, split_of_folders, split_word, stem
from tasks.sources.protocol import NO_ID, SceneLabels
from tasks.sources.scene_classes import is_scene_class, scene_class

_CLASS: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ _-])*")
_NO_CLASS: Final = re.compile(
    r"(?:.*[ _-])?(?:jpeg|png|tiff?)?(?:images?|imgs?|pictures?|photos?|pics?|data|dataset|raw|rgb|"
    r"tiles?|crops?|jpe?gs?|pngs?|tiffs?|masks?|labels?|annotations?|annfiles|depth|optical|all)",
    re.IGNORECASE,
)


class ImageFolder:
    """Images by scene class, or without labels."""

    name = "image_folder"
    generic = True
    title = "image folder"
    layout = "<class>/*.jpg (png, tif, bmp), below train, val, test if divided; or bare images."
    licence: str | None = None
    citation = (
        "That of the data set itself, such as NWPU-RESISC45: Cheng et al., Proc. IEEE 2017, "
        "arXiv:1703.00121"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether there is any image."""
        return bool(folder.images())

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image by name, then the classes that no one knows."""
        images = folder.images()
        classes = _class_folders(images)
        for image in images:
            yield _scene(image, classes, spec)
        yield from _unknown(images, classes, spec)


SOURCE: Final = ImageFolder()


def _class_folders(images: list[str]) -> frozenset[tuple[str, ...]]:
    """Return the folders that name a class, each as its path without folders of splits."""
    files: dict[tuple[str, ...], list[str]] = {}
    for image in images:
        files.setdefault(_place(image), []).append(stem(image))
    able = {place for place in files if place and _may_name(place[-1])}
    sisters = Counter(place[:-1] for place in able)
    return frozenset(
        place
        for place in able
        if sisters[place[:-1]] > 1
        or is_scene_class(place[-1])
        or all(name.casefold().startswith(place[-1].casefold()) for name in files[place])
    )


def _place(image: str) -> tuple[str, ...]:
    return tuple(folder for folder in folders_of(image) if split_word(folder) is None)


def _may_name(folder: str) -> bool:
    return bool(_CLASS.fullmatch(folder)) and not _NO_CLASS.fullmatch(folder)


def _scene(image: str, classes: frozenset[tuple[str, ...]], spec: SourceSpec) -> SceneLabels:
    place = _place(image)
    scene = SceneLabels(name=image, split=split_of_folders(image), parent=parent_of(stem(image)))
    if place not in classes:
        odd = (_without_class(image, spec),) if classes else ()
        return scene.model_copy(update={"findings": odd})
    label = SceneClassAnnotation(
        id=NO_ID,
        category_as_given=place[-1],
        category=scene_class(place[-1]),
        origin=LabelOrigin(file=image),
    )
    return scene.model_copy(update={"annotations": (label,)})


def _without_class(image: str, spec: SourceSpec) -> Finding:
    return Finding(
        source=spec.name, kind=FindingKind.IMAGE_WITHOUT_LABEL, severity=Severity.NOTE, file=image,
        detail="The image lies in no folder that names a class, as others do.",
        remedy="Move it to the folder of its class, if it has one.",
    )  # fmt: skip


def _unknown(
    images: list[str], classes: frozenset[tuple[str, ...]], spec: SourceSpec
) -> Iterator[Finding]:
    first = {_place(image): image for image in reversed(images)}
    for place in sorted(classes):
        if not is_scene_class(place[-1]):
            yield Finding(
                source=spec.name, kind=FindingKind.UNKNOWN_CLASS, severity=Severity.NOTE,
                file=first[place],
                detail=f"The class “{place[-1]}” is not in the lexicon; it is kept as spelled.",
                remedy="Correct the spelling, or add the class to tasks/sources/scene_classes.py.",
            )  # fmt: skip
