"""RSIVQA over small real data, where it is at hand."""

import os
import re
from pathlib import Path

import pytest

from schemas.params import SourceSpec
from schemas.scene import QuestionAnswerAnnotation, SceneClassAnnotation
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tasks.sources.registry import recognise
from tasks.sources.rsivqa import SOURCE

PLACE = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
DATA = Path(PLACE or ".")
pytestmark = pytest.mark.skipif(
    PLACE is None, reason="RS_GPT4V_ACCEPTANCE_DATA does not name the folder of real data"
)


@pytest.fixture(scope="module")
def scenes():
    """Return RSIVQA's images by their first alias, with images in the folders of two others."""
    images = (str(DATA / "rsicd"), str(DATA / "dota"))
    spec = SourceSpec(name="rsivqa", path=str(DATA / "rsivqa"), images=images)
    rows = list(SOURCE.read(SourceFolder(spec.path, spec.images), spec))
    assert all(isinstance(row, SceneLabels) for row in rows)
    return {row.aliases[0]: row for row in rows}


def questions(rows, file):
    asked = (a for row in rows for a in row.annotations if isinstance(a, QuestionAnswerAnnotation))
    return [row for row in asked if row.origin.file == file]


def test_it_is_recognised():
    assert recognise(SourceFolder(str(DATA / "rsivqa"))) == ["rsivqa"]


def test_every_line_of_the_human_part_of_ucm_is_a_question(scenes):
    asked = questions(scenes.values(), "UCM/ucm_res.txt")
    assert len(asked) == 120
    empty = [row for row in asked if re.search(r"\b(?:many|the)\s{2,}in\b", row.question)]
    assert len(empty) == 17


def test_p1888_has_its_image_its_alias_and_17_small_vehicles(scenes):
    scene = scenes["dota/P1888"]
    assert (scene.name, scene.present) == ("@1/images/P1888.png", True)
    asked = {row.question: row.answer for row in questions([scene], "DOTA/dota_val_vqa2.txt")}
    assert asked["how many small vehicles are there in this picture?"] == "17"


def test_the_folder_called_aid_holds_images_of_rsicd(scenes):
    scene = scenes["rsicd/church_56"]
    assert (scene.present, len(scene.annotations)) == (True, 2)
    assert [a.category for a in scene.annotations if isinstance(a, SceneClassAnnotation)] == [
        "church"
    ]


def test_all_66_lines_of_hrrsd_are_questions_about_20_absent_images(scenes):
    rows = [scene for alias, scene in scenes.items() if alias.startswith("hrrsd/")]
    assert (len(rows), len(questions(rows, "HRRSD/opt_val_vqa.txt"))) == (20, 66)
    assert not any(row.present for row in rows)
