"""Scenes that are held back because of what was found odd about them."""

import pytest
from PIL import Image
from pydantic import ValidationError

from schemas.params import IngestParams
from schemas.vocabulary import Reason
from tests.fixtures.ingesting import ingest_folder
from tests.fixtures.scenes import quad, write_dota, write_image

PLANE = quad(10, 10, 40, 30)


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a source."""
    return tmp_path / "source"


@pytest.fixture
def root(tmp_path):
    """Return an empty root."""
    return tmp_path / "root"


def plain_and_outside(folder):
    """Write a good scene, one of one colour, one with a label outside and one that has none."""
    write_dota(folder, "s000", lines=[PLANE])
    plain = write_dota(folder, "plain", lines=[PLANE])
    Image.new("RGB", (120, 80), (90, 90, 90)).save(plain)
    write_dota(folder, "outside", lines=[PLANE, quad(500, 500, 510, 510)], seed=7)
    write_image(folder / "images" / "unlabelled.png", seed=8)
    return folder


def test_findings_cost_no_scene_unless_they_are_in_the_quarantine(root, folder):
    outcome = ingest_folder(root, "dota", plain_and_outside(folder))
    assert len(outcome.scenes) == 4
    assert outcome.kinds() == ["image_without_label", "one_colour", "outside_image"]


def test_a_scene_with_a_finding_of_the_quarantine_is_held_back(root, folder):
    params = IngestParams(quarantine=("one_colour", "outside_image", "image_without_label"))
    outcome = ingest_folder(root, "dota", plain_and_outside(folder), params=params)
    assert list(outcome.scenes) == ["images/s000.png"]
    assert {row.reason for row in outcome.rejections.values()} == {Reason.QUARANTINED}
    details = {name: row.detail for name, row in outcome.rejections.items()}
    assert "outside_image in labelTxt/outside.txt, line 2." in details["images/outside.png"]
    assert "Correct the label" in details["images/outside.png"]
    assert "one_colour in images/plain.png" in details["images/plain.png"]
    assert "image_without_label, found as" in details["images/unlabelled.png"]
    assert all("“ingest.quarantine”" in detail for detail in details.values())
    assert outcome.kinds() == ["image_without_label", "one_colour", "outside_image"]


def test_kinds_that_concern_no_single_scene_cannot_be_in_the_quarantine():
    with pytest.raises(ValidationError, match="“licence_unknown” is found of whole sources"):
        IngestParams(quarantine=("licence_unknown",))


def test_a_rejection_names_three_findings_and_counts_the_others(root, folder):
    lines = [quad(500, 500 + n, 510, 520 + n) for n in range(5)]
    write_dota(folder, "a", lines=lines)
    params = IngestParams(quarantine=("outside_image",))
    (rejection,) = ingest_folder(root, "dota", folder, params=params).rejections.values()
    assert "line 3; and 2 more. Correct" in rejection.detail
