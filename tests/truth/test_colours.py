"""Colours of the yardstick, as they survive JPEG."""

import pytest

from tests.truth.checking import Shown
from tests.truth.colours import COLOURS, SHADES, colour_of, has_colour
from tests.truth.layout import natures
from tests.truth.seeded import PAINTS, seeded_scene
from tests.truth.world import world_of


@pytest.fixture(scope="module")
def worlds():
    return [world_of(shown.outline, shown.picture) for shown in map(seeded_scene, range(12))]


def test_everything_painted_has_one_of_the_colours_that_its_class_may_have(worlds):
    found = [
        (thing.category, colour_of(world, thing)) for world in worlds for thing in world.things
    ]
    assert all(colour in natures()[category].paints for category, colour in found)
    assert {colour for _, colour in found} >= {"white", "red", "blue", "green", "grey"}


def test_a_thing_has_at_most_one_colour_and_most_others_it_clearly_has_not(worlds):
    for world in worlds[:4]:
        for thing in world.things[:5]:
            seen = [has_colour(world, (thing,), colour) for colour in COLOURS]
            assert seen.count(True) == 1
            assert seen.count(False) >= 4


def test_without_a_picture_no_colour_is_known():
    shown: Shown = seeded_scene(3)
    bare = world_of(shown.outline)
    assert has_colour(bare, bare.things[:1], "white") is None


def test_every_shade_means_colours_that_there_are():
    assert set(PAINTS) == set(COLOURS)
    assert all(set(meant) <= set(COLOURS) for meant in SHADES.values())
