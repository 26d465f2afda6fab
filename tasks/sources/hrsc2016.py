"""HRSC2016: ships in harbours as oriented boxes, in XML files of their own form.

Layout: ``FullDataSet/Annotations/100000001.xml`` with ``AllImages/100000001.bmp`` (or ``Train/``,
``Test/``) and ``ImageSets/{train,val,trainval,test}.txt``. ``HRSC_Objects/HRSC_Object`` has
``mbox_cx``, ``mbox_cy``, ``mbox_w``, ``mbox_h`` in px and ``mbox_ang`` in radians, clockwise as
seen, and an upright box ``box_xmin`` … ``box_ymax``. ``Class_ID`` stands for a kind of ship; all
are ships here, the first of the set's three levels. Images with ``Annotated`` 0 are not labelled.
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
from tasks.sources.voc import Corners, XmlForm, read_scenes, sniffed, turned, upright
from tasks.sources.xml_file import texts_at

CLASSES: Final = ("ship",)
_TURNED: Final = ("mbox_cx", "mbox_cy", "mbox_w", "mbox_h", "mbox_ang")
_UPRIGHT: Final = ("box_xmin", "box_ymin", "box_xmax", "box_ymax")


class Hrsc2016:
    """The HRSC2016 dataset."""

    name = "hrsc2016"
    generic = False
    title = "HRSC2016"
    layout = "Annotations/*.xml, AllImages/*.bmp, ImageSets/{train,val,trainval,test}.txt."
    licence: str | None = None
    citation = (
        "Liu et al., A High Resolution Optical Satellite Image Dataset for Ship Recognition and "
        "Some New Baselines, ICPRAM 2017"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether XML files are of an ``HRSC_Image``."""
        return any("<HRSC_Image>" in text for text in sniffed(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its boxes, then the labels of images that are absent."""
        yield from read_scenes(folder, spec, _FORM, folder.with_suffix(".xml"))


def _corners(element: Element) -> Corners:
    """Return the oriented box, or the upright one where there is no oriented one."""
    if element.find("mbox_cx") is None:
        return upright(*texts_at(element, ".", _UPRIGHT))
    ((x, y), (width, height), (angle, _)) = polygon_of((*texts_at(element, ".", _TURNED), 0))
    return Corners(Shape.OBB, turned(x, y, width, height, angle))


def _category(_: Element) -> str | None:
    return "ship"


_FORM: Final = XmlForm(
    corners=_corners, category=_category, classes=CLASSES, objects="HRSC_Objects/HRSC_Object",
    image="Img_FileName", width="Img_SizeWidth", height="Img_SizeHeight", gsd="Img_Resolution", done="Annotated",
)  # fmt: skip
SOURCE: Final = Hrsc2016()
