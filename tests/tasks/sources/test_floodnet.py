"""FloodNet-VQA: its three files, and every trap of them."""

import pytest

from schemas.errors import SourceError
from schemas.params import SourceSpec
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Severity, Split
from tasks.sources.floodnet import SOURCE
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tests.fixtures.formats import floodnet
from tests.fixtures.formats.floodnet import row, write_questions
from tests.fixtures.scenes import write_image

TRAIN = "Questions/Training Question.json"


@pytest.fixture
def folder(tmp_path):
    """Return a small FloodNet-VQA."""
    floodnet.make(tmp_path)
    return tmp_path


def read(folder):
    spec = SourceSpec(name="floodnet", path=str(folder))
    rows = list(SOURCE.read(SourceFolder(spec.path), spec))
    return (
        {row.name: row for row in rows if isinstance(row, SceneLabels)},
        [row for row in rows if isinstance(row, Finding)],
    )


def test_every_image_has_its_questions_with_answers_types_and_split(folder):
    scenes, loose = read(folder)
    assert loose == []
    assert {name: scene.split for name, scene in scenes.items()} == {
        "Images/Test_Image/10167.JPG": Split.TEST,
        "Images/Train_Image/10165.JPG": Split.TRAIN,
        "Images/Valid_Image/10166.JPG": Split.VAL,
    }
    first, second = scenes["Images/Train_Image/10165.JPG"].annotations
    assert (first.answer, first.question_type) == ("flooded", "Condition_Recognition")
    assert (second.origin.file, second.origin.element) == (TRAIN, "1")


def test_a_ground_truth_may_be_a_number(folder):
    scenes, _ = read(folder)
    assert scenes["Images/Train_Image/10165.JPG"].annotations[1].answer == "3"


def test_test_questions_without_ground_truth_are_told_and_left_out(folder):
    scenes, _ = read(folder)
    scene = scenes["Images/Test_Image/10167.JPG"]
    assert scene.annotations == ()
    assert [(f.kind, f.file, f.element) for f in scene.findings] == [
        (FindingKind.MISSING_PAIR, "Questions/Test_Question.json", "0")
    ]


def test_an_absent_image_is_one_finding_and_keeps_its_questions(folder):
    (folder / "Images" / "Train_Image" / "10165.JPG").unlink()
    scenes, _ = read(folder)
    assert list(scenes)[-1] == "10165.JPG"
    scene = scenes["10165.JPG"]
    assert (scene.present, len(scene.annotations)) == (False, 2)
    assert [f.kind for f in scene.findings] == [FindingKind.LABEL_WITHOUT_IMAGE]


def test_an_image_without_questions_is_a_finding(folder):
    write_image(folder / "Images" / "1.JPG", (32, 32))
    scenes, _ = read(folder)
    assert [f.kind for f in scenes["Images/1.JPG"].findings] == [FindingKind.IMAGE_WITHOUT_LABEL]


def test_an_image_of_two_splits_is_of_the_test_set(folder):
    rows = [row("10165.JPG", "Is it?", "Yes", "Yes_No")]
    write_questions(folder / "Questions" / "Test_Question.json", rows)
    scenes, _ = read(folder)
    scene = scenes["Images/Train_Image/10165.JPG"]
    assert (scene.split, len(scene.annotations)) == (Split.TEST, 3)
    assert [f.kind for f in scene.findings] == [FindingKind.SPLIT_OVERLAP]


@pytest.mark.parametrize(
    ("odd", "kind"),
    [
        (None, FindingKind.MALFORMED_LINE),
        ([], FindingKind.MALFORMED_LINE),
        ({"Image_ID": 5, "Question": "?"}, FindingKind.MALFORMED_LINE),
        ({"Image_ID": "a.JPG"}, FindingKind.MALFORMED_LINE),
        ({"Image_ID": "../a.JPG", "Question": "?"}, FindingKind.UNSAFE_NAME),
        ({"Image_ID": "/a.JPG", "Question": "?"}, FindingKind.UNSAFE_NAME),
    ],
)
def test_an_odd_row_costs_only_itself(folder, odd, kind):
    write_questions(folder / TRAIN, [row("10165.JPG", "Is it?", "Yes", "Yes_No"), odd])
    scenes, loose = read(folder)
    assert [(f.kind, f.element) for f in loose] == [(kind, "1")]
    assert len(scenes["Images/Train_Image/10165.JPG"].annotations) == 1


@pytest.mark.parametrize("truth", [True, [], {}, " "])
def test_a_ground_truth_that_is_no_answer_is_a_missing_one(folder, truth):
    write_questions(folder / TRAIN, [row("10165.JPG", "Is it?", truth, "Yes_No")])
    scenes, _ = read(folder)
    (finding,) = scenes["Images/Train_Image/10165.JPG"].findings
    assert finding.kind is FindingKind.MISSING_PAIR


@pytest.mark.parametrize("content", ["", "[]", '{"0": ', "null"])
def test_a_broken_file_costs_only_its_split(folder, content):
    (folder / TRAIN).write_text(content)
    scenes, loose = read(folder)
    assert len(scenes["Images/Valid_Image/10166.JPG"].annotations) == 1
    assert [(f.kind, f.severity, f.file) for f in loose] == [
        (FindingKind.MALFORMED_LINE, Severity.ERROR, TRAIN)
    ]


def test_a_folder_with_only_broken_files_cannot_be_read(folder):
    for path in (folder / "Questions").iterdir():
        path.write_text("{")
    with pytest.raises(SourceError, match=r"Question\.json, line 1"):
        read(folder)


def test_it_is_recognised_by_names_and_keys(folder, tmp_path_factory):
    assert SOURCE.recognises(SourceFolder(str(folder)))
    other = tmp_path_factory.mktemp("other")
    (other / "train_questions.json").write_text('{"questions": []}')
    (other / "LR_split_train_questions.json").write_text('{"questions": []}')
    assert not SOURCE.recognises(SourceFolder(str(other)))
