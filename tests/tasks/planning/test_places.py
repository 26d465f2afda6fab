"""Tiles found and read in their parts."""

from schemas.tile import Tile
from tasks._stage import write_part
from tasks.planning.places import places, tiles_at
from tasks.storage.parts import PartWriter
from tasks.storage.store import Store
from tests.tasks._teaching import apron, pictured, tiles_part
from tests.tasks._tiles import tile_of


def test_places_say_where_each_tile_stands_and_how_many_objects_are_described(tmp_path):
    part = tiles_part(str(tmp_path), [apron(), tile_of([], name="bare.png")])
    found = list(places(Store(str(tmp_path)), [part]))
    assert [(place.row, place.objects) for place in found] == [(0, 7), (1, 0)]
    assert found[0].tile_id == apron().id


def test_tiles_are_read_whole_from_the_groups_that_hold_them(tmp_path):
    store = Store(str(tmp_path))
    tiles = [pictured(tile_of([], name=f"{n}.png", width=64, height=64)) for n in range(40)]
    part = write_part("tile", 0, "key", Tile, store, tiles)
    with store.create(part.path) as file, PartWriter(file, Tile) as writer:
        for tile in tiles:
            writer.write(tile)
    wanted = [place for place in places(store, [part]) if place.row in {0, 6, 7, 20, 39}]
    assert [(place.row, tile.model_dump()) for place, tile in tiles_at(store, wanted)] == [
        (place.row, tiles[place.row].model_dump()) for place in wanted
    ]
