"""Pictures of one colour, boxes in one corner, and images that cannot be read."""

import pytest
from PIL import Image

from schemas.geometry import Window
from schemas.sample import Rejection
from schemas.scene import LabelOrigin, ObjectAnnotation, SceneCandidate
from schemas.vocabulary import FindingKind, Reason, Shape
from tasks.imagery.look import look_of
from tasks.sources.judge_picture import boxes_in_corner, odd_picture, unreadable
from tests.fixtures.scenes import write_image

WINDOW = Window(x0=0, y0=0, x1=400, y1=200)


def candidate(*boxes):
    annotations = tuple(
        ObjectAnnotation(
            id="x", shape=Shape.HBB, polygon=((x0, y0), (x1, y0), (x1, y1), (x0, y1)),
            category_as_given="plane", category="plane", origin=LabelOrigin(file="a.txt", line=1),
        )
        for x0, y0, x1, y1 in boxes
    )  # fmt: skip
    return SceneCandidate(
        id="1", source="dota", name="a.png", uri="a.png", sha256="0" * 64, size=1,
        annotations=annotations,
    )  # fmt: skip


@pytest.mark.parametrize(("colour", "odd"), [((90, 120, 40), True), (None, False)])
def test_a_picture_of_one_colour_is_told(tmp_path, colour, odd):
    path = tmp_path / "a.png"
    if colour:
        Image.new("RGB", (50, 40), colour).save(path)
    else:
        write_image(path)
    found = list(odd_picture(candidate(), look_of(path)))
    assert [f.kind for f in found] == ([FindingKind.ONE_COLOUR] if odd else [])


def row(x, y, count=10):
    return [(x + n, y, x + n + 5, y + 5) for n in range(count)]


@pytest.mark.parametrize("corner", [(0, 0), (385, 0), (0, 195), (385, 190), (85, 45)])
def test_boxes_that_all_lie_in_one_corner_are_told(corner):
    (finding,) = boxes_in_corner(candidate(*row(*corner)), WINDOW)
    assert finding.kind == FindingKind.BOXES_IN_CORNER
    assert "10 objects" in finding.detail
    assert finding.remedy


@pytest.mark.parametrize(
    "boxes",
    [row(0, 0, 9), row(150, 80), row(0, 80), [*row(0, 0), (390, 190, 399, 199)], row(95, 10)],
    ids=["few", "middle", "edge", "one elsewhere", "across a quarter"],
)
def test_boxes_elsewhere_are_fine(boxes):
    assert list(boxes_in_corner(candidate(*boxes), WINDOW)) == []


def test_an_unreadable_image_is_a_finding_beside_its_rejection():
    rejection = Rejection(
        stage="ingest", subject="scene", subject_id="1", source="dota", file="a.png",
        reason=Reason.UNREADABLE_IMAGE, detail="“a.png” is cut off.",
    )  # fmt: skip
    finding = unreadable(rejection)
    assert (finding.kind, finding.severity) == (FindingKind.UNREADABLE_IMAGE, "error")
    assert (finding.file, finding.detail) == ("a.png", "“a.png” is cut off.")
