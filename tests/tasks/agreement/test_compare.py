"""Whether statements and labelled objects fit together."""

import pytest

from schemas.agreement import AgreementKind
from tasks.agreement.compare import Fit, compared
from tasks.agreement.sides import side_of
from tests.tasks.agreement._sides import candidate, caption, qa, theme, thing

HOW_MANY = "how many {} are there in this picture?"
IS_THERE = "does this picture contain {}?"


def fits(said, labelled, exhaustive=("plane", "small vehicle", "ship", "bridge")):
    first = side_of(candidate("rsivqa", "a", *said))
    second = side_of(candidate("dota", "a", *labelled, exhaustive=exhaustive))
    return [(found.kind, found.fit) for found in compared(first, second)]


def fit(said, labelled, **more):
    ((_, found),) = fits([said], labelled, **more)
    return found


@pytest.mark.parametrize(
    ("answer", "objects", "expected"),
    [
        ("2", 2, Fit.AGREE),
        ("two", 2, Fit.AGREE),
        ("3", 2, Fit.DISAGREE),
        ("zero", 0, Fit.AGREE),
        ("about ten", 11, Fit.AGREE),
        ("about ten", 12, Fit.DISAGREE),
        ("i don't know", 2, Fit.UNSURE),
    ],
)
def test_a_count_is_held_against_the_objects(answer, objects, expected):
    assert fit(qa(HOW_MANY.format("planes"), answer), [thing("plane")] * objects) is expected


@pytest.mark.parametrize(
    ("answer", "expected"), [("1", "agree"), ("3", "agree"), ("2", "disagree")]
)
def test_difficult_objects_may_be_counted_or_not(answer, expected):
    objects = [thing("plane"), thing("plane", difficult=1), thing("plane", difficult=2)]
    assert fit(qa(HOW_MANY.format("planes"), answer), objects) == expected


def test_subclasses_are_counted():
    objects = [thing("plane"), thing("Boeing 737")]
    assert fit(qa(HOW_MANY.format("planes"), "2"), objects) is Fit.AGREE


def test_objects_that_may_belong_to_the_class_leave_it_open():
    objects = [thing("bridge"), thing("overpass")]
    assert fit(qa(HOW_MANY.format("bridges"), "2"), objects) is Fit.UNSURE
    assert fit(qa(HOW_MANY.format("bridges"), "3"), objects) is Fit.DISAGREE


def test_a_crowd_may_be_any_number():
    assert fit(qa(HOW_MANY.format("planes"), "2"), [thing("plane", crowd=True)]) is Fit.UNSURE


def test_a_class_that_is_not_labelled_completely_is_not_compared():
    assert fits([qa(HOW_MANY.format("trees"), "2")], []) == []
    assert fits([caption("Many trees.")], []) == []
    assert fits([qa(HOW_MANY.format("planes"), "2")], [thing("plane")], exhaustive=()) == []


@pytest.mark.parametrize(
    ("answer", "objects", "expected"),
    [
        ("yes", [thing("plane")], Fit.AGREE),
        ("Yes", [], Fit.DISAGREE),
        ("no", [], Fit.AGREE),
        ("no", [thing("plane")], Fit.DISAGREE),
        ("no", [thing("plane", difficult=1)], Fit.AGREE),
        ("yes", [thing("plane", difficult=1)], Fit.AGREE),
        ("perhaps", [], Fit.UNSURE),
    ],
)
def test_presence_is_held_against_the_objects(answer, objects, expected):
    assert fit(qa(IS_THERE.format("airplane"), answer), objects) is expected


def test_what_is_denied_but_labelled_is_a_contradiction_though_not_all_are_labelled():
    assert fit(qa(IS_THERE.format("plane"), "no"), [thing("plane")], exhaustive=()) is Fit.DISAGREE


def test_a_caption_that_mentions_what_is_not_there_is_a_contradiction():
    assert fit(caption("Two ships lie here."), [thing("plane")]) is Fit.DISAGREE
    assert fit(caption("Two ships lie here."), [thing("ship")]) is Fit.AGREE


def test_a_caption_that_denies_a_class_does_not_mention_it():
    assert fits([caption("There are no ships here, but a plane.")], [thing("plane")]) == [
        (AgreementKind.CAPTION, Fit.AGREE)
    ]


def test_several_captions_mention_a_class_once():
    said = [caption("A plane."), caption("One plane."), caption("Ships and planes.")]
    assert len(fits(said, [thing("plane")])) == 2


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("harbour", "harbour", Fit.AGREE),
        ("dense residential", "residential", Fit.AGREE),
        ("harbour", "airport", Fit.DISAGREE),
        ("farmland", "agricultural", Fit.UNSURE),
    ],
)
def test_scene_classes_are_compared(mine, theirs, expected):
    assert fits([theme(mine)], [theme(theirs)]) == [(AgreementKind.SCENE_CLASS, expected)]


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("yes", "Yes.", Fit.AGREE),
        ("yes", "no", Fit.DISAGREE),
        ("two", "2", Fit.AGREE),
        ("2", "3", Fit.DISAGREE),
        ("0", "between 1 and 10", Fit.DISAGREE),
        ("5", "between 1 and 10", Fit.AGREE),
        ("i don't know", "3", Fit.UNSURE),
        ("many", "3", Fit.UNSURE),
    ],
)
def test_answers_to_the_same_question_are_compared(mine, theirs, expected):
    said, there = qa("How many trees in the picture?", mine), qa("how many trees are there", theirs)
    assert fits([said], [there]) == [(AgreementKind.ANSWER, expected)]


def test_both_directions_are_compared():
    first = candidate(
        "a", "x", qa(IS_THERE.format("plane"), "no"), thing("ship"), exhaustive=("ship",)
    )
    second = candidate(
        "b", "x", qa(IS_THERE.format("ship"), "no"), thing("plane"), exhaustive=("plane",)
    )
    found = list(compared(side_of(first), side_of(second)))
    assert [(row.by.source, row.fit) for row in found] == [("a", Fit.DISAGREE), ("b", Fit.DISAGREE)]
