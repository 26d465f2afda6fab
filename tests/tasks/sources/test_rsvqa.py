"""RSVQA: its files, and every trap of them."""

import json

import pytest

from schemas.errors import SourceError
from schemas.params import SourceSpec
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Severity, Split
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tasks.sources.rsvqa import SOURCE
from tasks.sources.rsvqa_sheets import MOST_ROWS_NAMED
from tests.fixtures.formats import rsvqa
from tests.fixtures.scenes import write_image


@pytest.fixture
def folder(tmp_path):
    """Return a small RSVQA-LR."""
    rsvqa.make(tmp_path)
    return tmp_path


def read(folder, **more):
    spec = SourceSpec(name="rsvqa", path=str(folder), **more)
    rows = list(SOURCE.read(SourceFolder(spec.path, spec.images), spec))
    return (
        {row.name: row for row in rows if isinstance(row, SceneLabels)},
        [row for row in rows if isinstance(row, Finding)],
    )


def change(folder, name, key, row, **values):
    path = folder / f"LR_split_{name}.json"
    content = json.loads(path.read_text())
    for field, value in values.items():
        content[key][row].pop(field, None)
        if value is not None:
            content[key][row][field] = value
    path.write_text(json.dumps(content))


def said(scene):
    return [(row.question, row.answer) for row in scene.annotations]


def test_every_image_has_its_questions_with_answers_types_and_split(folder):
    scenes, loose = read(folder)
    assert loose == []
    assert list(scenes) == [f"Images_LR/{number}.tif" for number in range(4)]
    first = scenes["Images_LR/0.tif"]
    assert said(first) == [
        ("Is a road present in the image?", "yes"),
        ("What is the number of buildings?", "between 11 and 100"),
    ]
    assert [row.question_type for row in first.annotations] == ["presence", "count"]
    assert first.annotations[1].origin.file == "LR_split_train_questions.json"
    assert first.annotations[1].origin.element == "questions[1]"
    assert [scene.split for scene in scenes.values()] == [
        Split.TRAIN, Split.TRAIN, Split.VAL, Split.TEST,
    ]  # fmt: skip
    assert {scene.gsd for scene in scenes.values()} == {10.0}
    assert not any(scene.findings for scene in scenes.values())


def test_placeholder_rows_of_other_splits_are_no_questions(folder):
    scenes, _ = read(folder)
    assert sum(len(scene.annotations) for scene in scenes.values()) == len(rsvqa.QUESTIONS)


def test_rows_are_found_by_id_not_by_place(folder):
    path = folder / "LR_split_train_answers.json"
    content = json.loads(path.read_text())
    content["answers"].reverse()
    path.write_text(json.dumps(content))
    scenes, _ = read(folder)
    assert said(scenes["Images_LR/1.tif"]) == [("Is it a rural or an urban area", "rural")]


def test_a_misspelt_question_id_is_understood_and_told_once(folder):
    change(folder, "train_questions", "questions", 0, answers_ids=None)
    for row in range(3):
        change(folder, "train_answers", "answers", row, question_id=None, quesiton_id=row)
    scenes, loose = read(folder)
    assert said(scenes["Images_LR/0.tif"])[0][1] == "yes"
    assert [(f.kind, f.file) for f in loose] == [
        (FindingKind.ODD_SPELLING, "LR_split_train_answers.json")
    ]


def test_a_question_without_answer_is_left_out_and_told(folder):
    change(folder, "train_answers", "answers", 1, active=False)
    scenes, _ = read(folder)
    scene = scenes["Images_LR/0.tif"]
    assert len(scene.annotations) == 1
    assert [(f.kind, f.element) for f in scene.findings] == [
        (FindingKind.MISSING_PAIR, "questions[1]")
    ]


def test_a_split_without_answers_still_names_its_images(folder):
    (folder / "LR_split_test_answers.json").unlink()
    scenes, loose = read(folder)
    assert scenes["Images_LR/3.tif"].annotations == ()
    assert [f.kind for f in loose] == [FindingKind.MISSING_PAIR]


def test_an_absent_image_is_one_finding_and_keeps_its_questions(folder):
    (folder / "Images_LR" / "0.tif").unlink()
    scenes, _ = read(folder)
    scene = scenes["Images_LR/0.tif"]
    assert list(scenes)[-1] == scene.name
    assert (scene.present, len(scene.annotations)) == (False, 2)
    assert [f.kind for f in scene.findings] == [FindingKind.LABEL_WITHOUT_IMAGE]


