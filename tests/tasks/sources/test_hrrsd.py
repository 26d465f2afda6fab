"""HRRSD, and what all formats with VOC files share."""

import pytest

from schemas.vocabulary import FindingKind, Reason, Severity, Shape, Split
from tests.fixtures.formats import hrrsd
from tests.fixtures.formats.hrrsd import DATABASE
from tests.fixtures.voc import annotation, box, tags, thing, write, write_list
from tests.tasks.sources._reading import kinds, read, recognised

LABEL = "Annotations/00001.xml"
IMAGE = "JPEGImages/00001.jpg"


@pytest.fixture
def folder(tmp_path):
    """Return a small HRRSD."""
    hrrsd.make(tmp_path)
    return tmp_path


def put(folder, *objects, stem="00001", **more):
    write(folder / "Annotations" / f"{stem}.xml", annotation(stem, objects, DATABASE, **more))


def test_every_image_has_its_boxes_its_size_and_its_split(folder):
    scenes, rejections, loose = read("hrrsd", folder)
    assert (rejections, loose) == ([], [])
    assert {name: scene.split for name, scene in scenes.items()} == {
        IMAGE: Split.TRAIN, "JPEGImages/00002.jpg": Split.VAL, "JPEGImages/00003.jpg": Split.TEST,
    }  # fmt: skip
    scene = scenes[IMAGE]
    (plane,) = scene.annotations
    assert plane.shape == Shape.HBB
    assert plane.polygon == ((5, 6), (20, 6), (20, 18), (5, 18))
    assert (plane.category_as_given, plane.category) == ("airplane", "plane")
    assert (plane.origin.file, plane.origin.element) == (LABEL, "object[1]")
    assert (scene.width, scene.height, scene.present) == (48, 36, True)
    assert "parking lot" in scene.classes
    assert scenes["JPEGImages/00003.jpg"].annotations[0].difficult == 1


def test_it_is_recognised_by_the_name_of_its_database(folder):
    assert recognised(folder) == ["hrrsd"]


def test_labels_without_image_and_images_without_labels_are_findings(folder):
    (folder / IMAGE).unlink()
    (folder / "Annotations" / "00002.xml").unlink()
    scenes, _, _ = read("hrrsd", folder)
    assert (scenes["00001"].present, kinds(scenes["00001"])) == (False, ["label_without_image"])
    assert len(scenes["00001"].annotations) == 1
    assert kinds(scenes["JPEGImages/00002.jpg"]) == ["image_without_label"]
    assert list(scenes)[-1] == "00001"


def test_a_broken_file_costs_only_its_own_image(folder):
    write(folder / LABEL, "<annotation>\n<object>")
    scenes, rejections, _ = read("hrrsd", folder)
    assert len(scenes) == 2
    assert [(one.reason, one.subject_id, one.file) for one in rejections] == [
        (Reason.UNREADABLE_LABEL, IMAGE, LABEL)
    ]
    assert rejections[0].line == 2


@pytest.mark.parametrize(
    "corners",
    ["", box(1, 2, 3, ""), box(1, 2, 3, "x"), box(1, 2, 3, "nan"), box(1, 2, 3, "1e400"),
     tags(bndbox="<xmin>1</xmin>"), box(1, 2, 3, "9" * 4500)],
)  # fmt: skip
def test_an_object_that_cannot_be_read_is_left_out_and_nothing_is_said_of_absence(folder, corners):
    put(folder, thing("ship", corners), thing("ship", box(1, 2, 9, 9)))
    scene = read("hrrsd", folder)[0][IMAGE]
    assert [one.origin.element for one in scene.annotations] == ["object[2]"]
    (finding,) = scene.findings
    assert (finding.kind, finding.element) == (FindingKind.MALFORMED_LINE, "object[1]")
    assert scene.classes == ()


