"""The images that labels speak of, found by the names that labels give them."""

from pathlib import PurePosixPath

from pydantic import Field

from schemas.errors import ImageError, SourceError
from schemas.known import ImageHeader
from schemas.record import Record
from tasks.imagery.header import read_header
from tasks.imagery.open import local_copy
from tasks.sources.folder import SourceFolder, why_unsafe


class ImageSize(Record):
    """How large an image is as displayed."""

    width: int = Field(gt=0, description="px")
    height: int = Field(gt=0, description="px")


class Images:
    """The images of a source folder, and of the folders named beside it, by path, name or stem."""

    def __init__(self, folder: SourceFolder) -> None:
        """Index the images once for any number of look-ups."""
        self._folder = folder
        self._own = set(folder.images())
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for name in (*folder.images(), *folder.elsewhere()):
            path = PurePosixPath(name)
            self._by_name.setdefault(path.name, []).append(name)
            self._by_stem.setdefault(path.stem, []).append(name)

    def find(self, wanted: str, near: str = "", *, whole: bool = False) -> str | None:
        """Return the name of the image that labels call ``wanted``, with or without suffix.

        ``near`` is the label file. Its neighbour of this very name comes first, then what lies
        there below the source folder. Of several others, the one whose path ends like ``wanted``
        comes first, then one in the source folder itself, then the one that shares most folders
        with ``near``, then one in a folder that ``near`` is named after (``train2017/`` for
        ``instances_train2017.json``), then the first by name. With ``whole``, only an image whose
        path ends like ``wanted``, suffix included, is meant. None where there is none, or
        ``wanted`` is no safe name.
        """
        if why_unsafe(wanted) or not wanted.strip("/\\. "):
            return None
        path = PurePosixPath(wanted if wanted in self._own else wanted.replace("\\", "/"))
        beside = str(PurePosixPath(near).parent / path)
        for name in (beside, str(path)):
            if name in self._own:
                return name
        found = self._by_name.get(path.name, [])
        if whole:
            found = [name for name in found if _ends(name, path)]
        elif not found:
            found = self._by_stem.get(path.name, [])
        return min(found, key=lambda name: self._rank(name, path, near), default=None)

    def _rank(
        self, name: str, wanted: PurePosixPath, near: str
    ) -> tuple[bool, bool, int, bool, str]:
        folders = PurePosixPath(name).parts[:-1]
        shared = len({*PurePosixPath(near).parts[:-1]} & {*folders})
        named_after = any(folder in PurePosixPath(near).stem for folder in folders)
        return not _ends(name, wanted), name not in self._own, -shared, not named_after, name

    def header(self, name: str) -> ImageHeader | None:
        """Return the header of the image ``name``; None where it cannot be read."""
        try:
            with local_copy(self._folder.address(name)) as path:
                return read_header(path)
        except (ConnectionError, TimeoutError):
            raise  # of a remote source: may pass when tried again
        except (ImageError, SourceError, OSError):
            return None

    def size(self, name: str) -> ImageSize | None:
        """Return the size of the image ``name`` by its header; None where it cannot be read."""
        header = self.header(name)
        return ImageSize(width=header.width, height=header.height) if header else None


def _ends(name: str, wanted: PurePosixPath) -> bool:
    """Say whether the folders of ``name`` end with those of ``wanted``."""
    return PurePosixPath(name).parts[-len(wanted.parts) : -1] == wanted.parts[:-1]
