"""Pictures count by OpenAI's published formula, their size read from the beginning of the file."""

import base64
from io import BytesIO

import pytest
from PIL import Image

from tasks.model.serve.tokens import UNKNOWN_SIZE, picture_size, picture_tokens


@pytest.mark.parametrize(
    ("width", "height", "detail", "tokens"),
    [  # the first three are the examples of the page that the formula is from
        (1024, 1024, "high", 765),
        (2048, 4096, "high", 1105),
        (4096, 8192, "low", 85),
        (512, 512, "auto", 255),
        (513, 512, "high", 425),
        (1, 1, "high", 255),
        (10_000, 10, "high", 765),
    ],
)
def test_tiles_of_512_pixels_are_counted(width, height, detail, tokens) -> None:
    assert picture_tokens(width, height, detail) == tokens


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"exif": b"Exif\0\0" + bytes(30_000)}]
)
def test_the_size_of_a_jpeg_is_found(options) -> None:
    file = BytesIO()
    Image.new("RGB", (70, 31)).save(file, "JPEG", **options)
    assert picture_size(base64.b64encode(file.getvalue()).decode()) == (70, 31)


def test_the_size_of_a_png_is_found() -> None:
    file = BytesIO()
    Image.new("RGB", (70, 31)).save(file, "PNG")
    assert picture_size(base64.b64encode(file.getvalue()).decode()) == (70, 31)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0" + bytes(9000), b"GIF89a"]
)
def test_a_picture_without_a_size_counts_as_a_usual_one(content) -> None:
    assert picture_size(base64.b64encode(content).decode()) == UNKNOWN_SIZE
