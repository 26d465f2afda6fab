"""RSITMD: 4,743 images with five finer sentences each; divided into train and test only.

An image may be called as one of RSICD is and yet be another, so that no alias is given: which
images are the same is found by their pixels.
"""

from typing import Final

from tasks.sources.karpathy import RSITMD, Karpathy

SOURCE: Final = Karpathy(
    name=RSITMD,
    title="RSITMD",
    layout="dataset_RSITMD.json with images/*.tif beside it.",
    licence=None,
    citation="Yuan et al., Exploring a Fine-Grained Multiscale Method for Cross-Modal Remote "
    "Sensing Image Retrieval, TGRS 2021, arXiv:2204.09868",
)
