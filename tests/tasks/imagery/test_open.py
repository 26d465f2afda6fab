"""Every kind of picture comes out as proper 8-bit RGB, as displayed."""

import io
from pathlib import Path

import fsspec
import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from PIL import Image
from rasterio.enums import ColorInterp

from schemas.errors import ImageError, SourceError
from schemas.geometry import Window
from tasks.imagery import open as opening
from tasks.imagery.open import open_image
from tests.tasks.imagery.paint import picture, raster, save


def whole(path: Path | str) -> NDArray[np.uint8]:
    with open_image(str(path)) as image:
        return image.read(Window(x0=0, y0=0, x1=image.width, y1=image.height))


def assert_alike(found: NDArray[np.uint8], wanted: NDArray[np.uint8], off: float = 4) -> None:
    assert found.shape == wanted.shape
    assert found.dtype == np.uint8
    assert np.abs(found.astype(int) - wanted.astype(int)).mean() < off


@pytest.fixture(params=["rasterio", "Pillow alone"])
def either_reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with the extra “geo” and as if it were not installed."""
    if request.param == "Pillow alone":
        monkeypatch.setattr(opening, "raster", None)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.ppm", "a.webp"])
@pytest.mark.usefixtures("either_reader")
def test_rgb_comes_out_unchanged_from_lossless_formats(tmp_path: Path, name: str) -> None:
    options = {"lossless": True} if name.endswith("webp") else {}
    assert np.array_equal(whole(save(tmp_path / name, picture(), **options)), picture())


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_comes_out_nearly_unchanged(tmp_path: Path, progressive: bool) -> None:
    path = save(tmp_path / "a.jpg", picture(), quality=95, progressive=progressive)
    assert_alike(whole(path), picture())


def test_a_window_is_the_same_pixels_as_in_the_whole(tmp_path: Path) -> None:
    window = Window(x0=7, y0=3, x1=31, y1=40)
    for name in ("a.png", "a.jpg", "a.tif"):
        path = save(tmp_path / name, picture())
        with open_image(str(path)) as image:
            part = image.read(window)
        assert np.array_equal(part, whole(path)[3:40, 7:31])
        assert part.flags.c_contiguous


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg"])
@pytest.mark.usefixtures("either_reader")
def test_grey_becomes_three_equal_bands(tmp_path: Path, name: str) -> None:
    grey = picture()[..., 0]
    assert_alike(whole(save(tmp_path / name, grey)), np.stack([grey] * 3, axis=-1))


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.usefixtures("either_reader")
def test_what_is_transparent_is_black_and_other_colours_stay(tmp_path: Path, name: str) -> None:
    alpha = np.full((40, 60, 1), 255, np.uint8)
    alpha[:10], alpha[10:20] = 0, 128
    found = whole(save(tmp_path / name, np.concatenate([picture(), alpha], axis=-1)))
    assert not found[:10].any()
    assert np.array_equal(found[10:], picture()[10:])


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.usefixtures("either_reader")
def test_an_alpha_band_that_hides_everything_is_taken_for_an_empty_one(
    tmp_path: Path, name: str
) -> None:
    alpha = np.zeros((40, 60, 1), np.uint8)
    path = save(tmp_path / name, np.concatenate([picture(), alpha], axis=-1))
    assert np.array_equal(whole(path), picture())


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.usefixtures("either_reader")
def test_grey_with_alpha_is_grey_where_it_shows(tmp_path: Path, name: str) -> None:
    pixels = np.stack([picture()[..., 0], np.full((40, 60), 255, np.uint8)], axis=-1)
    pixels[:5, :, 1] = 0
    found = whole(save(tmp_path / name, pixels))
    assert not found[:5].any()
    assert np.array_equal(found[5:], np.stack([pixels[5:, :, 0]] * 3, axis=-1))


@pytest.mark.parametrize("name", ["a.png", "a.gif", "a.tif", "a.bmp"])
@pytest.mark.usefixtures("either_reader")
def test_a_palette_is_looked_up(tmp_path: Path, name: str) -> None:
    indexed = Image.fromarray(picture()).quantize(32)
    indexed.save(tmp_path / name)
    assert np.array_equal(whole(tmp_path / name), np.asarray(indexed.convert("RGB")))


def test_a_transparent_palette_colour_is_black(tmp_path: Path) -> None:
    indexed = Image.fromarray(picture()).quantize(8)
    indexed.save(tmp_path / "a.png", transparency=3)
    hidden = np.asarray(indexed) == 3
    found = whole(tmp_path / "a.png")
    assert hidden.any()
    assert not found[hidden].any()
    assert np.array_equal(found[~hidden], np.asarray(indexed.convert("RGB"))[~hidden])


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
@pytest.mark.usefixtures("either_reader")
def test_cmyk_is_converted(tmp_path: Path, name: str) -> None:
    Image.fromarray(picture()).convert("CMYK").save(tmp_path / name)
    assert_alike(whole(tmp_path / name), picture(), off=6)


@pytest.mark.usefixtures("either_reader")
def test_ycbcr_tiff_is_converted(tmp_path: Path) -> None:
    Image.fromarray(picture()).convert("YCbCr").save(tmp_path / "a.tif", compression="jpeg")
    assert_alike(whole(tmp_path / "a.tif"), picture(), off=6)
    Image.fromarray(picture()).convert("YCbCr").save(tmp_path / "raw.tif")
    assert_alike(whole(tmp_path / "raw.tif"), picture(), off=6)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp", "a.pbm"])
@pytest.mark.usefixtures("either_reader")
def test_one_bit_is_black_and_white(tmp_path: Path, name: str) -> None:
    bits = picture()[..., 0] > 127
    Image.fromarray(bits).save(tmp_path / name)
    assert np.array_equal(whole(tmp_path / name), np.stack([bits * np.uint8(255)] * 3, axis=-1))


@pytest.mark.usefixtures("either_reader")
def test_a_grey_scale_that_counts_from_white_is_turned_round(tmp_path: Path) -> None:
    grey = picture()[..., 0]
    raster(tmp_path / "a.tif", 255 - grey[np.newaxis], photometric="MINISWHITE")
    assert np.array_equal(whole(tmp_path / "a.tif")[..., 0], grey)


def test_four_bits_are_widened(tmp_path: Path) -> None:
    grey = (picture()[..., 0] // 16).astype(np.uint8)
    raster(tmp_path / "a.tif", grey[np.newaxis], nbits=4)
    assert np.array_equal(whole(tmp_path / "a.tif")[..., 0], grey * 17)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.tif", "a.png"])
def test_exif_rotation_is_applied(tmp_path: Path, name: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = {
        1: picture(), 2: picture()[:, ::-1], 3: picture()[::-1, ::-1], 4: picture()[::-1],
        5: picture().swapaxes(0, 1), 6: np.rot90(picture(), -1),
        7: np.rot90(picture(), 2).swapaxes(0, 1), 8: np.rot90(picture(), 1),
    }[orientation]  # fmt: skip
    Image.fromarray(picture()).save(tmp_path / name, exif=exif)
    found = whole(tmp_path / name)
    assert_alike(found, turned)
    with open_image(str(tmp_path / name)) as image:
        assert (image.height, image.width) == turned.shape[:2]


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.usefixtures("either_reader")
def test_16_bit_grey_is_stretched(tmp_path: Path, name: str) -> None:
    deep = picture()[..., 0].astype(np.uint16) * 8 + 100  # 11 bits, as satellites deliver
    found = whole(save(tmp_path / name, deep))
    assert found.min() == 0
    assert found.max() == 255
    assert np.corrcoef(found[..., 0].ravel(), deep.ravel())[0, 1] > 0.99


@pytest.mark.parametrize(
    "kind", ["uint16", "int16", "uint32", "int32", "float32", "float64", "int8"]
)
def test_deep_bands_are_stretched_each(tmp_path: Path, kind: str) -> None:
    bands = np.moveaxis(picture() // 4, -1, 0).astype(kind) * np.array([1, 1, 2]).astype(kind)[0]
    found = whole(raster(tmp_path / "a.tif", bands))
    for band in range(3):
        assert (found[..., band].min(), found[..., band].max()) == (0, 255)
        assert np.corrcoef(found[..., band].ravel(), bands[band].ravel())[0, 1] > 0.99


def test_deep_colour_png_keeps_more_than_its_upper_8_bits(tmp_path: Path) -> None:
    bands = np.moveaxis(picture(), -1, 0).astype(np.uint16)  # the upper 8 bits are all zero
    found = whole(raster(tmp_path / "a.png", bands, driver="PNG"))
    assert len(np.unique(found)) > 100


def test_deep_colour_without_rasterio_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bands = np.moveaxis(picture(), -1, 0).astype(np.uint16)
    path = raster(tmp_path / "a.tif", bands, photometric="RGB")
    monkeypatch.setattr(opening, "raster", None)
    with pytest.raises(ImageError, match=r"a\.tif .*rs-gpt4v\[geo\]"):
        whole(path)


def test_all_windows_of_a_scene_are_stretched_alike(tmp_path: Path) -> None:
    ramp = np.broadcast_to(np.arange(3000, dtype=np.uint16), (1, 50, 3000))
    path = raster(tmp_path / "a.tif", ramp)
    with open_image(str(path)) as image:
        left = image.read(Window(x0=0, y0=0, x1=1500, y1=50))
        right = image.read(Window(x0=1500, y0=0, x1=3000, y1=50))
    assert left.max() <= right.min() + 1
    assert np.array_equal(np.concatenate([left, right], axis=1), whole(path))


@pytest.mark.parametrize(("value", "shown"), [(0, 0), (1, 128), (40_000, 128)])
@pytest.mark.usefixtures("either_reader")
def test_a_constant_16_bit_scene_is_grey_and_black_at_0(
    tmp_path: Path, value: int, shown: int
) -> None:
    path = save(tmp_path / "a.tif", np.full((30, 30), value, np.uint16))
    assert np.abs(whole(path).astype(int) - shown).max() <= 1


def test_a_few_values_in_a_constant_scene_can_be_told_from_it(tmp_path: Path) -> None:
    deep = np.full((1, 100, 100), 500, np.uint16)
    deep[0, 50, 50] = 900
    found = whole(raster(tmp_path / "a.tif", deep))
    assert found[50, 50, 0] == 255
    assert found[0, 0, 0] == 0


def test_nodata_is_black_and_not_measured(tmp_path: Path) -> None:
    deep = picture()[..., 0].astype(np.float32)[np.newaxis] + 1000
    deep[0, :20] = -9999
    found = whole(raster(tmp_path / "a.tif", deep, nodata=-9999))
    assert not found[:20].any()
    assert np.corrcoef(found[20:, :, 0].ravel(), deep[0, 20:].ravel())[0, 1] > 0.98


def test_nodata_of_8_bits_is_black(tmp_path: Path) -> None:
    bands = np.moveaxis(picture(), -1, 0).copy()
    bands[:, :9] = 255
    found = whole(raster(tmp_path / "a.tif", bands, nodata=255))
    assert not found[:9].any()
    assert np.array_equal(found[9:], picture()[9:])


def test_what_is_not_a_number_is_black(tmp_path: Path) -> None:
    values = picture()[..., 0].astype(np.float32)[np.newaxis]
    values[0, :7], values[0, 7:9] = np.nan, np.inf
    found = whole(raster(tmp_path / "a.tif", values))
    assert not found[:7].any()
    assert found[10:].max() == 255


def test_of_many_bands_the_first_three_are_shown(tmp_path: Path) -> None:
    bands = np.stack([picture(seed=s)[..., 0] for s in range(7)])
    found = whole(raster(tmp_path / "a.tif", bands, photometric="MINISBLACK"))
    assert np.array_equal(found, np.moveaxis(bands[:3], 0, -1))


def test_bands_named_red_green_blue_are_shown_wherever_they_stand(tmp_path: Path) -> None:
    bands = np.stack([picture(seed=s)[..., 0] for s in range(4)])
    path = raster(tmp_path / "a.tif", bands, photometric="MINISBLACK")
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [
            ColorInterp.undefined, ColorInterp.blue, ColorInterp.green, ColorInterp.red,
        ]  # fmt: skip
    assert np.array_equal(whole(path), np.moveaxis(bands[[3, 2, 1]], 0, -1))


def test_two_bands_are_shown_by_their_first(tmp_path: Path) -> None:
    bands = np.stack([picture(seed=s)[..., 0] for s in range(2)])
    found = whole(raster(tmp_path / "a.tif", bands, photometric="MINISBLACK"))
    assert np.array_equal(found, np.stack([bands[0]] * 3, axis=-1))


def test_complex_pixels_are_refused(tmp_path: Path) -> None:
    path = raster(tmp_path / "a.tif", np.ones((1, 9, 9), np.complex64))
    with pytest.raises(ImageError, match=r"a\.tif .*magnitude"):
        whole(path)


def test_a_tiff_that_is_not_georeferenced_warns_of_nothing(tmp_path: Path) -> None:
    assert whole(save(tmp_path / "a.tif", picture())).any()  # warnings are errors here


def test_jpeg_2000_is_read(tmp_path: Path) -> None:
    Image.fromarray(picture()).save(tmp_path / "a.jp2", irreversible=False)
    assert_alike(whole(tmp_path / "a.jp2"), picture())


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.gif", "a.bmp"])
@pytest.mark.usefixtures("either_reader")
def test_a_truncated_file_is_named(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    path = save(tmp_path / name, noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ImageError, match=rf"{name} cannot be decoded .*Replace it"):
        whole(path)


@pytest.mark.parametrize(
    "content", [b"", b"no picture at all", b"II*\0", b"\xff\xd8\xff", b"\x89PNG"]
)
@pytest.mark.usefixtures("either_reader")
def test_what_is_no_image_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageError, match=r"a\.png cannot be decoded"):
        whole(tmp_path / "a.png")


def test_a_missing_file_is_no_fault_of_the_image(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.png is not there any more"):
        whole(tmp_path / "a.png")


def test_a_window_beyond_the_image_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", picture())
    with (
        open_image(str(path)) as image,
        pytest.raises(ImageError, match="60×40 px and has no window"),
    ):
        image.read(Window(x0=0, y0=0, x1=61, y1=40))


def test_an_error_of_the_caller_is_not_blamed_on_the_image(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", picture())
    with pytest.raises(ValueError, match="mine"), open_image(str(path)):
        raise ValueError("mine")


def test_large_images_are_no_bombs(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("1", (20_000, 10_000)).save(path)  # Pillow by itself refuses from 179 megapixels on
    with open_image(str(path)) as image:
        assert image.read(Window(x0=19_990, y0=9_990, x1=20_000, y1=10_000)).shape == (10, 10, 3)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_any_file_system_will_do(name: str) -> None:
    encoded = io.BytesIO()
    Image.fromarray(picture()).save(encoded, format="TIFF" if name.endswith("tif") else "PNG")
    uri = f"memory://{test_any_file_system_will_do.__name__}/{name}"
    with fsspec.open(uri, "wb") as file:
        file.write(encoded.getvalue())
    assert np.array_equal(whole(uri), picture())
