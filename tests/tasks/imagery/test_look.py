"""A picture's look: found again turned, mirrored, shrunk and recompressed; torn files are errors."""

import hashlib
import tracemalloc

import imagehash
import numpy as np
import pytest
from PIL import Image

from schemas.errors import ImageError, SourceError
from tasks.imagery.header import read_header
from tasks.imagery.look import SKETCH_SIDE, grey_of, look_of
from tests.fixtures.ground import ground
from tests.fixtures.scenes import cut_short, texture, write_image

TURNS = tuple(
    None if mirrored is None and turn is None else (mirrored, turn)
    for mirrored in (None, Image.Transpose.FLIP_LEFT_RIGHT)
    for turn in (
        None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270,
    )
)  # fmt: skip


def bits_between(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()


def turned(picture, how):
    for step in how or ():
        picture = picture if step is None else picture.transpose(step)
    return picture


@pytest.fixture
def look(tmp_path):
    """Return what a picture saved as a file of this name looks like."""

    def one(picture, name="a.png", **options):
        picture.save(tmp_path / name, **options)
        return look_of(tmp_path / name)

    return one


def test_a_look_is_the_pixels_eight_hashes_and_a_sketch(look):
    pixels = texture((300, 200), 4)
    found = look(Image.fromarray(pixels))
    assert found.pixels_sha256 == hashlib.sha256(b"300x200:" + pixels.tobytes()).hexdigest()
    assert [len(one) for one in found.hashes] == [16] * 8
    assert len(found.sketch) == SKETCH_SIDE**2
    assert found == look(Image.fromarray(pixels))


def test_pixels_are_the_same_whatever_lossless_format_they_come_in(look):
    picture = Image.fromarray(texture((120, 80)))
    assert len({look(picture, name).pixels_sha256 for name in ("a.png", "a.tif", "a.bmp")}) == 1


def test_pixels_of_another_shape_are_others(look):
    plain = np.zeros((10, 20, 3), np.uint8)
    one, other = look(Image.fromarray(plain)), look(Image.fromarray(plain.reshape(20, 10, 3)))
    assert one.pixels_sha256 != other.pixels_sha256


@pytest.mark.parametrize("place", range(8))
def test_each_hash_is_that_of_the_picture_turned_so(look, place):
    picture = Image.fromarray(ground(360, 250, seed=1))
    hashes = look(picture).hashes
    assert bits_between(hashes[place], look(turned(picture, TURNS[place])).hashes[0]) <= 2


def test_the_hash_is_near_the_one_that_others_compute(look):
    picture = Image.fromarray(ground(400, 400, seed=2))
    assert bits_between(look(picture).hashes[0], str(imagehash.phash(picture))) <= 6


def test_the_hash_is_close_for_the_same_picture_and_far_for_another(look):
    picture = Image.fromarray(ground(800, 600, seed=3))
    first = look(picture).hashes[0]
    for again in (look(picture, "a.jpg", quality=50), look(picture.resize((400, 300)))):
        assert bits_between(first, again.hashes[0]) <= 6
    assert bits_between(first, look(Image.fromarray(ground(800, 600, seed=4))).hashes[0]) > 12


def test_exif_turns_the_picture_before_it_is_looked_at(look):
    picture, exif = Image.fromarray(texture((120, 80))), Image.Exif()
    exif[0x0112] = 3
    upside_down = picture.transpose(Image.Transpose.ROTATE_180)
    assert look(upside_down, exif=exif).pixels_sha256 == look(picture).pixels_sha256


def test_the_grey_picture_has_all_rows_and_columns(tmp_path):
    picture = Image.fromarray(texture((300, 200)))
    picture.save(tmp_path / "a.png")
    assert (grey_of(str(tmp_path / "a.png")) == np.asarray(picture.convert("L"))).all()


def test_one_colour_has_no_contrast(look):
    assert look(Image.new("RGB", (90, 90), (20, 90, 30))).contrast == 0


def test_rasters_of_many_deep_bands_have_a_look(tmp_path):
    path = deep_raster(tmp_path / "a.tif")
    assert look_of(path).contrast > 0


def test_a_large_tiff_is_looked_at_in_bounded_memory(tmp_path):
    path = zeros(tmp_path / "a.tif", side=8000)
    tracemalloc.start()
    look_of(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 << 20  # decoded whole it would take 192 MB


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp"])
def test_a_file_cut_short_is_an_error_that_names_it(tmp_path, suffix):
    path = cut_short(write_image(tmp_path / f"a{suffix}", (200, 150)))
    read_header(path)
    with pytest.raises(ImageError, match=rf"a\{suffix} cannot be decoded .* Replace it"):
        look_of(path)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "jpeg"])
def test_a_compressed_tiff_cut_short_is_an_error(tmp_path, compression):
    path = cut_short(write_image(tmp_path / "a.tif", (200, 150), compression=compression))
    with pytest.raises(ImageError, match="cannot be decoded"):
        read_whole(path)


def read_whole(path):
    read_header(path)
    look_of(path)


def test_a_file_that_is_gone_is_no_broken_picture(tmp_path):
    with pytest.raises(SourceError, match="not there any more"):
        look_of(tmp_path / "a.png")


def deep_raster(path):
    rasterio = pytest.importorskip("rasterio")
    bands = np.moveaxis(texture((40, 30), bands=8), -1, 0).astype("uint16")
    with rasterio.open(
        path, "w", driver="GTiff", width=40, height=30, count=8, dtype="uint16",
        transform=rasterio.Affine(1, 0, 0, 0, -1, 30),
    ) as file:  # fmt: skip
        file.write(bands)
    return path


def zeros(path, side):
    rasterio = pytest.importorskip("rasterio")
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=3, dtype="uint8",
        compress="deflate", tiled=True, transform=rasterio.Affine(1, 0, 0, 0, -1, side),
    ):  # fmt: skip
        pass
    return path
