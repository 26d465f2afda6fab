"""Crops are linked to what they were cut from where the pixels say so, and by name where it is gone."""

import pytest
from PIL import Image

from schemas.errors import ImageError
from tests.fixtures.ground import ground

SIDE = (900, 700)


@pytest.fixture(scope="module")
def whole():
    """Return the picture that crops are cut from."""
    return Image.fromarray(ground(*SIDE, seed=5))


@pytest.mark.parametrize(
    ("name", "box"),
    [
        ("P0706__1__200___100", (200, 100, 500, 400)),
        ("P0706_200_500_100_400", (200, 100, 500, 400)),
        ("P0706_0003", (217, 131, 517, 431)),
        ("P0706_0004", (600, 400, 900, 700)),
        ("P0706_0005", (0, 0, 500, 350)),
    ],
)
def test_a_crop_is_found_in_its_parent(album, whole, name, box):
    album.add("P0706.png", whole)
    album.add(f"{name}.jpg", whole.crop(box), source="vrsbench", parent="P0706", quality=80)
    (found,) = album.edges()
    assert found[:3] == ("P0706.png", f"{name}.jpg", "crop")
    assert found[3].startswith("region ")


def test_a_searched_region_is_told_in_pixels(album, whole):
    album.add("P0706.png", whole)
    album.add("P0706_0001.png", whole.crop((300, 200, 556, 456)), parent="P0706")
    (found,) = album.edges()
    numbers = [int(word.strip(",")) for word in found[3].split()[1:5]]
    assert numbers == pytest.approx([300, 200, 556, 456], abs=2)


def test_a_crop_of_a_scaled_parent_lies_where_its_rate_says(album, whole):
    album.add("P0706.png", whole)
    scaled = whole.resize((450, 350), Image.Resampling.BOX)
    album.add("P0706__0.5__100___50.png", scaled.crop((100, 50, 300, 250)), parent="P0706")
    assert album.pairs() == {("P0706.png", "P0706__0.5__100___50.png", "crop")}


def test_a_crop_that_is_padded_at_the_border_is_compared_where_it_shows_its_parent(album, whole):
    album.add("P0706.png", whole)
    album.add("P0706__1__700___500.png", whole.crop((700, 500, 1000, 800)), parent="P0706")
    assert album.pairs() == {("P0706.png", "P0706__1__700___500.png", "crop")}


@pytest.mark.parametrize(
    "name", ["P0706__1__200___100", "P0706_0001", "P0706__1__90000___1", "P0706_5_1_5_1"]
)
def test_a_name_that_the_pixels_deny_links_nothing(album, whole, name):
    album.add("P0706.png", whole)
    album.add(f"{name}.png", ground(300, 300, seed=9), parent="P0706")
    assert album.edges() == []


def test_crops_of_a_parent_that_is_absent_are_linked_by_name_across_sources(album, whole):
    album.add("P0706_0001.png", whole.crop((0, 0, 200, 200)), parent="P0706")
    album.add("P0706_0002.png", whole.crop((400, 0, 600, 200)), source="vrsbench", parent="P0706")
    album.add("P0707_0001.png", whole.crop((0, 400, 200, 600)), parent="P0707")
    assert album.pairs() == {("P0706_0001.png", "P0706_0002.png", "name")}


def test_names_that_are_not_of_dota_mean_nothing_outside_their_folder(album, whole):
    boxes = [(0, 0, 200, 200), (400, 0, 600, 200), (0, 400, 200, 600)]
    for number, box in enumerate(boxes):
        source = "yolo_obb" if number < 2 else "coco"
        name = f"port__1__{box[0]}___{box[1]}.png"
        album.add(name, whole.crop(box), source=source, parent="port")
    assert album.pairs() == {("port__1__0___0.png", "port__1__400___0.png", "name")}


def test_equal_names_without_equal_pixels_link_nothing(album):
    album.add("00001.png", ground(200, 200, 1), source="hrrsd", aliases=("hrrsd/00001",))
    album.add("00001.png", ground(200, 200, 2), source="dior", aliases=("dior/00001",))
    assert album.edges() == []


def test_a_parent_may_be_known_by_its_name_in_dota(album, whole):
    album.add("x1.png", whole, source="rsivqa", aliases=("dota/P0706",))
    album.add("P0706_0001.png", whole.crop((100, 100, 400, 400)), parent="P0706")
    assert album.pairs() == {("P0706_0001.png", "x1.png", "crop")}


def test_each_parent_is_opened_once_and_one_that_is_broken_shows_nothing(album, whole):
    album.add("P0706.png", whole)
    for number, x in enumerate(range(0, 600, 200)):
        album.add(f"P0706_{number:04d}.png", whole.crop((x, 0, x + 200, 200)), parent="P0706")
    opened = []

    def broken(uri):
        opened.append(uri)
        raise ImageError(f"{uri} cannot be decoded. Replace it.")

    assert album.edges(broken) == []
    assert len(opened) == 1


def test_a_crop_larger_than_its_parent_is_none(album, whole):
    album.add("P0706.png", whole.crop((0, 0, 200, 200)))
    album.add("P0706_0001.png", whole, parent="P0706")
    assert album.edges() == []
