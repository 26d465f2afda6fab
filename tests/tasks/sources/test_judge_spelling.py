"""Odd spellings of classes are told once a source; hyphens and capitals alone are not odd."""

import pytest

from schemas.scene import LabelOrigin, ObjectAnnotation, SceneClassAnnotation
from schemas.vocabulary import FindingKind, Shape
from tasks.lexicon.lexicon import canonical
from tasks.sources.judge_spelling import Spellings


def thing(spelled, line=1):
    return ObjectAnnotation(
        id="", shape=Shape.HBB, polygon=((0, 0), (1, 0), (1, 1)), category_as_given=spelled,
        category=canonical(spelled), origin=LabelOrigin(file="a.txt", line=line),
    )  # fmt: skip


def odd(*names):
    spellings = Spellings()
    for number, name in enumerate(names, start=1):
        spellings.add([thing(name, number)])
    return list(spellings.odd("dior"))


@pytest.mark.parametrize("name", [
    "storage-tank", "Storage_Tank", "STORAGE TANK", "Storage tank", "StorageTank", "storage tanks",
    "Boeing737", "ground-track-field", "passenger/cargo plane", "igloo-Xy",
])  # fmt: skip
def test_ordinary_spellings_are_fine(name):
    assert odd(name) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("golffield", "joining or parting"), ("stor-age tank", "joining or parting"),
        ("Expressway-Service-area", "capitals in some"),
    ],
)  # fmt: skip
def test_words_run_together_and_uneven_capitals_are_odd(name, why):
    (finding,) = odd("plane", name, name)
    assert (finding.kind, finding.severity) == (FindingKind.ODD_SPELLING, "note")
    assert (finding.file, finding.line) == ("a.txt", 2)
    assert why in finding.detail
    assert f"“{name}”" in finding.detail


def test_what_most_labels_of_the_source_spell_otherwise_is_odd_and_told_once():
    (finding,) = odd("small-vehicle", "Small-Vehicle", "small-vehicle", "Small-Vehicle", "small-vehicle")  # fmt: skip
    assert (finding.line, "“small-vehicle” in most" in finding.detail) == (2, True)


def test_different_words_for_one_class_are_fine():
    assert odd("plane", "plane", "airplane") == []


def test_scene_classes_are_looked_at_too():
    spellings = Spellings()
    origin = LabelOrigin(file="golffield/1.jpg")
    spellings.add([
        SceneClassAnnotation(
            id="", category_as_given="golffield", category="golf course", origin=origin
        )
    ])  # fmt: skip
    assert [f.file for f in spellings.odd("image_folder")] == ["golffield/1.jpg"]
