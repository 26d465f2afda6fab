"""A turned tile is a tile like any other: its own frame, its objects where they belong."""

import hashlib

import pytest

from schemas.symmetry import TURNS, Symmetry, TurnedTile
from tasks.grounding.truth import Truth
from tasks.imagery.encode import decode_jpeg
from tasks.spatial.facts import fact_sheet
from tasks.spatial.polygons import area, clip
from tasks.symmetry.geometry import Size, inverse, swaps_axes, turn_side, turn_size
from tasks.symmetry.tiles import turn_outline, turn_tile, turned_id
from tests.tasks._teaching import pictured
from tests.tasks._tiles import random_tile, rectangle, thing, tile_of

TILE = random_tile(4, 12).model_copy(update={"id": "tile"})


@pytest.mark.parametrize("symmetry", Symmetry)
def test_it_is_a_frame_of_its_own_with_the_same_objects(symmetry):
    objects = (thing(1, "plane", rectangle(150, 90, 60, 20)), thing(2, "ship", rectangle(940, 600, 40, 12)))  # fmt: skip
    tile = tile_of(objects, at=(100, 40))
    turned = turn_outline(tile, symmetry)
    size = turn_size(Size(900, 600), symmetry)
    assert (turned.window.x0, turned.window.y0) == (0, 0)
    assert (turned.window.width, turned.window.height) == size
    assert (turned.scene.width, turned.scene.height) == size
    assert turned.scene.id == tile.scene.id
    assert (turned.split, turned.component) == (tile.split, tile.component)
    assert turned.turned == TurnedTile(symmetry=symmetry, tile=tile.id, window=tile.window)
    for before, behind in zip(tile.objects, turned.objects, strict=True):
        assert behind.clipped == clip(behind.polygon, turned.window)
        assert area(behind.clipped) == pytest.approx(area(before.clipped))
        assert behind.model_dump(exclude={"polygon", "clipped"}) == before.model_dump(
            exclude={"polygon", "clipped"}
        )


@pytest.mark.parametrize("symmetry", TURNS)
def test_what_lies_to_one_side_lies_to_the_turned_side(symmetry):
    kinds = {"left_of": "left", "above": "up", "right_of": "right", "below": "down"}
    names = {side: kind for kind, side in kinds.items()}
    before = {
        (one.subject, kinds[one.relation], one.object)
        for one in fact_sheet(TILE).relations
        if one.relation in kinds
    }
    expected = {(a, names[turn_side(side, symmetry)], b) for a, side, b in before}
    found = {
        (one.subject, one.relation, one.object)
        for one in fact_sheet(turn_outline(TILE, symmetry)).relations
        if one.relation in kinds
    }
    assert expected == found != set()


@pytest.mark.parametrize("symmetry", Symmetry)
def test_turned_back_every_object_is_where_it_was(symmetry):
    back = turn_outline(turn_outline(TILE, symmetry), inverse(symmetry))
    for before, behind in zip(TILE.objects, back.objects, strict=True):
        for one, other in zip(before.polygon, behind.polygon, strict=True):
            assert one == pytest.approx(other, abs=1e-9)


def test_north_is_no_longer_up():
    georeferenced = {"crs": "EPSG:32618", "transform": (0.3, 0.0, 5e5, 0.0, -0.3, 4e6)}
    scene = TILE.scene.model_copy(update=georeferenced)
    tile = TILE.model_copy(update={"scene": scene})
    assert Truth(tile).north_up
    assert not any(Truth(turn_outline(tile, symmetry)).north_up for symmetry in TURNS)
    back = turn_outline(turn_outline(tile, Symmetry.TURN_90), Symmetry.TURN_270)
    assert back.scene.transform == pytest.approx(scene.transform)


@pytest.mark.parametrize("symmetry", [Symmetry.TURN_90, Symmetry.MIRROR])
def test_a_turned_picture_belongs_to_its_tile(symmetry):
    tile = pictured(tile_of([thing(1, "plane", rectangle(20, 20, 20, 10))], width=60, height=40))
    turned = turn_tile(tile, symmetry, 90)
    assert turned.id == turned_id(tile.id, symmetry) != tile.id
    assert turned.image_sha256 == hashlib.sha256(turned.image).hexdigest()
    assert decode_jpeg(turned.image).shape[:2] == (turned.window.height, turned.window.width)
    assert swaps_axes(symmetry) is (turned.window.height > turned.window.width)
    assert turned.labels == ()
