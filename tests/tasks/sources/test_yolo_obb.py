"""YOLO-OBB: shares of the image, class names from YAML, and what goes wrong with both."""

import pytest

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.vocabulary import FindingKind, Reason, Severity, Shape, Split
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tasks.sources.registry import recognise
from tasks.sources.yolo_obb import SOURCE
from tests.fixtures.formats import yolo_obb
from tests.fixtures.scenes import write_image

QUAD = "0 0.125 0.25 0.5 0.25 0.5 0.5 0.125 0.5"
CORNERS = ((8, 12), (32, 12), (32, 24), (8, 24))


@pytest.fixture
def read(tmp_path):
    """Return what YOLO-OBB reads below ``tmp_path``."""
    return lambda: list(
        SOURCE.read(SourceFolder(str(tmp_path)), SourceSpec(name="yolo_obb", path=str(tmp_path)))
    )


@pytest.fixture
def scene(tmp_path, read):
    """Return the one scene of a label file of these lines, its image of 64×48 px."""

    def one(*lines, names="names: [plane, ship]", image=True):
        if image:
            write_image(tmp_path / "images" / "a.png", (64, 48))
        (tmp_path / "labels").mkdir(exist_ok=True)
        (tmp_path / "labels" / "a.txt").write_text("\n".join(lines))
        (tmp_path / "data.yaml").write_text(names)
        return next(row for row in read() if isinstance(row, SceneLabels | Rejection))

    return one


def kinds(row):
    return [finding.kind for finding in row.findings]


def test_the_fixture_is_recognised_and_read(tmp_path, read):
    yolo_obb.make(tmp_path)
    assert recognise(SourceFolder(str(tmp_path))) == ["yolo_obb"]
    a, b, c = read()
    assert [(row.name, row.split) for row in (a, b, c)] == [
        ("images/train/a.jpg", Split.TRAIN), ("images/train/b.jpg", Split.TRAIN),
        ("images/val/c.jpg", Split.VAL),
    ]  # fmt: skip
    assert [one.category for one in a.annotations] == ["plane", "ship"]
    assert (a.classes, kinds(b)) == (("plane", "ship"), [FindingKind.EMPTY_LABEL])


def test_corners_are_shares_of_the_image(scene):
    (found,) = scene(QUAD).annotations
    assert (found.shape, found.polygon, found.origin.line) == (Shape.OBB, CORNERS, 1)


def test_corners_outside_of_the_image_are_kept(scene):
    (found,) = scene("1 0.9 0.5 1.25 0.5 1.25 0.75 -0.5 0.75").annotations
    assert (found.polygon[1], found.polygon[3]) == ((80, 24), (-32, 36))


def test_four_numbers_are_an_upright_box_and_more_corners_a_polygon(scene):
    box, ring = scene("0 0.3125 0.375 0.375 0.25", "0 0 0 0.5 0 0.5 0.5").annotations
    assert (box.shape, box.polygon) == (Shape.HBB, CORNERS)
    assert (ring.shape, ring.polygon) == (Shape.POLYGON, ((0, 0), (32, 0), (32, 24)))


@pytest.mark.parametrize(
    "names",
    ["names:\n  0: plane\n  1: ship", "names: ['plane', 'ship']", "names:\n- plane\n- ship\nnc: 2"],
)
def test_class_names_are_a_list_or_a_mapping(scene, names):
    assert scene(QUAD, names=names).classes == ("plane", "ship")


@pytest.mark.parametrize("names", ["nc: 2", "names: 3", "names: {x: plane}", "", "- 1"])
def test_a_class_without_name_is_a_finding(scene, names):
    row = scene(QUAD, names=names)
    assert (row.annotations, row.classes) == ((), ())
    assert [(f.kind, f.line) for f in row.findings] == [(FindingKind.MALFORMED_LINE, 1)]
    assert "has the class 0" in row.findings[0].detail


@pytest.mark.parametrize(
    "line",
    ["0 1 2 3", "0", "plane 0 0 1 0 1 1 0 1", "-1 0 0 1 0 1 1 0 1", "0 0 0 1 0 1 1 0 nan",
     "0 0 0 1 0 1 1 0 1e400", "0 0 0 1 0 1 1 0 x", "0.5 0 0 1 0 1 1 0 1", "7 0 0 1 0 1 1 0 1",
     "99999999999999999999 0 0 1 1"],
)  # fmt: skip
def test_a_malformed_line_costs_only_itself(scene, line):
    row = scene(QUAD, line, QUAD)
    assert [one.origin.line for one in row.annotations] == [1, 3]
    assert [(f.kind, f.line) for f in row.findings] == [(FindingKind.MALFORMED_LINE, 2)]
    assert row.classes == ()


def test_crlf_and_a_byte_order_mark_do_not_matter(scene):
    assert len(scene("\ufeff" + QUAD + "\r", QUAD + "\r").annotations) == 2


def test_labels_of_an_absent_image_give_no_px(scene):
    row = scene(QUAD, QUAD, image=False)
    assert (row.name, row.present, row.annotations) == ("a", False, ())
    assert kinds(row) == [FindingKind.LABEL_WITHOUT_IMAGE, FindingKind.WRONG_SIZE]


def test_an_image_without_label_is_a_scene_that_claims_nothing(tmp_path, scene, read):
    scene(QUAD)
    write_image(tmp_path / "images" / "b.png", (64, 48))
    _, row = read()
    assert (row.classes, kinds(row)) == ((), [FindingKind.IMAGE_WITHOUT_LABEL])


def test_labels_that_are_no_text_reject_their_image(tmp_path, scene, read):
    scene(QUAD)
    (tmp_path / "labels" / "a.txt").write_bytes(b"0 0\n\xff")
    (row,) = read()
    assert (row.reason, row.line, row.subject_id) == (Reason.UNREADABLE_LABEL, 2, "images/a.png")


@pytest.mark.parametrize(
    "text",
    ["names: [plane", "names: &a [*a, *a]\nx: *b", "\t", "a: &a [1]\n" * 3 + "}", "- " * 3000,
     "names: [\"\\ud800\"]\n: :"],
)  # fmt: skip
def test_a_broken_yaml_file_is_a_finding(tmp_path, scene, read, text):
    scene(QUAD, names=text)
    *_, finding = read()
    assert (finding.kind, finding.severity, finding.file) == (
        FindingKind.MALFORMED_LINE, Severity.ERROR, "data.yaml",
    )  # fmt: skip


def test_yaml_that_would_grow_without_end_does_not(scene):
    laughs = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12)
    )
    assert len(scene(QUAD, names=f"{laughs}names: [plane]").annotations) == 1


def test_a_class_that_is_not_in_the_lexicon_is_one_note(scene, read):
    scene(QUAD, names="names: [flux-capacitor, ship]")
    _, finding = read()
    assert (finding.kind, finding.file) == (FindingKind.UNKNOWN_CLASS, "data.yaml")


def test_dota_labels_are_not_recognised(tmp_path):
    write_image(tmp_path / "images" / "a.png")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("1 2 3 4 5 6 7 8 plane 0")
    assert recognise(SourceFolder(str(tmp_path))) == ["dota"]
