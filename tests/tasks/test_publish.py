"""Publishing: the layout, what reads it, the accounting, and the commit."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from schemas.errors import AccountingError, StorageError, UsageError
from schemas.image_row import ImageRow
from schemas.release import Manifest
from schemas.sample import Rejection, Sample
from schemas.scene import Finding
from schemas.symmetry import SymmetryRow
from schemas.tile import Tile
from tasks._stage import write_part
from tasks.audit import audit
from tasks.publish import commit, commit_release, publish_shard
from tasks.storage.parts import read_rows
from tasks.storage.releases import LATEST, latest
from tasks.storage.store import Store
from tests.fixtures.placing import chosen
from tests.fixtures.release import CREATED, SOFTWARE, Made, make_build
from tests.fixtures.turned import with_turned


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_build(str(tmp_path / "root"))


class FullAt(Store):
    """A store whose disk is full when one path is to be written."""

    def __init__(self, uri: str, path: str) -> None:
        super().__init__(uri)
        self._full_at = path

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        if path == self._full_at:
            raise StorageError(f"Cannot write {path}: the disk is full.")
        with super().create(path) as file:
            yield file

    def create_new(self, path: str, content: bytes) -> str:
        if path == self._full_at:
            raise StorageError(f"Cannot write {path}: the disk is full.")
        return super().create_new(path, content)


def _folder(made: Made, version: str = "v1") -> Path:
    return Path(made.store.uri) / "releases" / version


def _published(made: Made, version: str, table: str) -> dict[str, bytes]:
    folder = _folder(made, version)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / table).rglob("*.parquet"))
    }


def test_samples_lie_in_folders_by_task_split_and_source(made: Made) -> None:
    made.release("v1")
    paths = _published(made, "v1", "samples")
    assert "samples/task=vqa/split=train/source=dota/part-00000.parquet" in paths
    assert "samples/task=dialogue/split=val/source=coco/part-00001.parquet" in paths
    for path in paths:
        rows = list(read_rows(made.store, f"releases/v1/{path}", Sample))
        keys = {f"task={row.task}/split={row.split}/source={row.source}" for row in rows}
        assert keys == {path.removeprefix("samples/").rsplit("/", 1)[0]}
        assert [row.id for row in rows] == sorted(row.id for row in rows)


def test_an_image_row_holds_its_picture_and_all_its_samples(made: Made) -> None:
    manifest = made.release("v1")
    rows = [
        row
        for path in _published(made, "v1", "images")
        for row in read_rows(made.store, f"releases/v1/{path}", ImageRow)
    ]
    assert len(rows) == 6
    assert sum(len(row.samples) for row in rows) == manifest.samples
    tiles = {tile.id: tile for part in made.of("tile") for tile in _tiles(made, part.path)}
    for row in rows:
        assert row.image.bytes == tiles[row.tile_id].image
        assert row.image.path == f"{row.tile_id}.jpg"
        assert (row.width, row.height) == (row.window.width, row.window.height)


def _tiles(made: Made, path: str) -> Iterator[Tile]:
    return read_rows(made.store, path, Tile)


def test_a_tile_without_a_sample_is_not_published(made: Made) -> None:
    validated, tiles = made.of("validate")[1], made.of("tile")[1]
    rows = list(read_rows(made.store, validated.path, Sample))
    some = [row for row in rows if row.tile_id == rows[0].tile_id]
    fewer = write_part("validate", 1, "fewer", Sample, made.store, some)
    mixed = chosen(made.store, 1, some)
    parts = publish_shard.fn(made.store.uri, "v1", 1, fewer, mixed, tiles, made.params.publish)
    assert sum(part.rows for part in parts if part.table == "images") == 1


def test_a_shard_without_samples_publishes_nothing(made: Made) -> None:
    none = write_part("validate", 1, "none", Sample, made.store, [])
    tiles = made.of("tile")[1]
    mixed = chosen(made.store, 1, [])
    assert publish_shard.fn(made.store.uri, "v1", 1, none, mixed, tiles, made.params.publish) == ()


def test_a_sample_that_was_not_chosen_is_not_published(made: Made) -> None:
    validated, tiles = made.of("validate")[1], made.of("tile")[1]
    rows = list(read_rows(made.store, validated.path, Sample))
    mixed = chosen(made.store, 1, rows[:1])
    parts = publish_shard.fn(made.store.uri, "v1", 1, validated, mixed, tiles, made.params.publish)
    assert [part.rows for part in parts] == [1, 1]


def test_turned_tiles_lie_beside_the_others_with_their_samples(made: Made) -> None:
    turned = with_turned(made)
    manifest = turned.release("v1")
    rows = [
        row
        for path in _published(made, "v1", "images")
        for row in read_rows(made.store, f"releases/v1/{path}", ImageRow)
    ]
    by_id = {row.tile_id: row for row in rows}
    added = [row for row in rows if row.turned]
    assert len(added) == sum(row.split == "train" for row in rows if not row.turned) == 4
    tiles = {tile.id: tile for part in turned.of("turned") for tile in _tiles(made, part.path)}
    for row in added:
        assert row.image.bytes == tiles[row.tile_id].image
        source = by_id[row.turned.tile]
        assert (row.scene_id, row.component, row.split) == (
            source.scene_id, source.component, source.split,
        )  # fmt: skip
        assert row.turned.window == source.window
        assert len(row.samples) <= len(source.samples)
    counts = {stage.stage: stage for stage in manifest.stages}
    assert counts["augment"].kept == sum(len(row.samples) for row in added) > 0
    assert counts["augment"].rejected > 0
    assert manifest.samples == counts["verify"].kept + counts["augment"].kept
    assert not audit(made.store, "v1")


def test_a_report_of_every_shard_is_one_table_in_their_order(made: Made) -> None:
    turned = with_turned(made)
    turned.release("v1")
    parts = turned.of("symmetry")
    rows = [row for part in parts for row in read_rows(made.store, part.path, SymmetryRow)]
    assert len(parts) == 3
    published = read_rows(made.store, "releases/v1/reports/symmetry.parquet", SymmetryRow)
    assert list(published) == rows


def test_row_groups_end_at_the_parameter_and_pictures_are_not_compressed(tmp_path: Path) -> None:
    made = make_build(str(tmp_path / "root"), tiles=7, row_group=2)
    made.release("v1")
    path = _folder(made) / "images/split=train/source=dota/part-00000.parquet"
    meta = pq.read_metadata(path)
    rows = [meta.row_group(n).num_rows for n in range(meta.num_row_groups)]
    assert rows == [2] * (sum(rows) // 2) + [1] * (sum(rows) % 2)
    columns = {
        meta.row_group(0).column(n).path_in_schema: meta.row_group(0).column(n).compression
        for n in range(meta.num_columns)
    }
    assert columns["image.bytes"] == "UNCOMPRESSED"
    assert columns["samples.list.element.turns.list.element.content"] == "ZSTD"


def test_two_releases_of_the_same_parts_are_byte_identical(made: Made) -> None:
    made.release("v1")
    made.release("v2", "2026-03-04T05:06:07Z")
    for table in ("samples", "images", "rejections", "findings"):
        assert _published(made, "v1", table) == _published(made, "v2", table) != {}


def test_datasets_gives_pil_pictures_and_text_with_no_code(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    made.release("v1")
    import datasets
    from PIL import Image

    rows = datasets.load_dataset(
        "parquet", data_files=f"{_folder(made)}/images/**/*.parquet", split="train",
        cache_dir=str(tmp_path / "cache"),
    )  # fmt: skip
    assert rows.num_rows == 6
    row = rows[0]
    assert isinstance(row["image"], Image.Image)
    assert row["image"].size == (row["width"], row["height"])
    assert row["samples"][0]["turns"][0]["role"] == "user"
    assert row["samples"][0]["turns"][1]["content"]
    assert row["split"] in {"train", "val"}


def test_datasets_finds_the_splits_by_the_card(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    made.release("v1")
    import datasets

    cache = str(tmp_path / "cache")
    images = datasets.load_dataset(str(_folder(made)), cache_dir=cache)
    samples = datasets.load_dataset(str(_folder(made)), "samples", cache_dir=cache)
    assert {name: rows.num_rows for name, rows in images.items()} == {"train": 4, "validation": 2}
    assert {name: rows.num_rows for name, rows in samples.items()} == {
        "train": 24,
        "validation": 12,
    }
    assert samples["train"][0]["lineage"]["prompt_fingerprint"]


@pytest.mark.parametrize("table", ["samples", "images", "rejections"])
def test_pandas_and_pyarrow_read_the_folder_with_its_keys(made: Made, table: str) -> None:
    made.release("v1")
    folder = _folder(made) / table
    key = "stage" if table == "rejections" else "source"
    frame = pd.read_parquet(folder)
    rows = ds.dataset(folder).to_table()
    assert len(frame) == rows.num_rows > 0
    assert sorted(frame[key].astype(str)) == sorted(rows[key].to_pylist())


def test_pandas_filters_by_the_keys_of_the_folder(made: Made) -> None:
    made.release("v1")
    filters = [("task", "==", "vqa"), ("split", "==", "val")]
    frame = pd.read_parquet(_folder(made) / "samples", filters=filters)
    assert set(frame["task"].astype(str)) == {"vqa"}
    assert len(frame) == 4


def test_rejections_and_findings_of_all_stages_are_gathered(made: Made) -> None:
    manifest = made.release("v1")
    lost = list(
        read_rows(made.store, "releases/v1/rejections/stage=verify/part-00002.parquet", Rejection)
    )
    odd = list(read_rows(made.store, "releases/v1/findings/part-00000.parquet", Finding))
    assert {row.stage for row in lost} == {"verify"}
    assert len(lost) == 2
    assert len(odd) == 1
    assert manifest.rejections == {"wrong_count": 6}
    assert manifest.findings == {"self_crossing": 3}


def test_the_manifest_counts_what_was_published(made: Made) -> None:
    manifest = made.release("v1")
    assert (manifest.samples, manifest.candidates) == (36, 42)
    assert sum(count.samples for count in manifest.tasks) == 36
    assert manifest.usage.requests == 6
    assert manifest.usage.prompt_tokens == 2400
    assert [use.name for use in manifest.prompts][:2] == ["synthesize", "phrasings/counting"]
    assert manifest.prompts[0].uses == 6
    on_disk = (_folder(made) / "manifest.json").read_text()
    assert Manifest.model_validate_json(on_disk) == manifest
    assert {part.path for part in manifest.parts} == {
        str(path.relative_to(_folder(made)))
        for path in _folder(made).rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def test_latest_points_to_the_manifest_of_the_last_release(made: Made) -> None:
    made.release("v1")
    made.release("v2")
    assert latest(made.store) == "v2"


def test_a_version_that_exists_is_refused_before_anything_is_written(made: Made) -> None:
    made.release("v1")
    before = _published(made, "v1", "")
    with pytest.raises(UsageError, match="“v1” exists already"):
        commit(made.store, "v1", CREATED, made.params, made.parts, (), SOFTWARE)
    assert _published(made, "v1", "") == before


@pytest.mark.parametrize("path", ["README.md", "report.html", "manifest.json"])
def test_a_full_disk_before_the_manifest_leaves_the_old_release(made: Made, path: str) -> None:
    made.release("v1")
    before = made.store.read(LATEST)
    published = made.publish("v2")
    store = FullAt(made.store.uri, f"releases/v2/{path}")
    with pytest.raises(StorageError, match="disk is full"):
        commit(store, "v2", CREATED, made.params, made.parts, published, SOFTWARE)
    assert made.store.read(LATEST) == before
    assert not made.store.exists("releases/v2/manifest.json")


def test_what_an_interrupted_build_left_is_removed_by_the_next(made: Made) -> None:
    stray = "releases/v1/samples/task=vqa/split=train/source=dota/part-00099.parquet"
    made.store.write(stray, b"torn")
    made.release("v1")
    assert not made.store.exists(stray)


def test_a_lost_sample_stops_the_commit_with_a_table(made: Made) -> None:
    published = made.publish("v1")
    short = tuple(p for p in published if "task=dialogue" not in p.path)
    with pytest.raises(AccountingError) as caught:
        commit_release.fn(made.store.uri, "v1", CREATED, made.params, made.parts, short)
    lines = str(caught.value).splitlines()
    assert any(line.startswith("✗") and "30" in line and "36" in line for line in lines)
    assert not made.store.exists("releases/v1/manifest.json")
    assert not made.store.exists(LATEST)


def test_a_stage_that_was_not_handed_all_rows_stops_the_commit(made: Made) -> None:
    published = made.publish("v1")
    verify = made.of("verify")[0]
    parts = tuple(
        part.model_copy(update={"candidates": part.candidates - 1, "rows": part.rows - 1})
        if part.stage == "validate" and part.shard == verify.shard
        else part
        for part in made.parts
    )
    with pytest.raises(AccountingError, match="validate: candidates ≠ verify: kept"):
        commit(made.store, "v1", CREATED, made.params, parts, published, SOFTWARE)


def test_the_manifest_names_versions_and_no_secret(made: Made) -> None:
    manifest = commit_release.fn(
        made.store.uri, "v1", CREATED, made.params, made.parts, made.publish("v1")
    )
    assert manifest.software["pyarrow"]
    assert "key" not in json.loads(manifest.model_dump_json())["parameters"]["teacher"]