def test_an_image_without_questions_is_a_finding(folder):
    write_image(folder / "Images_LR" / "9.tif", (32, 32))
    scenes, _ = read(folder)
    assert [f.kind for f in scenes["Images_LR/9.tif"].findings] == [FindingKind.IMAGE_WITHOUT_LABEL]


def test_an_image_that_is_not_listed_is_a_wrong_reference(folder):
    change(folder, "val_images", "images", 2, active=False)
    scenes, _ = read(folder)
    assert [f.kind for f in scenes["Images_LR/2.tif"].findings] == [FindingKind.WRONG_REFERENCE]


def test_the_second_test_set_of_hr_is_test_and_its_pixels_are_15_cm(tmp_path):
    write_image(tmp_path / "Data" / "0.png", (32, 32))
    rows = [(0, "test_phili", "area", "What is the area covered by buildings?", "120m2")]
    rsvqa.write_split(tmp_path, "USGS_split_test_phili", "test_phili", rows, (0,))
    scenes, _ = read(tmp_path)
    scene = scenes["Data/0.png"]
    assert (scene.split, scene.gsd) == (Split.TEST, 0.15)
    assert scene.annotations[0].question_type == "area"


def test_images_of_low_and_high_resolution_are_not_confused(folder):
    rows = [(1, "test", "presence", "Is there a road?", "no")]
    rsvqa.write_split(folder, "USGS_split_test", "test", rows, (1,))
    scenes, _ = read(folder)
    assert not scenes["Data/1.tif"].present
    assert said(scenes["Images_LR/1.tif"]) == [("Is it a rural or an urban area", "rural")]


def test_images_may_lie_in_another_folder(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("images")
    (folder / "Images_LR").rename(other / "Images_LR")
    scenes, _ = read(folder, images=(str(other),))
    assert list(scenes) == [f"@0/Images_LR/{number}.tif" for number in range(4)]
    assert all(scene.present for scene in scenes.values())


def test_an_image_asked_about_in_two_splits_is_of_the_test_set(folder):
    change(folder, "test_questions", "questions", 4, img_id=0)
    scenes, _ = read(folder)
    scene = scenes["Images_LR/0.tif"]
    assert scene.split is Split.TEST
    assert FindingKind.SPLIT_OVERLAP in [f.kind for f in scene.findings]


@pytest.mark.parametrize(
    "row", [None, 5, [], {}, {"id": 1, "img_id": None, "question": "?"}, {"img_id": 1}]
)
def test_a_malformed_row_costs_only_itself(folder, row):
    path = folder / "LR_split_train_questions.json"
    content = json.loads(path.read_text())
    content["questions"].append(row)
    path.write_text(json.dumps(content))
    scenes, loose = read(folder)
    assert [(f.kind, f.element) for f in loose] == [(FindingKind.MALFORMED_LINE, "questions[5]")]
    assert sum(len(scene.annotations) for scene in scenes.values()) == len(rsvqa.QUESTIONS)


@pytest.mark.parametrize("image", [-1, 1.5, True, "../7", 10**400, [0]])
def test_a_number_that_is_none_names_no_image(folder, image):
    change(folder, "val_questions", "questions", 3, img_id=image)
    scenes, loose = read(folder)
    assert not scenes["Images_LR/2.tif"].annotations
    assert {f.kind for f in loose} == {FindingKind.MALFORMED_LINE}


def test_of_very_many_malformed_rows_the_first_are_named_and_the_rest_counted(folder):
    rsvqa.write(folder / "LR_split_val_questions.json", "questions", [{}] * 1000)
    _, loose = read(folder)
    assert len(loose) == MOST_ROWS_NAMED + 1
    assert loose[-1].detail.startswith("900 more rows")


@pytest.mark.parametrize("content", [b"", b'{"questions": [', b"[]", b'{"questions": {}}'])
def test_a_broken_file_costs_only_its_split(folder, content):
    (folder / "LR_split_train_questions.json").write_bytes(content)
    scenes, loose = read(folder)
    assert len(scenes["Images_LR/2.tif"].annotations) == 1
    assert [(f.kind, f.severity) for f in loose] == [(FindingKind.MALFORMED_LINE, Severity.ERROR)]


def test_a_folder_with_only_broken_files_cannot_be_read(folder):
    for path in folder.glob("*_questions.json"):
        path.write_text("{")
    with pytest.raises(SourceError, match=r"questions\.json, line 1"):
        read(folder)


def test_it_is_recognised_by_its_file_names(folder, tmp_path_factory):
    assert SOURCE.recognises(SourceFolder(str(folder)))
    other = tmp_path_factory.mktemp("other")
    (other / "questions.json").write_text("{}")
    assert not SOURCE.recognises(SourceFolder(str(other)))
