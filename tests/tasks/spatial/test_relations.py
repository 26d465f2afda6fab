"""Relations are true, by a margin, and bounded in number."""

import time

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.spatial.facts import object_facts
from tasks.spatial.polygons import shape_of
from tasks.spatial.relations import NEIGHBOURS, relations
from tests.tasks._tiles import dense_tile, random_tile, rectangle, thing, tile_of

OPPOSITE = {"left_of": "right_of", "right_of": "left_of", "above": "below", "below": "above"}


def found(*things):
    facts = object_facts(tile_of(things))
    return {(r.subject, r.relation, r.object) for r in relations(facts)}


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_directions_are_antisymmetric_and_true(seed, count):
    facts = {fact.ref: fact for fact in object_facts(random_tile(seed, count))}
    stated = {(r.subject, r.relation, r.object) for r in relations(tuple(facts.values()))}
    for subject, kind, other in stated:
        if kind not in OPPOSITE:
            continue
        assert (other, kind, subject) not in stated
        assert (subject, OPPOSITE[kind], other) not in stated
        one, two = facts[subject].box, facts[other].box
        if kind in ("right_of", "below"):
            one, two = two, one
        axis = 0 if kind in ("left_of", "right_of") else 1
        assert one[axis + 2] < two[axis]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_the_nearest_is_the_nearest_of_all(seed, count):
    facts = {fact.ref: fact for fact in object_facts(random_tile(seed, count))}
    for relation in relations(tuple(facts.values())):
        if relation.relation == "nearest":
            here = shape_of(facts[relation.subject].polygon)
            gaps = {
                ref: shapely.distance(here, shape_of(fact.polygon))
                for ref, fact in facts.items()
                if ref != relation.subject
            }
            nearest = gaps.pop(relation.object)
            assert all(gap > nearest for gap in gaps.values())
            assert abs(relation.margin - nearest) <= 0.1


def test_a_ship_beside_a_bridge_is_left_of_it():
    ship = thing(1, "ship", rectangle(100, 300, 40, 10))
    bridge = thing(2, "bridge", rectangle(400, 300, 30, 200))
    assert ("o1", "left_of", "o2") in found(ship, bridge)
    assert ("o2", "right_of", "o1") in found(ship, bridge)


def test_what_lies_diagonally_is_neither_beside_nor_above():
    stated = found(
        thing(1, "ship", rectangle(100, 100, 20, 10)), thing(2, "ship", rectangle(300, 300, 20, 10))
    )
    assert {kind for _, kind, _ in stated} == {"nearest"}


def test_two_equally_near_neighbours_leave_no_nearest():
    row = [thing(n, "ship", rectangle(100 * n, 100, 20, 10)) for n in (1, 2, 3)]
    assert not any(s == "o2" and kind == "nearest" for s, kind, _ in found(*row))


def test_small_gaps_are_next_to_and_large_ones_are_not():
    one = thing(1, "small vehicle", rectangle(100, 100, 24, 10))
    near = thing(2, "small vehicle", rectangle(100, 113, 24, 10))
    far = thing(3, "small vehicle", rectangle(100, 160, 24, 10))
    stated = found(one, near, far)
    assert ("o1", "next_to", "o2") in stated
    assert ("o1", "next_to", "o3") not in stated


def test_a_field_within_a_track_is_inside_and_not_the_other_way_round():
    track = thing(1, "ground track field", rectangle(400, 300, 300, 150, 20))
    field = thing(2, "soccer field", rectangle(400, 300, 180, 80, 20))
    stated = found(track, field)
    assert ("o2", "inside", "o1") in stated
    assert ("o1", "inside", "o2") not in stated


def test_a_horizontal_box_of_a_bridge_contains_nothing_for_sure():
    bridge = thing(1, "bridge", rectangle(400, 300, 300, 150))
    ship = thing(2, "ship", rectangle(300, 260, 20, 8, 30))
    assert not any(kind == "inside" for _, kind, _ in found(bridge, ship))


def test_crowds_take_no_part():
    crowd = thing(1, "person", rectangle(100, 100, 50, 50), crowd=True)
    assert found(crowd, thing(2, "car", rectangle(200, 100, 20, 10))) == set()


def test_six_hundred_objects_cost_no_square():
    facts = object_facts(dense_tile())
    start = time.perf_counter()
    stated = relations(facts)
    assert time.perf_counter() - start < 5
    assert len(stated) <= 600 * (2 * NEIGHBOURS + 1)


def test_margins_are_in_metres_where_the_gsd_is_known():
    facts = object_facts(random_tile(3, 5))
    assert all(r.margin_m is None for r in relations(facts))
    assert all(abs(r.margin_m - r.margin * 0.3) <= 0.1 for r in relations(facts, gsd=0.3))
