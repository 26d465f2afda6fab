"""The images that a dataset speaks of: where they lie, and how large they are."""

from pathlib import Path, PurePosixPath
from typing import Final

from schemas.errors import ImageError, SourceError
from schemas.examined import ExamineSpec
from tasks.imagery.header import read_header
from tasks.imagery.open import local_copy
from tasks.sources.folder import IMAGE_SUFFIXES, SourceFolder, suffix, why_unsafe
from tasks.sources.images import Images, ImageSize

_BESIDE: Final = ("", "images", "Images", "../images", "../Images")


class Pictures:
    """Finds images in listed folders, and beside a label file that was named alone."""

    def __init__(self, folder: SourceFolder, spec: ExamineSpec, *, is_file: bool) -> None:
        """Index the images of ``folder``; of a file, its neighbours are looked up one by one."""
        self._folder, self._images = folder, Images(folder)
        root = Path(folder.uri)
        self._root = root if is_file and root.is_dir() else None
        self._given = (
            ImageSize(width=spec.width, height=spec.height) if spec.width and spec.height else None
        )

    def find(self, image: str, near: str) -> str | None:
        """Return the address of what the label file ``near`` calls ``image``; None without."""
        name = self._images.find(image, near)
        return self._folder.address(name) if name else self._neighbour(image)

    def size(self, address: str | None) -> ImageSize | None:
        """Return how large an image is: by its header, else as the command was told."""
        if address is None:
            return self._given
        try:
            with local_copy(address) as path:
                header = read_header(path)
        except (ImageError, SourceError, OSError):
            return self._given
        return ImageSize(width=header.width, height=header.height)

    def _neighbour(self, image: str) -> str | None:
        if self._root is None or why_unsafe(image) or suffix(image) not in IMAGE_SUFFIXES:
            return None
        path = PurePosixPath(image.replace("\\", "/"))
        twin = f"../{self._root.name.replace('Annotations', 'Images')}"
        places = (self._root / where / name for where in (*_BESIDE, twin) for name in (path, path.name))  # fmt: skip
        return next((str(place) for place in places if place.is_file()), None)
