"""Captions and bare images of real data, where it is at hand."""

import os
from pathlib import Path

import pytest

from schemas.params import SourceSpec
from schemas.vocabulary import Split
from tasks.sources.folder import SourceFolder
from tasks.sources.registry import recognise, source_named

PLACE = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
DATA = Path(PLACE or ".")
pytestmark = pytest.mark.skipif(
    PLACE is None, reason="RS_GPT4V_ACCEPTANCE_DATA does not name the folder of real data"
)


def read(name, folder):
    path = str(DATA / folder)
    return list(source_named(name).read(SourceFolder(path), SourceSpec(name=name, path=path)))


def test_rsicd_has_three_images_fifteen_captions_and_one_image_a_split():
    rows = read("rsicd", "rsicd")
    assert {row.name: row.split for row in rows} == {
        "RSICD_images/church_56.jpg": Split.TRAIN,
        "RSICD_images/commercial_5.jpg": Split.TEST,
        "RSICD_images/playground_38.jpg": Split.VAL,
    }
    assert [len(row.annotations) for row in rows] == [5, 5, 5]
    assert all(row.present for row in rows)


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("coco_terrain", "coco"), ("dior_rsvg", "image_folder"), ("dota", "dota"),
        ("geopixel", "image_folder"), ("geotiff", "image_folder"), ("hrrsd", "hrrsd"),
        ("rsicd", "rsicd"), ("rsivqa", "rsivqa"), ("rsvg_hr", "rsvg_hr"),
        ("rsvqa_hr", "image_folder"), ("vhr10", "coco"),
    ],
)  # fmt: skip
def test_every_folder_is_recognised_as_what_it_is(folder, expected):
    assert recognise(SourceFolder(str(DATA / folder))) == [expected]


@pytest.mark.parametrize("folder", ["dior_rsvg", "geopixel", "geotiff", "rsvqa_hr"])
def test_single_images_are_bare(folder):
    (row,) = read("image_folder", folder)
    assert (row.annotations, row.findings) == ((), ())
