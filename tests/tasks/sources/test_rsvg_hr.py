"""RSVG-HR: its rows, and every trap in them."""

import pytest

from schemas.errors import SourceError
from schemas.vocabulary import FindingKind, Reason, Severity, Split
from tests.fixtures.formats import rsvg_hr
from tests.fixtures.formats.rsvg_hr import ROWS
from tests.fixtures.voc import write_list
from tests.tasks.sources._reading import kinds, read, recognised

IMAGE = "images/483816_4952275_1024_32615_sport.jpg"
NAME = IMAGE.partition("/")[2]


@pytest.fixture
def folder(tmp_path):
    """Return a small RSVG-HR."""
    rsvg_hr.make(tmp_path)
    return tmp_path


def put(folder, *rows):
    write_list(folder / "Annotations" / "rsvg_hr_train.txt", *rows)


def test_every_row_is_an_expression_and_the_file_names_the_split(folder):
    scenes, rejections, loose = read("rsvg_hr", folder)
    assert (rejections, loose) == ([], [])
    assert [scene.split for scene in scenes.values()] == list(Split)
    first, _ = scenes[IMAGE].annotations
    assert first.polygon == ((5.5, 6.25), (20, 6.25), (20, 18.5), (5.5, 18.5))
    assert (first.origin.file, first.origin.line) == ("Annotations/rsvg_hr_train.txt", 1)
    assert kinds(scenes[IMAGE]) == []


def test_commas_may_be_inside_the_expression(folder):
    scenes, _, _ = read("rsvg_hr", folder)
    assert scenes[IMAGE].annotations[1].expression == "find a pool, the largest, on the right"


@pytest.mark.parametrize(
    "row",
    [
        f"{NAME},170.0,774.0,216,00,803.21,find a pool", f"{NAME},1,2,3,4", f"{NAME},1,2,x,4,a pool",
        f"{NAME},1,2,nan,4,a pool", f"{NAME},1,2,1e400,4,a pool", f"{NAME},1,2,3,4,  ", "x",
        "483816,1,2,3,4,a pool",
    ],
)  # fmt: skip
def test_a_malformed_row_is_a_finding_with_its_line_and_costs_only_itself(folder, row):
    put(folder, ROWS["train"][0], row, ROWS["train"][1])
    scenes, _, loose = read("rsvg_hr", folder)
    found = [*loose, *scenes[IMAGE].findings]
    assert [(one.kind, one.line) for one in found] == [(FindingKind.MALFORMED_LINE, 2)]
    assert len(scenes[IMAGE].annotations) == 2


def test_an_inverted_box_is_put_right_and_reported(folder):
    put(folder, f"{NAME},30,20,10,5,a pool")
    scene = read("rsvg_hr", folder)[0][IMAGE]
    assert scene.annotations[0].polygon == ((10, 5), (30, 5), (30, 20), (10, 20))
    assert kinds(scene) == ["inverted_box"]


def test_a_box_out_of_bounds_is_kept_for_the_judge(folder):
    put(folder, f"{NAME},-3,20,1200,40,a pool")
    scene = read("rsvg_hr", folder)[0][IMAGE]
    assert scene.annotations[0].polygon[0] == (-3, 20)


def test_absent_images_are_one_finding_each_and_names_that_lead_outside_are_refused(folder):
    rows = ("gone.jpg,1,2,3,4,a pool", "gone.jpg,1,2,5,6,a road", "../x.jpg,1,2,3,4,a pool")
    put(folder, *rows, "/etc/x.jpg,1,2,3,4,a pool")
    scenes, _, loose = read("rsvg_hr", folder)
    assert list(scenes)[-1] == "gone.jpg"
    assert kinds(scenes["gone.jpg"]) == ["label_without_image"]
    assert len(scenes["gone.jpg"].annotations) == 2
    assert kinds(scenes[IMAGE]) == ["image_without_label"]
    assert [(one.kind, one.line) for one in loose] == [
        (FindingKind.UNSAFE_NAME, 3), (FindingKind.UNSAFE_NAME, 4)
    ]  # fmt: skip


def test_an_image_in_two_files_is_taken_as_test_and_reported(folder):
    write_list(folder / "Annotations" / "rsvg_hr_test.txt", f"{NAME},1,2,3,4,a pool")
    scene = read("rsvg_hr", folder)[0][IMAGE]
    assert scene.split == Split.TEST
    assert kinds(scene) == ["split_overlap"]


def test_a_file_that_is_no_text_costs_only_itself(folder):
    path = folder / "Annotations" / "rsvg_hr_val.txt"
    path.write_bytes(path.read_bytes() + b"\xff")
    scenes, _, loose = read("rsvg_hr", folder)
    assert [(one.kind, one.severity, one.line) for one in loose] == [
        (FindingKind.MALFORMED_LINE, Severity.ERROR, 2)
    ]
    assert len(scenes[IMAGE].annotations) == 2


def test_where_no_file_can_be_read_the_source_is_refused(folder):
    for path in (folder / "Annotations").iterdir():
        path.write_bytes(path.read_bytes() + b"\xff")
    with pytest.raises(SourceError, match="UTF-8"):
        read("rsvg_hr", folder)


def test_it_is_recognised(folder):
    assert recognised(folder) == ["rsvg_hr"]


def test_an_image_with_more_rows_than_any_has_is_rejected_unread(folder):
    put(folder, *ROWS["train"][:1] * 50_001)
    scenes, rejections, _ = read("rsvg_hr", folder)
    assert [(one.subject_id, one.reason) for one in rejections] == [(IMAGE, Reason.TOO_LARGE)]
    assert len(scenes) == 2
