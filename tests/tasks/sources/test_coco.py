"""COCO: every trap of the real files."""

import time

import pytest

from schemas.errors import SourceError
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Reason, Severity, Shape, Split
from tasks.sources.coco import SOURCE
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tests.fixtures.scenes import coco_box, coco_image, write_coco, write_image
from tests.tasks.sources._coco import BOX, only, rows_of, scene_of


@pytest.fixture
def read(tmp_path):
    """Return what COCO reads below ``tmp_path``."""
    return lambda: rows_of(tmp_path)


@pytest.fixture
def scene(tmp_path):
    """Return the one scene that COCO reads with these annotations."""
    return lambda *annotations, **options: scene_of(tmp_path, *annotations, **options)


def test_a_box_is_x_y_width_height(scene):
    found = only(scene(coco_box(1)))
    assert (found.shape, found.polygon) == (Shape.HBB, BOX)
    assert (found.category_as_given, found.category) == ("plane", "plane")


def test_an_annotation_knows_its_file_and_element(scene):
    row = scene(coco_box(1), coco_box(1, (1, 1, 5, 5)))
    assert [a.origin.element for a in row.annotations] == ["annotations[0]", "annotations[1]"]
    assert only(scene(coco_box(1))).origin.file == "annotations.json"


def test_a_crowd_is_marked(scene):
    row = scene(coco_box(1, iscrowd=1), coco_box(1, (1, 1, 5, 5)))
    assert [a.crowd for a in row.annotations] == [True, False]


def test_a_negative_size_is_a_finding(scene):
    row = scene(coco_box(1, (10, 10, -5, 5)))
    assert (row.annotations, row.findings[0].kind) == ((), FindingKind.ZERO_AREA)
    assert row.classes == ()


@pytest.mark.parametrize("bbox", [[1, 2, 3], [1, 2, 3, None], [1, 2, 3, float("nan")], None, []])
def test_a_broken_box_is_a_finding(scene, bbox):
    row = scene({"image_id": 1, "category_id": 1, "bbox": bbox})
    assert (row.annotations, row.findings[0].kind) == ((), FindingKind.MALFORMED_LINE)


def test_an_unknown_category_id_is_a_finding_and_labels_are_not_complete(scene):
    row = scene(coco_box(1), coco_box(1, (1, 1, 5, 5), category=9))
    assert [(f.kind, f.element) for f in row.findings] == [
        (FindingKind.WRONG_REFERENCE, "annotations[1]")
    ]
    assert (len(row.annotations), row.classes) == (1, ())


def test_an_unknown_image_id_is_a_finding(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1), coco_box(7), coco_box(7)])
    row, finding = read()
    assert len(row.annotations) == 1
    assert (finding.kind, finding.element) == (FindingKind.WRONG_REFERENCE, "annotations[1]")
    assert "and 1 more have the image_id 7" in finding.detail


def test_ids_that_are_no_proper_text_are_findings(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box("\ud800"), coco_box({"a": 1}), coco_box([])])
    row, *findings = read()
    assert row.annotations == ()
    assert {f.kind for f in findings} == {FindingKind.WRONG_REFERENCE}
    assert len(findings) == 3


def test_an_image_id_used_twice_is_a_finding(tmp_path, read):
    write_coco(tmp_path, [coco_image(1), coco_image(1, "b.png")], [coco_box(1)])
    rows = read()
    assert [len(row.annotations) for row in rows[:2]] == [1, 0]
    assert {rows[1].findings[0].kind, rows[2].kind} == {
        FindingKind.IMAGE_WITHOUT_LABEL, FindingKind.WRONG_REFERENCE,
    }  # fmt: skip


def test_ids_may_be_text_in_one_place_and_numbers_in_another(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box("1", category=2.0)])
    assert only(read()[0]).category == "ship"


def test_the_labels_of_an_absent_image_are_read_after_the_others(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)])
    images = [coco_image(2, "0.png"), coco_image(1)]
    write_coco(tmp_path, images, [coco_box(1), coco_box(2)], make_images=False)
    row, gone = read()
    assert (row.name, row.present) == ("1.png", True)
    assert (gone.name, gone.present, only(gone).polygon) == ("0.png", False, BOX)
    assert (gone.width, gone.height, gone.classes) == (120, 80, ("plane", "ship"))
    (finding,) = gone.findings
    assert (finding.kind, finding.element) == (FindingKind.LABEL_WITHOUT_IMAGE, "images[0]")
    assert "0.png" in finding.detail


