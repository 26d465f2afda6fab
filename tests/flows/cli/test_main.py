"""The command line before any work: help, versions, wrong use, exit codes."""

import json
import subprocess
import sys
import time
from importlib.metadata import version

import pytest

from flows.cli import main
from schemas.settings import settings


@pytest.fixture
def dota(tmp_path):
    from tasks.demo.paint import paint_scenes

    paint_scenes(tmp_path / "dota", ["river"])
    return tmp_path / "dota"


@pytest.fixture
def coco(tmp_path):
    from PIL import Image

    (tmp_path / "coco").mkdir()
    Image.new("RGB", (64, 64)).save(tmp_path / "coco" / "a.png")
    content = {
        "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 64}],
        "categories": [{"id": 1, "name": "ship"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "area": 81, "iscrowd": 0}],
    }  # fmt: skip
    (tmp_path / "coco" / "labels.json").write_text(json.dumps(content))
    return tmp_path / "coco"


def run(capsys, *words):
    code = main(list(map(str, words)))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_help_and_version_are_quick_and_import_nothing_heavy():
    program = (
        "import sys; from flows.cli import main; code = main(sys.argv[1:]);"
        "heavy = {'prefect', 'pyarrow', 'numpy', 'great_expectations', 'openai', 'pydantic'};"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys(); sys.exit(code)"
    )
    start = time.monotonic()
    for word, expected in (("--help", "releases"), ("--version", version("rs-gpt4v"))):
        done = subprocess.run(
            [sys.executable, "-c", program, word], capture_output=True, text=True, check=True
        )
        assert expected in done.stdout
    assert time.monotonic() - start < 2  # two starts of Python; 0.1 s on an idle machine


def test_no_word_at_all_shows_the_help(capsys):
    code, out, _ = run(capsys)
    assert code == 0
    assert "explain" in out


def test_help_of_build_lists_every_parameter_with_its_bounds(capsys):
    code, out, _ = run(capsys, "build", "--help")
    assert code == 0
    assert "--tile.size N" in out
    assert "[64 to 8,192;" in " ".join(out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bild"], "Unknown command “bild”. Did you mean “build”?"),
        (["--jsn"], "“--jsn” stands where a command is expected. See “rs-gpt4v --help”."),
        (["build", "--tile.sise", "5"], "Unknown option “--tile.sise”. Did you mean “--tile.size”?"),
        (["build", "--tile.sise=5"], "Unknown option “--tile.sise”. Did you mean “--tile.size”?"),
        (["build", "dota=/x"], "“dota=/x” belongs to no option. See “rs-gpt4v build --help”."),
        (["build", "--tile.size"], "Argument --tile.size: expected one argument. See “rs-gpt4v build --help”."),
        (["build", "--source", "dota"], "--source “dota” is not NAME=PATH. Write the format and its folder, such as --source dota=/data/dota."),
        (["build"], "There is nothing to read. Name at least one annotated folder, such as --source dota=/data/dota."),
        (["demo", "--root", "s3://bucket/x"], "--root s3://bucket/x: the demo paints into a local folder; name one."),
        (["teacher", "serve", "--port", "70000"], "--port 70000 is not allowed; expected 0 to 65535."),
    ],
)  # fmt: skip
def test_wrong_use_ends_with_2_and_one_paragraph_that_names_the_option(capsys, words, said):
    assert run(capsys, *words) == (2, "", f"Error: {said}\n")


def test_a_source_folder_that_is_missing_empty_or_of_another_format_is_refused(
    capsys, tmp_path, dota, coco
):
    (tmp_path / "empty").mkdir()
    root = tmp_path / "root"
    for source, said in (
        (f"dota={tmp_path}/none", "none"),
        (f"dota={tmp_path}/empty", "is empty"),
        (f"dota={coco}", f"This looks like COCO: use --source coco={coco}"),
        (f"coco={dota}", f"This looks like DOTA: use --source dota={dota}"),
        (f"doat={dota}", "Unknown source format “doat”. Did you mean “dota”?"),
    ):
        code, _, err = run(capsys, "build", "--source", source, "--root", root)
        assert code == 2
        assert said in err
        assert "Traceback" not in err
        assert err.count("\n") == 1
    assert not root.exists()


def test_the_same_source_twice_is_refused(capsys, tmp_path, dota):
    words = ["build", "--root", tmp_path / "root", "--source", f"dota={dota}"]
    code, _, err = run(capsys, *words, "--source", f"dota={dota}")
    assert code == 2
    assert "is given twice" in err


def test_a_root_that_cannot_be_written_is_refused_before_any_work(capsys, tmp_path, dota):
    (tmp_path / "file").write_text("in the way")
    for root, said in (
        (tmp_path / "file", "a file is in the way"),
        ("/proc/root-of-none", "Cannot write /proc/root-of-none"),
        ("nosuch://bucket", "Cannot open root nosuch://bucket"),
    ):
        code, _, err = run(capsys, "build", "--root", root, "--source", f"dota={dota}")
        assert code == 2, err
        assert said in err
        assert "Traceback" not in err


def test_a_remote_teacher_without_key_is_refused_before_any_work(
    capsys, tmp_path, dota, monkeypatch
):
    for name in ("OPENAI_API_KEY", "RS_GPT4V_OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    words = ["build", "--root", tmp_path / "root", "--source", f"dota={dota}"]
    code, _, err = run(capsys, *words, "--teacher.kind", "openai", "--teacher.model", "gpt-x")
    settings.cache_clear()
    assert code == 2
    assert "OPENAI_API_KEY" in err
    assert not (tmp_path / "root").exists()


def test_a_traceback_is_shown_only_on_demand(capsys, tmp_path, monkeypatch):
    (tmp_path / "releases" / "v1").mkdir(parents=True)
    (tmp_path / "releases" / "v1" / "manifest.json").write_text("{}")
    code, _, err = run(capsys, "releases", "--root", tmp_path)
    assert code == 1
    assert "is not a whole manifest" in err
    assert "Traceback" not in err
    monkeypatch.setenv("RS_GPT4V_DEBUG", "1")
    assert "Traceback" in run(capsys, "releases", "--root", tmp_path)[2]


def test_an_empty_root_has_no_releases_and_nothing_to_explain(capsys, tmp_path):
    code, out, _ = run(capsys, "releases", "--root", tmp_path)
    assert (code, out) == (0, f"There is no release in {tmp_path} yet.\n")
    assert run(capsys, "releases", "--root", tmp_path, "--json")[1] == "[]\n"
    code, _, err = run(capsys, "explain", "abc", "--root", tmp_path)
    assert code == 2
    assert "There is no release in" in err
