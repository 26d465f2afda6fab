"""Command schema: the JSON Schema of one of our JSON lines."""

import argparse
import json

import pytest

from flows.cli.schema import DRAFT, configure_schema, line_schema, run_schema
from schemas.jsonl_line import JsonlLine
from tests.fixtures.formats.jsonl import EVERYTHING


@pytest.fixture
def printed(capsys):
    """Return what the command prints with these arguments."""

    def run(*arguments):
        parser = argparse.ArgumentParser()
        configure_schema(parser)
        assert run_schema(parser.parse_args(arguments)) == 0
        return capsys.readouterr().out

    return run


def test_the_schema_is_draft_2020_12_with_a_title(printed):
    schema = json.loads(printed())
    assert (schema["$schema"], schema["title"]) == (DRAFT, "RS-GPT4V JSON line")
    assert schema["required"] == ["image"]
    assert "$id" not in schema


def test_every_field_of_a_line_is_in_the_schema():
    assert line_schema()["properties"].keys() == JsonlLine.model_fields.keys()
    assert EVERYTHING.keys() <= JsonlLine.model_fields.keys()


def test_the_indent_is_an_option(printed):
    assert len(printed("--indent", "0").splitlines()[1]) < len(printed().splitlines()[1])


def test_a_line_of_every_kind_fits_the_record():
    assert JsonlLine.model_validate(EVERYTHING).model_extra == {}
