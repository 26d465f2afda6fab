import math

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tasks.imagery.colour import colour_of, open_picture, palette, to_lab
from tests.tasks.model.offline.tiles import APRON, Thing

PAINTS = {
    "white": (240, 240, 238),
    "light grey": (180, 180, 180),
    "dark grey": (80, 80, 82),
    "black": (18, 18, 20),
    "red": (196, 40, 36),
    "orange": (230, 128, 40),
    "brown": (130, 90, 60),
    "yellow": (234, 208, 54),
    "green": (70, 140, 66),
    "dark green": (38, 62, 34),
    "blue": (50, 96, 176),
    "dark blue": (26, 42, 90),
    "light blue": (150, 190, 222),
    "purple": (120, 64, 146),
    "pink": (226, 152, 172),
    "beige": (204, 186, 150),
}


def _seen(thing: Thing, ground=APRON, grain: float = 7.0, quality: int = 85, inner=None):
    picture = Image.new("RGB", (200, 160), ground)
    draw = ImageDraw.Draw(picture)
    draw.polygon(thing.polygon(), fill=thing.colour)
    if inner:
        draw.polygon(inner[0].polygon(), fill=inner[1])
    noise = np.random.default_rng(3).normal(0, grain, (160, 200, 1))
    pixels = np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8)
    jpeg = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality=quality)
    polygon = thing.polygon()
    return colour_of(open_picture(jpeg, [polygon]), polygon)


@pytest.mark.parametrize("word", PAINTS)
@pytest.mark.parametrize("angle", [0, 37])
def test_a_painted_thing_has_the_colour_it_was_painted_in_under_grain_and_jpeg(word, angle):
    assert _seen(Thing("plane", 100, 80, 60, 30, angle, PAINTS[word])) == word


def test_a_thing_of_two_equal_colours_has_none():
    half = (Thing("plane", 85, 80, 30, 30, 0), (196, 40, 36))
    assert _seen(Thing("plane", 100, 80, 60, 30, 0, (50, 96, 176)), inner=half) is None


def test_a_thing_that_looks_like_the_ground_has_no_colour():
    assert _seen(Thing("plane", 100, 80, 60, 30, 0, APRON)) is None


def test_apron_inside_the_box_of_a_plane_does_not_count():
    fuselage = (Thing("plane", 100, 80, 60, 12, 0), (240, 240, 238))
    assert _seen(Thing("plane", 100, 80, 60, 34, 0, APRON), inner=fuselage) == "white"


def test_a_thing_of_too_few_pixels_has_no_colour():
    assert _seen(Thing("plane", 100, 80, 7, 4, 0, PAINTS["red"])) is None


def test_heavy_texture_of_many_colours_has_none():
    picture = np.random.default_rng(5).integers(0, 255, (160, 200, 3), dtype=np.uint8)
    jpeg = simplejpeg.encode_jpeg(picture, quality=95)
    polygon = Thing("plane", 100, 80, 90, 60).polygon()
    assert colour_of(open_picture(jpeg, [polygon]), polygon) is None


def test_a_polygon_that_leaves_the_picture_is_read_where_it_is_inside():
    assert _seen(Thing("plane", 4, 80, 60, 40, 0, PAINTS["red"])) == "red"


def test_lab_of_white_black_and_red_are_the_published_values():
    lab = to_lab(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]], dtype=np.float64))
    expected = [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]]
    assert np.allclose(lab, expected, atol=0.02)


def test_every_near_word_is_a_word_of_the_palette():
    found = palette()
    assert all(0 <= n < len(found.words) for near in found.near for n in near)
    assert set(found.owner.tolist()) == set(range(len(found.words)))


@settings(deadline=None)  # the first picture fills the palette's caches
@given(st.integers(0, 359), st.integers(20, 80), st.integers(12, 60))
def test_colour_does_not_depend_on_how_a_thing_lies(angle, length, width):
    thing = Thing("plane", 100, 80, length, width, math.fmod(angle, 180), PAINTS["red"])
    assert _seen(thing) == "red"


def test_a_picture_that_is_no_jpeg_is_a_value_error():
    with pytest.raises(ValueError, match=r"(?i)jpeg"):
        open_picture(b"not a picture", [])
