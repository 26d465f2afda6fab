"""Conversations and scene classes are published as they were given, or rejected."""

import pytest

from schemas.vocabulary import Reason, TaskType
from tests.tasks.labels._labelled import (
    asked,
    conversation,
    drafts_of,
    labelled,
    outcomes,
    reasons_of,
    said,
    scene_class,
    written,
)

OTHER = ((70.0, 60.0), (90.0, 60.0), (90.0, 70.0), (70.0, 70.0))
BOXED = [
    "What is at [10, 20, 60, 50]?",
    "  A ship.",
    "Where is the other one?",
    " At [70, 60, 90, 70], right of [10, 20, 60, 50].",
]


def test_turns_are_kept_but_for_blanks():
    texts = ["What is this ?", " A port .", "Is it busy?\nSay why.", "Yes, with 3.5 km of quays."]
    (draft,) = drafts_of(conversation(*texts))
    assert [turn.content for turn in draft.turns] == [
        "What is this?", "A port.", "Is it busy?\nSay why.", "Yes, with 3.5 km of quays.",
    ]  # fmt: skip
    assert (draft.task, draft.lineage.form) == (TaskType.DIALOGUE, "conversation")
    assert draft.lineage.original == "\n".join(texts)


def test_one_question_with_its_answer_is_no_dialogue():
    (draft,) = drafts_of(conversation("What is this?", "A port."))
    assert draft.task == TaskType.VQA
    assert draft.lineage.original is None


def test_boxes_become_objects_and_their_units_are_told():
    boxes = [
        written(BOXED, 0, "[10, 20, 60, 50]"),
        written(BOXED, 3, "[70, 60, 90, 70]", OTHER),
        written(BOXED, 3, "[10, 20, 60, 50]"),
    ]
    (draft,) = drafts_of(conversation(*BOXED, boxes=boxes))
    assert [thing.ref for thing in draft.objects] == ["e1", "e2"]
    found = [(s.kind, s.turn, s.refs, draft.turns[s.turn].content[s.start : s.end])
             for s in draft.lineage.spans]  # fmt: skip
    assert found[0] == ("box", 0, ("e1",), "[10, 20, 60, 50]")
    assert found[1][0] == "units"
    assert "100×80" in found[1][3]
    assert found[2:] == [
        ("box", 3, ("e2",), "[70, 60, 90, 70]"),
        ("box", 3, ("e1",), "[10, 20, 60, 50]"),
    ]


@pytest.mark.parametrize(
    ("texts", "roles"),
    [
        (["Hello", "Yes", "And?"], ("user", "assistant")),
        (["Hello", "Yes"], ("assistant", "user")),
        (["Hello", "Yes"], ("user", "user")),
        (["Hello", " "], ("user", "assistant")),
    ],
)
def test_a_conversation_out_of_turn_or_with_a_blank_is_broken(texts, roles):
    assert reasons_of(conversation(*texts, roles=roles)) == [Reason.BROKEN_CONVERSATION]


def test_a_box_that_is_not_where_it_should_be_breaks_the_conversation():
    texts = ["What is at [10, 20, 60, 50]?", "A ship."]
    shifted = written(texts, 0, "[10, 20, 60, 50]?")
    assert reasons_of(conversation(*texts, boxes=[shifted])) == [Reason.BROKEN_CONVERSATION]
    nowhere = written(texts, 0, "[10, 20, 60, 50]").model_copy(update={"turn": 9})
    assert reasons_of(conversation(*texts, boxes=[nowhere])) == [Reason.BROKEN_CONVERSATION]
    point = written(texts, 0, "[10, 20, 60, 50]", ((1.0, 1.0),) * 3)
    assert reasons_of(conversation(*texts, boxes=[point])) == [Reason.BROKEN_CONVERSATION]


def test_the_same_conversation_is_kept_once():
    twice = [conversation("What?", "A port.", number=n) for n in (0, 1)]
    assert reasons_of(*twice) == [Reason.REPEATED_LABEL]


def test_the_class_of_a_scene_is_asked_for():
    (draft,) = drafts_of(scene_class("storage tank"))
    assert draft.task == TaskType.SCENE_CLASSIFICATION
    assert said(draft) == "Storage tank"
    assert "tank" not in asked(draft)
    assert draft.lineage.original == "storage_tank"


def test_two_classes_of_one_scene_contradict_each_other():
    drafts, rejections = outcomes(labelled(scene_class("port"), scene_class("lake", 1)))
    assert drafts == []
    assert [row.reason for row in rejections] == [Reason.CONTRADICTORY] * 2
    assert reasons_of(scene_class("port"), scene_class("port", 1)) == [Reason.REPEATED_LABEL]
    assert reasons_of(scene_class(" ")) == [Reason.EMPTY_LABEL]
