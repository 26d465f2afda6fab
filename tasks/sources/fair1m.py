"""FAIR1M: oriented boxes of 37 fine classes, as rings of points in XML files.

Layout: ``train/part1/images/0.tif`` with ``train/part1/labelXml/0.xml`` (``labelXmls`` in places);
``objects/object`` has ``possibleresult/name`` and ``points/point`` as “x,y”, five of them, the last
like the first. The lists of classes and the layout follow the paper and torchgeo's loader.
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import Shape
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels, polygon_of
from tasks.sources.voc import Corners, XmlForm, read_scenes, sniffed
from tasks.sources.xml_file import text_at

CLASSES: Final = (
    "Passenger Ship", "Motorboat", "Fishing Boat", "Tugboat", "other-ship", "Engineering Ship",
    "Liquid Cargo Ship", "Dry Cargo Ship", "Warship", "Small Car", "Bus", "Cargo Truck",
    "Dump Truck", "other-vehicle", "Van", "Trailer", "Tractor", "Excavator", "Truck Tractor",
    "Boeing737", "Boeing747", "Boeing777", "Boeing787", "ARJ21", "C919", "A220", "A321", "A330",
    "A350", "other-airplane", "Baseball Field", "Basketball Court", "Football Field",
    "Tennis Court", "Roundabout", "Intersection", "Bridge",
)  # fmt: skip
_TRIANGLE: Final = 3
_QUAD: Final = 4


class Fair1m:
    """The FAIR1M dataset."""

    name = "fair1m"
    generic = False
    title = "FAIR1M"
    layout = "images/*.tif with labelXml/*.xml of the same names, also below train/part1/."
    licence: str | None = "CC-BY-NC-SA-3.0"
    citation = (
        "Sun et al., FAIR1M: A benchmark dataset for fine-grained object recognition in "
        "high-resolution remote sensing imagery, ISPRS Journal 184, 2022, arXiv:2103.05569"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether XML files give their objects as points with possible results."""
        return any("<possibleresult>" in text and "<points>" in text for text in sniffed(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its boxes, then the labels of images that are absent."""
        yield from read_scenes(folder, spec, _FORM, folder.with_suffix(".xml"))


def _corners(element: Element) -> Corners:
    frame = text_at(element, "coordinate") or "pixel"
    if frame.lower() != "pixel":
        raise ValueError(f"has coordinates in “{frame}”, not in pixels")
    texts = [(point.text or "").split(",") for point in element.iterfind("points/point")]
    odd = next((words for words in texts if len(words) != 2), None)
    if odd is not None:
        raise ValueError(f"has the point “{','.join(odd)}”, which is no x,y")
    ring = polygon_of(word for words in texts for word in words)
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring = ring[:-1]
    if len(ring) < _TRIANGLE:
        raise ValueError(f"has {len(ring)} corners")
    return Corners(Shape.OBB if len(ring) == _QUAD else Shape.POLYGON, ring)


def _category(element: Element) -> str | None:
    return text_at(element, "possibleresult/name")


_FORM: Final = XmlForm(
    corners=_corners, category=_category, classes=CLASSES, objects="objects/object",
    image="source/filename",
)  # fmt: skip
SOURCE: Final = Fair1m()
