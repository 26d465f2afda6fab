"""What the page of a deployment makes of the parameters: order, folded groups, null for defaults."""

import pytest
from pydantic import ValidationError

from schemas.label_params import LabelParams
from schemas.night import PRUNED, NightParams
from schemas.params import AdaptParams, BuildParams, ImageParams, TeacherParams

FORM = BuildParams.model_json_schema()


def test_fields_stand_in_their_order_and_folded_groups_last():
    fields = FORM["properties"]
    shown = sorted(fields, key=lambda name: fields[name]["position"])
    assert shown[:4] == ["sources", "shards", "teacher", "service"]
    assert shown[4:] == [n for n in BuildParams.model_fields if n not in shown[:4]]


def test_a_folded_group_is_a_choice_that_says_what_it_is_about():
    tile = FORM["properties"]["tile"]
    assert tile["anyOf"] == [
        {"type": "null", "title": "Defaults"}, {"$ref": "#/$defs/TileParams", "title": "Change"},
    ]  # fmt: skip
    assert (tile["default"], tile["description"]) == (
        None, "How scenes are cut into tiles and encoded.",
    )  # fmt: skip


def test_a_group_that_is_not_folded_begins_with_its_inner_groups_folded():
    assert FORM["properties"]["teacher"]["default"]["images"] is None


def test_null_stands_for_the_defaults_of_a_group():
    given = {"adapt": None, "teacher": {"images": None}}
    assert BuildParams.model_validate(given) == BuildParams()
    assert TeacherParams(images=None).images == ImageParams()
    assert AdaptParams(labels=None).labels == LabelParams()


def test_a_group_that_may_be_none_is_shown_with_its_defaults():
    prune = NightParams.model_json_schema()["properties"]["prune"]
    assert prune["default"]["keep"] == PRUNED.keep
    assert NightParams(prune=None).prune is None


def test_null_stands_for_nothing_else():
    with pytest.raises(ValidationError):
        BuildParams.model_validate({"shards": None})


def test_what_the_manifest_records_is_written_out():
    assert BuildParams().model_dump(mode="json")["tile"]["size"] == 1024
