"""RSICD: 10,921 images of 224×224 px in 30 scene classes, five sentences each; many repeat."""

from typing import Final

from tasks.sources.karpathy import RSICD, Karpathy

SOURCE: Final = Karpathy(
    name=RSICD,
    title="RSICD",
    layout="dataset_rsicd.json with RSICD_images/*.jpg beside it.",
    licence=None,
    citation="Lu et al., Exploring Models and Data for Remote Sensing Image Caption Generation, "
    "TGRS 2018, arXiv:1712.07835",
)
