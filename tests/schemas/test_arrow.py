"""Every table goes through Arrow and comes back as it was."""

from typing import get_args

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.arrow import arrow_schema, fingerprint, from_batch, to_batch
from schemas.record import Record
from schemas.sample import Draft, Sample
from schemas.scene import (
    CaptionAnnotation,
    IngestedScene,
    ObjectAnnotation,
    QuestionAnswerAnnotation,
    ReferringAnnotation,
    SceneCandidate,
    SceneClassAnnotation,
)
from schemas.teacher import ConversedTile, DescribedObjects, SynthesizedTile
from schemas.tile import Tile, TileOutline
from tests.schemas.strategies import records, tables

TABLES = [*tables(), TileOutline]


def test_the_tables_of_all_stages_are_among_those_tested():
    stages = {
        SceneCandidate, IngestedScene, Tile, Draft, Sample, DescribedObjects, SynthesizedTile,
        ConversedTile,
    }  # fmt: skip
    assert stages <= set(TABLES)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_a_table_comes_back_from_arrow_as_it_was(model: type[Record], draw: st.DataObject):
    rows = draw.draw(st.lists(records(model), max_size=2))
    batch = to_batch(rows, model)
    batch.validate(full=True)
    assert batch.schema == arrow_schema(model)
    assert list(from_batch(batch, model)) == rows


@pytest.mark.parametrize(
    "member",
    [
        ObjectAnnotation, CaptionAnnotation, QuestionAnswerAnnotation, ReferringAnnotation,
        SceneClassAnnotation,
    ],
)  # fmt: skip
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_each_kind_of_annotation_keeps_its_kind(member: type[Record], draw: st.DataObject):
    candidate, one = draw.draw(records(SceneCandidate)), draw.draw(records(member))
    row = candidate.model_copy(update={"annotations": (one,)})
    (back,) = from_batch(to_batch([row], SceneCandidate), SceneCandidate)
    assert type(back.annotations[0]) is member
    assert back == row


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_types_are_the_small_ones_that_every_reader_decodes(model: type[Record]):
    assert "large" not in str(arrow_schema(model))


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_column_is_nullable_only_if_its_field_allows_none(model: type[Record]):
    stored = {name: f for name, f in model.model_fields.items() if not f.exclude}
    assert arrow_schema(model).names == list(stored)
    for name, field in stored.items():
        assert arrow_schema(model).field(name).nullable == (
            type(None) in get_args(field.annotation)
        )


def test_the_fingerprint_changes_with_the_columns():
    assert len({fingerprint(model) for model in TABLES}) == len(TABLES)


def test_a_row_that_the_record_does_not_allow_is_refused():
    class Positive(Record):
        value: int

    class Texts(Record):
        value: str

    batch = to_batch([Texts(value="no number")], Texts)
    with pytest.raises(ValidationError):
        list(from_batch(batch, Positive))


def test_a_type_without_an_arrow_type_is_named():
    class Odd(Record):
        value: dict[str, int]

    with pytest.raises(TypeError, match="no Arrow type for dict"):
        arrow_schema(Odd)


def test_members_of_a_union_must_agree():
    class One(Record):
        kind: str
        value: int

    class Other(Record):
        kind: str
        value: str

    class Both(Record):
        either: One | Other

    with pytest.raises(TypeError, match="disagree about “value”"):
        arrow_schema(Both)


def test_an_empty_table_has_its_columns():
    assert to_batch([], Tile).schema == arrow_schema(Tile)
    assert isinstance(to_batch([], Tile), pa.RecordBatch)
