"""Blank, repeated and contradictory labels in words are told, each of them once."""

import pytest

from schemas.scene import (
    CaptionAnnotation,
    ConversationAnnotation,
    LabelOrigin,
    QuestionAnswerAnnotation,
    ReferringAnnotation,
    SceneCandidate,
)
from schemas.turn import Turn
from schemas.vocabulary import FindingKind
from tasks.sources.judge_text import odd_texts

BOX = ((0, 0), (9, 0), (9, 9), (0, 9))
THEME = "What is the theme of this picture?"


def at(line):
    return LabelOrigin(file="a.txt", line=line)


def asked(question, answer, line=1):
    return QuestionAnswerAnnotation(id="x", question=question, answer=answer, origin=at(line))


def caption(text, line=1):
    return CaptionAnnotation(id="x", text=text, origin=at(line))


def found(*annotations, told=()):
    candidate = SceneCandidate(
        id="1", source="rsivqa", name="a.png", uri="a.png", sha256="0" * 64, size=1,
        annotations=annotations, finding_kinds=told,
    )  # fmt: skip
    return [(f.kind.value, f.line) for f in odd_texts(candidate)]


def test_texts_without_words_are_told():
    blank = Turn(role="assistant", content=" … ")
    talk = ConversationAnnotation(
        id="x", turns=(Turn(role="user", content="What?"), blank), origin=at(4)
    )
    labels = caption("A road."), caption(" .", 2), asked("Is there a road?", "", 3), talk
    assert found(*labels) == [("blank_text", 2), ("blank_text", 3), ("blank_text", 4)]


def test_the_same_words_of_the_same_place_are_told():
    expression = ReferringAnnotation(id="x", expression="the ship", polygon=BOX, origin=at(1))
    again = expression.model_copy(update={"origin": at(2)})
    moved = expression.model_copy(update={"polygon": BOX[1:], "origin": at(3)})
    assert found(expression, again, moved) == [("repeated_text", 2)]
    assert found(caption("A road."), caption("a  road.", 2)) == [("repeated_text", 2)]
    assert found(asked("How many?", "2"), asked("how  many?", "2", 2)) == [("repeated_text", 2)]


def test_what_the_reader_told_is_not_told_again():
    labels = caption("A road."), caption("A road.", 2), caption("", 3)
    assert found(*labels, told=(FindingKind.REPEATED_TEXT,)) == [("blank_text", 3)]
    assert found(*labels, told=(FindingKind.BLANK_TEXT,)) == [("repeated_text", 2)]


@pytest.mark.parametrize(
    ("first", "second", "odd"),
    [
        ("yes", "no", True), ("Yes", "yes.", False), ("2", "two", False), ("2", "3", True),
        ("between 11 and 100", "17", False), ("between 11 and 100", "7", True),
        ("small-vehicle", "small vehicles", False), ("grass", "golf course", True),
        ("i cannot see it", "left", False),
    ],
)  # fmt: skip
def test_answers_that_cannot_both_be_right_are_told(first, second, odd):
    labels = asked("How many ships?", first), asked("how many  ships", second, 2)
    assert [kind for kind in found(*labels) if kind[0] != "repeated_text"] == (
        [("contradictory_answers", 2)] if odd else []
    )


def test_other_questions_may_have_other_answers():
    assert found(asked("Is there a ship?", "yes"), asked("Is there a car?", "no", 2)) == []


def test_two_themes_that_the_reader_told_of_are_told_once():
    labels = (
        asked(THEME, "airport"), asked(THEME, "road", 2),
        asked("Is there a car?", "no", 3), asked("Is there a car?", "yes", 4),
    )  # fmt: skip
    assert found(*labels) == [("contradictory_answers", 2), ("contradictory_answers", 4)]
    told = (FindingKind.CONTRADICTORY_ANSWERS,)
    assert found(*labels, told=told) == [("contradictory_answers", 4)]
