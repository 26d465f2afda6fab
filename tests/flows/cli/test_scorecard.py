"""The scorecard on the command line, and builds whose gate fails."""

import json

import pytest

from flows.cli import main
from tests.fixtures.release import make_build


def run(capsys, *words):
    code = main(list(map(str, words)))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_it_prints_every_number_and_the_verdict(capsys, build):
    code, out, err = run(capsys, "scorecard", "--root", build.root)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Release first"
    assert "Rows in the one form" in lines[2]
    assert lines[2].split()[0] == "unity"
    assert len(lines) == 2 + 23 + 2
    assert lines[-1].startswith("The gate passed: all ")


def test_for_machines_it_is_one_document(capsys, build):
    code, out, _ = run(capsys, "scorecard", "--root", build.root, "--version", "first", "--json")
    document = json.loads(out)
    assert code == 0
    assert list(document) == ["version", "scorecard", "gate"]
    assert {"name", "value", "unit", "definition"} <= set(document["scorecard"]["scores"][0])


def test_a_release_without_one_is_wrong_use(capsys, tmp_path):
    make_build(str(tmp_path / "root"), tiles=1).release("old")
    code, _, err = run(capsys, "scorecard", "--root", tmp_path / "root")
    assert code == 2
    assert "Release “old” in" in err
    assert "has no scorecard" in err


def test_a_build_that_misses_a_threshold_ends_with_1_and_a_table_and_leaves_the_latest(
    capsys, build, params, tmp_path
):
    copy = build.copied(tmp_path)
    file = tmp_path / "params.json"
    file.write_text(params.model_dump_json())
    words = ["build", "--params", file, "--root", copy.root, "--version", "second"]
    code, out, err = run(capsys, *words, "--gate.words", "1000", "--gate.task_types", "8")
    assert code == 1
    assert "Error: Release “second” is held back, “first” stays the latest: 2 of " in err
    assert "  scorecard  task_types ≥ 8  7\n" in err
    assert "Traceback" not in err
    assert "The gate failed: 2 of" in out
    assert json.loads((copy.root / "releases/latest.json").read_text())["version"] == "first"
    lines = run(capsys, "releases", "--root", copy.root)[1].splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["first", "second"]
    assert lines[1].split()[-2:] == ["passed", "latest"]
    assert lines[2].split()[-1] == "failed"
    assert run(capsys, "verify", "--root", copy.root)[0] == 0
    shown = run(capsys, "scorecard", "--root", copy.root, "--version", "second")[1]
    assert shown.startswith("Release second, beside first")
    assert "words ≥ 1,000" in shown


@pytest.mark.parametrize("words", [("--gate.supported", "2"), ("--gate.contradicted", "many")])
def test_a_threshold_that_cannot_be_is_refused_before_any_work(capsys, build, words):
    code, _, err = run(capsys, "build", "--root", build.root, "--source", f"dota={build.scenes}", *words)  # fmt: skip
    assert code == 2
    assert words[0] in err
