"""Scene classes: one name however a data set spells it."""

import pytest

from tasks.sources.scene_classes import is_scene_class, scene_class


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("dense_residential", "dense residential area"),
        ("denseresidential", "dense residential area"),
        ("DenseResidential", "dense residential area"),
        ("BareLand", "bare land"),
        ("Parking", "parking lot"),
        ("parkinglot", "parking lot"),
        ("commercial_area", "commercial area"),
        ("Commercial", "commercial area"),
        ("sea_ice", "sea ice"),
        ("golfcourse", "golf course"),
        ("StorageTanks", "storage tank"),
        ("baseball_diamond", "baseball diamond"),
    ],
)
def test_spellings_of_one_class_have_one_name(spelled, name):
    assert scene_class(spelled) == name
    assert is_scene_class(spelled)


def test_an_unknown_class_is_kept_in_lower_case():
    assert scene_class("Xanadu_Site") == "xanadu site"
    assert not is_scene_class("Xanadu_Site")
