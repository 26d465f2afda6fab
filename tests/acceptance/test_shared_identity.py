"""Identity over real data: RSICD's images, which RSIVQA calls AID's, are one; so are crops."""

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from schemas.identity import Link, Placement
from schemas.params import SourceSpec, SplitParams
from schemas.release import Located
from schemas.sample import Rejection
from schemas.scene import IngestedScene
from schemas.vocabulary import Split
from tasks.identify import identify_scenes
from tasks.scan import scan_source
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tests.fixtures.ingesting import ingested_parts

PLACE = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
DATA = Path(PLACE or ".")
pytestmark = pytest.mark.skipif(
    PLACE is None, reason="RS_GPT4V_ACCEPTANCE_DATA does not name the folder of real data"
)
NAMES = {
    "RSICD_images/church_56.jpg": Split.TRAIN,
    "RSICD_images/commercial_5.jpg": Split.TEST,
    "RSICD_images/playground_38.jpg": Split.VAL,
}


class Run:
    """What became of some sources: their scenes, places, links and rejections."""

    def __init__(self, root, *specs):
        scanned = [part for spec in specs for part in scan_source.fn(str(root), spec, 2)]
        ingested, store = ingested_parts(root, scanned), Store(str(root))
        located = Located(parts=tuple(scanned))
        found = identify_scenes.fn(str(root), ingested, SplitParams(), located)
        rows = [row for part in ingested for row in read_rows(store, part.path, IngestedScene)]
        self.scenes = {row.scene.id: row.scene for row in rows}
        self.places = [
            row for part in found.placed for row in read_rows(store, part.path, Placement)
        ]
        self.links = list(read_rows(store, found.links.path, Link))
        self.rejections = [
            row
            for part in found.placed
            if part.rejections
            for row in read_rows(store, part.beside("rejections"), Rejection)
        ]


def spec(name, folder, **more):
    return SourceSpec(name=name, path=str(DATA / folder), licence="CC0", **more)


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    """Return RSICD beside RSIVQA's questions about the same images."""
    images = (str(DATA / "rsicd"),)
    return Run(
        tmp_path_factory.mktemp("root"), spec("rsicd", "rsicd"),
        spec("rsivqa", "rsivqa", images=images),
    )  # fmt: skip


def test_the_images_of_rsicd_and_of_what_rsivqa_calls_aid_are_one(questions):
    assert len(questions.scenes) == 6
    assert {(row.evidence, row.first_source, row.second_source) for row in questions.links} == {
        ("pixels", "rsicd", "rsivqa")
    }
    components = {}
    for row in questions.places:
        components.setdefault(row.component, set()).add(questions.scenes[row.scene_id].source)
    assert list(components.values()) == [{"rsicd", "rsivqa"}] * 3


def test_nothing_of_the_test_set_of_rsicd_is_in_train(questions):
    for row in questions.places:
        scene = questions.scenes[row.scene_id]
        (official,) = (split for name, split in NAMES.items() if scene.name.endswith(name))
        assert row.split is official
    assert questions.rejections == []


def test_copies_with_a_split_of_their_own_leave_training(tmp_path):
    copies = tmp_path / "copies" / "train"
    copies.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        picture = Image.open(DATA / "rsicd" / name).transpose(Image.Transpose.ROTATE_90)
        picture.save(copies / f"{number}.jpg", quality=60)
    run = Run(
        tmp_path / "root", spec("rsicd", "rsicd"),
        SourceSpec(name="image_folder", path=str(copies.parent), licence="CC0"),
    )  # fmt: skip
    assert {row.evidence for row in run.links} == {"look"}
    assert all("turned by " in row.detail for row in run.links)
    assert sorted(row.file for row in run.rejections) == ["train/1.jpg", "train/2.jpg"]
    assert "in the test set of rsicd as “RSICD_images/commercial_5.jpg”" in next(
        row.detail for row in run.rejections if row.file == "train/1.jpg"
    )
    train = {run.scenes[row.scene_id].name for row in run.places if row.split is Split.TRAIN}
    assert train == {"RSICD_images/church_56.jpg", "train/0.jpg"}


def test_crops_of_dota_are_found_in_their_parent(tmp_path):
    parents, crops = tmp_path / "dota" / "test", tmp_path / "crops" / "train"
    parents.mkdir(parents=True)
    crops.mkdir(parents=True)
    shutil.copy(DATA / "dota" / "images" / "P1888.png", parents)
    with Image.open(parents / "P1888.png") as whole:
        for name, box in (
            ("P1888__1__100___50", (100, 50, 356, 306)), ("P1888_0001", (301, 207, 557, 463)),
            ("P1888_0002", (0, 0, 256, 256)),
        ):  # fmt: skip
            whole.convert("RGB").crop(box).save(crops / f"{name}.jpg", quality=75)
    run = Run(
        tmp_path / "root",
        SourceSpec(name="image_folder", path=str(parents.parent), licence="CC0"),
        SourceSpec(name="image_folder", path=str(crops.parent), licence="CC0"),
    )
    assert [(row.evidence, row.leak) for row in run.links] == [("crop", True)] * 3
    assert len(run.rejections) == 3
