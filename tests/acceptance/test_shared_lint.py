"""Lint over small real data, where it is at hand."""

import os
from collections import Counter
from pathlib import Path

import pytest

from schemas.params import IngestParams, SourceSpec
from tasks.lint import lint_sources

PLACE = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
DATA = Path(PLACE or ".")
pytestmark = pytest.mark.skipif(
    PLACE is None, reason="RS_GPT4V_ACCEPTANCE_DATA does not name the folder of real data"
)


@pytest.fixture(scope="module")
def problems():
    """Return what is wrong with four sources that are given together."""
    folders = {"dota": "dota", "rsicd": "rsicd", "coco": "coco_terrain", "rsivqa": "rsivqa"}
    sources = [SourceSpec(name=name, path=str(DATA / place)) for name, place in folders.items()]
    return list(lint_sources(sources, IngestParams()))


def test_every_fault_of_four_sources_is_counted(problems):
    assert Counter((p.source, p.kind) for p in problems) == {
        ("rsivqa", "contradictory_answers"): 2,
        ("rsivqa", "contradicts_other_source"): 1,
        ("rsivqa", "label_without_image"): 49,
        ("rsivqa", "repeated_text"): 22,
        ("dota", "outside_image"): 3,
        ("dota", "self_crossing"): 1,
        ("rsicd", "repeated_text"): 3,
        **{(name, "licence_unknown"): 1 for name in ("coco", "dota", "rsicd", "rsivqa")},
    }


def test_the_vehicles_of_p1888_are_counted_otherwise_by_rsivqa_than_by_dota(problems):
    (one,) = (p for p in problems if p.kind == "contradicts_other_source")
    assert (one.file, one.line) == ("DOTA/dota_val_vqa2.txt", 19)
    assert "“17”" in one.detail
    assert "14 small vehicles" in one.detail


def test_two_themes_of_a_picture_are_told_once(problems):
    found = [(p.file, p.line) for p in problems if p.kind == "contradictory_answers"]
    assert sorted(found) == [("UCM/ucm_vqa.txt", 23), ("UCM/ucm_vqa.txt", 24)]
