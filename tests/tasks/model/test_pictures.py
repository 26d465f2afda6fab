"""What of a tile goes with a request."""

import hashlib

import numpy as np
import pytest

from prompts import load_prompt
from schemas.errors import ImageError
from schemas.params import ImageParams, PictureParams, TeacherParams
from schemas.teacher import DescribedObjects
from tasks.describe import describe_tile
from tasks.imagery.encode import decode_jpeg
from tasks.model.pictures import Picture, picture_for, picture_of, scaled_size
from tests.tasks._teaching import apron, pictured, rows_of, taught, tiles_part


@pytest.fixture(scope="module")
def tile():
    return pictured(apron())  # 900 × 600 px


@pytest.mark.parametrize("long_side", [None, 900, 2000])
def test_a_tile_that_is_not_larger_goes_as_it_is(tile, long_side):
    picture = picture_of(tile, PictureParams(long_side=long_side, quality=10, detail="low"))
    assert picture == Picture(tile.image, tile.image_sha256, "low")


def test_a_larger_tile_is_scaled_to_its_long_side_and_hashed_anew(tile):
    picture = picture_of(tile, PictureParams(long_side=300))
    assert decode_jpeg(picture.image).shape == (200, 300, 3)
    assert picture.sha256 == hashlib.sha256(picture.image).hexdigest() != tile.image_sha256
    assert len(picture.image) < len(tile.image)


def test_the_same_tile_scaled_twice_gives_the_same_bytes(tile):
    first = picture_of(tile, PictureParams(long_side=300))
    picture_of(tile, PictureParams(long_side=301))
    assert picture_of(tile, PictureParams(long_side=300)) == first


def test_a_lower_quality_takes_fewer_bytes_and_means_the_same(tile):
    fine = picture_of(tile, PictureParams(long_side=450, quality=95)).image
    coarse = picture_of(tile, PictureParams(long_side=450, quality=40)).image
    assert len(coarse) < len(fine)
    gap = decode_jpeg(fine).astype(int) - decode_jpeg(coarse)
    assert np.abs(gap).mean() < 4


def test_scaling_averages_and_rings_nowhere(tile):
    whole = decode_jpeg(tile.image)
    scaled = decode_jpeg(picture_of(tile, PictureParams(long_side=450, quality=100)).image)
    means = whole.reshape(300, 2, 450, 2, 3).mean(axis=(1, 3))
    assert np.abs(scaled - means).mean() < 2
    assert scaled.min() >= int(whole.min()) - 4
    assert scaled.max() <= int(whole.max()) + 4


def test_without_a_picture_nothing_of_it_enters_the_request(tile):
    silent = picture_of(tile, PictureParams(send=False, long_side=100, detail="low"))
    assert silent == picture_of(tile, PictureParams(send=False))
    assert (silent.image, silent.sha256) == (None, None)


def test_each_stage_sends_what_its_parameters_say(tile):
    images = ImageParams(synthesize=PictureParams(detail="low"), converse=PictureParams(send=False))
    assert picture_for(tile, images, "describe").detail == "high"
    assert picture_for(tile, images, "synthesize").detail == "low"
    assert picture_for(tile, images, "converse").image is None


def test_a_broken_picture_is_named_when_it_has_to_be_scaled(tile):
    broken = tile.model_copy(update={"image": b"no picture"})
    assert picture_of(broken, PictureParams()).image == b"no picture"
    with pytest.raises(ImageError, match="cannot be decoded"):
        picture_of(broken, PictureParams(long_side=64))


def test_a_request_carries_the_picture_its_hash_and_detail(tile):
    images = ImageParams(describe=PictureParams(long_side=300, detail="low"))
    params, prompt = TeacherParams(images=images), load_prompt("describe")
    (question,) = describe_tile(tile, prompt, params)
    request, shown = question.request, picture_of(tile, images.describe)
    assert (request.image, request.image_sha256, request.detail) == (
        shown.image, shown.sha256, "low",
    )  # fmt: skip
    (other,) = describe_tile(tile, prompt, TeacherParams())
    assert other.request.key != request.key


def test_the_chain_is_written_from_small_pictures_and_from_none(tmp_path, tile):
    part = tiles_part(str(tmp_path), [apron()])
    half, none = PictureParams(long_side=450), PictureParams(send=False)
    texts = []
    for picture in (PictureParams(), half, none):
        images = ImageParams(describe=picture, synthesize=picture, converse=picture)
        described, whole, talked = taught(str(tmp_path), part, TeacherParams(images=images))
        assert (whole.rows, talked.rejections) == (1, 0)
        rows = rows_of(str(tmp_path), described, DescribedObjects)
        texts.append(" ".join(fact.attributes for row in rows for fact in row.reply.facts))
    assert ["white" in text for text in texts] == [True, True, False]


@pytest.mark.parametrize(
    ("size", "long_side", "expected"),
    [
        ((1024, 768), 512, (512, 384)),
        ((768, 1024), 512, (384, 512)),
        ((5000, 2), 100, (100, 1)),
        ((100, 80), 512, (100, 80)),
        ((100, 80), None, (100, 80)),
    ],
)
def test_sizes_keep_their_shape_and_are_never_enlarged(size, long_side, expected):
    assert scaled_size(*size, long_side) == expected