def test_an_object_without_class_is_left_out(folder):
    put(folder, tags(object=box(1, 2, 3, 4)))
    scene = read("hrrsd", folder)[0][IMAGE]
    assert (scene.annotations, kinds(scene)) == ((), ["malformed_line"])


def test_an_inverted_box_is_put_right_and_reported(folder):
    put(folder, thing("ship", box(30, 20, 10, 5)))
    scene = read("hrrsd", folder)[0][IMAGE]
    assert scene.annotations[0].polygon == ((10, 5), (30, 5), (30, 20), (10, 20))
    assert kinds(scene) == ["inverted_box"]


def test_an_empty_file_and_an_unknown_class_are_notes(folder):
    put(folder)
    put(folder, thing("zorgl", box(1, 2, 9, 9)), thing("zorgl", box(3, 2, 9, 9)), stem="00002")
    scenes, _, _ = read("hrrsd", folder)
    assert kinds(scenes[IMAGE]) == ["empty_label"]
    assert "ship" in scenes[IMAGE].classes
    assert kinds(scenes["JPEGImages/00002.jpg"]) == ["unknown_class"]
    assert "zorgl" in scenes["JPEGImages/00002.jpg"].classes


@pytest.mark.parametrize(
    ("said", "kind"),
    [("../../x.jpg", FindingKind.UNSAFE_NAME), ("/etc/passwd", FindingKind.UNSAFE_NAME),
     ("00007.jpg", FindingKind.WRONG_REFERENCE)],
)  # fmt: skip
def test_a_file_that_names_another_image_is_taken_by_its_own_name(folder, said, kind):
    text = annotation("00001", [thing("ship", box(1, 2, 9, 9))], DATABASE)
    write(folder / LABEL, text.replace("00001.jpg", said))
    scene = read("hrrsd", folder)[0][IMAGE]
    assert [finding.kind for finding in scene.findings] == [kind]
    assert len(scene.annotations) == 1


def test_an_image_in_two_lists_is_taken_as_test_and_reported(folder):
    write_list(folder / "ImageSets" / "Main" / "test.txt", "00003", "00001.jpg")
    scene = read("hrrsd", folder)[0][IMAGE]
    assert scene.split == Split.TEST
    (finding,) = scene.findings
    assert finding.kind == FindingKind.SPLIT_OVERLAP
    assert "test.txt" in finding.detail
    assert "train.txt" in finding.detail


def test_an_image_of_trainval_alone_is_train(folder):
    write_list(folder / "ImageSets" / "Main" / "train.txt")
    scene = read("hrrsd", folder)[0][IMAGE]
    assert (scene.split, scene.findings) == (Split.TRAIN, ())


def test_a_list_that_names_absent_images_or_is_no_text_is_one_finding(folder):
    write_list(folder / "ImageSets" / "Main" / "test.txt", "00003", "90001", "90002")
    (folder / "ImageSets" / "Main" / "val.txt").write_bytes(b"00002\n\xff")
    _, _, loose = read("hrrsd", folder)
    assert [(one.kind, one.severity, one.line) for one in loose] == [
        (FindingKind.MALFORMED_LINE, Severity.ERROR, 2),
        (FindingKind.MISSING_PAIR, Severity.NOTE, 2),
    ]
    assert "2 images" in loose[1].detail


def test_a_second_label_file_of_an_image_is_not_read(folder):
    put(folder, thing("ship", box(1, 2, 9, 9)))
    write(folder / "more" / "00001.xml", annotation("00001", [], DATABASE))
    scene = read("hrrsd", folder)[0][IMAGE]
    assert kinds(scene) == ["duplicate_label"]
    assert len(scene.annotations) == 1


def test_an_image_with_more_objects_than_any_has_is_rejected_unread(folder):
    put(folder, "<object/>" * 50_001)
    scenes, rejections, _ = read("hrrsd", folder)
    assert [(one.subject_id, one.reason) for one in rejections] == [(IMAGE, Reason.TOO_LARGE)]
    assert len(scenes) == 2
