"""HRRSD: upright boxes of 13 classes in PASCAL VOC files, about 4,000 objects a class.

Layout: ``Annotations/00001.xml`` with ``JPEGImages/00001.jpg`` and, for the splits,
``ImageSets/Main/{train,val,trainval,test}.txt``, all below ``OPT2017/`` as published. Every file
names “The OPTIMAL_Z Database”. Images are from Google Earth and Baidu Map, 0.15 to 1.2 m.
"""

from collections.abc import Iterator
from typing import Final

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tasks.sources.voc import XmlForm, read_scenes, sniffed, voc_box, voc_name

CLASSES: Final = (
    "ship", "bridge", "ground track field", "storage tank", "basketball court", "tennis court",
    "airplane", "baseball diamond", "harbor", "vehicle", "crossroad", "T junction", "parking lot",
)  # fmt: skip
_FORM: Final = XmlForm(corners=voc_box, category=voc_name, classes=CLASSES)


class Hrrsd:
    """The HRRSD dataset."""

    name = "hrrsd"
    generic = False
    title = "HRRSD"
    layout = "Annotations/*.xml, JPEGImages/*.jpg, ImageSets/Main/{train,val,trainval,test}.txt."
    licence: str | None = "MulanPSL-1.0 (labels); images from Google Earth and Baidu Map"
    citation = (
        "Zhang et al., Hierarchical and Robust Convolutional Neural Network for Very "
        "High-Resolution Remote Sensing Object Detection, TGRS 2019"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether XML files name the database of HRRSD."""
        return any("OPTIMAL_Z" in text and "<annotation" in text for text in sniffed(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its boxes, then the labels of images that are absent."""
        yield from read_scenes(folder, spec, _FORM, folder.with_suffix(".xml"))


SOURCE: Final = Hrrsd()
