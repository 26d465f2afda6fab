"""Scan and ingest over small real data, where it is at hand."""

import os
from collections import Counter
from pathlib import Path

import pytest

from schemas.vocabulary import FindingKind, Reason, Shape
from tests.fixtures.ingesting import ingest_folder

PLACE = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
DATA = Path(PLACE or ".")
pytestmark = pytest.mark.skipif(
    PLACE is None, reason="RS_GPT4V_ACCEPTANCE_DATA does not name the folder of real data"
)


@pytest.fixture(scope="module")
def dota(tmp_path_factory):
    """Return what comes of two real DOTA images."""
    return ingest_folder(tmp_path_factory.mktemp("dota"), "dota", DATA / "dota")


def test_p1888_has_its_64_vehicles_with_their_lines(dota):
    row = dota.scenes["images/P1888.png"]
    counts = Counter(annotation.category for annotation in row.annotations)
    assert counts == {"large vehicle": 50, "small vehicle": 14}
    assert [annotation.origin.line for annotation in row.annotations] == list(range(3, 67))
    assert (row.scene.width, row.scene.height) == (712, 557)
    assert row.scene.gsd == pytest.approx(0.266170468393)


def test_p0004_has_its_outside_labels_and_its_crossing_quad_as_findings(dota):
    found = [(f.kind, f.line) for f in dota.findings if "P0004" in f.file]
    assert sorted(found) == [
        (FindingKind.OUTSIDE_IMAGE, 1),
        (FindingKind.OUTSIDE_IMAGE, 2),
        (FindingKind.OUTSIDE_IMAGE, 3),
        (FindingKind.SELF_CROSSING, 4),
    ]
    row = dota.scenes["images/P0004__1__0___0.png"]
    assert (row.scene.parent, len(row.annotations)) == ("P0004", 4)


def test_nothing_of_dota_is_rejected(dota):
    assert dota.rejections == {}


def test_the_terrain_has_seven_people(tmp_path):
    outcome = ingest_folder(tmp_path, "coco", DATA / "coco_terrain")
    (row,) = outcome.scenes.values()
    assert [a.category_as_given for a in row.annotations] == ["human"] * 7
    assert {a.category for a in row.annotations} == {"person"}
    assert {a.shape for a in row.annotations} == {Shape.HBB}
    assert outcome.kinds() == []


def test_labels_without_their_images_are_rejections(tmp_path):
    outcome = ingest_folder(tmp_path, "coco", DATA / "vhr10")
    assert outcome.scenes == {}
    assert len(outcome.findings) >= 25
    assert {row.reason for row in outcome.rejections.values()} == {Reason.MISSING_IMAGE}
