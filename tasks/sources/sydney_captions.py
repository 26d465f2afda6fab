"""Sydney-Captions: 613 images of 500×500 px of Sydney as 1.tif, 2.tif …, five sentences each."""

from typing import Final

from tasks.sources.karpathy import SYDNEY, Karpathy

SOURCE: Final = Karpathy(
    name=SYDNEY,
    title="Sydney-Captions",
    layout="Sydney_captions/dataset.json with imgs/*.tif (1.tif to 613.tif) beside it.",
    licence=None,
    citation="Qu et al., Deep Semantic Understanding of High Resolution Remote Sensing Image, "
    "CITS 2016",
)
