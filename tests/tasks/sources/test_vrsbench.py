"""VRSBench: captions, objects, referring sentences and questions of one JSON file an image."""

import json

import pytest

from schemas.params import SourceSpec
from schemas.vocabulary import FindingKind, Reason, Shape, Split
from tasks.sources.folder import SourceFolder
from tasks.sources.registry import recognise
from tasks.sources.vrsbench import SOURCE
from tests.fixtures.formats import vrsbench
from tests.fixtures.formats.vrsbench import row, thing, write


@pytest.fixture
def read(tmp_path):
    """Return what VRSBench reads below ``tmp_path``."""
    return lambda: list(
        SOURCE.read(SourceFolder(str(tmp_path)), SourceSpec(name="vrsbench", path=str(tmp_path)))
    )


@pytest.fixture
def scene(tmp_path, read):
    """Return the one scene of a JSON file with these objects, its image of 64×48 px."""

    def one(*objects, content=None, **more):
        write(tmp_path, "train", "a", row("a", objects, **more) if content is None else content)
        (found,) = read()
        return found

    return one


def only(row, kind):
    return [one for one in row.annotations if one.kind == kind]


def kinds(row):
    return [(finding.kind, finding.element) for finding in row.findings]


def test_the_fixture_is_recognised_and_read(tmp_path, read):
    vrsbench.make(tmp_path)
    assert recognise(SourceFolder(str(tmp_path))) == ["vrsbench"]
    first, second = read()
    assert (first.name, first.split, first.parent) == (
        "Images_train/P0003_0002.png", Split.TRAIN, "P0003",
    )  # fmt: skip
    assert [one.kind for one in first.annotations] == [
        "caption", "object", "referring", "object", "region", "object", "region",
        "question_answer", "question_answer",
    ]  # fmt: skip
    assert (first.classes, second.split) == ((), Split.VAL)


def test_four_corners_are_shares_and_come_before_the_box(scene):
    (found,) = only(scene(thing(0, corners=(0.5, 0.25, 0.75, 0.5, 0.5, 0.75, 0.25, 0.5))), "object")
    assert (found.shape, found.polygon) == (Shape.OBB, ((32, 12), (48, 24), (32, 36), (16, 24)))
    assert found.origin.element == "objects[0]"


def test_without_corners_the_box_counts(scene):
    row = scene(thing(0, obj_corner=[], obj_coord=[0.5, 0.25, 0.75, 0.5]))
    (found,) = only(row, "object")
    assert (found.shape, found.polygon) == (Shape.HBB, ((32, 12), (48, 12), (48, 24), (32, 24)))


def test_an_inverted_box_is_put_in_order_with_a_finding(scene):
    row = scene(thing(0, obj_corner=None, obj_coord=[0.75, 0.25, 0.5, 0.5]))
    assert only(row, "object")[0].polygon == ((32, 12), (48, 12), (48, 24), (32, 24))
    assert kinds(row) == [(FindingKind.INVERTED_BOX, "objects[0].obj_coord")]


def test_only_a_unique_object_gives_a_referring_expression(scene):
    row = scene(thing(0), thing(1, is_unique=False), thing(2, is_unique=None))
    assert (len(only(row, "referring")), len(only(row, "region"))) == (1, 2)
    assert only(row, "referring")[0].category == "plane"


def test_questions_keep_their_type_and_number_answers_become_text(scene):
    qa = [{"question": "How many?", "answer": 2, "type": "object quantity"}]
    (found,) = only(scene(qa_pairs=qa), "question_answer")
    assert (found.answer, found.question_type) == ("2", "object quantity")


@pytest.mark.parametrize("pair", [{}, {"question": "Why?"}, {"answer": "x"}, {"question": 1}])
def test_half_a_question_is_a_finding(scene, pair):
    row = scene(qa_pairs=[pair])
    assert kinds(row) == [(FindingKind.MISSING_PAIR, "qa_pairs[0]")]


@pytest.mark.parametrize(
    "broken",
    [{"obj_corner": [1, 2, 3]}, {"obj_corner": "x"}, {"obj_corner": [None] * 8},
     {"obj_corner": None, "obj_coord": None}, {"obj_corner": [1e300] * 8}, {"obj_cls": None},
     {"obj_cls": " "}],
)  # fmt: skip
def test_an_object_that_cannot_be_read_costs_only_itself(scene, broken):
    row = scene(thing(0, **broken), thing(1))
    assert [one.origin.element for one in only(row, "object")] == ["objects[1]"]
    assert [kind for kind, _ in kinds(row)] == [FindingKind.MALFORMED_LINE]


@pytest.mark.parametrize("content", [[], 1, "x", None, {"objects": 5, "qa_pairs": {}}])
def test_a_file_of_another_form_is_a_finding(scene, content):
    assert {kind for kind, _ in kinds(scene(content=content or []))} == {FindingKind.MALFORMED_LINE}


def test_a_file_about_another_image_is_a_finding(scene):
    assert kinds(scene(image="b.png")) == [(FindingKind.WRONG_REFERENCE, "image")]


def test_texts_of_an_absent_image_are_read_and_its_objects_left_out(tmp_path, scene, read):
    scene(thing(0), thing(1))
    (tmp_path / "Images_train" / "a.png").unlink()
    (row,) = read()
    assert (row.name, row.present, row.split) == ("train/a", False, Split.TRAIN)
    assert [one.kind for one in row.annotations] == ["caption"] + ["question_answer"] * 2
    assert [kind for kind, _ in kinds(row)] == [
        FindingKind.LABEL_WITHOUT_IMAGE, FindingKind.WRONG_SIZE,
    ]  # fmt: skip


def test_broken_json_rejects_its_image_and_no_other(tmp_path, scene, read):
    scene()
    write(tmp_path, "train", "b", row("b"))
    (tmp_path / "Annotations_train" / "b.json").write_text('{"caption": "x",\n "objects": [}')
    good, rejection = read()
    assert (good.name, rejection.reason, rejection.line) == (
        "Images_train/a.png", Reason.UNREADABLE_LABEL, 2,
    )  # fmt: skip


def test_an_unknown_class_is_a_finding_and_kept_as_spelled(scene):
    row = scene(thing(0, "Flux-Capacitor"))
    assert kinds(row) == [(FindingKind.UNKNOWN_CLASS, "objects[0]")]
    assert only(row, "object")[0].category_as_given == "Flux-Capacitor"


def test_other_json_is_not_recognised(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([row("a")]))
    assert recognise(SourceFolder(str(tmp_path))) == []
