"""Check from the command line: what it prints, writes and ends with."""

import json

import pytest

from flows.cli import main
from tests.tasks.examining._set import FALSE, TRUE, jsonl, line


def run(capsys, *words):
    code = main(["check", *map(str, words)])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def lying(tmp_path):
    """Return a file with one lie among three statements that can be decided."""
    return jsonl(tmp_path / "x.jsonl", line(captions=[f"{TRUE} {FALSE}"]))


def test_it_prints_each_contradiction_and_a_table_of_kinds(capsys, lying):
    code, out, err = run(capsys, lying)
    assert (code, err) == (1, "")
    assert "x.jsonl:1 captions[0]: a.png" in out
    assert f"“{FALSE}”" in out
    assert "3 in the tile, margin -2" in out
    assert "o1 plane (objects[0])" in out
    table = {cells[0]: cells[1:] for row in out.splitlines() if (cells := row.split())}
    assert table["count"] == ["2", "1", "1", "0", "0"]
    assert table["all"] == ["3", "2", "1", "0", "0"]
    assert "1 of 3 statements that can be decided are contradicted, 333.3 per 1,000." in out


@pytest.mark.parametrize(("allowed", "code"), [("0", 1), ("333", 1), ("334", 0)])
def test_it_ends_with_1_where_more_is_contradicted_than_allowed(capsys, lying, allowed, code):
    assert run(capsys, lying, "--fail-over", allowed)[0] == code


def test_json_lines_hold_the_contradicted_and_the_output_file_everything(capsys, lying, tmp_path):
    _, out, err = run(capsys, lying, "--json", "--output", tmp_path / "all.jsonl")
    (lie,) = map(json.loads, out.splitlines())
    assert (lie["claim"], lie["outcome"], lie["found"]) == ("five planes", "contradicted", "3")
    rows = [json.loads(row) for row in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert [row["outcome"] for row in rows] == ["supported", "supported", "contradicted"]
    assert "per 1,000" in err


def test_what_cannot_be_read_is_listed_and_ends_with_1(capsys, tmp_path):
    path = jsonl(tmp_path / "x.jsonl", line(captions=[TRUE]), '{"image": "a.png", "captions": [')
    code, out, _ = run(capsys, path)
    assert code == 1
    assert "error x.jsonl:2: line 2 is no JSON" in out
    assert "0 of 2 statements" in out


def test_images_without_objects_are_counted_with_the_reason(capsys, tmp_path):
    code, out, _ = run(capsys, jsonl(tmp_path / "x.jsonl", {"image": "b.png", "captions": [TRUE]}))
    assert code == 0
    assert "unverifiable: no objects of this image are known." in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.json"], "There is no file or folder"),
        (["{}", "--size", "512"], "--size 512 is no size in px"),
        (["{}", "--fail-over", "-1"], "--fail-over -1 is no share of 1,000"),
        (["{}", "--dialect", "klingon"], "klingon"),
        (["{}", "--format", "lava"], "lava"),
        (["{}", "--objects", "nowhere"], "There is no file or folder nowhere"),
    ],
)
def test_wrong_use_is_told_in_one_paragraph(capsys, lying, words, said):
    code, out, err = run(capsys, *(word.format(lying) for word in words))
    assert (code, out) == (2, "")
    assert said in err
