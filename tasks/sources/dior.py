"""DIOR and DIOR-R: 20 classes, upright and oriented boxes in PASCAL VOC files, images 800×800.

Layout: ``Annotations/Horizontal Bounding Boxes/00001.xml`` (``bndbox``) and ``Annotations/Oriented
Bounding Boxes/00001.xml`` (``robndbox`` with ``x_left_top`` and so on), ``JPEGImages-trainval/``
and ``JPEGImages-test/*.jpg``, ``ImageSets/Main/{train,val,test}.txt``. Where an image has both, the
oriented boxes are used. The files write the class “golffield” where the paper has “golf course”.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Severity, Shape
from tasks.sources.folder import SourceFolder, folders_of, stem
from tasks.sources.protocol import SceneLabels, polygon_of
from tasks.sources.voc import Corners, XmlForm, read_scenes, sniffed, voc_box, voc_name
from tasks.sources.xml_file import texts_at

CLASSES: Final = (
    "airplane", "airport", "baseballfield", "basketballcourt", "bridge", "chimney", "dam",
    "Expressway-Service-area", "Expressway-toll-station", "golffield", "groundtrackfield",
    "harbor", "overpass", "ship", "stadium", "storagetank", "tenniscourt", "trainstation",
    "vehicle", "windmill",
)  # fmt: skip
_CORNERS: Final = tuple(
    f"{axis}_{corner}"
    for corner in ("left_top", "right_top", "right_bottom", "left_bottom")
    for axis in "xy"
)
_KIND: Final = re.compile(r"(horizontal|oriented) bounding boxes", re.IGNORECASE)


class Dior:
    """The DIOR dataset, with the boxes of DIOR-R."""

    name = "dior"
    generic = False
    title = "DIOR"
    layout = (
        "Annotations/{Horizontal,Oriented} Bounding Boxes/*.xml, JPEGImages*/*.jpg, "
        "ImageSets/Main/{train,val,test}.txt."
    )
    licence: str | None = None
    citation = (
        "Li et al., Object detection in optical remote sensing images: A survey and a new "
        "benchmark, ISPRS Journal 159, 2020, arXiv:1909.00133; "
        "Cheng et al., Anchor-Free Oriented Proposal Generator for Object Detection, TGRS 2022"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether XML files have DIOR's name, its oriented boxes or lie in its folders."""
        named = any(_kind(name) for name in folder.with_suffix(".xml"))
        return any(_is_dior(text, named) for text in sniffed(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its boxes, oriented ones where there are any."""
        files = folder.with_suffix(".xml")
        oriented = {stem(name) for name in files if _kind(name) == "oriented"}
        used = [n for n in files if _kind(n) != "horizontal" or stem(n) not in oriented]
        for found in read_scenes(folder, spec, _FORM, used):
            alone = oriented and isinstance(found, SceneLabels) and stem(found.name) not in oriented
            yield _upright_only(found, spec) if alone else found


def _is_dior(text: str, named: bool) -> bool:
    if "<object>" not in text or "<description>" in text or "<points>" in text:
        return False
    return "<database>DIOR" in text or "<x_left_top>" in text or (named and "<bndbox>" in text)


def _kind(name: str) -> str | None:
    found = (_KIND.fullmatch(folder) for folder in folders_of(name))
    return next((match[1].lower() for match in found if match), None)


def _corners(element: Element) -> Corners:
    if element.find("robndbox") is None:
        return voc_box(element)
    return Corners(Shape.OBB, polygon_of(texts_at(element, "robndbox", _CORNERS)))


def _upright_only(
    found: SceneLabels | Rejection | Finding, spec: SourceSpec
) -> SceneLabels | Rejection | Finding:
    if not isinstance(found, SceneLabels) or not found.annotations:
        return found
    label = found.annotations[0].origin.file
    finding = Finding(
        source=spec.name, kind=FindingKind.MISSING_PAIR, severity=Severity.NOTE, file=label,
        detail="This image has upright boxes but no oriented ones, as others have.",
        remedy="Add its file to Oriented Bounding Boxes/.",
    )  # fmt: skip
    return found.model_copy(update={"findings": (*found.findings, finding)})


_FORM: Final = XmlForm(corners=_corners, category=voc_name, classes=CLASSES)
SOURCE: Final = Dior()
