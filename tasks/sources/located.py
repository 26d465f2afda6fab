"""Where the images of scenes are now: known by the parts of scan, and stored in no other."""

from collections.abc import Iterable, Iterator, Mapping

from schemas.record import Record
from schemas.release import Part
from tasks.sources.folder import address_of


class ImagePlace(Record):
    """The columns of a candidate that tell where its image is."""

    id: str
    name: str
    sha256: str | None


def address_of_image(scanned: Part, place: ImagePlace) -> str:
    """Return where the image is that a row of ``scanned`` names."""
    return address_of(scanned.folders, place.name)


def addresses(rows: Iterable[tuple[Part, Iterator[ImagePlace]]]) -> Mapping[str, str]:
    """Return where the image of each scene is that has one; the first of several with these bytes."""
    found: dict[str, str] = {}
    for part, places in rows:
        for place in places if part.folders else ():
            if place.sha256 is not None:
                found.setdefault(place.id, address_of_image(part, place))
    return found
