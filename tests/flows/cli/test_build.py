"""Builds from the command line: what is printed, what is refused, what a full disk leaves."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from flows.cli import main
from schemas.sample import Sample
from tasks.storage.parts import read_footer, read_rows, write_rows
from tasks.storage.store import Store


def run(capsys, *words):
    code = main(list(map(str, words)))
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def words(params, tmp_path):
    """Return the command of the small build, without its root and version."""
    file = tmp_path / "params.json"
    file.write_text(params.model_dump_json())
    return ("build", "--params", file)


@pytest.fixture
def sample(build):
    store, release = Store(str(build.root)), build.release
    path = next((release / "samples").rglob("task=dialogue/**/*.parquet"))
    return next(read_rows(store, str(path.relative_to(build.root)), Sample))


def test_a_build_shows_its_progress_a_table_and_where_the_report_is(capsys, build, words, tmp_path):
    copy = build.copied(tmp_path)
    code, out, err = run(capsys, *words, "--root", copy.root, "--version", "second")
    assert code == 0, err
    assert f"Building release second in {copy.root}" in err
    assert "converse   shard" in err
    assert "found" in err
    table = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}
    assert table["validate"][0] == "sample"
    assert table["Report"] == [f"{copy.root}/releases/second/report.html"]
    assert (copy.root / "releases/second/report.html").is_file()


def test_for_machines_a_build_prints_one_document_and_nothing_else(capsys, build, words, tmp_path):
    copy = build.copied(tmp_path)
    code, out, err = run(capsys, *words, "--root", copy.root, "--version", "second", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["version"] == "second"
    assert {stage["parts_made"] for stage in document["stages"]} == {0}
    assert document["samples"] == sum(count["samples"] for count in document["tasks"])


def test_a_version_that_exists_is_refused_before_any_work(capsys, build, words):
    code, _, err = run(capsys, *words, "--root", build.root, "--version", "first")
    assert code == 2
    assert err.startswith("Error: Release “first” exists already")


def test_a_failing_table_publishes_nothing_and_leaves_the_latest_release(
    capsys, build, words, tmp_path
):
    copy = build.copied(tmp_path)
    store = Store(str(copy.root))
    verified = max((copy.root / "stages/verify").glob("*-????????????????????.parquet"))
    path = str(verified.relative_to(copy.root))
    rows, footer = list(read_rows(store, path, Sample)), read_footer(store, path)
    footer |= {"rows": footer["rows"] + 1, "candidates": footer["candidates"] + 1}
    write_rows(store, path, Sample, [*rows, rows[0]], footer)
    for part in (copy.root / "stages/validate").glob(f"{verified.name[:5]}-*"):
        part.unlink()
    code, out, err = run(capsys, *words, "--root", copy.root, "--version", "second")
    assert (code, out) == (1, "")
    assert "ids are unique" in err
    assert "Traceback" not in err
    assert not (copy.root / "releases/second").exists()
    assert json.loads((copy.root / "releases/latest.json").read_text())["version"] == "first"


def test_a_failed_shard_is_named_in_the_summary_and_ends_with_1(capsys, build, words, tmp_path):
    copy = build.copied(tmp_path)
    tile = max((copy.root / "stages/tile").glob("*.parquet"), key=lambda path: path.stat().st_size)
    content = bytearray(tile.read_bytes())
    content[4 : len(content) // 2] = bytes(len(content) // 2 - 4)
    tile.write_bytes(content)
    for part in (copy.root / "stages/adapt").glob(f"{tile.name[:5]}-*"):
        part.unlink()
    words = (*words, "--root", copy.root, "--version", "second", "--json")
    code, out, err = run(capsys, *words)
    assert code == 1
    assert json.loads(out)["failed"][0]["shard"] == int(tile.name[:5])
    assert "was made without the shards that failed (1)" in err


def test_a_full_disk_ends_the_build_with_a_clear_message_and_keeps_the_old_release(
    capsys, build, words, tmp_path
):
    disk = tmp_path / "disk"
    disk.mkdir()
    used = sum(path.stat().st_size for path in build.root.rglob("*") if path.is_file())
    size = f"size={used // 1024 + 400}k"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here (it takes root)")
    try:
        shutil.copytree(build.root, disk / "root")
        code, _, err = run(capsys, *words, "--root", disk / "root", "--tile.quality", "97")
        assert code == 1
        assert "the disk is full. Free some room or choose another --root" in err
        assert "Traceback" not in err
        assert run(capsys, "verify", "--root", disk / "root", "--version", "first")[0] == 0
        assert [line["version"] for line in releases(capsys, disk / "root")] == ["first"]
    finally:
        subprocess.run(["umount", disk], check=True)


def releases(capsys, root):
    return json.loads(run(capsys, "releases", "--root", root, "--json")[1])


def test_releases_lists_versions_and_marks_the_latest(capsys, build):
    code, out, _ = run(capsys, "releases", "--root", build.root)
    assert code == 0
    header, line = out.splitlines()
    assert header.split()[0] == "version"
    assert (line.split()[0], line.split()[-1]) == ("first", "latest")
    assert releases(capsys, build.root)[0]["latest"] is True


def test_verify_of_a_root_without_releases_is_wrong_use(capsys, tmp_path):
    code, _, err = run(capsys, "verify", "--root", tmp_path)
    assert code == 2
    assert "there is no release to verify" in err


def test_verify_passes_on_what_was_made_and_lists_what_was_touched(capsys, build, tmp_path):
    copy = build.copied(tmp_path)
    assert run(capsys, "verify", "--root", copy.root)[0] == 0
    touched = next((copy.release / "samples").rglob("*.parquet"))
    touched.write_bytes(touched.read_bytes() + b"x")
    code, out, _ = run(capsys, "verify", "--root", copy.root)
    assert code == 1
    assert str(touched.relative_to(copy.root)) in out
    assert json.loads(run(capsys, "verify", "--root", copy.root, "--json")[1])
    code, _, err = run(capsys, "verify", "--root", copy.root, "--version", "frist")
    assert (code, err) == (2, "Error: Unknown release “frist”. Did you mean “first”?\n")


def test_explain_goes_from_the_text_back_to_label_lines_request_and_answer(capsys, build, sample):
    code, out, _ = run(capsys, "explain", sample.id, "--root", build.root)
    assert code == 0
    text = " ".join(out.split())
    assert f"{sample.id}, published in release first" in text
    for turn in sample.turns:
        assert " ".join(turn.content.split()) in text
    assert "labelTxt/" in text
    assert sample.lineage.request_key in text
    assert sample.lineage.prompt_fingerprint in text
    assert "answer:" in text
    document = json.loads(run(capsys, "explain", sample.id, "--root", build.root, "--json")[1])
    assert document["id"] == sample.id


def test_an_id_that_does_not_exist_is_wrong_use(capsys, build):
    code, _, err = run(capsys, "explain", "nothing", "--root", build.root)
    assert code == 2
    assert "There is no sample and no rejection “nothing”" in err


@pytest.mark.slow
def test_the_demo_paints_its_scenes_builds_and_shows_one_sample(capsys, prefect_server, tmp_path):
    code, out, err = run(capsys, "demo", "--root", tmp_path / "demo", "--version", "v")
    assert code == 0, err
    assert len(list((tmp_path / "demo/scenes/images").glob("*.png"))) == 5
    assert "assistant: " in out
    report = Path(next(line.split()[1] for line in out.splitlines() if line.startswith("Report")))
    assert report.stat().st_size > 100_000
    assert run(capsys, "verify", "--root", tmp_path / "demo")[0] == 0
