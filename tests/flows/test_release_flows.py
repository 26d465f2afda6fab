"""Export, verify and review as flows, on a real server and the small release."""

import json

import pytest

from flows.export import ExportParams, export_release
from flows.review import review_release
from flows.verify import verify_releases
from schemas.errors import DamagedRelease
from schemas.review import ReviewParams
from tasks.review.kept import kept_sheets
from tasks.storage.store import Store
from tests.fixtures.recorded import artifacts

pytestmark = pytest.mark.usefixtures("prefect_server")


def latest(key):
    return artifacts(key)[-1]


@pytest.fixture
def copy(build, tmp_path):
    return build.copied(tmp_path)


def test_an_export_lies_below_the_root_and_says_how_much_it_is(copy):
    done = export_release(str(copy.root), params=ExportParams(dialect="qwen3"))
    folder = copy.root / "exports" / "first-llava-qwen3"
    lines = sum(len(json.loads(path.read_text())) for path in folder.glob("*.json"))
    assert lines == done.samples > 0
    assert f"**{done.samples:,} samples**" in latest("export").data


def test_an_export_to_a_url_is_the_same_as_one_to_a_folder(copy, tmp_path):
    export_release(str(copy.root), output=str(tmp_path / "a"))
    export_release(str(copy.root), output="memory://exported/b")
    store = Store("memory://exported/b")
    files = {path.relative_to(tmp_path / "a").as_posix(): path.read_bytes()
             for path in (tmp_path / "a").rglob("*") if path.is_file()}  # fmt: skip
    assert {path: store.read(path) for path in store.list("")} == files


def test_a_sound_root_is_verified(copy):
    assert verify_releases(str(copy.root), deep=True) == 1
    assert "as it was made" in latest("verify").data


def test_a_run_that_finds_something_wrong_fails_and_lists_it(copy):
    (copy.release / "README.md").write_text("something else")
    with pytest.raises(DamagedRelease, match=r"1 problems .*README\.md: it has 14 bytes"):
        verify_releases(str(copy.root), version="first")
    (problem,) = json.loads(latest("problems").data)
    assert problem["path"] == "releases/first/README.md"


def test_a_sheet_is_drawn_and_its_answers_taken_in(copy, tmp_path):
    root = str(copy.root)
    assert review_release(root, params=ReviewParams(samples=3, floor=0)) == "first"
    (sheet,) = kept_sheets(Store(root), "first").values()
    page = copy.root / f"reviews/first/pages/{sheet.id}.html"
    assert sheet.samples[0].id in page.read_text()
    answers = tmp_path / "answers.jsonl"
    answers.write_text("".join(
        json.dumps({
            "sheet": sheet.id, "version": "first", "manifest_sha256": sheet.manifest_sha256,
            "reviewer": "Ana Example", "sample": one.id, "stratum": one.stratum, "answer": "right",
            "seconds": 2.0,
        }) + "\n"
        for one in sheet.samples
    ))  # fmt: skip
    review_release(root, answers=[str(answers)])
    release = json.loads(latest("error-rates").data)[-1]
    assert (release["right"], release["wrong"], release["wrong %"]) == ("3", "0", "0.0")
