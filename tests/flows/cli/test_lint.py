"""Lint from the command line: its table, its files and its exit codes."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from flows.cli import main
from tests.fixtures import faulty
from tests.fixtures.scenes import quad, write_dota


def run(capsys, *words):
    code = main(["lint", *map(str, words)])
    said = capsys.readouterr()
    return code, said.out, said.err


def given(sources):
    return [word for source in sources for word in ("--source", source)]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Return four faulty sources as options."""
    return given(faulty.make(tmp_path_factory.mktemp("faulty")))


@pytest.fixture
def dota(tmp_path):
    """Return a source with one label outside its image, and no licence."""
    write_dota(tmp_path / "my data", "a b", lines=[quad(500, 500, 510, 510)])
    return given([f"dota={tmp_path / 'my data'}"])


def test_it_prints_a_table_and_the_first_of_each_kind_with_a_remedy(capsys, dota):
    code, out, err = run(capsys, *dota)
    assert (code, err) == (0, "")
    head, first, *_ = out.splitlines()
    assert head.split() == ["severity", "kind", "source", "count"]
    assert first.split() == ["warning", "licence_unknown", "dota", "1"]
    assert "  labelTxt/a b.txt:1: The plane of images/a b.png lies outside the image" in out
    assert "  → Correct the label, or take it out." in out


def test_what_is_worst_comes_first_and_no_more_than_three_examples(capsys, sources):
    code, out, _ = run(capsys, *sources)
    assert code == 1
    ranks = [line.split()[0] for line in out.split("\n\n")[0].splitlines()[1:]]
    assert ranks == sorted(ranks, key=["error", "warning", "note"].index)
    assert "error unreadable_image, dota" in out


def test_examples_beyond_three_are_counted(capsys, tmp_path):
    lines = [quad(500, 500 + n, 510, 520 + n) for n in range(5)]
    write_dota(tmp_path, "a", lines=lines)
    _, out, _ = run(capsys, "--source", f"dota={tmp_path}")
    assert "labelTxt/a.txt:3" in out
    assert "labelTxt/a.txt:4" not in out
    assert "… and 2 more" in out


@pytest.mark.parametrize(
    ("severity", "code"), [("error", 0), ("warning", 1), ("note", 1), ("never", 0)]
)
def test_it_ends_with_1_from_the_severity_on_that_is_asked_for(capsys, dota, severity, code):
    assert run(capsys, *dota, "--fail-on", severity)[0] == code


def test_nothing_wrong_is_said(capsys, tmp_path):
    write_dota(tmp_path / "set", "a", lines=[quad(1, 1, 20, 20)])
    (tmp_path / "params.yaml").write_text(
        f"sources: [{{name: dota, path: {tmp_path / 'set'}, licence: CC0}}]"
    )
    code, out, err = run(capsys, "--params", tmp_path / "params.yaml", "--fail-on", "note")
    assert (code, out.strip(), err) == (0, "Nothing is wrong.", "")


def test_json_lines_are_one_problem_each_and_nothing_else(capsys, dota):
    _, out, _ = run(capsys, *dota, "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    outside = next(row for row in rows if row["kind"] == "outside_image")
    assert (outside["file"], outside["line"], outside["severity"]) == ("labelTxt/a b.txt", 1, "warning")  # fmt: skip
    assert outside["detail"]
    assert outside["remedy"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.sarif", "a.txt"])
def test_the_form_of_a_file_follows_its_name_and_the_table_is_printed_too(
    capsys, dota, tmp_path, name
):
    _, out, _ = run(capsys, *dota, "--output", tmp_path / name)
    text = (tmp_path / name).read_text()
    assert "outside_image" in out
    assert "outside_image" in text
    assert text.startswith(
        {"a.jsonl": '{"source"', "a.sarif": '{"$schema"', "a.txt": "severity"}[name]
    )


def sarif(capsys, *words):
    code, out, err = run(capsys, *words, "--format", "sarif")
    assert err == ""
    return code, json.loads(out)


def test_sarif_has_what_code_scanning_asks_for(capsys, sources):
    _, log = sarif(capsys, *sources)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (one,) = log["runs"]
    driver = one["tool"]["driver"]
    assert driver["name"]
    assert driver["version"]
    for rule in driver["rules"]:
        assert re.fullmatch(r"[a-z_]+", rule["id"])
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
        for text in ("shortDescription", "fullDescription", "help"):
            assert 0 < len(rule[text]["text"]) <= 1024
    assert len(one["results"]) > 20
    for result in one["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert result["partialFingerprints"]["problem/v1"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert re.fullmatch(r"[\w./~%-]+", place["artifactLocation"]["uri"])
        assert place["artifactLocation"]["uriBaseId"] in one["originalUriBaseIds"]


def test_sarif_locations_lead_to_the_file_and_line(capsys, dota):
    _, log = sarif(capsys, *dota)
    (one,) = log["runs"]
    (result,) = (r for r in one["results"] if r["ruleId"] == "outside_image")
    place = result["locations"][0]["physicalLocation"]
    base = one["originalUriBaseIds"][place["artifactLocation"]["uriBaseId"]]["uri"]
    path = Path(unquote((base + place["artifactLocation"]["uri"]).removeprefix("file://")))
    assert path.read_text().splitlines()[place["region"]["startLine"] - 1].startswith("500")


def test_sarif_of_nothing_is_a_whole_document(capsys, tmp_path):
    write_dota(tmp_path, "a", lines=[quad(1, 1, 20, 20)])
    (tmp_path / "p.yaml").write_text(f"sources: [{{name: dota, path: {tmp_path}, licence: CC0}}]")
    code, log = sarif(capsys, "--params", tmp_path / "p.yaml")
    assert (code, log["runs"][0]["results"], log["runs"][0]["tool"]["driver"]["rules"]) == (
        0,
        [],
        [],
    )


def test_labels_only_opens_no_image(capsys, tmp_path):
    image = write_dota(tmp_path, "a", lines=[quad(1, 1, 20, 20)])
    image.write_bytes(b"\x89PNG torn")
    source = ("--source", f"dota={tmp_path}")
    assert "unreadable_image" not in run(capsys, *source, "--labels-only")[1]
    assert run(capsys, *source)[0] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "There is nothing to look at"),
        (["--source", "dota"], "is not NAME=PATH"),
        (["--source", "dotta=."], "Did you mean “dota”"),
        (["--fail-on", "warn", "--source", "dota=."], "--fail-on"),
        (["--output", "/nowhere/a.jsonl", "--source", "dota=."], "cannot be written"),
    ],
)
def test_wrong_use_is_one_paragraph(capsys, words, said):
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
