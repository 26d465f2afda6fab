"""Options of the command line: made from the parameters, checked in their words."""

import pytest

from flows.cli.options import parameter_options, parse_source, read_params
from schemas.errors import UnknownName, UsageError
from schemas.params import BuildParams, SourceSpec


def leaves(content, prefix=""):
    for name, value in content.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{name}.")
        elif not isinstance(value, tuple):
            yield f"{prefix}{name}", value


def test_every_parameter_but_the_lists_is_an_option_and_nothing_else_is():
    content = BuildParams().model_dump(exclude={"sources"})
    assert [option.name for option in parameter_options()] == [name for name, _ in leaves(content)]


def test_every_option_says_what_it_does_its_bounds_and_its_default():
    defaults = dict(leaves(BuildParams().model_dump(exclude={"sources"})))
    for option in parameter_options():
        assert option.field.description in option.help.replace("%%", "%")
        default = str(defaults[option.name])
        assert f"default {default}".lower() in option.help.lower()
        assert option.bounds in option.help
    size = next(option for option in parameter_options() if option.name == "tile.size")
    assert size.bounds == "64 to 8,192"


def test_a_word_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    file = tmp_path / "params.yaml"
    file.write_text("tile: {size: 512, quality: 80}\nteacher: {seed: 3}\n")
    params = read_params(str(file), {"tile.size": "800", "teacher.temperature": "none"}, [])
    assert (params.tile.size, params.tile.quality, params.tile.overlap) == (800, 80, 256)
    assert (params.teacher.seed, params.teacher.temperature) == (3, None)


def test_a_json_file_and_its_sources_are_read_and_sources_on_the_command_line_replace_them(
    tmp_path,
):
    file = tmp_path / "params.json"
    file.write_text('{"sources": [{"name": "dota", "path": "/a", "gsd": 0.5}]}')
    assert read_params(str(file), {}, []).sources == (SourceSpec(name="dota", path="/a", gsd=0.5),)
    assert read_params(str(file), {}, [parse_source("coco=/b")]).sources == (
        SourceSpec(name="coco", path="/b"),
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tile.size": "9000"}, "--tile.size: “9000” is not allowed; expected a whole number, 64 to 8,192."),
        ({"tile.size": "big"}, "--tile.size: “big” is not allowed; expected a whole number, 64 to 8,192."),
        ({"tile.min_visible": "0"}, "--tile.min_visible: “0” is not allowed; expected a number, more than 0 and at most 1."),
        ({"teacher.kind": "gpt"}, "--teacher.kind: “gpt” is not allowed; expected {offline,openai}."),
        ({"teacher.structured": "maybe"}, "--teacher.structured: “maybe” is not allowed; expected {true,false}."),
        ({"tile.size": "none"}, "--tile.size: “none” is not allowed; expected a whole number, 64 to 8,192."),
        ({"tile.size": "128", "tile.overlap": "128"}, "--tile.size, --tile.overlap: overlap 128 is not smaller than tile size 128."),
        ({"teacher.kind": "openai", "teacher.model": " "}, "--teacher.kind, --teacher.model: an openai teacher needs a model name."),
        ({"judge.share": "0.1"}, "--judge.share: the offline teacher grades nothing; name a model that does: judge.kind openai and judge.model, or leave judge.share at 0."),
    ],
)  # fmt: skip
def test_a_wrong_value_names_the_option_and_what_is_allowed(given, said):
    with pytest.raises(UsageError) as caught:
        read_params(None, given, [])
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tile: {sise: 3}", "Unknown parameter “tile.sise”. Did you mean “tile.size”?"),
        ("tile: {size: x}", "tile.size in FILE: “x” is not allowed; expected a whole number, 64 to 8,192."),
        ("tile: [", "--params FILE, line 2: expected the node content, but found '<stream end>'."),
        ("- tile", "--params FILE holds no mapping of parameters, such as “tile: {size: 512}”."),
    ],
)  # fmt: skip
def test_a_wrong_file_is_named_with_what_is_wrong_in_it(tmp_path, text, said):
    file = tmp_path / "params.yaml"
    file.write_text(f"{text}\n")
    with pytest.raises(UsageError) as caught:
        read_params(str(file), {}, [])
    assert str(caught.value).replace(str(file), "FILE") == said


def test_a_missing_parameter_file_is_named():
    with pytest.raises(UsageError, match=r"--params /no/such.yaml cannot be read: No such file"):
        read_params("/no/such.yaml", {}, [])


@pytest.mark.parametrize("text", ["dota", "=path", "dota=", ""])
def test_a_source_that_is_not_name_and_path_is_refused(text):
    with pytest.raises(UsageError, match="is not NAME=PATH"):
        parse_source(text)


def test_a_source_path_may_hold_an_equals_sign():
    assert parse_source("dota=/a=b").path == "/a=b"


def test_an_unknown_parameter_in_words_is_unknown_by_name():
    with pytest.raises(UnknownName):
        read_params(None, {"tile.colour": "red"}, [])
