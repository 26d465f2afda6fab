"""Stage look: the image of every scene is opened once, for its header and for what it looks like.

Its rows rest on the bytes of the images alone: labels may change, and files may be renamed or moved,
and no image is opened again.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from schemas.errors import ImageError
from schemas.known import ImageHeader, SeenImage
from schemas.release import Part
from tasks._stage import Context, stage
from tasks.imagery.header import read_header, right_suffixes
from tasks.imagery.look import look_of
from tasks.imagery.open import local_copy
from tasks.sources.located import ImagePlace, address_of_image

NAME: Final = "{name}"  # stands in a fault where the name of the image belongs


@stage("look", writes=SeenImage, scenes="candidates", of_images=True)
def look_shard(
    context: Context, candidates: tuple[Part, ...], max_pixels: int
) -> Iterator[SeenImage]:
    """Look at the image of every candidate that has one; the same bytes are looked at once.

    Images of more than ``max_pixels`` px are not decoded.
    """
    seen: set[str] = set()
    for part in candidates:
        for place in context.rows(part, ImagePlace):
            if place.sha256 is None or place.id in seen:
                continue
            seen.add(place.id)
            context.candidates += 1
            yield look_at(place.id, address_of_image(part, place), max_pixels)


def look_at(scene_id: str, uri: str, max_pixels: int) -> SeenImage:
    """Return what the image at ``uri`` is, or why it cannot be read."""
    header: ImageHeader | None = None
    try:
        with local_copy(uri) as path:
            try:
                header = read_header(path)
                decoded = right_suffixes(header) and header.width * header.height <= max_pixels
                look = look_of(path) if decoded else None
            except ImageError as error:
                fault = _unnamed(str(error), path)
                return SeenImage(scene_id=scene_id, header=header, fault=fault)
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError as error:
        why = f"cannot be read ({error.strerror or error}). Put it back and make it readable."
        return SeenImage(scene_id=scene_id, fault=f"{NAME} {why}")
    return SeenImage(scene_id=scene_id, header=header, look=look)


def _unnamed(message: str, path: Path) -> str:
    return message.replace(str(path), NAME, 1)
