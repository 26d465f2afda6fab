"""Records are frozen, closed and finite; ids depend on content alone."""

import pytest
from pydantic import ValidationError

from schemas.errors import UnknownName
from schemas.record import Record, content_id


class Spot(Record):
    x: float


def test_a_record_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Spot(x=1).x = 2


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(number):
    with pytest.raises(ValidationError, match="finite"):
        Spot(x=number)


def test_an_id_does_not_depend_on_the_order_of_keys():
    assert content_id({"a": 1, "b": 2}) == content_id({"b": 2, "a": 1})
    assert content_id("a", "b") != content_id("ab")


def test_an_unknown_name_suggests_the_nearest():
    assert "Did you mean “dota”?" in str(UnknownName("source", "dotta", ["dota", "coco"]))
    assert "Known: coco, dota." in str(UnknownName("source", "xyz", ["dota", "coco"]))
