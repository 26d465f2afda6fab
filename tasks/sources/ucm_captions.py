"""UCM-Captions: the 2,100 UC Merced images of 256×256 px as 1.tif, 2.tif …, five sentences each."""

from typing import Final

from tasks.sources.karpathy import UCM, Karpathy

SOURCE: Final = Karpathy(
    name=UCM,
    title="UCM-Captions",
    layout="UCM_captions/dataset.json with imgs/*.tif (1.tif to 2100.tif) beside it.",
    licence="public domain",  # of the images: USGS National Map Urban Area Imagery
    citation="Qu et al., Deep Semantic Understanding of High Resolution Remote Sensing Image, "
    "CITS 2016",
)
