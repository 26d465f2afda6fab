"""Every dialect out and back in again; what cannot be written is listed; what comes out loads."""

import json
import math
import re
from pathlib import Path

import datasets
import pytest
from PIL import Image

from flows.cli.main import main
from schemas.errors import UnknownName, UsageError
from schemas.params import SourceSpec
from schemas.vocabulary import TaskType
from tasks.export import Selection, export
from tasks.exporters import exporter_named
from tasks.sources.folder import SourceFolder
from tasks.sources.registry import source_named
from tasks.spatial.dialects import Frame, dialect_named, dialects
from tasks.spatial.polygons import box_of
from tasks.storage.store import Store
from tests.tasks._exporting import release, samples

TURNED = ("falcon", "geochat", "skysensegpt", "yolo_obb")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("export"))
    release(folder)
    return folder


@pytest.fixture(scope="module")
def published(root):
    return {sample.id: sample for sample in samples(root)}


def exported(root, folder, dialect, **selection):
    return export(
        Store(root), None, Selection(**selection), exporter_named("llava"),
        dialect_named(dialect), Path(folder),
    )  # fmt: skip


def rows_in(folder, name="train.json"):
    return json.loads((Path(folder) / name).read_text("utf-8"))


def refused_in(folder):
    lines = (Path(folder) / "rejections.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def outline(sample, ref):
    thing = next(thing for thing in sample.objects if thing.ref == ref)
    return [(x - sample.window.x0, y - sample.window.y0) for x, y in thing.polygon]


@pytest.mark.parametrize("name", sorted(dialects()))
def test_boxes_come_back_within_a_quantum_in_every_dialect(name, root, published, tmp_path):
    done = exported(root, tmp_path / "out", name, splits=("train",))
    dialect = dialect_named(name)
    rows = rows_in(tmp_path / "out")
    assert len(rows) + len(refused_in(tmp_path / "out")) == done.selected
    boxes = 0
    for row in rows:
        sample = published[row["id"]]
        frame = Frame(width=sample.window.width, height=sample.window.height)
        spans = [span for span in sample.lineage.spans if span.kind == "box"]
        found = [b for said in row["conversations"] for b in dialect.find(said["value"], frame)]
        assert len(found) == len(spans)
        for span, box in zip(spans, found, strict=True):
            boxes += 1
            polygon = outline(sample, span.refs[0])
            half = math.dist(polygon[0], polygon[2]) / 2
            most = dialect.quantum(frame) * math.sqrt(2) + 1e-6
            if name in TURNED:
                most += math.radians(0.5) * half
                for corner in polygon:
                    assert min(math.dist(corner, other) for other in box.polygon) <= most
            for one, other in zip(box_of(box.polygon), box_of(tuple(polygon)), strict=True):
                assert abs(one - other) <= most
    assert boxes > 15


@pytest.mark.parametrize("name", sorted(dialects()))
def test_our_reader_reads_the_boxes_back(name, root, published, tmp_path):
    exported(root, tmp_path / "out", name, splits=("train",))
    spec = SourceSpec(name="llava", path=str(tmp_path / "out"))
    rows = rows_in(tmp_path / "out")
    quantum, read = dialect_named(name).quantum(Frame(width=480, height=360)), 0
    for image in source_named("llava").read(SourceFolder(spec.path), spec):
        for one in image.annotations:
            row = rows[int(re.search(r"\d+", one.origin.element)[0])]
            sample = published[row["id"]]
            spans = [span for span in sample.lineage.spans if span.kind == "box"]
            assert len(one.boxes) == len(spans)
            for span, box in zip(spans, one.boxes, strict=True):
                read += 1
                polygon = outline(sample, span.refs[0])
                most = quantum * math.sqrt(2) + 1e-6
                most += math.radians(0.5) * math.dist(polygon[0], polygon[2]) / 2
                for corner in polygon if name in TURNED else ():
                    assert min(math.dist(corner, other) for other in box.polygon) <= most
                for mine, other in zip(box_of(box.polygon), box_of(tuple(polygon)), strict=True):
                    assert abs(mine - other) <= most
    assert read > 15


@pytest.mark.parametrize("name", sorted(set(dialects()) - {"pixels"}))
def test_no_words_about_pixels_are_left_beside_another_dialect(name, root, tmp_path):
    exported(root, tmp_path / "out", name)
    for file in ("train.json", "val.json"):
        for row in rows_in(tmp_path / "out", file):
            for said in row["conversations"]:
                assert "480×360" not in said["value"]
                assert "pixel" not in said["value"]
                assert not re.search(r"[^ ]  | [.,?]|<units|<ref", said["value"])


def test_in_pixels_the_text_is_as_it_was_published(root, published, tmp_path):
    exported(root, tmp_path / "out", "pixels", splits=("train",))
    for row in rows_in(tmp_path / "out"):
        texts = [said["value"].removeprefix("<image>\n") for said in row["conversations"]]
        assert texts == [turn.content for turn in published[row["id"]].turns]


def test_a_box_that_would_vanish_is_refused_and_listed(root, tmp_path):
    done = exported(root, tmp_path / "out", "vrsbench")
    lost = refused_in(tmp_path / "out")
    assert done.refused == {"collapsed_box": len(lost)}
    assert lost
    assert all("no area in the numbers of VRSBench" in row["detail"] for row in lost)
    assert done.samples + len(lost) == done.selected
    fine = exported(root, tmp_path / "fine", "pixels")
    assert fine.refused == {}


def test_rows_have_llavas_form_and_pictures_beside_them(root, tmp_path):
    done = exported(root, tmp_path / "out", "geochat", splits=("train",))
    rows = rows_in(tmp_path / "out")
    for row in rows:
        assert list(row) == ["id", "image", "conversations", "dialect", "lineage"]
        assert row["lineage"] == f"one/{row['id']}"
        assert [said["from"] for said in row["conversations"]] == ["human", "gpt"]
        first, *others = [said["value"] for said in row["conversations"]]
        assert first.startswith("<image>\n")
        assert not any("<image>" in value for value in others)
        with Image.open(tmp_path / "out" / row["image"]) as picture:
            assert picture.size == (480, 360)
    assert done.images == len({row["image"] for row in rows}) == 2
    text = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "`geochat`" in text
    assert "CC-BY-4.0; Painted" in text


def test_the_export_loads_with_datasets(root, tmp_path):
    done = exported(root, tmp_path / "out", "qwen3", splits=("train",))
    loaded = datasets.load_dataset(
        "json", data_files=str(tmp_path / "out" / "train.json"), cache_dir=str(tmp_path / "cache")
    )
    assert loaded["train"].num_rows == done.samples
    assert loaded["train"][0]["conversations"][0]["from"] == "human"


def test_a_selection_takes_only_what_it_names(root, published, tmp_path):
    done = exported(root, tmp_path / "out", "pixels", splits=("val",), tasks=("visual_grounding",))
    rows = rows_in(tmp_path / "out", "val.json")
    assert {published[row["id"]].task for row in rows} == {TaskType.VISUAL_GROUNDING}
    assert done.selected == len(rows) > 0
    assert not (tmp_path / "out" / "train.json").exists()


def test_the_same_export_is_the_same_bytes(root, tmp_path):
    for folder in ("one", "two"):
        exported(root, tmp_path / folder, "falcon")
    for file in ("train.json", "val.json", "rejections.jsonl", "README.md"):
        one, two = (tmp_path / folder / file for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_commercial_keeps_only_what_is_known_to_allow_it(root, published, tmp_path):
    done = exported(root, tmp_path / "out", "pixels", commercial=True)
    lost = refused_in(tmp_path / "out")
    assert {published[row["id"]].split for row in lost} == {"val"}
    assert all(row["reason"] == "licence" and "not known" in row["detail"] for row in lost)
    assert done.samples + len(lost) == done.selected
    assert rows_in(tmp_path / "out", "val.json") == []
    assert all(row["lineage"] for row in rows_in(tmp_path / "out"))


def test_a_folder_that_holds_something_is_left_alone(root, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not an empty folder"):
        exported(root, tmp_path, "pixels")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("selection", "kind"),
    [
        ({"splits": ("trian",)}, "split"),
        ({"tasks": ("grounding",)}, "task type"),
        ({"sources": ("dotta",)}, "source of the release"),
    ],
)
def test_unknown_names_are_refused_before_anything_is_written(root, tmp_path, selection, kind):
    with pytest.raises(UnknownName, match=f"Unknown {kind}"):
        exported(root, tmp_path / "out", "pixels", **selection)
    assert not (tmp_path / "out").exists()


def test_the_command_says_what_was_exported_and_refused(root, tmp_path, capsys):
    folder = str(tmp_path / "out")
    command = ["export", "--format", "llava", "--dialect", "vrsbench", "--root", root]
    assert main([*command, "--split", "train", "--output", folder]) == 0
    said = capsys.readouterr().out
    samples_, refused = len(rows_in(folder)), len(refused_in(folder))
    assert f"{samples_} exported + {refused} refused = {samples_ + refused} selected." in said
    assert f"collapsed box: {refused}" in said
    assert main([*command, "--dialect", "geochatt", "--output", folder]) == 2
    assert "Did you mean “geochat”?" in capsys.readouterr().err
