"""Oddities of labels against the size of their image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.scene import Finding, LabelOrigin, ObjectAnnotation, SceneCandidate
from schemas.vocabulary import FindingKind, Shape
from tasks.imagery.header import ImageHeader
from tasks.sources.judge import lost_classes, usable, wrong_size

HEADER = ImageHeader(format="PNG", width=100, height=80, bands=3)


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
    rows = list(usable(candidate(*annotations), HEADER))
    findings = [row for row in rows if isinstance(row, Finding)]
    return [row for row in rows if not isinstance(row, Finding)], findings


def box(x0, y0, x1, y1):
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


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
