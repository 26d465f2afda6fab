"""DOTA: every trap of the real files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Reason, Shape, Split
from tasks.sources.dota import SOURCE, V1_0, V1_5, V2_0, version_classes
from tasks.sources.dota_labels import read_lines
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tests.fixtures.scenes import quad, write_dota, write_image

HEADER = ("imagesource:GoogleEarth", "gsd:0.146343590398")


@pytest.fixture
def read(tmp_path):
    """Return what DOTA reads below ``tmp_path``."""
    return lambda: list(
        SOURCE.read(SourceFolder(str(tmp_path)), SourceSpec(name="dota", path=str(tmp_path)))
    )


@pytest.fixture
def scene(tmp_path, read):
    """Return the one scene that DOTA reads from a label file of these lines."""

    def one(*lines, name="P0001", **options):
        write_dota(tmp_path, name, lines=lines, **options)
        (row,) = read()
        return row

    return one


def kinds(row):
    return [finding.kind for finding in row.findings]


def test_header_lines_give_source_and_gsd_and_are_no_objects(scene):
    row = scene(quad(1, 2, 9, 8), header=HEADER)
    assert (row.attribution, row.gsd) == ("GoogleEarth", 0.146343590398)
    assert [a.origin.line for a in row.annotations] == [3]


@pytest.mark.parametrize("stated", ["null", "None", "", " "])
def test_a_gsd_that_is_null_is_unknown(scene, stated):
    row = scene(quad(1, 2, 9, 8), header=("imagesource:GF-2", f"gsd:{stated}"))
    assert (row.gsd, kinds(row)) == (None, [])


@pytest.mark.parametrize("stated", ["-1", "0", "inf", "half a metre"])
def test_a_gsd_that_cannot_be_is_a_finding_and_costs_no_object(scene, stated):
    row = scene(quad(1, 2, 9, 8), header=(f"gsd:{stated}",))
    assert (row.gsd, kinds(row)) == (None, [FindingKind.MALFORMED_LINE])
    assert row.findings[0].line == 1
    assert row.classes


def test_files_without_header_start_at_line_one(scene):
    assert scene(quad(1, 2, 9, 8)).annotations[0].origin.line == 1


def test_crlf_files_read_like_others(scene):
    row = scene(quad(1, 2, 9, 8), quad(3, 4, 5, 6, "ship", 1), header=HEADER, newline="\r\n")
    assert [(a.category, a.difficult) for a in row.annotations] == [("plane", 0), ("ship", 1)]
    assert row.gsd == 0.146343590398


def test_a_byte_order_mark_is_no_part_of_the_first_number(scene):
    row = scene("\ufeff" + quad(1, 2, 9, 8))
    assert row.annotations[0].polygon[0] == (1, 2)


def test_corners_are_ints_or_floats_and_kept_in_order(scene):
    row = scene("2753 2408 2861.5 2385 2888 2468.25 2805 2502 plane 0")
    assert row.annotations[0].polygon == (
        (2753, 2408),
        (2861.5, 2385),
        (2888, 2468.25),
        (2805, 2502),
    )
    assert row.annotations[0].shape == Shape.OBB


def test_corners_outside_the_image_are_kept_as_given(scene):
    assert scene(quad(-5, 70, 1112, 90)).annotations[0].polygon[2] == (1112, 90)


@pytest.mark.parametrize("flag", [0, 1, 2])
def test_the_difficult_flag_is_kept(scene, flag):
    assert scene(quad(1, 2, 9, 8, difficult=flag)).annotations[0].difficult == flag


def test_a_missing_difficult_flag_is_zero(scene):
    assert scene("1 2 9 2 9 8 1 8 ship").annotations[0].difficult == 0


def test_an_empty_label_file_is_a_scene_without_objects_and_a_note(scene):
    row = scene()
    assert (row.annotations, kinds(row)) == ((), [FindingKind.EMPTY_LABEL])


def test_an_unknown_class_is_kept_as_spelled_and_found_once_a_file(scene):
    row = scene(quad(1, 2, 9, 8, "Flux-Capacitor"), quad(2, 2, 9, 8, "Flux-Capacitor"))
    assert {a.category_as_given for a in row.annotations} == {"Flux-Capacitor"}
    assert {a.category for a in row.annotations} == {"flux capacitor"}
    assert [(f.kind, f.line) for f in row.findings] == [(FindingKind.UNKNOWN_CLASS, 1)]


def test_spellings_of_dota_become_canonical(scene):
    row = scene(quad(1, 2, 9, 8, "small-vehicle"), quad(1, 2, 9, 8, "harbor"))
    assert [a.category for a in row.annotations] == ["small vehicle", "harbour"]
    assert kinds(row) == []


@pytest.mark.parametrize(
    "line",
    ["1 2 3 plane 0", "1 2 3 4 5 6 7 plane 0", "a b c d e f g h plane 0", quad("nan", 2, 9, 8),
     quad("1e300", 2, 9, 8), "1 2 3 4 5 6 7 8", "1 2 3 4 5 6 7 8 0", quad(1, 2, 9, 8, "plane", -1)],
)  # fmt: skip
def test_a_malformed_line_is_a_finding_with_its_number_and_costs_only_itself(scene, line):
    row = scene(quad(1, 2, 9, 8), line, quad(1, 2, 9, 8, "ship"))
    assert [a.origin.line for a in row.annotations] == [1, 3]
    assert [(f.kind, f.line, f.file) for f in row.findings] == [
        (FindingKind.MALFORMED_LINE, 2, "labelTxt/P0001.txt")
    ]


def test_a_lost_line_means_that_labels_are_not_complete(scene):
    assert scene(quad(1, 2, 9, 8), "broken").classes == ()


def test_a_label_without_image_is_read_and_a_finding(tmp_path, read):
    write_dota(tmp_path, "P0003", lines=[quad(1, 2, 9, 8)])
    (tmp_path / "labelTxt" / "P0002.txt").write_text(f"gsd:0.5\n{quad(1, 2, 9, 8)}")
    row, gone = read()
    assert (row.name, row.present) == ("images/P0003.png", True)
    assert (gone.name, gone.present, gone.gsd, len(gone.annotations)) == ("P0002", False, 0.5, 1)
    assert gone.classes == tuple(sorted(V1_0))
    (finding,) = gone.findings
    assert (finding.kind, finding.file) == (FindingKind.LABEL_WITHOUT_IMAGE, "labelTxt/P0002.txt")


def test_two_label_files_of_one_absent_image_are_one_scene(tmp_path, read):
    for folder in ("labelTxt", "labelTxt-v1.5"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "P0002.txt").write_text(quad(1, 2, 9, 8))
    (row,) = read()
    assert kinds(row) == [FindingKind.LABEL_WITHOUT_IMAGE, FindingKind.DUPLICATE_LABEL]


def test_an_absent_image_with_labels_that_are_no_text_is_a_rejection(tmp_path, read):
    (tmp_path / "labelTxt").mkdir()
    (tmp_path / "labelTxt" / "P0002.txt").write_bytes(b"\xff\xfe1")
    (row,) = read()
    assert (row.reason, row.subject_id) == (Reason.UNREADABLE_LABEL, "P0002")


def test_images_may_lie_in_another_folder(tmp_path):
    write_image(tmp_path / "pictures" / "P0001.png")
    write_image(tmp_path / "pictures" / "P0009.png")
    (tmp_path / "dota" / "labelTxt").mkdir(parents=True)
    (tmp_path / "dota" / "labelTxt" / "P0001.txt").write_text(quad(1, 2, 9, 8))
    spec = SourceSpec(
        name="dota", path=str(tmp_path / "dota"), images=(str(tmp_path / "pictures"),)
    )
    (row,) = SOURCE.read(SourceFolder(spec.path, spec.images), spec)
    assert (row.name, row.present, len(row.annotations)) == ("@0/P0001.png", True, 1)


def test_an_image_without_label_is_a_scene_that_claims_nothing(tmp_path, read):
    write_dota(tmp_path, "P0001", lines=[quad(1, 2, 9, 8)])
    write_image(tmp_path / "images" / "P0002.png")
    _, row = read()
    assert (row.name, row.annotations, row.classes) == ("images/P0002.png", (), ())
    assert kinds(row) == [FindingKind.IMAGE_WITHOUT_LABEL]


def test_labels_that_are_not_utf8_reject_their_scene_and_no_other(tmp_path, read):
    write_dota(tmp_path, "P0001", lines=[quad(1, 2, 9, 8)])
    write_dota(tmp_path, "P0002")
    (tmp_path / "labelTxt" / "P0002.txt").write_bytes(b"imagesource:x\ngsd:1\n\xff\xfe1 2\n")
    first, rejection = read()
    assert isinstance(first, SceneLabels)
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.file, rejection.line, rejection.subject_id) == (
        Reason.UNREADABLE_LABEL, "labelTxt/P0002.txt", 3, "images/P0002.png",
    )  # fmt: skip
    assert "Save the file as UTF-8" in rejection.detail


def test_splits_are_read_from_folders_and_do_not_mix(tmp_path, read):
    for split, category in (("train", "plane"), ("val", "ship")):
        write_dota(tmp_path, "0001", lines=[quad(1, 2, 9, 8, category)], split=split)
    train, val = read()
    assert (train.split, train.annotations[0].category) == (Split.TRAIN, "plane")
    assert (val.split, val.annotations[0].category) == (Split.VAL, "ship")


def test_a_label_of_one_split_is_not_given_to_an_image_of_another(tmp_path, read):
    write_dota(tmp_path, "0001", lines=[quad(1, 2, 9, 8)], split="train")
    (tmp_path / "val" / "labelTxt").mkdir(parents=True)
    (tmp_path / "val" / "labelTxt" / "0001.txt").write_text(quad(1, 2, 9, 8, "ship"))
    row, gone = read()
    assert len(row.annotations) == 1
    assert (gone.name, gone.split, kinds(gone)) == (
        "val/0001", Split.VAL, [FindingKind.LABEL_WITHOUT_IMAGE],
    )  # fmt: skip


def test_official_folder_names_are_understood(tmp_path, read):
    write_image(tmp_path / "val" / "images" / "part1" / "P0003.png")
    label = tmp_path / "val" / "labelTxt-v1.5" / "DOTA-v1.5_val" / "P0003.txt"
    label.parent.mkdir(parents=True)
    label.write_text(quad(1, 2, 9, 8, "container-crane"))
    (row,) = read()
    assert (row.split, len(row.annotations)) == (Split.VAL, 1)
    assert row.classes == tuple(sorted(V1_5))


def test_a_second_label_file_for_an_image_is_a_finding(tmp_path, read):
    write_dota(tmp_path, "P0001", lines=[quad(1, 2, 9, 8)])
    other = tmp_path / "labelTxt-v1.5" / "P0001.txt"
    other.parent.mkdir()
    other.write_text(quad(1, 2, 9, 8) + "\n" + quad(1, 2, 9, 9, "ship"))
    (row,) = read()
    assert (len(row.annotations), kinds(row)) == (1, [FindingKind.DUPLICATE_LABEL])


def test_labels_may_lie_beside_their_images(tmp_path, read):
    image = write_image(tmp_path / "a.jpg")
    image.with_suffix(".txt").write_text(quad(1, 2, 9, 8))
    (row,) = read()
    assert (row.name, len(row.annotations)) == ("a.jpg", 1)


@pytest.mark.parametrize(
    ("seen", "classes"),
    [(["plane"], V1_0), (["container crane"], V1_5), (["plane", "helipad"], V2_0), (["igloo"], ()),
     ([], V1_0)],
)  # fmt: skip
def test_the_version_is_the_smallest_that_has_all_classes(seen, classes):
    assert version_classes(seen) == classes


def test_only_dotas_own_images_have_the_classes_of_its_version(scene):
    assert scene(quad(1, 2, 9, 8), name="P0001").classes == tuple(sorted(V1_0))


def test_other_data_has_the_classes_that_the_scene_shows(scene):
    assert scene(quad(1, 2, 9, 8), name="airfield").classes == ("plane",)


@given(st.lists(st.text(alphabet="0123456789.eE+-naif \t:gsdplane"), max_size=8))
def test_any_lines_are_read_without_error(lines):
    found = read_lines(lines)
    assert len(found.objects) + len(found.broken) <= len(lines)
    assert all(len(line.polygon) == 4 for line in found.objects)


def test_every_finding_names_file_and_remedy(tmp_path, read):
    write_dota(tmp_path, "P0001", lines=["broken", quad(1, 2, 9, 8, "igloo-x")])
    write_image(tmp_path / "images" / "P0002.png")
    (tmp_path / "labelTxt" / "P0003.txt").write_text("")
    rows = read()
    findings = [f for row in rows for f in ([row] if isinstance(row, Finding) else row.findings)]
    assert len(findings) == 5
    assert all(f.file and f.remedy.endswith(".") and f.detail.endswith(".") for f in findings)
