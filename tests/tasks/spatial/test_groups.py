"""Rows, clusters and cells divide the objects of a tile."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.spatial.facts import object_facts
from tasks.spatial.groups import groups
from tests.tasks._tiles import dense_tile, random_tile, rectangle, thing, tile_of


def grouped(things, width=900, height=600):
    return groups(object_facts(tile_of(things, width=width, height=height)), width, height)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 120))
def test_every_object_is_in_exactly_one_group_of_its_class(seed, count):
    tile = random_tile(seed, count)
    category = {o.ref: o.category for o in tile.objects}
    refs = [ref for g in groups(object_facts(tile), 900, 600) for ref in g.refs]
    assert sorted(refs) == sorted(category)
    for group in groups(object_facts(tile), 900, 600):
        assert {category[ref] for ref in group.refs} == {group.category}


def test_a_line_of_parked_planes_is_a_row_in_order():
    planes = [thing(9 - n, "plane", rectangle(100 + 80 * n, 200 + 8 * n, 50, 40)) for n in range(6)]
    (row,) = grouped(planes)
    assert row.kind == "row"
    assert row.refs == ("o9", "o8", "o7", "o6", "o5", "o4")
    assert row.angle is not None
    assert 4 < row.angle < 8


def test_three_in_line_are_no_row():
    planes = [thing(n, "plane", rectangle(100 * n, 200, 50, 40)) for n in (1, 2, 3)]
    assert {group.kind for group in grouped(planes)} <= {"cell", "single"}


def test_a_gap_in_the_line_ends_the_row():
    places = [50, 100, 150, 200, 420, 470, 520, 570]
    planes = [thing(n, "ship", rectangle(x, 300, 40, 12)) for n, x in enumerate(places, 1)]
    assert [(g.kind, len(g.refs)) for g in grouped(planes)] == [("row", 4), ("row", 4)]


def test_a_huddle_is_a_cluster():
    spots = [(100, 100), (118, 131), (140, 95), (129, 160), (98, 170)]
    tanks = [thing(n, "storage tank", rectangle(x, y, 20, 19)) for n, (x, y) in enumerate(spots, 1)]
    (cluster,) = grouped(tanks)
    assert cluster.kind == "cluster"
    assert cluster.cell == "upper left"


def test_a_lone_object_is_single_and_classes_do_not_mix():
    found = grouped(
        [
            thing(1, "ship", rectangle(100, 100, 20, 8)),
            thing(2, "plane", rectangle(120, 100, 20, 8)),
        ]
    )
    assert [(g.kind, g.category) for g in found] == [("single", "ship"), ("single", "plane")]


def test_rows_of_a_dense_car_park_hold_all_six_hundred():
    tile = dense_tile()
    found = groups(object_facts(tile), 1024, 1024)
    assert sum(len(group.refs) for group in found) == 600
    assert len(found) < 40
    assert {group.kind for group in found} == {"row"}


def test_the_division_does_not_depend_on_the_clock_or_on_hashing():
    tile = random_tile(5, 80)
    facts = object_facts(tile)
    assert groups(facts, 900, 600) == groups(facts, 900, 600)
