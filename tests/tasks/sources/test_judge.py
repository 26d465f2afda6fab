"""Oddities of labels against the size of their image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.geometry import Window
from schemas.known import ImageHeader
from schemas.scene import (
    Finding,
    LabelOrigin,
    ObjectAnnotation,
    ReferringAnnotation,
    RegionAnnotation,
    SceneCandidate,
)
from schemas.vocabulary import FindingKind, Shape
from tasks.sources.judge import judged as judged_labels
from tasks.sources.judge import lost_classes, usable, wrong_size

HEADER = ImageHeader(format="PNG", width=100, height=80, bands=3)
WINDOW = Window(x0=0, y0=0, x1=100, y1=80)


def thing(*polygon, category="plane", line=1):
    return ObjectAnnotation(
        id="x", shape=Shape.OBB, polygon=polygon, category_as_given=category, category=category,
        origin=LabelOrigin(file="labelTxt/a.txt", line=line),
    )  # fmt: skip


def candidate(*annotations, **more):
    return SceneCandidate(
        id="1", source="dota", name="images/a.png", uri="a.png", sha256="0" * 64, size=1,
        annotations=annotations, **more,
    )  # fmt: skip


def judged(*annotations):
    rows = list(usable(candidate(*annotations), WINDOW))
    findings = [row for row in rows if isinstance(row, Finding)]
    return [row for row in rows if not isinstance(row, Finding)], findings


def box(x0, y0, x1, y1):
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


@pytest.mark.parametrize(
    ("polygon", "kind"),
    [
        (box(0, 0, 100, 80), None),
        (box(90, 10, 101, 20), FindingKind.PARTLY_OUTSIDE_IMAGE),
        (box(10, -30, 20, -10), FindingKind.OUTSIDE_IMAGE),
        (box(10, 10, 10, 20), FindingKind.ZERO_AREA),
    ],
)
def test_boxes_of_expressions_and_regions_are_judged_and_their_texts_kept(polygon, kind):
    origin = LabelOrigin(file="rows.txt", line=7)
    said = ReferringAnnotation(id="x", expression="a pool", polygon=polygon, origin=origin)
    told = RegionAnnotation(id="y", text="a pool", polygon=polygon, origin=origin)
    kept, findings = judged(said, told)
    assert kept == [said, told]
    assert [f.kind for f in findings] == ([kind] * 2 if kind else [])
    assert all("box of the re" in f.detail for f in findings)


@pytest.mark.parametrize(
    ("polygon", "kind"),
    [
        (box(0, 0, 100, 80), None),
        (box(-1, 10, 20, 20), FindingKind.PARTLY_OUTSIDE_IMAGE),
        (box(90, 10, 101, 20), FindingKind.PARTLY_OUTSIDE_IMAGE),
        (box(100, 10, 120, 20), FindingKind.OUTSIDE_IMAGE),
        (box(10, -30, 20, -10), FindingKind.OUTSIDE_IMAGE),
        (((90, -30), (130, -30), (130, 10)), FindingKind.OUTSIDE_IMAGE),
        (((10, 10), (20, 20), (20, 10), (10, 20)), FindingKind.SELF_CROSSING),
    ],
)
def test_labels_are_kept_as_given_with_a_finding_for_each_oddity(polygon, kind):
    kept, findings = judged(thing(*polygon, line=7))
    assert [annotation.polygon for annotation in kept] == [polygon]
    assert [f.kind for f in findings] == ([kind] if kind else [])
    assert all((f.file, f.line) == ("labelTxt/a.txt", 7) for f in findings)


@pytest.mark.parametrize("polygon", [box(5, 5, 5, 9), box(5, 5, 5, 5), ((1, 1), (2, 2), (3, 3))])
def test_an_object_without_area_is_left_out_and_its_class_is_not_complete(polygon):
    flat, whole = thing(*polygon, category="ship", line=2), thing(*box(1, 1, 9, 9))
    kept, findings = judged(flat, whole)
    assert kept == [whole]
    assert [f.kind for f in findings] == [FindingKind.ZERO_AREA]
    assert lost_classes(candidate(flat, whole), findings) == {"ship"}


def test_a_repeated_label_is_counted_once():
    first, again = thing(*box(1, 1, 9, 9), line=1), thing(*box(1, 1, 9, 9), line=2)
    other = thing(*box(1, 1, 9, 9), category="ship", line=3)
    kept, findings = judged(first, again, other)
    assert kept == [first, other]
    assert [(f.kind, f.line) for f in findings] == [(FindingKind.DUPLICATE_LABEL, 2)]
    assert lost_classes(candidate(first, again, other), findings) == set()


def test_a_size_that_is_not_the_images_is_a_finding():
    (finding,) = wrong_size(candidate(width=200, height=80), HEADER)
    assert finding.kind == FindingKind.WRONG_SIZE
    assert "100×80" in finding.detail
    assert "200×80" in finding.detail


def test_labels_that_say_no_size_or_the_right_one_are_fine():
    assert list(wrong_size(candidate(), HEADER)) == []
    assert list(wrong_size(candidate(width=100, height=80), HEADER)) == []


corner = st.tuples(*[st.integers(-150, 250).map(float)] * 2)


@given(st.lists(st.lists(corner, min_size=3, max_size=6).map(tuple), max_size=5, unique=True))
def test_every_label_is_either_kept_or_named_in_a_finding(polygons):
    things = [thing(*polygon, line=number) for number, polygon in enumerate(polygons, start=1)]
    kept, findings = judged(*things)
    lost = {f.line for f in findings if f.kind == FindingKind.ZERO_AREA}
    assert {annotation.origin.line for annotation in kept} | lost == {t.origin.line for t in things}
    assert not {annotation.origin.line for annotation in kept} & lost


def kinds(*annotations, window=WINDOW):
    kept, findings = judged_labels(candidate(*annotations), window)
    return len(kept), [(f.kind.value, f.line) for f in findings]


def test_an_object_labelled_twice_is_kept_and_told():
    first, again = thing(*box(10, 10, 50, 50), line=1), thing(*box(10, 10, 50, 51), line=2)
    assert kinds(first, again) == (2, [("duplicate_object", 2)])
    _, (finding,) = judged_labels(candidate(first, again), WINDOW)
    assert "that of line 1 (IoU 0.976); both are kept" in finding.detail


def test_an_object_that_is_left_out_is_told_once():
    same = [thing(*box(10, 10, 50, 50), line=number) for number in (1, 2)]
    assert kinds(*same) == (1, [("duplicate_label", 2)])


def test_many_boxes_in_one_corner_are_told():
    boxes = [thing(*box(n, n, n + 5, n + 4), line=n + 1) for n in range(10)]
    assert kinds(*boxes) == (10, [("boxes_in_corner", None)])


def test_without_a_size_only_what_needs_none_is_told():
    crossing = thing((10, 10), (20, 20), (20, 10), (10, 20), line=1)
    outside, flat = thing(*box(500, 500, 600, 600), line=2), thing(*box(5, 5, 5, 9), line=3)
    assert kinds(crossing, outside, flat, window=None) == (
        2, [("self_crossing", 1), ("zero_area", 3)],
    )  # fmt: skip
