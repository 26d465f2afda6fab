"""The audit finds whatever was touched, and nothing in a root that was not."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import UnknownName
from schemas.release import Manifest
from tasks.audit import audit
from tests.fixtures.release import Made, make_build

VQA = "samples/task=vqa/split=train/source=dota/part-00000.parquet"
IMAGES = "images/split=train/source=dota/part-00000.parquet"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    made = make_build(str(tmp_path / "root"), tiles=1)
    made.release("v1")
    return made


def _file(made: Made, path: str) -> Path:
    return Path(made.store.uri) / "releases/v1" / path


def _forge(made: Made, path: str, change: Callable[[list[dict]], list[dict]]) -> None:
    """Rewrite a part and make the manifest agree, as only a defect of ours could."""
    file = _file(made, path)
    schema = pq.read_schema(file)
    rows = change(pq.ParquetFile(file).read().to_pylist())
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file)
    manifest = Manifest.model_validate_json(_file(made, "manifest.json").read_text())
    content = file.read_bytes()
    parts = tuple(
        part.model_copy(
            update={
                "rows": len(rows),
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
        if part.path == path
        else part
        for part in manifest.parts
    )
    forged = manifest.model_copy(update={"parts": parts}).model_dump_json(indent=2)
    _file(made, "manifest.json").write_text(forged)


def _found(made: Made) -> str:
    """Return what the audit of the one release finds, without the pointer."""
    return "\n".join(f"{p.path}: {p.found}" for p in audit(made.store, "v1"))


def test_an_untouched_root_has_no_problem(made: Made) -> None:
    made.release("v2")
    assert audit(made.store) == ()


@pytest.mark.parametrize("path", [VQA, IMAGES, "README.md", "report.html"])
def test_one_altered_byte_is_found(made: Made, path: str) -> None:
    content = bytearray(_file(made, path).read_bytes())
    content[len(content) // 2] ^= 1
    _file(made, path).write_bytes(content)
    [problem] = audit(made.store)
    assert problem.path == f"releases/v1/{path}"
    assert "SHA-256" in problem.found


def test_a_cut_off_file_is_found(made: Made) -> None:
    _file(made, VQA).write_bytes(_file(made, VQA).read_bytes()[:-10])
    [problem] = audit(made.store)
    assert "bytes, the manifest says" in problem.found


def test_a_missing_file_is_found(made: Made) -> None:
    _file(made, IMAGES).unlink()
    [problem] = audit(made.store)
    assert (problem.path, problem.found) == (f"releases/v1/{IMAGES}", "it is missing")


def test_an_extra_file_is_found(made: Made) -> None:
    _file(made, "samples/extra.parquet").write_bytes(b"x")
    [problem] = audit(made.store)
    assert problem.path == "releases/v1/samples/extra.parquet"
    assert "does not know" in problem.found


def test_an_altered_manifest_is_found_by_the_pointer(made: Made) -> None:
    text = _file(made, "manifest.json").read_text()
    _file(made, "manifest.json").write_text(text.replace("2026-01-02", "2025-01-02"))
    [problem] = audit(made.store)
    assert "not the manifest that latest.json was written for" in problem.found


def test_a_torn_manifest_is_found(made: Made) -> None:
    _file(made, "manifest.json").write_text("{")
    assert any("not a whole manifest" in problem.found for problem in audit(made.store))


def test_an_unfinished_release_is_found(made: Made) -> None:
    made.publish("v2")
    [problem] = audit(made.store)
    assert problem.path == "releases/v2"
    assert "has no manifest" in problem.found


def test_a_missing_pointer_is_found(made: Made) -> None:
    made.store.delete("releases/latest.json")
    [problem] = audit(made.store)
    assert problem.path == "releases/latest.json"


def test_an_unknown_version_is_wrong_use(made: Made) -> None:
    with pytest.raises(UnknownName):
        audit(made.store, "v9")


def test_a_sample_that_is_there_twice_is_found(made: Made) -> None:
    _forge(made, VQA, lambda rows: [*rows, rows[0]])
    found = _found(made)
    assert "its id is there twice" in found
    assert "vqa/train/dota: it says" in found
    assert "candidates that it states" in found


def test_a_sample_without_its_picture_is_found(made: Made) -> None:
    _forge(made, IMAGES, lambda rows: rows[1:])
    assert "is not in the images table" in _found(made)


def test_a_lost_sample_is_found(made: Made) -> None:
    _forge(made, VQA, lambda rows: rows[1:])
    assert "are not in the samples table" in _found(made)


def test_a_tile_in_another_split_than_its_sample_is_found(made: Made) -> None:
    _forge(made, IMAGES, lambda rows: [{**row, "split": "test"} for row in rows])
    found = _found(made)
    assert "it is in train, its tile in test" in found
    assert "belongs into images/split=test/source=dota/" in found


def test_an_object_that_the_tile_lacks_is_found(made: Made) -> None:
    _forge(made, IMAGES, lambda rows: [{**row, "objects": row["objects"][2:]} for row in rows])
    assert "objects o1, o2 are not in its tile" in _found(made)


def test_a_span_outside_the_text_is_found(made: Made) -> None:
    def stretch(rows: list[dict]) -> list[dict]:
        for row in rows:
            for span in row["lineage"]["spans"]:
                span["end"] = 9999
        return rows

    _forge(made, VQA, stretch)
    assert "of turn 1 is outside the text" in _found(made)


def test_an_altered_stage_part_is_found(made: Made) -> None:
    path = next(path for path in made.store.list("stages") if "/tile/" in path)
    content = bytearray(made.store.read(path))
    content[len(content) // 3] ^= 1
    made.store.write(path, bytes(content))
    (problem,) = audit(made.store)
    assert problem.path == path
    assert "is not a whole part" in problem.found
