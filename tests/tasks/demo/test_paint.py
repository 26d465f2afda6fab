"""Painted scenes: the same seed paints the same, and every label stands on what it names."""

from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import Polygon

from schemas.errors import StorageError, UnknownName
from tasks.demo.canvas import Label
from tasks.demo.paint import SCENES, label_text, paint_scenes
from tasks.demo.shapes import Place, rectangle
from tasks.sources.dota import V1_0

INSIDE_OTHERS = {"bridge", "ground-track-field", "roundabout"}  # vehicles and fields stand on them


@cache
def painted(name):
    return SCENES[name](7)


def test_the_same_seed_paints_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    first, again, other = (
        paint_scenes(tmp_path / str(number), ["river"], seed)[0].read_bytes()
        for number, seed in enumerate((7, 7, 8))
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("name", SCENES)
def test_objects_stand_apart_inside_the_picture_and_are_of_classes_that_dota_has(name: str) -> None:
    canvas = painted(name)
    height, width = canvas.pixels.shape[:2]
    outlines = [(label.category, Polygon(label.corners)) for label in canvas.labels]
    for category, outline in outlines:
        assert category in V1_0
        x0, y0, x1, y1 = outline.bounds
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
    for (a, first), (b, second) in combinations(outlines, 2):
        if not {a, b} & INSIDE_OTHERS:
            assert first.intersection(second).area < 1, f"{a} over {b} at {first.centroid}"


def test_one_scene_is_larger_than_a_tile_so_that_windows_and_cut_objects_occur() -> None:
    sizes = [max(painted(name).pixels.shape) for name in SCENES]
    assert max(sizes) > 1024


def test_a_yellow_bus_is_yellow_inside_its_label() -> None:
    canvas = painted("car_park")
    image = np.asarray(canvas.picture(), dtype=float)
    buses = [label for label in canvas.labels if label.category == "large-vehicle"][:3]
    for bus in buses:
        (x0, y0), (x1, y1) = np.min(bus.corners, axis=0), np.max(bus.corners, axis=0)
        red, green, blue = np.median(image[int(y0) : int(y1), int(x0) : int(x1)], axis=(0, 1))
        assert red > 180
        assert green > 140
        assert blue < 90


def test_label_files_have_the_two_header_lines_and_one_line_an_object() -> None:
    label = Label("plane", ((1, 2), (3, 2), (3, 4), (1, 4)))
    assert label_text([label], 0.4).splitlines() == [
        "imagesource:painted", "gsd:0.4", "1.0 2.0 3.0 2.0 3.0 4.0 1.0 4.0 plane 0",
    ]  # fmt: skip


def test_headings_turn_clockwise() -> None:
    x, y = Place(10, 10, 90).put([(5, 0)])[0]
    assert (round(float(x), 6), round(float(y), 6)) == (10, 15)
    assert rectangle(Place(0, 0, 90), 4, 2).max(axis=0).round(6).tolist() == [1, 2]


def test_an_unknown_scene_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean “harbour”"):
        paint_scenes(tmp_path, ["harbor"])


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="in the way"):
        paint_scenes(tmp_path / "file", ["river"])
