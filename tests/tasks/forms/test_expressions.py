"""Expressions select exactly one object, checked anew by the plain meaning of their words."""

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import Shape
from tasks.forms.expressions import expressions
from tasks.forms.view import look_at
from tasks.lexicon import broader
from tests.tasks._tiles import random_tile, rectangle, thing, tile_of

CLASSES = ("plane", "Boeing 737", "ship", "helicopter")


def words_of(things, **options):
    found = expressions(look_at(tile_of(things, **options)))
    return {ref: {one.words for one in ones} for ref, ones in found.items()}


def selected(one, tile):
    """Evaluate an expression by brute force, with no margins and none of the code under test."""
    left = [o for o in tile.objects if one.category in (o.category, *broader(o.category))]
    outlines = {o.ref: shapely.Polygon(o.clipped) for o in tile.objects}
    if one.cell:
        left = [o for o in left if cell(outlines[o.ref].centroid, tile) == one.cell]
    if one.row:
        assert {o.ref for o in left} == set(one.row)
        return [one.row[one.ordinal - 1]]
    if one.tie == "nearest":
        anchor = outlines[one.anchor]
        best = min(anchor.distance(outlines[o.ref]) for o in left)
        left = [o for o in left if anchor.distance(outlines[o.ref]) == best]
    elif one.tie:
        left = [o for o in left if lies(one.tie, outlines[o.ref], outlines[one.anchor])]
    if one.extreme:
        best = min(rank(one.extreme, outlines[o.ref]) for o in left)
        left = [o for o in left if rank(one.extreme, outlines[o.ref]) == best]
    return [o.ref for o in left]


def cell(point, tile):
    across, down = int(3 * point.x / tile.window.width), int(3 * point.y / tile.window.height)
    names = (("upper left", "upper centre", "upper right"),
             ("centre left", "centre", "centre right"),
             ("lower left", "lower centre", "lower right"))  # fmt: skip
    return names[min(2, down)][min(2, across)]


def lies(tie, shape, anchor):
    (x, y), (ax, ay) = shape.centroid.coords[0], anchor.centroid.coords[0]
    return {"left_of": x < ax, "right_of": x > ax, "above": y < ay, "below": y > ay}[tie]


def rank(extreme, shape):
    x, y = shape.centroid.coords[0]
    return {
        "leftmost": x, "rightmost": -x, "topmost": y, "bottommost": -y,
        "largest": -shape.area, "smallest": shape.area,
    }[extreme]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 100_000), st.integers(1, 25))
def test_every_expression_selects_its_target_alone(seed, count):
    tile = random_tile(seed, count, CLASSES)
    for ref, ones in expressions(look_at(tile)).items():
        for one in ones:
            assert one.target == ref
            assert selected(one, tile) == [ref], one


@settings(deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 25))
def test_the_words_of_an_expression_mean_no_other_object(seed, count):
    found = expressions(look_at(random_tile(seed, count, CLASSES)))
    said = [one.words for ones in found.values() for one in ones]
    assert len(said) == len(set(said))


def test_one_of_a_kind_is_named_by_its_class_alone():
    found = words_of(
        [
            thing(1, "plane", rectangle(100, 100, 40, 20)),
            thing(2, "ship", rectangle(500, 300, 40, 9)),
        ]
    )
    assert found == {"o1": {"the plane"}, "o2": {"the ship"}}


def test_a_hardly_visible_object_is_a_rival():
    plane = thing(1, "plane", rectangle(450, 300, 40, 20))
    cut = thing(2, "plane", rectangle(895, 300, 40, 20), visible=0.1, described=False)
    found = words_of([plane, cut])
    assert "the plane" not in found["o1"]
    assert "o2" not in found


def test_a_subclass_is_a_rival_of_its_superclass():
    found = words_of(
        [
            thing(1, "plane", rectangle(450, 300, 40, 20)),
            thing(2, "Boeing 737", rectangle(450, 310, 40, 20)),
        ],
        exhaustive=["plane", "Boeing 737"],
    )
    assert "the plane" not in found.get("o1", set())


def test_nothing_is_unique_where_the_class_is_not_labelled_completely():
    assert words_of([thing(1, "plane", rectangle(100, 100, 40, 20))], exhaustive=[]) == {}


def test_a_hair_does_not_make_an_extreme():
    one = thing(1, "ship", rectangle(100, 100, 40, 10))
    hair = thing(2, "ship", rectangle(104, 500, 40, 10))
    assert "the leftmost ship" not in words_of([one, hair])["o1"]
    clear = thing(2, "ship", rectangle(304, 500, 40, 10))
    assert "the leftmost ship" in words_of([one, clear])["o1"]


def test_the_size_of_what_is_cut_off_is_not_judged():
    whole = thing(1, "ship", rectangle(300, 300, 100, 30))
    stub = thing(2, "ship", rectangle(890, 100, 20, 8), visible=0.5)
    assert not any("smaller" in words for words in words_of([whole, stub])["o2"])


def test_two_of_a_kind_are_compared_and_not_the_largest_of_all():
    large = thing(1, "ship", rectangle(300, 300, 100, 30))
    small = thing(2, "ship", rectangle(305, 500, 40, 10))
    found = words_of([large, small])
    assert "the larger ship" in found["o1"]
    assert "the smaller ship" in found["o2"]


def test_horizontal_boxes_need_twice_the_area():
    one = thing(1, "ship", rectangle(300, 300, 50, 30), shape=Shape.HBB)
    other = thing(2, "ship", rectangle(600, 300, 40, 25), shape=Shape.HBB)
    assert not any("larger" in words for words in words_of([one, other])["o1"])


def test_objects_of_the_only_row_are_counted_along_it():
    planes = [thing(n, "plane", rectangle(80 * n, 200, 50, 40)) for n in range(1, 7)]
    assert "the third plane from the left in the row of six" in words_of(planes)["o3"]