def test_absent_images_of_one_name_in_two_splits_are_two(tmp_path, read):
    for split in ("train", "val"):
        write_coco(tmp_path, [coco_image(1)], name=f"instances_{split}.json", make_images=False)
    assert [(row.name, row.split) for row in read()] == [
        ("train/1.png", Split.TRAIN), ("val/1.png", Split.VAL),
    ]  # fmt: skip


def test_images_may_lie_in_another_folder(tmp_path):
    write_coco(tmp_path / "labels", [coco_image(1)], [coco_box(1)], make_images=False)
    write_image(tmp_path / "pictures" / "1.png")
    spec = SourceSpec(
        name="coco", path=str(tmp_path / "labels"), images=(str(tmp_path / "pictures"),)
    )
    (row,) = SOURCE.read(SourceFolder(spec.path, spec.images), spec)
    assert (row.name, row.present, row.findings) == ("@0/1.png", True, ())


def test_a_file_that_cannot_be_read_is_a_finding_and_the_others_are_read(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)], name="a.json")
    (tmp_path / "b.json").write_text('{"images": [],\n "annotations": [}')
    row, finding = read()
    assert len(row.annotations) == 1
    assert (finding.kind, finding.severity, finding.file) == (
        FindingKind.MALFORMED_LINE, Severity.ERROR, "b.json",
    )  # fmt: skip
    assert "line 2, column 18" in finding.detail


@pytest.mark.parametrize("width", [10**30, 1e300])
def test_a_size_that_no_image_has_is_unknown(tmp_path, read, width):
    write_image(tmp_path / "1.png")
    image = coco_image(1) | {"width": width}
    write_coco(tmp_path, [image], [coco_box(1)], make_images=False)
    assert read()[0].width is None


def test_an_image_that_no_file_lists_is_a_scene_that_claims_nothing(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)])
    write_image(tmp_path / "2.png")
    _, row = read()
    assert (row.classes, row.findings[0].kind) == ((), FindingKind.IMAGE_WITHOUT_LABEL)


@pytest.mark.parametrize("name", ["../x.png", "/etc/x.png", "a\\..\\..\\x.png"])
def test_a_file_name_that_leads_outside_is_a_rejection_and_the_rest_goes_on(tmp_path, read, name):
    images = [coco_image(1), coco_image(2, name)]
    write_coco(tmp_path, [coco_image(1)])
    write_coco(tmp_path, images, [coco_box(1), coco_box(2)], make_images=False)
    row, rejection = read()
    assert len(row.annotations) == 1
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.file) == (Reason.UNSAFE_PATH, "annotations.json")
    assert "images[1]" in rejection.detail
    assert name in rejection.detail


@pytest.mark.parametrize(
    ("json_name", "image"),
    [("a.json", "1.png"), ("annotations/a.json", "images/1.png"), ("x/a.json", "x/1.png"),
     ("annotations/a.json", "images/deep/1.png")],
)  # fmt: skip
def test_images_are_found_beside_the_file_or_below_any_folder(tmp_path, read, json_name, image):
    write_image(tmp_path / image)
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)], name=json_name, make_images=False)
    (row,) = read()
    assert (row.name, len(row.annotations)) == (image, 1)


def test_windows_separators_in_file_names_are_understood(tmp_path, read):
    write_image(tmp_path / "images" / "1.png")
    write_coco(tmp_path, [coco_image(1, "images\\1.png")], [coco_box(1)], make_images=False)
    assert len(read()[0].annotations) == 1


def test_of_two_images_of_one_name_the_one_of_the_files_split_is_meant(tmp_path, read):
    for split, category in (("train2017", 1), ("val2017", 2)):
        write_image(tmp_path / split / "1.png")
        write_coco(
            tmp_path, [coco_image(1)], [coco_box(1, category=category)],
            name=f"annotations/instances_{split}.json", make_images=False,
        )  # fmt: skip
    train, val = read()
    assert (only(train).category, train.split) == ("plane", Split.TRAIN)
    assert (only(val).category, val.split) == ("ship", Split.VAL)


def test_an_image_of_two_files_has_the_labels_of_both(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)], name="a.json")
    ships = [{"id": 1, "name": "ship"}]
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)], name="b.json", categories=ships)
    (row,) = read()
    assert [a.category for a in row.annotations] == ["plane", "ship"]
    assert row.classes == ("plane", "ship")


