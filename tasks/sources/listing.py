"""Entries of label files that each name their image, gathered image by image."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, LabelOrigin
from schemas.vocabulary import FindingKind, Reason, Severity
from tasks.sources.folder import SourceFolder, printable, why_unsafe
from tasks.sources.images import Images
from tasks.sources.json_file import list_lengths
from tasks.sources.protocol import MOST_LABELS, SceneLabels, too_many


@dataclass(frozen=True, slots=True)
class Entry:
    """What one element or line of a label file says about one image, not checked yet."""

    file: str
    line: int | None
    element: str | None
    image: str
    content: dict[str, Any]

    def at(self, part: str) -> LabelOrigin:
        """Return the origin of ``part`` of this entry, such as ``objects[3]``."""
        element = ".".join(word for word in (self.element, part) if word)
        return LabelOrigin(file=self.file, line=self.line, element=element or None)

    def odd(
        self, source: str, kind: FindingKind, part: str, why: str, severity: Severity | None = None
    ) -> Finding:
        """Return a finding about ``part``; ``why`` follows its name in a sentence."""
        origin = self.at(part)
        where = origin.element or f"line {self.line}"
        return Finding(
            source=source, kind=kind, severity=severity or Severity.WARNING, file=self.file,
            line=self.line, element=origin.element, detail=f"{where} {why}.",
            remedy=f"Correct {where}, or take it out.",
        )  # fmt: skip


class Listing:
    """The images that entries name: there, absent or refused."""

    def __init__(
        self, folder: SourceFolder, spec: SourceSpec, found: Iterable[Entry | Finding]
    ) -> None:
        """Gather ``found``, all that label files hold, with the images of ``folder``."""
        self.images = Images(folder)
        self._spec = spec
        self._there: dict[str, list[Entry]] = {name: [] for name in folder.images()}
        self._absent: dict[str, list[Entry]] = {}
        self._places: dict[tuple[str, str], str | None] = {}  # of what files call images
        self._refused: list[Rejection] = []
        self._loose: list[Finding] = []
        for row in found:
            if isinstance(row, Finding):
                self._loose.append(row)
            else:
                self._add(row)

    def there(self) -> Iterator[tuple[str, list[Entry]]]:
        """Yield the images that are there by name, each with its entries, perhaps none."""
        yield from sorted(self._there.items())

    def absent(self) -> Iterator[tuple[str, list[Entry]]]:
        """Yield the images that are not there, by what the labels call them."""
        yield from sorted(self._absent.items())

    def scenes(
        self, read: Callable[[str, list[Entry], bool], SceneLabels]
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image that is there, then those that are not, then what has no image.

        ``read`` makes a scene of an image's name, its entries, and whether it is there.
        """
        for image, entries in self.there():
            crowded = self._crowded(image, entries)
            yield crowded or (read(image, entries, True) if entries else self._unlisted(image))
        for name, entries in self.absent():
            crowded = self._crowded(name, entries)
            yield crowded or self._gone(read(name, entries, False), entries[0])
        yield from self._refused
        yield from self._loose

    def _add(self, entry: Entry) -> None:
        """Put ``entry`` to the image that it names."""
        named = entry.image, entry.file
        if named not in self._places:
            if why := why_unsafe(entry.image):
                self._refused.append(self._refusal(entry, why))
                return
            self._places[named] = self.images.find(*named)
        place = self._places[named]
        group = self._absent if place is None else self._there
        group.setdefault(place or entry.image, []).append(entry)

    def _unlisted(self, image: str) -> SceneLabels:
        """Return the scene of an image without any entry."""
        finding = Finding(
            source=self._spec.name, kind=FindingKind.IMAGE_WITHOUT_LABEL,
            severity=Severity.WARNING, file=image, detail="No label file names this image.",
            remedy="Add an entry for it, or remove the image.",
        )  # fmt: skip
        return SceneLabels(name=image, findings=(finding,))

    def _crowded(self, image: str, entries: list[Entry]) -> Rejection | None:
        """Return the rejection of an image with more labels than any image has, or None."""
        count = sum(1 + list_lengths(entry.content) for entry in entries)
        if count <= MOST_LABELS:
            return None
        return too_many(image, count, self._spec.name, entries[0].file)

    def _gone(self, scene: SceneLabels, entry: Entry) -> SceneLabels:
        """Return ``scene`` as one whose image is not there, as its first entry tells."""
        why = f"names the image {entry.image}, which is not there"
        finding = entry.odd(self._spec.name, FindingKind.LABEL_WITHOUT_IMAGE, "", why)
        return scene.model_copy(update={"present": False, "findings": (finding, *scene.findings)})

    def _refusal(self, entry: Entry, why: str) -> Rejection:
        name = printable(entry.image)
        return Rejection(
            stage="scan", subject="scene", subject_id=name, source=self._spec.name,
            reason=Reason.UNSAFE_PATH, file=entry.file, line=entry.line,
            detail=f"{entry.at('').element or f'line {entry.line}'}: “{name}” {why}",
        )  # fmt: skip
