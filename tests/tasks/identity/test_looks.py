"""The same picture is found recompressed, resized, turned and mirrored; another one is not."""

import numpy as np
import pytest
from PIL import Image

from tests.fixtures.ground import ground

SIZE = (320, 240)


def picture(seed=1, size=SIZE):
    return Image.fromarray(ground(*size, seed))


def test_equal_pixels_are_one_image_whatever_the_file(album):
    album.add("a.png", picture())
    album.add("b.bmp", picture(), source="rsicd")
    assert album.edges() == [("a.png", "b.bmp", "pixels", "the same pixels")]


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("turn", [None, *Image.Transpose])
def test_a_copy_is_found_resized_turned_mirrored_and_recompressed(album, scale, turn):
    copy = picture().resize([round(side * scale) for side in SIZE], Image.Resampling.BICUBIC)
    copy = copy if turn is None else copy.transpose(turn)
    album.add("a.png", picture())
    album.add("b.jpg", copy, quality=50)
    assert album.pairs() == {("a.png", "b.jpg", "look")}


def test_the_detail_tells_bits_and_turn(album):
    album.add("a.png", picture())
    album.add("b.png", picture().transpose(Image.Transpose.ROTATE_90))
    (found,) = album.edges()
    assert found[3].endswith("of 64 bits differ, turned by 90°")


def test_different_ground_is_not_linked(album):
    for seed in range(20):
        album.add(f"{seed}.png", picture(seed))
    assert album.edges() == []


def test_different_parts_of_one_large_picture_are_not_linked(album):
    whole = picture(3, (1200, 900))
    for number, (x, y) in enumerate((x, y) for x in range(0, 900, 150) for y in (0, 300, 600)):
        album.add(f"{number}.png", whole.crop((x, y, x + 300, y + 300)))
    assert album.edges() == []


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (20, 90, 40)])
def test_of_pictures_of_one_colour_only_equal_pixels_count(album, colour):
    album.add("a.png", Image.new("RGB", (64, 64), colour))
    album.add("b.png", Image.new("RGB", (64, 64), colour), source="rsicd")
    album.add("c.png", Image.new("RGB", (96, 64), colour))
    assert album.pairs() == {("a.png", "b.png", "pixels")}


def test_plain_fields_with_noise_are_not_linked(album):
    random = np.random.default_rng(0)
    for number in range(12):
        field = np.clip(random.normal((90, 110, 60), 4, (200, 200, 3)), 0, 255)
        album.add(f"{number}.png", field.astype(np.uint8))
    assert album.edges() == []


def test_pictures_of_one_hash_that_differ_are_told_apart_by_their_sketches(album):
    known = [album.add(f"{seed}.png", picture(seed)) for seed in range(4)]
    album.add("again.jpg", picture(3))
    album.looks = [
        look.model_copy(update={"hashes": album.looks[0].hashes}) for look in album.looks
    ]
    assert len(known) == 4
    assert album.pairs() == {("3.png", "again.jpg", "look")}


def test_many_copies_are_linked_by_one_edge_each(album):
    copies = [album.add(f"{quality}.jpg", picture(), quality=quality) for quality in range(40, 90)]
    edges = album.edges()
    assert len(edges) == len(copies) - 1


def brightened(seed=1):
    """Return the picture with another, weaker one laid over it."""
    mixed = Image.blend(picture(seed), picture(seed + 50), 0.3)
    return mixed.resize((100, 80)).resize(SIZE)


def test_a_shared_name_lets_less_likeness_do(album):
    album.add("P1.png", picture(), aliases=("dota/P1",))
    album.add("one.png", brightened(), source="rsivqa", aliases=("rsivqa/one", "dota/P1"))
    (found,) = album.edges()
    assert found[2] == "look"
    assert found[3].endswith("both are called dota/P1")


def test_without_a_shared_name_the_same_likeness_is_too_little(album):
    album.add("P1.png", picture())
    album.add("one.png", brightened(), source="rsivqa")
    assert album.edges() == []


def test_a_shared_name_alone_links_nothing(album):
    album.add("P1.png", picture(1), aliases=("dota/P1",))
    album.add("P1.png", picture(2), source="rsivqa", aliases=("dota/P1",))
    assert album.edges() == []
