"""Fact sheets state what the labels say, in tile pixels."""

import time

import pytest

from schemas.vocabulary import Shape
from tasks.spatial.facts import fact_sheet, object_fact, object_facts
from tests.tasks._tiles import dense_tile, random_tile, rectangle, thing, tile_of


def test_facts_are_in_pixels_of_the_tile():
    plane = thing(1, "plane", rectangle(1100, 690, 60, 30, 90))
    fact = object_fact(tile_of([plane], at=(1000, 500)), plane)
    assert fact.box == (85.0, 160.0, 115.0, 220.0)
    assert fact.cell == "upper left"
    assert fact.angle == pytest.approx(90)


def test_metres_are_given_only_where_the_gsd_is_known():
    plane = thing(1, "plane", rectangle(100, 100, 60, 30, 20))
    assert object_fact(tile_of([plane], gsd=0.5), plane).length_m == pytest.approx(30)
    assert object_fact(tile_of([plane], gsd=None), plane).length_m is None


def test_what_is_cut_off_has_no_size_in_metres():
    plane = thing(1, "plane", rectangle(100, 100, 60, 30), visible=0.6)
    fact = object_fact(tile_of([plane]), plane)
    assert fact.truncated
    assert fact.length_m is None


def test_a_horizontal_box_tells_neither_direction_nor_length_of_what_may_lie_diagonally():
    plane = thing(1, "plane", rectangle(100, 100, 60, 40), shape=Shape.HBB)
    fact = object_fact(tile_of([plane]), plane)
    assert (fact.angle, fact.length_m) == (None, None)
    train = thing(1, "train", rectangle(100, 100, 160, 20), shape=Shape.HBB)
    assert object_fact(tile_of([train]), train).length_m == pytest.approx(48)


def test_a_thing_hardly_longer_than_wide_has_no_direction():
    tank = thing(1, "storage tank", rectangle(100, 100, 40, 36))
    assert object_fact(tile_of([tank]), tank).angle is None


def test_sizes_in_class_are_against_the_median_and_none_when_all_are_alike():
    lengths = (20, 21, 22, 60)
    ships = [thing(n, "ship", rectangle(100 * n, 100, x, 10)) for n, x in enumerate(lengths, 1)]
    assert [f.size_in_class for f in object_facts(tile_of(ships))] == [
        "middle", "middle", "middle", "large",
    ]  # fmt: skip
    assert {f.size_in_class for f in object_facts(tile_of(ships[:3]))} == {None}
    assert object_facts(tile_of(ships[:1]))[0].size_in_class is None


def test_counts_are_of_the_whole_tile_whatever_is_chosen():
    tile = tile_of(
        [
            thing(1, "plane", rectangle(100, 100, 40, 20)),
            thing(2, "plane", rectangle(200, 100, 40, 20), difficult=2),
            thing(3, "plane", rectangle(899, 100, 40, 20), visible=0.1, described=False),
            thing(4, "person", rectangle(300, 300, 40, 20), crowd=True),
        ],
        exhaustive=["plane"],
    )
    sheet = fact_sheet(tile, refs=["o1"])
    planes, people = sheet.counts
    assert (planes.count, planes.partly_visible, planes.exhaustive) == (2, 1, True)
    assert (people.count, people.crowd, people.exhaustive) == (1, True, False)
    assert [fact.ref for fact in sheet.objects] == ["o1"]
    assert [group.refs for group in sheet.groups] == [("o1",)]
    assert sheet.relations == ()


def test_what_is_hardly_visible_is_spoken_of_nowhere_but_can_be_nearest():
    near = thing(1, "plane", rectangle(860, 300, 20, 10))
    cut = thing(2, "plane", rectangle(895, 300, 20, 10), visible=0.3, described=False)
    far = thing(3, "plane", rectangle(100, 300, 20, 10))
    sheet = fact_sheet(tile_of([near, cut, far]))
    assert {fact.ref for fact in sheet.objects} == {"o1", "o3"}
    assert not any(r.subject == "o1" and r.relation == "nearest" for r in sheet.relations)


def test_six_hundred_objects_take_well_under_a_second_or_two():
    for tile in (dense_tile(), random_tile(1, 600)):
        start = time.perf_counter()
        sheet = fact_sheet(tile)
        assert time.perf_counter() - start < 5
        assert len(sheet.objects) == 600
        assert sum(len(group.refs) for group in sheet.groups) == 600
