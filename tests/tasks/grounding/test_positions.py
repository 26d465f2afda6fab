import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tile import TileOutline
from tasks.grounding.reading.regions import find_regions
from tests.tasks._tiles import rectangle, thing, tile_of
from tests.tasks.grounding._airfield import airfield, false_kinds, outcomes

NAMES = [
    [f"{row} {column}".replace("centre centre", "centre") for column in ("left", "centre", "right")]
    for row in ("upper", "centre", "lower")
]


@pytest.mark.parametrize(
    "text",
    [
        '<ref ids="o1-o3">Three planes</ref> stand in the upper left of the image.',
        'In the upper left corner of the picture, <ref ids="o1-o3">three planes</ref> stand.',
        'In the top-left part there are <ref ids="o1-o3">three planes</ref>.',
        '<ref ids="o4">A plane</ref> in the lower right and <ref ids="o5">a helicopter</ref> in the centre.',
        'In the centre, <ref ids="o5">a helicopter</ref>, and in the lower right, <ref ids="o4">a plane</ref>.',
        '<ref ids="o6">A storage tank</ref> stands near the right edge of the image.',
        '<ref ids="o6">A storage tank</ref> stands on the right, <ref ids="o1">a plane</ref> on the left.',
        '<ref ids="o7 o8">Two cars</ref> along the bottom edge.',
        '<ref ids="o4">The plane in the lower right part of the image</ref> is white.',
        '<ref ids="o1">A plane</ref> faces the terminal in the lower right of the image.',
        '<ref ids="o1">A plane</ref> stands in the lower right of the apron.',
        '<ref ids="o4">A plane</ref> is parked with its nose to the left.',
        '<ref ids="o3">The rightmost plane of the row</ref> in the upper left.',
        "Clouds gather in the lower left of the image.",
        '<ref ids="o1">A plane</ref> stands in the north-west of the image.',  # north is not known
    ],
)
def test_a_true_position_is_not_contradicted(text):
    assert false_kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        '<ref ids="o1-o3">Three planes</ref> stand in the upper right of the image.',
        '<ref ids="o1-o3">Three planes</ref> stand in the lower left of the image.',
        'In the lower right, <ref ids="o1-o3">three planes</ref> stand.',
        '<ref ids="o4">A plane</ref> in the upper left and <ref ids="o5">a helicopter</ref> in the centre.',
        '<ref ids="o4">The plane in the upper right part of the image</ref> is white.',
        '<ref ids="o6">A storage tank</ref> stands near the left edge of the image.',
        '<ref ids="o6">A storage tank</ref> stands on the left.',
        '<ref ids="o5">A helicopter</ref> stands near the top edge.',
        '<ref ids="o4">A plane</ref> is in the centre of the picture.',
        '<ref ids="o7 o8">Two cars</ref> in the upper half.',
        'The upper right corner of the image is taken up by <ref ids="o4">a plane</ref>.',
    ],
)
def test_a_false_position_is_contradicted(text):
    assert false_kinds(text) == {"position"}


def test_compass_words_are_checked_where_north_is_up():
    tile = airfield()
    north = tile.scene.model_copy(
        update={"crs": "EPSG:32618", "transform": (0.3, 0.0, 0.0, 0.0, -0.3, 0.0)}
    )
    tile = TileOutline(**{**dict(tile), "scene": north})
    wrong = '<ref ids="o4">A plane</ref> stands in the north-western part of the image.'
    assert false_kinds(wrong, tile=tile) == {"position"}
    assert outcomes(wrong, "position") == ["unverifiable"]


def test_a_short_answer_speaks_of_the_object_of_its_sample():
    options = {"form": "position", "question": "Where is the helicopter?", "own": ("o5",)}
    assert outcomes("Centre.", "position", **options) == ["supported"]
    assert false_kinds("Upper left.", **options) == {"position"}
    assert false_kinds('<ref ids="o5">Lower right</ref>', **options) == {"position"}


@settings(deadline=None)  # the first one fills the lexicon's caches
@given(x=st.floats(0.02, 0.98), y=st.floats(0.02, 0.98))
def test_no_name_of_a_cell_is_false_for_what_lies_in_it_or_at_its_lines(x, y):
    tile = tile_of([thing(1, "plane", rectangle(900 * x, 600 * y, 8, 6))])
    for row in range(3):
        for column in range(3):
            text = f'<ref ids="o1">A plane</ref> in the {NAMES[row][column]} of the image.'
            away = max(*(max(i / 3 - v, v - (i + 1) / 3) for i, v in ((column, x), (row, y))))
            found = outcomes(text, "position", tile=tile)
            if away <= 0:
                assert found == ["supported"]
            elif away <= 0.1:
                assert found != ["contradicted"]
            elif away >= 0.15:
                assert found == ["contradicted"]


@pytest.mark.parametrize(
    "text",
    [
        "the upper deck", "its left wing", "on the left of the road", "in the centre of the row",
        "the top of the tank", "turn left", "from left to right", "to the right of it",
        "the lower left court", "bottom line", "right next to it",
    ],
)  # fmt: skip
def test_what_is_no_position_in_the_picture_is_left_alone(text):
    assert find_regions(f"we see {text} here") == []
