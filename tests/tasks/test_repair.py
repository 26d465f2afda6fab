"""What is missing or damaged in a release is made again, byte for byte, or it is said why not."""

from pathlib import Path

import pytest

from schemas.errors import DamagedPart
from tasks.audit import audit
from tasks.repair import broken_inputs, repair_release, stage_part
from tasks.storage.releases import MANIFEST, read_manifest
from tasks.storage.store import Store
from tests.fixtures.release import Made, make_build


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return released(str(tmp_path / "root"))


def released(root: str) -> Made:
    made = make_build(root, tiles=1)
    made.release("v1")
    return made


def flip(store: Store, path: str) -> None:
    content = bytearray(store.read(path))
    content[len(content) // 2] ^= 1
    store.write(path, bytes(content))


@pytest.mark.parametrize("where", ["local", "s3"])
def test_every_file_of_a_release_is_remade_as_it_was(where, tmp_path, request):
    made = released(str(tmp_path) if where == "local" else request.getfixturevalue("bucket").root)
    parts = read_manifest(made.store, "v1").parts
    before = {part.path: made.store.read(f"releases/v1/{part.path}") for part in parts}
    assert {part.table for part in parts} == {
        "samples", "images", "rejections", "findings", "index", "document",
    }  # fmt: skip
    for number, path in enumerate(before):
        if number % 2:
            made.store.delete(f"releases/v1/{path}")
        else:
            flip(made.store, f"releases/v1/{path}")
    mended = repair_release(made.store, "v1")
    assert {mending.path for mending in mended} == {f"releases/v1/{path}" for path in before}
    assert {(m.outcome, m.why) for m in mended} == {("remade", "")}
    after = {part.path: made.store.read(f"releases/v1/{part.path}") for part in parts}
    assert after == before
    assert audit(made.store, deep=True) == ()


def test_scorecard_and_data_docs_are_remade_as_they_were(tmp_path: Path):
    made = make_build(str(tmp_path), tiles=1)
    manifest = made.scored("v1")
    lost = [part.path for part in manifest.parts if part.table in {"report", "document"}]
    assert {"reports/scorecard.parquet", "data_docs/index.html"} < set(lost)
    before = [made.store.read(f"releases/v1/{path}") for path in lost]
    for path in lost:
        made.store.delete(f"releases/v1/{path}")
    assert {(m.outcome, m.why) for m in repair_release(made.store, "v1")} == {("remade", "")}
    assert [made.store.read(f"releases/v1/{path}") for path in lost] == before


def test_an_untouched_release_is_left_alone(made: Made):
    assert repair_release(made.store, "v1") == ()
    assert broken_inputs(made.store, read_manifest(made.store, "v1")) == ()


def test_what_cannot_be_remade_is_said_and_left_as_it_is(made: Made):
    manifest = read_manifest(made.store, "v1")
    tiles = next(path for path in manifest.inputs if "/tile/00000-" in path)
    made.store.delete(tiles)
    lost = next(p.path for p in manifest.parts if p.table == "images" and "00000" in p.path)
    flip(made.store, f"releases/v1/{lost}")
    damaged = made.store.read(f"releases/v1/{lost}")
    assert broken_inputs(made.store, manifest) == (tiles,)
    [mending] = repair_release(made.store, "v1")
    assert mending.outcome == "lost"
    assert f"It is made of {tiles}, which is missing or damaged" in mending.why
    assert made.store.read(f"releases/v1/{lost}") == damaged
    found = {problem.path: problem.found for problem in audit(made.store, deep=True)}
    assert "a release rests on it and it is missing" in found[tiles]


def test_a_file_that_would_be_another_is_not_put_there(made: Made):
    manifest = read_manifest(made.store, "v1")
    part = next(part for part in manifest.parts if part.table == "samples")
    other = part.model_copy(update={"sha256": "0" * 64})
    parts = tuple(other if each is part else each for each in manifest.parts)
    forged = manifest.model_copy(update={"parts": parts})
    made.store.write(f"releases/v1/{MANIFEST}", forged.model_dump_json().encode())
    before = made.store.read(f"releases/v1/{part.path}")
    [mending] = repair_release(made.store, "v1")
    assert mending.outcome == "lost"
    assert "another SHA-256 than the manifest states" in mending.why
    assert made.store.read(f"releases/v1/{part.path}") == before


def test_a_damaged_stage_part_is_moved_aside(made: Made):
    manifest = read_manifest(made.store, "v1")
    path = next(path for path in manifest.inputs if "/tile/" in path)
    content = bytearray(made.store.read(path))
    content[len(content) // 3] ^= 1
    made.store.write(path, bytes(content))
    assert broken_inputs(made.store, manifest) == (path,)
    assert made.store.read(f"damaged/{path}") == bytes(content)
    assert stage_part(made.store, path) is None


def test_an_answer_that_is_gone_is_found_by_the_deep_audit(made: Made):
    from tasks.model.answers.shared import _stores

    for segment in made.store.list("answers/segments"):
        made.store.delete(segment)
    _stores.clear()
    found = audit(made.store, "v1", deep=True)
    assert found
    assert all("answers that it rests on are not stored" in problem.found for problem in found)
    assert audit(made.store, "v1") == ()


def test_a_torn_manifest_stops_the_repair(made: Made):
    made.store.write(f"releases/v1/{MANIFEST}", b"{")
    with pytest.raises(DamagedPart, match="not a whole manifest"):
        repair_release(made.store, "v1")
