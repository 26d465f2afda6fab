"""Reads what a test writes as COCO."""

from schemas.params import SourceSpec
from tasks.sources.coco import SOURCE
from tasks.sources.folder import SourceFolder
from tests.fixtures.scenes import coco_image, write_coco

BOX = ((10, 10), (30, 10), (30, 25), (10, 25))


def rows_of(folder):
    """Return what COCO reads below ``folder``."""
    return list(SOURCE.read(SourceFolder(str(folder)), SourceSpec(name="coco", path=str(folder))))


def scene_of(folder, *annotations, **options):
    """Return the one scene that COCO reads with these annotations."""
    write_coco(folder, [coco_image(1)], annotations, **options)
    (row,) = rows_of(folder)
    return row


def only(row):
    """Return the one annotation of a scene."""
    (annotation,) = row.annotations
    return annotation
