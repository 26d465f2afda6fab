"""Images by the names that labels give them."""

import pytest

from tasks.sources.folder import SourceFolder
from tasks.sources.images import Images
from tests.fixtures.scenes import write_image


@pytest.fixture
def images(tmp_path):
    """Return a function that makes images and indexes them; ``beside`` lie in another folder."""

    def made(*names, beside=()):
        for name in names:
            write_image(tmp_path / "own" / name, (8, 8))
        for name in beside:
            write_image(tmp_path / "other" / name, (8, 8))
        (tmp_path / "own").mkdir(exist_ok=True)
        others = (str(tmp_path / "other"),) if beside else ()
        return Images(SourceFolder(str(tmp_path / "own"), others))

    return made


@pytest.mark.parametrize("wanted", ["a/1.png", "a\\1.png", "./a/1.png", "1.png", "1", "b/1.png"])
def test_an_image_is_found_by_path_name_or_stem(images, wanted):
    assert images("a/1.png").find(wanted) == "a/1.png"


@pytest.mark.parametrize("wanted", ["1", "b/1.png", "1.jpg"])
def test_where_the_whole_name_is_meant_nothing_else_is_found(images, wanted):
    assert images("a/1.png").find(wanted, whole=True) is None


@pytest.mark.parametrize("wanted", ["", ".", "..", "/", "../a/1.png", "/a/1.png", "a/1.png\0"])
def test_a_name_that_is_not_safe_is_not_found(images, wanted):
    assert images("a/1.png").find(wanted) is None


def test_the_neighbour_of_the_label_file_comes_first(images):
    assert images("1.png", "x/1.png").find("1.png", "x/labels.json") == "x/1.png"
    assert images("1.png", "x/1.png").find("1.png", "y/labels.json") == "1.png"


def test_of_two_images_the_one_in_a_folder_that_the_label_file_is_named_after_is_meant(images):
    made = images("train2017/1.png", "val2017/1.png")
    assert made.find("1.png", "annotations/instances_val2017.json") == "val2017/1.png"
    assert made.find("1.png", "annotations/instances.json") == "train2017/1.png"


def test_of_two_images_the_one_that_shares_folders_with_the_label_file_is_meant(images):
    made = images("train/images/1.png", "val/images/1.png")
    assert made.find("1", "val/labels/1.txt") == "val/images/1.png"


def test_the_source_folder_comes_before_other_folders(images):
    assert images("b/1.png", beside=("1.png", "2.png")).find("1.png") == "b/1.png"
    assert images("b/1.png", beside=("1.png", "2.png")).find("2") == "@0/2.png"


def test_the_size_is_that_of_the_header_and_none_where_it_cannot_be_read(images, tmp_path):
    made = images("1.png", "2.png", beside=("3.png",))
    (tmp_path / "own" / "2.png").write_bytes(b"no image")
    assert (made.size("1.png").width, made.size("@0/3.png").height) == (8, 8)
    assert made.size("2.png") is None
