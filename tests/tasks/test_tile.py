"""Scenes become tiles: nothing is cut everywhere, nothing is silently gone."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.geometry import Polygon, Window
from schemas.params import TileParams
from schemas.record import content_id
from schemas.sample import Rejection
from schemas.scene import (
    Annotation,
    CaptionAnnotation,
    IngestedScene,
    LabelOrigin,
    ObjectAnnotation,
    Scene,
)
from schemas.tile import Tile, TileObject, TileOutline
from schemas.vocabulary import Reason, Shape, Split
from tasks._stage import Where, find_part, write_part
from tasks.imagery.encode import decode_jpeg
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tasks.tile import placed_in, planned, tile_scene, tile_shard
from tests.fixtures.placing import LOOK, located, place, placed
from tests.tasks.imagery.paint import picture, raster, save

ROOT = Path(__file__).parents[2]
PARAMS = TileParams(size=128, overlap=32)


def box(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def label(
    number: int, polygon: Polygon, category: str = "ship", **more: object
) -> ObjectAnnotation:
    return ObjectAnnotation(
        id=content_id("label", number),
        shape=Shape.OBB,
        polygon=polygon,
        category_as_given=category,
        category=category,
        origin=LabelOrigin(file="labelTxt/a.txt", line=number),
        **more,
    )


def ingested(
    path: Path, width: int, height: int, annotations: tuple[Annotation, ...] = (), name: str = "a"
) -> IngestedScene:
    """Paint a scene and return its record."""
    save(path, picture(width, height))
    scene = Scene(
        id=content_id("scene", "dota", name), source="dota", name=path.name, uri=str(path),
        sha256="0" * 64, perceptual_hash="0" * 16, width=width, height=height, bands=3,
    )  # fmt: skip
    return IngestedScene(scene=scene, look=LOOK, annotations=annotations)


def tiles_of(scene: IngestedScene, params: TileParams = PARAMS) -> list[Tile]:
    rows = list(tile_scene(scene, place(scene.scene), params))
    assert all(isinstance(row, Tile) for row in rows)
    return [row for row in rows if isinstance(row, Tile)]


def test_a_small_scene_passes_whole(tmp_path: Path) -> None:
    (tile,) = tiles_of(ingested(tmp_path / "a.png", 100, 80))
    assert tile.window == Window(x0=0, y0=0, x1=100, y1=80)
    assert np.abs(decode_jpeg(tile.image).astype(int) - picture(100, 80)).mean() < 3


def test_a_scene_without_objects_still_gives_tiles(tmp_path: Path) -> None:
    tiles = tiles_of(ingested(tmp_path / "a.png", 300, 80))
    assert len(tiles) == 3
    assert all(tile.objects == () for tile in tiles)


def test_each_tile_shows_its_window(tmp_path: Path) -> None:
    for tile in tiles_of(ingested(tmp_path / "a.png", 300, 200)):
        w = tile.window
        crop = picture(300, 200)[w.y0 : w.y1, w.x0 : w.x1]
        assert np.abs(decode_jpeg(tile.image).astype(int) - crop).mean() < 3


def test_other_annotations_are_no_objects(tmp_path: Path) -> None:
    caption = CaptionAnnotation(id="c", text="ships", origin=LabelOrigin(file="a.json"))
    scene = ingested(tmp_path / "a.png", 90, 90, (caption, label(1, box(5, 5, 20, 20))))
    (tile,) = tiles_of(scene)
    assert [one.annotation_id for one in tile.objects] == [content_id("label", 1)]


def test_an_object_is_clipped_and_its_visible_share_kept() -> None:
    window = Window(x0=0, y0=0, x1=100, y1=100)
    (one,) = placed_in([label(1, box(90, 10, 110, 20))], window, 0.4)
    assert one.polygon == box(90, 10, 110, 20)
    assert set(one.clipped) == set(box(90, 10, 100, 20))
    assert (one.visible, one.described, one.truncated) == (0.5, True, True)


def test_an_object_below_the_threshold_stays_but_is_not_described() -> None:
    window = Window(x0=0, y0=0, x1=100, y1=100)
    whole, partly = label(1, box(80, 10, 90, 20), "zebra"), label(2, box(97, 10, 107, 20), "ape")
    first, second = placed_in([partly, whole], window, 0.4)
    assert (first.ref, first.category, first.described, first.truncated) == (
        "o1", "zebra", True, False,
    )  # fmt: skip
    assert (second.ref, second.category, second.described, second.truncated) == (
        "o2", "ape", False, True,
    )  # fmt: skip
    assert second.visible == 0.3


def test_an_object_beside_the_window_is_not_in_it() -> None:
    window = Window(x0=0, y0=0, x1=100, y1=100)
    assert placed_in([label(1, box(100, 10, 120, 20))], window, 0.4) == ()


def test_an_object_that_leaves_the_image_is_clipped_and_truncated(tmp_path: Path) -> None:
    scene = ingested(tmp_path / "a.png", 100, 100, (label(1, box(-5, 40, 15, 60)),))
    ((one,),) = [tile.objects for tile in tiles_of(scene)]
    assert (one.visible, one.truncated, one.described) == (0.75, True, True)
    assert min(x for x, _ in one.clipped) == 0


def test_what_the_source_calls_truncated_stays_so() -> None:
    window = Window(x0=0, y0=0, x1=100, y1=100)
    (one,) = placed_in([label(1, box(5, 5, 20, 20), truncated=True)], window, 0.4)
    assert (one.visible, one.truncated) == (1.0, True)


def test_flags_and_origin_are_kept() -> None:
    given = label(7, box(5, 5, 20, 20), difficult=2, crowd=True)
    (one,) = placed_in([given], Window(x0=0, y0=0, x1=100, y1=100), 0.4)
    assert (one.difficult, one.crowd, one.origin) == (2, True, given.origin)


def test_an_object_larger_than_a_tile_is_truncated_in_all(tmp_path: Path) -> None:
    scene = ingested(tmp_path / "a.png", 400, 100, (label(1, box(20, 20, 380, 60)),))
    seen = [one for tile in tiles_of(scene) for one in tile.objects]
    assert len(seen) == len(planned(scene, PARAMS))
    assert all(one.truncated for one in seen)


def test_an_object_that_the_grid_cuts_has_a_window_of_its_own(tmp_path: Path) -> None:
    scene = ingested(tmp_path / "a.png", 400, 100, (label(1, box(80, 20, 160, 60)),))
    assert any(one.visible == 1 for tile in tiles_of(scene) for one in tile.objects)


def test_neighbours_of_a_class_have_neighbouring_numbers() -> None:
    window = Window(x0=0, y0=0, x1=200, y1=200)
    rows = [(x, y + x % 3) for y in (20, 60, 100) for x in (10, 40, 70, 101)]
    labels = [
        label(n, box(x, y, x + 20, y + 20), category)
        for n, (x, y, category) in enumerate(
            [(x, y, "ship") for x, y in rows] + [(150, 5, "plane"), (150, 50, "plane")], start=1
        )
    ]
    rng = np.random.default_rng(0)
    shuffled = [labels[i] for i in rng.permutation(len(labels))]
    numbered = placed_in(shuffled, window, 0.4)
    assert numbered == placed_in(labels, window, 0.4)
    assert [one.category for one in numbered] == ["plane"] * 2 + ["ship"] * 12
    assert [one.origin.line for one in numbered[2:]] == list(range(1, 13))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(-60, 400), st.floats(-60, 300), st.floats(1, 150), st.floats(1, 150)),
        max_size=15,
    )
)
def test_every_object_in_the_scene_is_in_some_tile(
    found: list[tuple[float, float, float, float]],
) -> None:
    labels = tuple(label(n, box(x, y, x + w, y + h)) for n, (x, y, w, h) in enumerate(found, 1))
    scene = IngestedScene(
        look=LOOK,
        scene=Scene(
            id="0" * 20, source="dota", name="a.png", uri="a.png", sha256="0" * 64,
            perceptual_hash="0" * 16, width=400, height=300, bands=3,
        ),
        annotations=labels,
    )  # fmt: skip
    shown: dict[str, list[TileObject]] = {}
    for window in planned(scene, PARAMS):
        objects = placed_in(labels, window, PARAMS.min_visible)
        assert [one.ref for one in objects] == [f"o{n}" for n in range(1, len(objects) + 1)]
        assert [one.described for one in objects] == sorted(
            (one.described for one in objects), reverse=True
        )
        for one in objects:
            assert one.described == (one.visible >= PARAMS.min_visible)
            shown.setdefault(one.annotation_id, []).append(one)
    for one in labels:
        (x0, y0), _, (x1, y1), _ = one.polygon
        if x0 < 399.9 and y0 < 299.9 and x1 > 0.1 and y1 > 0.1:
            assert one.id in shown
        inside = x0 >= 0 and x1 <= 400 and y0 >= 0 and y1 <= 300
        if inside and x1 - x0 < 127 and y1 - y0 < 127:
            assert any(seen.visible == 1 and not seen.truncated for seen in shown[one.id])


def test_a_rerun_gives_the_same_tiles(tmp_path: Path) -> None:
    scene = ingested(tmp_path / "a.png", 300, 200, (label(1, box(5, 5, 90, 20)),))
    assert tiles_of(scene) == tiles_of(scene)


def test_ids_differ_by_window_and_quality(tmp_path: Path) -> None:
    scene = ingested(tmp_path / "a.png", 300, 200)
    ids = [
        tile.id
        for quality in (80, 90)
        for tile in tiles_of(scene, PARAMS.model_copy(update={"quality": quality}))
    ]
    assert len(set(ids)) == len(ids) == 12


def test_all_tiles_of_a_scene_are_on_its_side_of_the_split(tmp_path: Path) -> None:
    scene = ingested(tmp_path / "a.png", 300, 200)
    rows = list(tile_scene(scene, place(scene.scene, Split.TEST), PARAMS))
    assert {row.split for row in rows} == {Split.TEST}
    assert len({row.component for row in rows}) == 1


def test_a_scene_without_a_place_is_not_cut(tmp_path: Path) -> None:
    scenes = [ingested(tmp_path / f"{name}.png", 300, 200, name=name) for name in "ab"]
    store = Store(str(tmp_path / "root"))
    part = write_part("ingest", 3, "key", IngestedScene, store, scenes)
    places = placed(store, 3, [scenes[1].scene])
    there = located(store, 3, [scene.scene for scene in scenes], tmp_path)
    tiles = tile_shard.fn(Where(root=store.uri, shard=3), part, places, PARAMS, there)
    assert {tile.scene.name for tile in read_rows(store, tiles.path, Tile)} == {"b.png"}
    assert tiles.candidates == tiles.rows == 6


def test_a_scene_with_labels_in_words_alone_passes_whole(tmp_path: Path) -> None:
    said = CaptionAnnotation(id="1", text="A field.", origin=LabelOrigin(file="a.json"))
    scene = ingested(tmp_path / "a.png", 300, 200, (said,))
    (tile,) = tiles_of(scene)
    assert (tile.window.width, tile.labels) == (300, (said,))
    assert len(tiles_of(scene, PARAMS.model_copy(update={"whole": 128}))) == 6


def test_labels_in_words_go_with_the_first_tile_of_a_scene_that_is_cut(tmp_path: Path) -> None:
    said = CaptionAnnotation(id="1", text="A field.", origin=LabelOrigin(file="a.json"))
    first, *others = tiles_of(
        ingested(tmp_path / "a.png", 300, 200, (said, label(1, box(5, 5, 90, 20))))
    )
    assert first.labels == (said,)
    assert all(tile.labels == () for tile in others)


def test_a_scene_that_cannot_be_decoded_gives_a_rejection_per_window(tmp_path: Path) -> None:
    scene = ingested(tmp_path / "a.png", 300, 200)
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:500])
    rows = list(tile_scene(scene, place(scene.scene), PARAMS))
    assert len(rows) == len(planned(scene, PARAMS)) == len({row.subject_id for row in rows})
    for row in rows:
        assert isinstance(row, Rejection)
        assert (row.stage, row.subject, row.source) == ("tile", "tile", "dota")
        assert (row.reason, row.file) == (Reason.UNREADABLE_IMAGE, "a.png")
        assert "“a.png” cannot be decoded" in row.detail


def test_a_scene_that_was_replaced_by_another_size_is_rejected(tmp_path: Path) -> None:
    scene = ingested(tmp_path / "a.png", 300, 200)
    save(tmp_path / "a.png", picture(200, 200))
    details = {
        row.detail
        for row in tile_scene(scene, place(scene.scene), PARAMS)
        if isinstance(row, Rejection)
    }
    assert len(details) == 1
    assert "is 200×200 px, but was 300×200 px" in details.pop()


def test_of_a_torn_tiff_the_tiles_that_are_whole_are_kept(tmp_path: Path) -> None:
    scene = ingested(tmp_path / "a.tif", 128, 600)
    raster(tmp_path / "a.tif", np.moveaxis(picture(128, 600), -1, 0), blockysize=1)
    content = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(content[: len(content) * 2 // 3])
    rows = list(tile_scene(scene, place(scene.scene), PARAMS))
    assert len(rows) == len(planned(scene, PARAMS))
    assert {type(row) for row in rows} == {Tile, Rejection}
    for row in rows:
        if isinstance(row, Tile):
            crop = picture(128, 600)[row.window.y0 : row.window.y1]
            assert np.abs(decode_jpeg(row.image).astype(int) - crop).mean() < 3


def test_the_shard_is_written_once_and_accounts_for_every_window(tmp_path: Path) -> None:
    good = ingested(tmp_path / "a.png", 300, 200, (label(1, box(5, 5, 90, 20)),))
    bad = ingested(tmp_path / "b.png", 300, 200, name="b")
    (tmp_path / "b.png").write_bytes(b"")
    store = Store(str(tmp_path / "root"))
    scenes = write_part("ingest", 3, "key", IngestedScene, store, [good, bad])
    places = placed(store, 3, [good.scene, bad.scene])
    there = located(store, 3, [good.scene, bad.scene], tmp_path)
    part = tile_shard.fn(Where(root=store.uri, shard=3), scenes, places, PARAMS, there)
    assert (part.candidates, part.rows, part.rejections, part.made) == (12, 6, 6, True)
    tiles = list(read_rows(store, part.path, Tile))
    assert [tile.model_dump() for tile in tiles] == [tile.model_dump() for tile in tiles_of(good)]
    assert [t.id for t in read_rows(store, part.path, TileOutline)] == [t.id for t in tiles]
    assert len(list(read_rows(store, part.beside("rejections"), Rejection))) == 6
    again = tile_shard.fn(Where(root=store.uri, shard=3), scenes, places, PARAMS)  # moved or not
    assert not again.made
    found = find_part(store, "tile", 3, part.key)
    assert found is not None
    assert found.model_copy(update={"code": again.code}) == again


@pytest.mark.parametrize(("rows_a_strip", "side", "limit_mb"), [(1, 12_000, 560)])
def test_a_huge_striped_tiff_is_tiled_within_bounded_memory(
    tmp_path: Path, rows_a_strip: int, side: int, limit_mb: int
) -> None:
    """432 MB of pixels; the child's imports take about 200 MB, GDAL's cache up to 256 MB."""
    make = [sys.executable, "-m", "tests.bench.huge", "make", str(tmp_path / "a.tif"), str(side)]
    subprocess.run([*make, str(rows_a_strip)], check=True, cwd=ROOT)
    tile = [sys.executable, "-m", "tests.bench.huge", "tile", str(tmp_path / "a.tif"), str(side)]
    done = subprocess.run(tile, check=True, capture_output=True, text=True, cwd=ROOT)
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["tiles"] == 256
    assert figures["peak_mb"] < limit_mb
