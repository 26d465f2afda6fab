"""Boxes and expressions of real data, where it is at hand."""

import os
from pathlib import Path

import pytest

from schemas.vocabulary import FindingKind
from tests.tasks.sources._reading import read, recognised

PLACE = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
DATA = Path(PLACE or ".")
pytestmark = pytest.mark.skipif(
    PLACE is None, reason="RS_GPT4V_ACCEPTANCE_DATA does not name the folder of real data"
)


def test_hrrsd_has_twenty_files_without_images():
    scenes, rejections, loose = read("hrrsd", DATA / "hrrsd")
    assert (len(scenes), rejections, loose) == (20, [], [])
    assert not any(scene.present for scene in scenes.values())
    assert all(scene.annotations and scene.width and scene.classes for scene in scenes.values())
    kinds = {finding.kind for scene in scenes.values() for finding in scene.findings}
    assert kinds == {FindingKind.LABEL_WITHOUT_IMAGE}


def test_rsvg_hr_has_forty_rows_of_which_line_18_is_malformed():
    scenes, _, loose = read("rsvg_hr", DATA / "rsvg_hr")
    assert sum(len(scene.annotations) for scene in scenes.values()) == 39
    found = [finding for scene in scenes.values() for finding in scene.findings]
    broken = [one.line for one in found if one.kind != FindingKind.LABEL_WITHOUT_IMAGE]
    assert (broken, loose) == ([18], [])


@pytest.mark.parametrize("name", ["hrrsd", "rsvg_hr"])
def test_both_are_recognised(name):
    assert recognised(DATA / name) == [name]
