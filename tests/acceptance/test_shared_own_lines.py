"""Real images and boxes in COCO, in DOTA's form, and through our own JSON lines."""

import json
import os
import re
from pathlib import Path

import pytest

from schemas.params import SourceSpec
from schemas.scene import Finding, SceneCandidate
from schemas.vocabulary import FindingKind
from tasks.sources.folder import SourceFolder
from tasks.sources.registry import recognise
from tasks.sources.scan import scan
from tasks.spatial.polygons import box_of
from tests.fixtures.ingesting import ingest_folder

PLACE = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
DATA = Path(PLACE or ".")
pytestmark = pytest.mark.skipif(
    PLACE is None, reason="RS_GPT4V_ACCEPTANCE_DATA does not name the folder of real data"
)


def candidates(name, path, *images):
    """Return the candidates and the findings of a scan."""
    spec = SourceSpec(name=name, path=str(path), images=tuple(str(one) for one in images))
    rows = [placed.row for placed in scan(spec)]
    return (
        [row for row in rows if isinstance(row, SceneCandidate)],
        [row for row in rows if isinstance(row, Finding)],
    )


def write_line(folder, **fields):
    """Write one line of ours."""
    (folder / "labels.jsonl").write_text(json.dumps(fields))
    return folder


def test_the_25_images_of_vhr10_are_read_though_all_are_absent():
    found, findings = candidates("coco", DATA / "vhr10")
    content = json.loads((DATA / "vhr10" / "annotations.json").read_text())
    assert (len(found), {row.sha256 for row in found}) == (25, {None})
    assert sum(len(row.annotations) for row in found) == len(content["annotations"])
    gone = [one for one in findings if one.kind == FindingKind.LABEL_WITHOUT_IMAGE]
    assert len(gone) == 25
    assert (found[0].name, found[0].width, found[0].height) == ("001.jpg", 958, 808)


@pytest.mark.parametrize(
    ("folder", "name"), [("vhr10", "coco"), ("coco_terrain", "coco"), ("dota", "dota")]
)
def test_real_folders_are_recognised(folder, name):
    assert recognise(SourceFolder(str(DATA / folder))) == [name]


def test_a_region_of_dior_rsvg_comes_through_our_json_lines(tmp_path):
    write_line(
        tmp_path,
        image="00006.jpg",
        expressions=[{"text": "The vehicle at the lower middle", "bbox": [498, 565, 557, 665]}],
    )
    outcome = ingest_folder(tmp_path / "root", "jsonl", tmp_path, images=(str(DATA / "dior_rsvg"),))
    (row,) = outcome.scenes.values()
    (found,) = row.annotations
    assert (row.scene.width, row.scene.height) == (800, 800)
    assert (found.kind, box_of(found.polygon)) == ("referring", (498, 565, 557, 665))
    assert row.scene.name.startswith("@0/")
    assert outcome.kinds() == []


def test_the_caption_and_the_polygons_of_geopixel_come_through_our_json_lines(tmp_path):
    content = json.loads((DATA / "geopixel" / "P0224_0_800_0_800.json").read_text())
    names = re.findall(r"<p>\s*(.*?)-\d+\s*</p>", content["gcg_description"])
    words = re.sub(r"</?p>|\[SEG\]", "", content["gcg_description"])
    rings = [max(pieces, key=len) for pieces in content["polygons"]]
    assert len(names) == len(rings)
    write_line(
        tmp_path,
        image=Path(content["img"]).name,
        captions=[re.sub(r"\s+", " ", words)],
        objects=[
            {"category": name, "polygon": ring} for name, ring in zip(names, rings, strict=True)
        ],
    )
    outcome = ingest_folder(tmp_path / "root", "jsonl", tmp_path, images=(str(DATA / "geopixel"),))
    (row,) = outcome.scenes.values()
    kinds = [one.kind for one in row.annotations]
    assert kinds == ["object"] * len(rings) + ["caption"]
    assert {one.category for one in row.annotations[:-1]} == {"tennis court"}
    assert row.scene.parent == "P0224"
    assert (row.scene.width, row.scene.height) == (800, 800)
