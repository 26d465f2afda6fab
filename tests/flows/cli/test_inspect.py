"""A first look from the command line."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import main
from flows.cli.options import parse_source
from tests.fixtures.formats import formats
from tests.fixtures.karpathy import entry, write_karpathy
from tests.fixtures.scenes import quad, write_dota


def run(capsys, *words):
    code = main(list(map(str, words)))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_it_says_what_a_folder_is_and_ends_with_the_command_to_build_it(capsys, tmp_path):
    formats()["rsicd"].make(tmp_path)
    code, out, err = run(capsys, "inspect", tmp_path)
    assert (code, err) == (0, "")
    assert f"{tmp_path} is RSICD (rsicd)" in out
    assert "dataset_rsicd.json with RSICD_images/*.jpg" in out
    assert "arXiv:1712.07835" in out
    assert "3 present; 3 labelled; split: 1 test, 1 train, 1 val" in out
    assert "15 caption" in out
    assert out.splitlines()[-1] == f"  rs-gpt4v build --source rsicd={tmp_path}"


def test_the_command_can_be_copied_whatever_the_folder_is_called(capsys, tmp_path):
    folder = tmp_path / "my [bold] data, 'old'"
    formats()["dota"].make(folder)
    _, out, _ = run(capsys, "inspect", folder)
    *_, source = shlex.split(out.splitlines()[-1])
    assert (parse_source(source).name, parse_source(source).path) == ("dota", str(folder))


def test_findings_are_shown_with_place_and_remedy(capsys, tmp_path):
    write_dota(tmp_path, "a", lines=[quad(1, 1, 9, 9), "1 2 3 plane"])
    code, out, _ = run(capsys, "inspect", tmp_path)
    assert code == 0
    assert "warning malformed_line: 1" in out
    assert "labelTxt/a.txt:2: The line has 4 words" in out
    assert "→ Write x1 y1 x2 y2" in out


def test_it_works_without_images_and_says_so(capsys, tmp_path):
    write_karpathy(tmp_path, [entry(f"{n}.jpg") for n in range(5)], images=None)
    code, out, _ = run(capsys, "inspect", tmp_path)
    assert code == 0
    assert "0 present, 5 absent; 5 labelled" in out
    assert "… and 2 more" in out
    assert "Its images are absent" in out


def test_a_folder_of_data_sets_ends_with_one_command_for_all(capsys, tmp_path):
    for name in ("dota", "rsicd"):
        formats()[name].make(tmp_path / name)
    code, out, _ = run(capsys, "inspect", tmp_path)
    assert code == 0
    assert out.splitlines()[-1] == (
        f"  rs-gpt4v build --source dota={tmp_path}/dota --source rsicd={tmp_path}/rsicd"
    )


def test_of_several_formats_it_says_which_it_took_and_why(capsys, tmp_path):
    formats()["rsicd"].make(tmp_path)
    write_dota(tmp_path, "a", lines=[quad(1, 1, 9, 9)])
    _, out, _ = run(capsys, "inspect", tmp_path)
    assert "DOTA (dota: 1); taken as rsicd, which reads 15 labels." in out
    _, out, _ = run(capsys, "inspect", tmp_path, "--format", "dota")
    assert out.splitlines()[-1] == f"  rs-gpt4v build --source dota={tmp_path}"


def test_what_is_in_no_known_format_ends_with_the_layouts_that_are_read(capsys, tmp_path):
    (tmp_path / "a.xyz").write_text("?")
    code, out, _ = run(capsys, "inspect", tmp_path)
    assert code == 1
    assert "is in no format that is known here" in out
    assert "1 .xyz" in out
    assert "These layouts are read:" in out
    assert "RSICD_images" in out


def test_what_cannot_be_read_ends_with_1(capsys, tmp_path):
    path = write_karpathy(tmp_path, [entry("a.jpg")])
    path.write_text(path.read_text()[:-3])
    code, out, _ = run(capsys, "inspect", tmp_path)
    assert code == 1
    assert "dataset.json, line 1" in out


def test_for_machines_it_is_one_document(capsys, tmp_path):
    formats()["rsicd"].make(tmp_path)
    code, out, _ = run(capsys, "inspect", tmp_path, "--json")
    (found,) = json.loads(out)
    assert (code, found["format"]["name"], found["source"]) == (0, "rsicd", f"rsicd={tmp_path}")
    assert found["contents"]["labels"] == [{"name": "caption", "count": 15}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["/nowhere"], "There is no source folder /nowhere."),
        ([], "The following arguments are required: PATH."),
        (
            [str(Path(__file__).parent), "--format", "doat"],
            "Unknown source format “doat”. Did you mean “dota”?",
        ),
        ([__file__], f"The source {__file__} is a file"),
    ],
)
def test_wrong_use_is_told(capsys, words, said):
    code, out, err = run(capsys, "inspect", *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {said}")


def test_it_starts_without_prefect(tmp_path):
    formats()["rsicd"].make(tmp_path)
    program = (
        "import sys; from flows.cli import main; main(sys.argv[1:]);"
        "heavy = {'prefect', 'pyarrow', 'great_expectations'} & sys.modules.keys();"
        "assert not heavy, heavy"
    )
    words = [sys.executable, "-c", program, "inspect", str(tmp_path)]
    subprocess.run(words, check=True, capture_output=True)
