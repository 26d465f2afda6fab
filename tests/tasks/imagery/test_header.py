"""Headers are read without decoding."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from schemas.errors import ImageError
from tasks.imagery import header as module
from tasks.imagery.header import read_header, right_suffixes
from tests.fixtures.scenes import png_chunk, texture, write_header_bomb, write_image


@pytest.mark.parametrize(
    ("suffix", "name"),
    [(".png", "PNG"), (".jpg", "JPEG"), (".jpeg", "JPEG"), (".tif", "TIFF"), (".tiff", "TIFF"),
     (".bmp", "BMP")],
)  # fmt: skip
def test_the_header_gives_format_size_and_bands(tmp_path, suffix, name):
    found = read_header(write_image(tmp_path / f"a{suffix}", (120, 80)))
    assert (found.format, found.width, found.height, found.bands) == (name, 120, 80, 3)
    assert suffix in right_suffixes(found)


@pytest.mark.parametrize(("mode", "bands"), [("L", 1), ("P", 1), ("RGBA", 4), ("LA", 2)])
def test_bands_are_counted_as_stored(tmp_path, mode, bands):
    Image.fromarray(texture((20, 10))).convert(mode).save(tmp_path / "a.png")
    assert read_header(tmp_path / "a.png").bands == bands


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
@pytest.mark.parametrize(("orientation", "size"), [(1, (120, 80)), (3, (120, 80)), (6, (80, 120))])
def test_the_size_is_that_of_the_picture_as_displayed(tmp_path, suffix, orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = read_header(write_image(tmp_path / f"a{suffix}", (120, 80), exif=exif))
    assert (found.width, found.height) == size


def test_a_header_bomb_is_only_read(tmp_path):
    tracemalloc.start()
    found = read_header(write_header_bomb(tmp_path / "a.png"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.width, found.height) == (50_000, 50_000)
    assert peak < 10 << 20


def test_the_format_is_what_the_content_says(tmp_path):
    write_image(tmp_path / "a.png").rename(tmp_path / "a.jpg")
    found = read_header(tmp_path / "a.jpg")
    assert (found.format, right_suffixes(found)) == ("PNG", (".png",))


@pytest.mark.parametrize(
    "content", [b"", b"<html>not found</html>", b"\x89PNG\r\n\x1a\n", b"II*\0"]
)
def test_what_is_no_image_is_an_error_that_names_it(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageError, match=r"a\.png .* Replace it"):
        read_header(tmp_path / "a.png")


def geotiff(path, crs="EPSG:32618", transform=(0.5, 0, 300000, 0, -0.5, 4600000), bands=3, **more):
    rasterio = pytest.importorskip("rasterio")
    pixels = np.moveaxis(texture((40, 30), bands=bands), -1, 0)
    pixels = pixels.astype(more.pop("dtype", "uint8"))
    with rasterio.open(
        path, "w", driver="GTiff", width=40, height=30, count=bands, dtype=pixels.dtype, crs=crs,
        transform=rasterio.Affine(*transform), **more,
    ) as file:  # fmt: skip
        file.write(pixels)
    return path


def test_a_geotiff_gives_crs_transform_and_gsd(tmp_path):
    found = read_header(geotiff(tmp_path / "a.tif"))
    assert found.crs == "EPSG:32618"
    assert found.transform == (0.5, 0, 300000, 0, -0.5, 4600000)
    assert found.gsd == 0.5


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4326", (1e-5, 0, 10, 0, -1e-5, 50)),
        ("EPSG:32618", (0.5, 0.1, 300000, 0.1, -0.5, 4600000)),
        ("EPSG:32618", (0.5, 0, 300000, 0, -0.8, 4600000)),
        (None, (0.5, 0, 300000, 0, -0.5, 4600000)),
    ],
)
def test_without_north_up_projected_square_pixels_the_gsd_is_unknown(tmp_path, crs, transform):
    assert read_header(geotiff(tmp_path / "a.tif", crs, transform)).gsd is None


def test_feet_become_metres(tmp_path):
    path = geotiff(tmp_path / "a.tif", "EPSG:2263", (1, 0, 300000, 0, -1, 200000))
    assert read_header(path).gsd == pytest.approx(0.3048, rel=1e-4)


def test_web_mercator_is_put_right_for_its_latitude(tmp_path):
    north_60 = 8_399_737.9  # y of 60° north: cos 60° = 1/2
    path = geotiff(tmp_path / "a.tif", "EPSG:3857", (1, 0, 0, 0, -1, north_60))
    assert read_header(path).gsd == pytest.approx(0.5, rel=1e-4)


def test_rasters_of_many_deep_bands_are_read(tmp_path):
    path = geotiff(tmp_path / "a.tif", bands=8, dtype="uint16")
    assert read_header(path).bands == 8


def test_a_plain_tiff_has_no_place_on_the_earth(tmp_path):
    found = read_header(write_image(tmp_path / "a.tif"))
    assert (found.crs, found.transform, found.gsd) == (None, None, None)


def test_without_rasterio_a_tiff_is_read_by_pillow(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "HAS_RASTERIO", False)
    found = read_header(geotiff(tmp_path / "a.tif"))
    assert (found.width, found.height, found.bands, found.crs) == (40, 30, 3, None)


def test_exif_behind_the_pixels_of_a_png_is_found_without_decoding(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    content = write_image(tmp_path / "a.png", (120, 80)).read_bytes()
    end = content.index(b"IEND") - 4
    late = png_chunk(b"eXIf", exif.tobytes()[6:])
    (tmp_path / "a.png").write_bytes(content[:end] + late + content[end:])
    found = read_header(tmp_path / "a.png")
    assert (found.width, found.height) == (80, 120)
