"""Official splits as lists of image names: ``ImageSets/Main/train.txt`` and the like."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from pydantic import Field

from schemas.errors import UnreadableText
from schemas.record import Record
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Severity, Split
from tasks.sources.folder import IMAGE_SUFFIXES, SourceFolder, folders_of, stem, suffix

STRICTEST: Final = (Split.TEST, Split.VAL, Split.TRAIN)
_LISTS: Final = {
    "train": Split.TRAIN, "val": Split.VAL, "test": Split.TEST, "trainval": Split.TRAIN,
}  # fmt: skip


class Listed(Record):
    """One line of a list that names an image."""

    file: str
    line: int = Field(ge=1)
    split: Split
    both: bool = Field(description="the list is of train and val together")


class ImageSets(Record):
    """Which images the lists of a folder name, by their stem."""

    images: dict[str, tuple[Listed, ...]]
    unreadable: tuple[Finding, ...] = ()

    def split(self, image: str) -> Split | None:
        """Return the split of the image with this stem; the strictest one of several."""
        listed = self._told(image)
        return strictest(one.split for one in listed)

    def overlap(self, source: str, image: str) -> Iterator[Finding]:
        """Yield a finding where lists of different splits name the image with this stem."""
        listed = self._told(image)
        other = next((one for one in listed if one.split != listed[0].split), None)
        if other:
            yield overlap(source, image, listed[0].file, other.file, other.line)

    def unused(self, source: str, known: Iterable[str]) -> Iterator[Finding]:
        """Yield one finding for each list that names images without file and labels."""
        here = set(known)
        lost: dict[str, list[tuple[int, str]]] = {}
        for image, listed in self.images.items():
            for one in listed if image not in here else ():
                lost.setdefault(one.file, []).append((one.line, image))
        for file, names in sorted(lost.items()):
            line, image = min(names)
            yield Finding(
                source=source, kind=FindingKind.MISSING_PAIR, severity=Severity.NOTE, file=file,
                line=line, detail=f"{len(names)} images of this list have neither an image file "
                f"nor labels, first “{image}”.",
                remedy="Add them, if the whole dataset is meant.",
            )  # fmt: skip

    def _told(self, image: str) -> tuple[Listed, ...]:
        """Return the lines that name ``image``, without those that leave train or val open."""
        listed = self.images.get(image, ())
        exact = tuple(one for one in listed if not one.both)
        return exact or listed


def image_sets(folder: SourceFolder, source: str) -> ImageSets:
    """Read the lists below a folder ``ImageSets``; images are named with or without suffix."""
    images: dict[str, tuple[Listed, ...]] = {}
    unreadable = []
    for file in folder.with_suffix(".txt"):
        if not _is_list(file):
            continue
        try:
            lines = folder.lines(file)
        except UnreadableText as error:
            unreadable.append(unreadable_list(source, file, error))
            continue
        for number, line in enumerate(lines, start=1):
            for word in line.split()[:1]:
                image = _image(word)
                images[image] = (*images.get(image, ()), _listed(file, number))
    return ImageSets(images=images, unreadable=tuple(unreadable))


def strictest(splits: Iterable[Split | None]) -> Split | None:
    """Return test before val before train; None where no split is known."""
    known = set(splits)
    return next((split for split in STRICTEST if split in known), None)


def overlap(source: str, image: str, first: str, other: str, line: int | None) -> Finding:
    """Return the finding about an image that two lists put into different splits."""
    return Finding(
        source=source, kind=FindingKind.SPLIT_OVERLAP, severity=Severity.WARNING, file=other,
        line=line, detail=f"{image} is in {first} and in {other}.",
        remedy="It is taken as test, else as val. Keep it in one split.",
    )  # fmt: skip


def unreadable_list(source: str, file: str, error: UnreadableText) -> Finding:
    """Return the finding about a file for many images that cannot be read."""
    return Finding(
        source=source, kind=FindingKind.MALFORMED_LINE, severity=Severity.ERROR, file=file,
        line=error.line, detail=str(error), remedy="Save the file as UTF-8, or get it again.",
    )  # fmt: skip


def _is_list(file: str) -> bool:
    return stem(file).lower() in _LISTS and "imagesets" in map(str.lower, folders_of(file))


def _listed(file: str, line: int) -> Listed:
    word = stem(file).lower()
    return Listed(file=file, line=line, split=_LISTS[word], both=word == "trainval")


def _image(word: str) -> str:
    return stem(word) if suffix(word) in IMAGE_SUFFIXES else PurePosixPath(word).name
