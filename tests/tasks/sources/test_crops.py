"""Names of crops tell their parent and, in two of three forms, where they were cut."""

import pytest

from tasks.sources.crops import crop_of, is_of_dota, parent_of


@pytest.mark.parametrize(
    ("name", "parent", "region"),
    [
        ("P0706__1__0___0", "P0706", (0, 0, 800, 600)),
        ("P0706__0.5__512___1024", "P0706", (1024, 2048, 2624, 3248)),
        ("P0224_0_800_100_900", "P0224", (0, 100, 800, 900)),
        ("port_3__1__824___0", "port_3", (824, 0, 1624, 600)),
        ("P0706__1__-5___0", "P0706", (-5, 0, 795, 600)),
        ("P0706_0001", "P0706", None),
        ("P0706__0__5___0", "P0706", None),
        ("P0224_800_0_0_800", "P0224", None),
    ],
)
def test_a_name_tells_parent_and_region(name, parent, region):
    found = crop_of(name)
    assert (found.parent, found.region(800, 600)) == (parent, region)
    assert parent_of(name) == parent


@pytest.mark.parametrize("name", ["P1888", "airport_0001", "00006", "", "a__1__2"])
def test_other_names_are_no_crops(name):
    assert crop_of(name) is None
    assert parent_of(name) is None


def test_numbers_of_any_length_are_taken():
    digits = "9" * 5000
    assert crop_of(f"P1__1__{digits}___0").region(10, 10)[0] == 999_999_999_999
    assert crop_of(f"P1__{digits}__0___0").region(10, 10) is None


@pytest.mark.parametrize(("name", "dota"), [("P0706", True), ("P1888", True), ("port", False)])
def test_the_names_of_dota_are_known(name, dota):
    assert is_of_dota(name) is dota
