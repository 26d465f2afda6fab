from typing import Annotated, Literal

import pytest
from pydantic import Field

from schemas.expectations import ColumnExpectation, column_expectations
from schemas.record import Record
from schemas.release import ReleasePart
from schemas.sample import Rejection, Sample
from schemas.scene import Sha256
from schemas.vocabulary import Split
from tests.schemas.strategies import tables


class Leaf(Record):
    """A record in a list."""

    kind: Literal["a", "b"]
    weight: float = Field(gt=0, le=1)


class Row(Record):
    """A record with everything that is derived."""

    name: str = Field(min_length=1, max_length=9, pattern="^x")
    digest: Sha256
    maybe: Annotated[int, Field(ge=3)] | None = None
    split: Split
    leaves: tuple[Leaf, ...] = Field(min_length=1)
    inner: Leaf | None = None
    pair: tuple[float, float] = (0.0, 0.0)


NAMES = [each.name for each in column_expectations(Row)]


def test_expectations_follow_the_fields():
    assert NAMES == [
        "name is not null",
        "name matches ^x",
        "name has a length ≥ 1 and ≤ 9",
        "digest is not null",
        "digest matches ^[0-9a-f]{64}$",
        "maybe is ≥ 3",
        "split is not null",
        "split is one of train, val, test",
        "leaves is not null",
        "leaves.length is ≥ 1",
        "leaves[].kind is not null",
        "leaves[].kind is one of a, b",
        "leaves[].weight is not null",
        "leaves[].weight is > 0 and ≤ 1",
        "inner.kind is one of a, b",
        "inner.weight is > 0 and ≤ 1",
        "pair is not null",
    ]


def test_fields_of_a_record_that_may_be_missing_may_be_null():
    assert "inner.kind is not null" not in NAMES
    assert "inner is not null" not in NAMES


@pytest.mark.parametrize("model", tables())
def test_every_table_has_expectations_each_once(model):
    found = column_expectations(model)
    assert found
    assert len(set(found)) == len(found)
    assert all(each.column for each in found)


def test_the_samples_table_is_described_down_to_its_lists():
    found = {each.name for each in column_expectations(Sample)}
    assert "turns.length is ≥ 2" in found
    assert "turns[].role is one of user, assistant" in found
    assert "lineage.spans[].start is ≥ 0" in found
    assert "lineage.model is not null" not in found


def test_other_tables_are_described_too():
    assert "line is ≥ 1" in {each.name for each in column_expectations(Rejection)}
    assert "sha256 matches ^[0-9a-f]{64}$" in {e.name for e in column_expectations(ReleasePart)}


def test_an_expectation_names_itself_in_words():
    each = ColumnExpectation(column="gsd", kind="between", low=0, above=True)
    assert each.name == "gsd is > 0"
