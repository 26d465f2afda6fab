"""The parameters are a form: every field says what it is and in which bounds."""

import pytest
from pydantic import BaseModel, ValidationError

from schemas.params import BuildParams, SplitParams, TileParams, split_of
from schemas.record import content_id
from schemas.vocabulary import Split


def fields_of(model: type[BaseModel], prefix: str = ""):
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}", field
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields_of(field.annotation, f"{prefix}{name}.")


def test_every_parameter_has_a_title_and_leaves_have_a_description():
    for name, field in fields_of(BuildParams):
        if name == "tile.split":
            continue
        assert field.title, name
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            assert field.description, name


def test_the_form_that_the_ui_shows_carries_bounds():
    size = BuildParams.model_json_schema()["$defs"]["TileParams"]["properties"]["size"]
    assert (size["minimum"], size["maximum"]) == (64, 8192)


def test_an_unknown_parameter_is_refused():
    with pytest.raises(ValidationError, match="tile_size"):
        BuildParams.model_validate({"tile_size": 3})


def test_an_overlap_as_large_as_the_tile_is_refused():
    with pytest.raises(ValidationError, match="overlap 256 is not smaller than tile size 256"):
        TileParams(size=256, overlap=256)


def test_shares_above_one_are_refused():
    with pytest.raises(ValidationError, match="more than 1"):
        SplitParams(val=0.6, test=0.6)


def test_an_official_split_wins_unless_the_policy_is_hash():
    component = content_id("component", "a")
    assert split_of(component, Split.TEST, SplitParams()) is Split.TEST
    assert split_of(component, Split.TEST, SplitParams(policy="hash", val=0, test=0)) is Split.TRAIN


def test_hashed_splits_come_near_their_shares():
    params = SplitParams(val=0.2, test=0.1)
    splits = [split_of(content_id("component", str(n)), None, params) for n in range(4000)]
    assert 0.17 < splits.count(Split.VAL) / 4000 < 0.23
    assert 0.08 < splits.count(Split.TEST) / 4000 < 0.12
