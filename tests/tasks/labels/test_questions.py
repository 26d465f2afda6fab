"""Questions are mended, their answers' format is asked for, and what cannot be used is refused."""

import pytest

from prompts import load_phrasings
from schemas.vocabulary import Reason, TaskType
from tests.tasks.labels._labelled import (
    asked,
    drafts_of,
    labelled,
    outcomes,
    question,
    reasons_of,
    said,
)

CLAUSES = load_phrasings("question").lists


@pytest.mark.parametrize(
    ("given", "mended"),
    [
        ("does this picture contain ship", "Does this picture contain ship?"),
        ("how many  boats are there ?", "How many boats are there?"),
        ("Describe the road", "Describe the road."),
        ("Is it a rural or an urban area", "Is it a rural or an urban area?"),
    ],
)
def test_a_question_keeps_its_wording_with_capital_and_mark(given, mended):
    (draft,) = drafts_of(question(given, "yes"))
    assert asked(draft).startswith(f"{mended} ")
    assert draft.lineage.original == f"{given}\nyes"
    assert (draft.task, draft.lineage.form) == (TaskType.VQA, "question")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("yes", "yes_no"), ("seven", "number"), ("0m2", "area"), ("rural", "word"),
     ("top left", "phrase")],
)  # fmt: skip
def test_short_answers_ask_for_their_format(answer, kind):
    (draft,) = drafts_of(question("What is it?", answer))
    assert asked(draft).removeprefix("What is it? ") in CLAUSES[kind]


def test_long_answers_and_questions_that_say_how_to_answer_ask_for_none():
    (long,) = drafts_of(question("Where is it?", "It stands next to the large lake."))
    assert asked(long) == "Where is it?"
    (own,) = drafts_of(question("Is it red? Answer yes or no.", "yes"))
    assert asked(own) == "Is it red? Answer yes or no."


@pytest.mark.parametrize("kind", sorted(CLAUSES))
def test_there_are_ten_ways_to_ask_for_each_format(kind):
    assert len(set(CLAUSES[kind])) >= 10


@pytest.mark.parametrize(
    "broken",
    [
        "How many  in the picture?",
        "What is the location of the  in this picture?",
        "Is there any  in the picture?",
        "Does this picture contain  ?",
        "Is there a  next to the road?",
        "How many in the image?",
    ],
)
def test_a_question_without_its_object_is_rejected(broken):
    assert reasons_of(question(broken, "zero")) == [Reason.EMPTY_OBJECT]


@pytest.mark.parametrize(
    "sound",
    ["How many  boats in the picture?", "What is  the theme of this picture?", "How many of them?",
     "Is there any water in the picture ?", "What can you see?", "Are there more trees than cars?"],
)  # fmt: skip
def test_a_stray_blank_costs_no_question(sound):
    assert reasons_of(question(sound, "two")) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [("i don't know", Reason.UNANSWERABLE), ("not sure", Reason.UNANSWERABLE),
     ("i cannot see it", Reason.UNANSWERABLE), ("", Reason.NO_ANSWER), (" ", Reason.NO_ANSWER)],
)  # fmt: skip
def test_answers_that_say_nothing_are_rejected(answer, reason):
    drafts, (row,) = outcomes(labelled(question("Where is it?", answer)))
    assert drafts == []
    assert (row.reason, row.payload) == (reason, f"Where is it?\n{answer}")


def test_a_blank_question_is_rejected():
    assert reasons_of(question(" ?", "yes")) == [Reason.EMPTY_LABEL]


def test_answers_that_contradict_each_other_are_all_rejected():
    labels = [question("What is the theme?", a, n) for n, a in enumerate(["port", "Port", "lake"])]
    drafts, rejections = outcomes(labelled(*labels))
    assert drafts == []
    assert [row.reason for row in rejections] == [Reason.CONTRADICTORY] * 3
    assert "“Lake” and “Port”" in rejections[0].detail


def test_the_same_question_with_the_same_answer_is_kept_once():
    labels = [question("how many ships?", "two"), question("How many  ships ?", "2", 1)]
    drafts, (row,) = outcomes(labelled(*labels))
    assert [said(draft) for draft in drafts] == ["2"]
    assert (row.reason, row.line) == (Reason.REPEATED_LABEL, 2)


def test_counts_are_binned_where_the_parameter_says_so():
    labels = [question("How many roads?", "17", 0, "count"), question("Which road?", "17", 1, "x")]
    assert [said(d) for d in drafts_of(*labels)] == ["17", "17"]
    binned, other = drafts_of(*labels, binned_counts=True)
    assert said(binned) == "between 11 and 100"
    assert asked(binned).removeprefix("How many roads? ") in CLAUSES["bin"]
    assert said(other) == "17"


def test_questions_over_the_quota_are_rejected_by_seed():
    labels = [question(f"Is road {n} wide?", "yes", n) for n in range(20)]
    assert len(drafts_of(*labels, questions=7)) == 7
    assert reasons_of(*labels, questions=7) == [Reason.OVER_QUOTA] * 13
    first, other = (
        {asked(d).split("?")[0] for d in drafts_of(*labels, questions=7, seed=s)} for s in (1, 2)
    )
    assert first != other


def test_questions_of_one_image_are_bundled_into_dialogues():
    labels = [question(f"Is road {n} wide?", "yes", n) for n in range(7)]
    drafts = drafts_of(*labels, bundle=3)
    assert [len(draft.turns) for draft in drafts] == [6, 6, 2]
    assert [draft.task for draft in drafts] == [TaskType.DIALOGUE] * 2 + [TaskType.VQA]
    assert [draft.lineage.form for draft in drafts] == ["bundle", "bundle", "question"]
    assert [len(draft.lineage.labels) for draft in drafts] == [3, 3, 1]
    lines = sorted(origin.line for draft in drafts for origin in draft.lineage.labels)
    assert lines == [1, 2, 3, 4, 5, 6, 7]