def test_an_image_without_annotations_is_a_scene_with_complete_labels(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)])
    (row,) = read()
    assert (row.annotations, row.classes, row.findings) == ((), ("plane", "ship"), ())


def test_sizes_licence_and_contributor_come_from_the_file(tmp_path, read):
    licences = [{"id": 3, "name": "CC-BY-4.0", "url": "https://example.org"}]
    write_coco(
        tmp_path, [coco_image(1, license=3)], licenses=licences, info={"contributor": "A Survey"}
    )
    (row,) = read()
    assert (row.width, row.height) == (120, 80)
    assert (row.licence, row.attribution) == ("CC-BY-4.0", "A Survey")


def test_a_licence_without_name_is_unknown(tmp_path, read):
    write_coco(tmp_path, [coco_image(1, license=0)], licenses=[{"id": 0, "name": None}])
    assert read()[0].licence is None


def test_a_size_of_zero_is_unknown(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)])
    listed = {"id": 1, "file_name": "1.png", "width": 0, "height": -1}
    write_coco(tmp_path, [listed], [coco_box(1)], make_images=False)
    row = read()[0]
    assert (row.width, row.height, len(row.annotations)) == (None, None, 1)


def test_an_unknown_class_is_one_finding_and_kept_as_spelled(tmp_path, read):
    write_coco(
        tmp_path, [coco_image(1)], [coco_box(1)], categories=[{"id": 1, "name": "Flux_Capacitor"}]
    )
    row, finding = read()
    assert (only(row).category_as_given, only(row).category) == ("Flux_Capacitor", "flux capacitor")
    assert (finding.kind, finding.element) == (FindingKind.UNKNOWN_CLASS, "categories[0]")


def test_broken_elements_are_findings_and_cost_only_themselves(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1), 5, {"bbox": [1, 2, 3, 4]}])
    content = (tmp_path / "annotations.json").read_text()
    (tmp_path / "annotations.json").write_text(content.replace('"images": [', '"images": [{}, 7, '))
    row, *findings = read()
    assert len(row.annotations) == 1
    assert sorted(f.element for f in findings) == [
        "annotations[1]", "annotations[2]", "images[0]", "images[1]",
    ]  # fmt: skip


def test_broken_json_names_line_and_column(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)])
    (tmp_path / "annotations.json").write_text('{"images": [],\n "annotations": [}')
    with pytest.raises(SourceError, match=r"annotations\.json is broken JSON at line 2, column 18"):
        read()


def test_json_that_is_not_utf8_is_a_source_error(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)])
    (tmp_path / "annotations.json").write_bytes(b'{"images": [], "annotations": ["\xe9"]}')
    with pytest.raises(SourceError, match="Save it as UTF-8 JSON"):
        read()


def test_a_file_without_categories_is_a_source_error(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)])
    (tmp_path / "annotations.json").write_text('{"images": [], "annotations": []}')
    with pytest.raises(SourceError, match="has no list “categories”"):
        read()


def test_other_json_files_are_left_alone(tmp_path, read):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)])
    (tmp_path / "notes.json").write_text("{broken")
    assert len(read()) == 1


def test_reading_takes_time_in_proportion_to_the_annotations(tmp_path, read):
    def seconds(images, each):
        boxes = [coco_box(i, (j, 1, 5, 5)) for i in range(images) for j in range(each)]
        write_coco(
            tmp_path, [coco_image(i, "1.png") | {"id": i} for i in range(images)], boxes,
            make_images=False,
        )  # fmt: skip
        start = time.process_time()
        assert sum(len(row.annotations) for row in read() if isinstance(row, SceneLabels))
        return time.process_time() - start

    write_image(tmp_path / "1.png")
    small = min(seconds(100, 10) for _ in range(3))
    assert seconds(1600, 10) < 16 * small * 5


def test_every_finding_names_file_and_remedy(tmp_path, read):
    broken = [coco_box(1, category=9), coco_box(1, (1, 1, -1, 1)), coco_box(8), 5]
    write_coco(tmp_path, [coco_image(1), coco_image(2)], broken)
    (tmp_path / "2.png").unlink()
    rows = read()
    findings = [f for row in rows for f in ([row] if isinstance(row, Finding) else row.findings)]
    assert len(findings) == 5
    assert all(f.file and f.remedy.endswith(".") and f.detail.endswith(".") for f in findings)
