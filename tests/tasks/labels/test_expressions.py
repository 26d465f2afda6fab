"""Expressions ask for their boxes, boxes for what was said of them."""

import pytest

from schemas.vocabulary import Reason, TaskType
from tests.tasks.labels._labelled import (
    BOX,
    asked,
    drafts_of,
    expression,
    labelled,
    outcomes,
    reasons_of,
    region,
    said,
)

OTHER = ((70.0, 60.0), (90.0, 60.0), (90.0, 70.0), (70.0, 70.0))


def spans(draft):
    return [
        (s.kind, s.refs, draft.turns[s.turn].content[s.start : s.end]) for s in draft.lineage.spans
    ]


def test_the_box_of_an_expression_is_asked_for():
    (draft,) = drafts_of(expression("the ship on the left"), regions=False)
    assert (draft.task, draft.lineage.form) == (TaskType.VISUAL_GROUNDING, "expression")
    assert "the ship on the left" in asked(draft)
    assert "[10, 20, 60, 50]" in said(draft)
    (thing,) = draft.objects
    assert (thing.ref, thing.category, thing.polygon) == ("e1", "ship", BOX)
    assert thing.box == (10.2, 20.0, 60.0, 49.6)
    (units, box) = spans(draft)
    assert box == ("box", ("e1",), "[10, 20, 60, 50]")
    assert units[0] == "units"
    assert "pixels of the 100×80 image" in units[2]


def test_an_instruction_reads_well_without_its_units():
    for number in range(40):
        (draft,) = drafts_of(expression("the ship", number=number), regions=False)
        (units,) = (s for s in draft.lineage.spans if s.kind == "units")
        left = asked(draft)[: units.start] + asked(draft)[units.end :]
        assert left.endswith(" box.")


def test_an_expression_also_describes_its_box():
    grounded, described = drafts_of(expression("search a ship on the upper  right ."))
    assert (described.task, described.lineage.form) == (
        TaskType.REGION_CAPTION,
        "expression_region",
    )
    assert said(described) == "A ship on the upper right."
    assert "search" not in asked(grounded)
    assert described.lineage.original == "search a ship on the upper  right ."
    kinds = {kind: text for kind, _, text in spans(described)}
    assert kinds["box"] == "[10, 20, 60, 50]"
    assert kinds["phrase"] == "A ship on the upper right"


@pytest.mark.parametrize(
    ("given", "text"),
    [("find a pool", "A pool."), ("Find the two pools", "The two pools."),
     ("The pool", "The pool."), ("finding nemo", "Finding nemo."), ("BMW plant", "BMW plant.")],
)  # fmt: skip
def test_a_leading_search_is_taken_off(given, text):
    assert said(drafts_of(expression(given))[1]) == text


def test_an_expression_of_several_boxes_names_none_of_them():
    labels = [expression("a ship", BOX, 0), expression("A ship.", OTHER, 1)]
    drafts, rejections = outcomes(labelled(*labels))
    assert [draft.lineage.form for draft in drafts] == ["expression_region"] * 2
    assert [row.reason for row in rejections] == [Reason.NOT_UNIQUE] * 2


def test_the_same_expression_of_the_same_box_is_kept_once():
    assert reasons_of(expression("a ship"), expression("a ship", number=1)) == [
        Reason.REPEATED_LABEL,
        Reason.REPEATED_LABEL,
    ]


@pytest.mark.parametrize(
    "polygon",
    [
        ((5.0, 5.0), (5.0, 5.0), (5.0, 5.0)),
        ((5.1, 5.0), (5.4, 5.0), (5.4, 30.0), (5.1, 30.0)),
        ((200.0, 5.0), (220.0, 5.0), (220.0, 30.0)),
    ],
)
def test_a_box_without_area_in_the_image_is_rejected(polygon):
    assert reasons_of(expression("a ship", polygon)) == [Reason.EMPTY_OBJECT] * 2
    assert reasons_of(region("a ship", polygon)) == [Reason.EMPTY_OBJECT]


def test_a_box_that_leaves_the_image_is_cut_at_its_edge():
    outside = ((80.0, -5.0), (120.0, -5.0), (120.0, 30.0), (80.0, 30.0))
    (draft,) = drafts_of(region("a ship", outside))
    assert "[80, 0, 100, 30]" in asked(draft)
    assert draft.objects[0].box == (80.0, 0.0, 100.0, 30.0)


def test_a_region_gives_its_text():
    (draft,) = drafts_of(region("a red ship ."))
    assert (draft.task, draft.lineage.form, said(draft)) == (
        TaskType.REGION_CAPTION, "region_text", "A red ship.",
    )  # fmt: skip
    assert draft.objects[0].category == "object"


def test_texts_without_words_are_rejected():
    assert reasons_of(region(" .")) == [Reason.EMPTY_LABEL]
    assert reasons_of(expression("find ")) == []
    assert reasons_of(expression("…"), regions=False) == [Reason.EMPTY_LABEL]
