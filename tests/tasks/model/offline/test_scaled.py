"""The offline teacher before a picture that was scaled down, or none: less is said, nothing false."""

import random
import re

import numpy as np
import pytest
from PIL import Image

from tasks.imagery.colour import colour_of, open_picture, palette
from tasks.imagery.encode import decode_jpeg, encode_jpeg
from tasks.model.offline import write_reply
from tasks.model.offline.sight import view
from tests.tasks.imagery.test_colour import PAINTS
from tests.tasks.model.offline.replies import messages
from tests.tasks.model.offline.tiles import APRON, GREEN, SEA, Scene, Thing, paint, tiles

SIZE = (800, 600)


def _scaled(jpeg: bytes, width: int, height: int) -> bytes:
    picture = Image.fromarray(decode_jpeg(jpeg)).resize((width, height), Image.Resampling.HAMMING)
    return encode_jpeg(np.asarray(picture), 90)


@pytest.fixture(scope="module")
def shown():
    return tiles()


def test_every_colour_seen_in_half_the_size_is_that_of_the_full_size(shown):
    seen = 0
    for sheet, jpeg in shown.values():
        full, half = view(sheet, jpeg).objects, view(sheet, _scaled(jpeg, 400, 300)).objects
        said = {ref: sight.colour for ref, sight in half.items() if sight.colour}
        assert said == {ref: full[ref].colour for ref in said}
        seen += len(said)
    assert seen > 100


def test_small_painted_things_are_given_their_own_colour_or_none_at_half_and_quarter_size():
    rng, right = random.Random(2), 0
    for ground in (APRON, SEA, GREEN, (60, 60, 60)):
        words = [rng.choice(list(PAINTS)) for _ in range(48)]
        things = [
            Thing("plane", 50 + 100 * (n % 8), 50 + 100 * (n // 8), length := rng.uniform(8, 70),
                  length * rng.uniform(0.25, 1), rng.uniform(0, 180), PAINTS[word])
            for n, word in enumerate(words)
        ]  # fmt: skip
        jpeg = paint(Scene(tuple(things), ground=ground))
        for width, height in ((400, 300), (200, 150)):
            polygons = [thing.polygon() for thing in things]
            picture = open_picture(_scaled(jpeg, width, height), polygons, SIZE)
            said = [colour_of(picture, polygon) for polygon in polygons]
            assert [s for s in said if s] == [w for s, w in zip(said, words, strict=True) if s]
            right += sum(map(bool, said))
    assert right > 150


def test_a_picture_scaled_unevenly_is_read_along_each_side():
    thing = Thing("plane", 600, 150, 120, 60, 0, PAINTS["red"])
    jpeg = paint(Scene((thing,), ground=SEA))
    picture = open_picture(_scaled(jpeg, 400, 600), [thing.polygon()], SIZE)
    assert colour_of(picture, thing.polygon()) == "red"


def test_without_a_picture_no_colour_is_said(shown):
    colours = re.compile(rf"\b({'|'.join(map(re.escape, palette().words))})\b")
    told = 0
    for sheet, jpeg in shown.values():
        told += bool(colours.search(write_reply(messages(sheet), jpeg, "LocalDescription", 0)))
        for reply in ("LocalDescription", "Synthesis", "Dialogue"):
            assert not colours.search(write_reply(messages(sheet), None, reply, 0))
    assert told > 10  # with it, it is
