"""JPEG keeps the colours of small things, and the same pixels give the same bytes."""

import io

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from schemas.errors import ImageError
from tasks.imagery.encode import decode_jpeg, encode_jpeg
from tests.tasks.imagery.paint import picture


def test_a_picture_comes_back_nearly_the_same() -> None:
    back = decode_jpeg(encode_jpeg(picture(), 90))
    assert back.shape == picture().shape
    assert np.abs(back.astype(int) - picture()).mean() < 3


def test_equal_pixels_give_equal_bytes_however_they_lie_in_memory() -> None:
    turned = np.asfortranarray(picture())
    assert encode_jpeg(turned, 90) == encode_jpeg(picture(), 90) == encode_jpeg(picture(), 90)


def test_colour_is_not_subsampled() -> None:
    with Image.open(io.BytesIO(encode_jpeg(picture(), 90))) as image:
        assert image.mode == "RGB"
        assert JpegImagePlugin.get_sampling(image) == 0


def test_a_red_car_of_two_pixels_stays_red() -> None:
    scene = np.full((32, 32, 3), 120, np.uint8)
    scene[9:11, 9:13] = (200, 30, 30)
    red, green, blue = decode_jpeg(encode_jpeg(scene, 90))[9:11, 9:13].reshape(-1, 3).mean(0)
    assert red > 170
    assert max(green, blue) < 60


def test_quality_decides_the_size() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    assert len(encode_jpeg(noise, 30)) < len(encode_jpeg(noise, 95))


@pytest.mark.parametrize("content", [b"", b"no JPEG"])
def test_what_is_no_jpeg_is_refused(content: bytes) -> None:
    with pytest.raises(ImageError, match="cannot be decoded"):
        decode_jpeg(content)
