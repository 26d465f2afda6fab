"""Pictures turn as points do, and are encoded as tiles are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import ImageError
from schemas.symmetry import Symmetry
from tasks.imagery.encode import decode_jpeg, encode_jpeg
from tasks.symmetry.geometry import Size, turn_point, turn_size
from tasks.symmetry.pictures import turn_picture, turn_pixels


@settings(deadline=None)
@given(st.sampled_from(Symmetry), st.integers(1, 6), st.integers(1, 6))
def test_every_pixel_goes_where_its_middle_goes(symmetry, width, height):
    pixels = np.arange(width * height, dtype=np.uint8).reshape(height, width, 1)
    turned = turn_pixels(pixels, symmetry)
    assert turned.shape[1::-1] == turn_size(Size(width, height), symmetry)
    for (y, x, _), value in np.ndenumerate(pixels):
        across, down = turn_point((x + 0.5, y + 0.5), Size(width, height), symmetry)
        assert turned[int(down), int(across), 0] == value


def test_a_quarter_turn_is_clockwise():
    pixels = np.zeros((2, 3, 1), np.uint8)
    pixels[0, 0] = 9  # upper left goes to the upper right
    assert (turn_pixels(pixels, Symmetry.TURN_90) == np.rot90(pixels, -1)).all()
    assert turn_pixels(pixels, Symmetry.TURN_90)[0, 1, 0] == 9


@pytest.mark.parametrize("symmetry", Symmetry)
def test_a_picture_is_decoded_turned_and_encoded(symmetry):
    coarse = np.random.default_rng(1).integers(40, 200, (5, 7, 3), np.uint8)
    picture = encode_jpeg(coarse.repeat(8, axis=0).repeat(8, axis=1), 90)
    turned = decode_jpeg(turn_picture(picture, symmetry, 90))
    expected = turn_pixels(decode_jpeg(picture), symmetry)
    assert turned.shape == expected.shape
    assert np.abs(turned.astype(int) - expected).mean() < 3
    assert turn_picture(picture, symmetry, 90) == turn_picture(picture, symmetry, 90)


def test_a_broken_picture_is_an_image_error():
    with pytest.raises(ImageError, match="cannot be decoded"):
        turn_picture(b"no jpeg", Symmetry.FLIP, 90)
