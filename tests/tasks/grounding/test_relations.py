import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tasks._tiles import rectangle, thing, tile_of
from tests.tasks.grounding._airfield import false_kinds, outcomes

PLANE, HELICOPTER, TANK, ROW, CARS = (
    '<ref ids="o4">a plane</ref>', '<ref ids="o5">a helicopter</ref>',
    '<ref ids="o6">a storage tank</ref>', '<ref ids="o1-o3">three planes</ref>',
    '<ref ids="o7 o8">two small vehicles</ref>',
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        f"{HELICOPTER} stands to the left of {TANK}.",
        f"{ROW} are parked above {CARS}.",
        f"To the right of {HELICOPTER} stands {TANK}.",
        f"{HELICOPTER} is above {CARS} and to the left of {TANK}.",
        f"{HELICOPTER} lies in the centre of the image, about 90 m to the left of {TANK}.",
        f"{ROW} stand to the upper left of {HELICOPTER}.",
        f"{TANK} stands near {PLANE}.",
        f"{HELICOPTER} is smaller than {PLANE}.",
        f"{HELICOPTER} stands here, and to the right of {TANK} there is nothing.",
        f"{HELICOPTER} is not to the right of {TANK}.",
        f"{HELICOPTER} has its tail to the left of the road, {TANK} a white roof.",
        f"{HELICOPTER} is north of {ROW}.",  # north is not known
        f"{CARS} are below {TANK}.",
        '<ref ids="o4">The largest plane</ref> is white.',
        '<ref ids="o1">The leftmost plane</ref> is white.',
        '<ref ids="o3">The rightmost plane in the row</ref> is white.',
        '<ref ids="o2">One of the largest planes</ref> is white.',
    ],
)
def test_a_true_relation_is_not_contradicted(text):
    assert false_kinds(text) == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{HELICOPTER} stands to the right of {TANK}.", "relation"),
        (f"{ROW} are parked below {CARS}.", "relation"),
        (f"To the left of {HELICOPTER} stands {TANK}.", "relation"),
        (f"{HELICOPTER} is above {CARS} and to the right of {TANK}.", "relation"),
        (f"{HELICOPTER} lies in the centre of the image, about 90 m to the right of {TANK}.", "relation"),
        (f"{ROW} stand to the lower left of {HELICOPTER}.", "relation"),
        (f"{ROW} stand next to {PLANE}.", "relation"),
        (f"{HELICOPTER} stands inside {TANK}.", "relation"),
        (f"{HELICOPTER} is surrounded by {ROW}.", "relation"),
        (f"{HELICOPTER} is larger than {PLANE}.", "size"),
        ('<ref ids="o1">The largest plane</ref> is white.', "superlative"),
        ('<ref ids="o2">The leftmost plane</ref> is white.', "superlative"),
        ('<ref ids="o1">The bottommost plane</ref> is white.', "superlative"),
    ],
)  # fmt: skip
def test_a_false_relation_is_contradicted(text, kind):
    assert false_kinds(text) == {kind}


places = st.tuples(st.floats(30, 870), st.floats(30, 570))


@settings(deadline=None)  # the first one fills the lexicon's caches
@given(places, places)
def test_of_left_and_right_at_most_one_is_false_and_level_ones_are_neither(one, other):
    tile = tile_of(
        [thing(n, "plane", rectangle(*p, 40, 20)) for n, p in enumerate((one, other), 1)]
    )
    left, right = (
        outcomes(
            f'<ref ids="o1">A plane</ref> is to the {side} of <ref ids="o2">a plane</ref>.',
            "relation",
            tile=tile,
        )[0]
        for side in ("left", "right")
    )
    assert "contradicted" not in {left, right} or left != right
    if abs(one[0] - other[0]) < 8:
        assert "contradicted" not in {left, right}
    if other[0] - one[0] > 40:
        assert right == "contradicted"
        assert left != "contradicted"


def test_inside_and_around_follow_the_boxes():
    tile = tile_of(
        [
            thing(1, "ground track field", rectangle(300, 300, 300, 200)),
            thing(2, "soccer field", rectangle(300, 300, 120, 70)),
            thing(3, "soccer field", rectangle(700, 500, 120, 70)),
        ]
    )
    track, field, other = (f'<ref ids="o{n}">one</ref>' for n in (1, 2, 3))
    assert not false_kinds(f"{field} lies inside {track}.", tile=tile)
    assert not false_kinds(f"{track} surrounds {field}.", tile=tile)
    assert false_kinds(f"{other} lies inside {track}.", tile=tile) == {"relation"}
    assert false_kinds(f"{track} surrounds {other}.", tile=tile) == {"relation"}
