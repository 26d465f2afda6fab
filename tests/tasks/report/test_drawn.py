"""A tile as one picture: its outlines drawn in, those that are meant more strongly."""

import base64
import io

import numpy as np
from PIL import Image

from tasks.report.drawn import WIDEST, drawn, palette
from tasks.report.gallery import Plate
from tasks.report.plates import Outline

WIDE, HIGH = 1280, 640


def plate():
    file = io.BytesIO()
    Image.new("RGB", (WIDE, HIGH), "white").save(file, "JPEG")
    box = Outline(
        ref="obj-1", category="ship", points="200,100 600,100 600,300 200,300", colour=2,
        described=True,
    )  # fmt: skip
    return Plate(
        tile_id="t", scene="a.png", source="dota", split="train", width=WIDE, height=HIGH, gsd=None,
        picture="data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode(),
        outlines=(box,), legend=(), tabs=(), samples=0,
    )  # fmt: skip


def pixels(url):
    assert url.startswith("data:image/jpeg;base64,")
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def dark(picture):
    return int((picture.sum(axis=2) < 3 * 200).sum())


def test_the_line_runs_where_the_object_is_in_the_smaller_picture():
    picture = pixels(drawn(plate()))
    assert picture.shape == (HIGH * WIDEST // WIDE, WIDEST, 3)
    rows, columns = np.nonzero(picture.sum(axis=2) < 3 * 200)
    assert (abs(rows.min() - 50), abs(rows.max() - 150)) <= (4, 4)
    assert (abs(columns.min() - 100), abs(columns.max() - 300)) <= (4, 4)
    assert picture[100, 200].min() > 240  # nothing within


def test_an_object_that_is_meant_has_a_stronger_line():
    assert dark(pixels(drawn(plate(), {"obj-1"}))) > 1.3 * dark(pixels(drawn(plate(), {"obj-2"})))


def test_the_colours_are_those_of_the_report():
    assert len(palette()) == len(set(palette())) >= 6
    assert all(colour.startswith("#") for colour in palette())
