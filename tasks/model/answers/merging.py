"""Merging: one segment takes the place of several.

The new segment is written and seen in the folder before an old one is deleted, so a kill between
any two steps leaves answers double, never missing. ``GRACE`` should pass before the deletion: who
is just listing the folder then sees one or the other. Who has the old ones open looks again when
they are gone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.errors import StorageError
from tasks.model.answers import segments
from tasks.model.answers.catalogue import Catalogue
from tasks.model.answers.frames import Frame

GRACE: Final = 2.0  # s


@dataclass(frozen=True)
class Merged:
    """A new segment, none if there was nothing to save, and whether each old one was sound."""

    name: str | None
    answers: int
    sound: Mapping[str, bool]


def merge(
    catalogue: Catalogue,
    names: Iterable[str],
    new: str,
    wanted: Callable[[Frame], bool] = lambda _frame: True,
) -> Merged:
    """Write segment ``new`` of the ``wanted`` answers in the segments ``names``; of two the older.

    Raises StorageError.
    """
    kept: dict[bytes, Frame] = {}
    sound, sizes = {}, catalogue.segments()
    for name in names:
        try:
            content = catalogue.folder.read(name, 0, sizes[name])
        except (FileNotFoundError, KeyError):  # merged by another process meanwhile
            continue
        frames, sound[name] = segments.parse(content)
        for frame in filter(wanted, frames):
            if frame.key not in kept or frame.time < kept[frame.key].time:
                kept[frame.key] = frame
    if not kept:
        return Merged(None, 0, sound)
    catalogue.write(new, sorted(kept.values(), key=lambda frame: (frame.time, frame.key)))
    return Merged(new, len(kept), sound)


def replace(catalogue: Catalogue, merged: Merged) -> Iterator[str]:
    """Delete the segments that ``merged`` replaces; yield the damaged ones, which are moved.

    Raises StorageError.
    """
    folder = catalogue.folder
    if merged.name is not None and not folder.exists(merged.name):
        raise StorageError(
            f"{folder.url(merged.name)} was written and is not there. Nothing was deleted; see "
            "whether something else removes files there, and compact again."
        )
    for name, whole in merged.sound.items():
        if whole:
            folder.delete(name)
            continue
        try:
            folder.set_aside(name)
        except FileNotFoundError:
            continue
        yield name
