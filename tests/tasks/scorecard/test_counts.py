"""Every sum against rows that were counted by hand."""

import pytest

from schemas.vocabulary import TaskType
from tasks.scorecard.counts import Counts, count_batch
from tests.tasks.scorecard._rows import batch, claim, phrase, row

VQA, CAPTION, DIALOGUE = TaskType.VQA, TaskType.CAPTION, TaskType.DIALOGUE


def test_rows_answers_words_pairs_and_objects_are_counted():
    found = count_batch(
        batch(
            row(DIALOGUE, "How many?", "Two planes.", "And ships?", "There is one.", objects=("o1", "o2")),
            row(DIALOGUE, "Why?", "Because  of\nit.", objects=("o1",)),
        ),
        DIALOGUE,
    )  # fmt: skip
    assert (found.rows, found.in_form) == (2, 2)
    assert (found.pairs, found.answers, found.words) == (3, 3, 2 + 3 + 3)
    assert found.objects == 3


@pytest.mark.parametrize(
    ("texts", "roles"),
    [
        (("Q?", "A.", "Q?"), ("user", "assistant")),  # a question without answer
        (("A.", "Q?"), ("assistant", "user")),
        (("Q?", "Q?"), ("user", "user")),
        (("Q?", " \n\t"), ("user", "assistant")),
        (("Q?", 'Two <ref ids="o1">planes</ref>.'), ("user", "assistant")),
        (("What is in <box>[1, 2, 3, 4]</box>?", "A."), ("user", "assistant")),
        (("Q?", "A </units> b"), ("user", "assistant")),
    ],
)
def test_a_row_that_is_not_in_the_one_form_is_told_from_one_that_is(texts, roles):
    sound = row(VQA, "Is x < ref y > z?", "It is a reference.")
    found = count_batch(batch(sound, row(VQA, *texts, roles=roles), sound), VQA)
    assert (found.rows, found.in_form) == (3, 2)


def test_claims_are_told_by_outcome_and_a_verdict_on_tags_is_none():
    found = count_batch(
        batch(
            row(
                VQA, "Q?", "A.",
                claims=(
                    claim("reference"), claim("class"), claim("class"),
                    claim("count", "contradicted"), claim("size", "unverifiable"),
                    claim("position", "unverifiable", borderline=True),
                ),
            ),
            row(VQA, "Q?", "B.", claims=(claim("reference"), claim("count", "contradicted"))),
            row(VQA, "Q?", "C."),
        ),
        VQA,
    )  # fmt: skip
    assert (found.claims, found.supported, found.contradicted, found.borderline) == (6, 2, 2, 1)
    assert found.decidable == 5
    assert found.grounded == 1


def test_kinds_are_counted_in_each_answer_that_makes_claims():
    found = count_batch(
        batch(
            row(
                DIALOGUE, "Q?", "A.", "Q?", "B.", "Q?", "C.",
                claims=(
                    claim("class", turn=1), claim("class", turn=1), claim("count", turn=1),
                    claim("class", turn=3), claim("reference", turn=5),
                ),
            ),
            row(DIALOGUE, "Q?", "D.", claims=(claim("relation", turn=1),)),
        ),
        DIALOGUE,
    )  # fmt: skip
    assert (found.claiming, found.kinds) == (3, 2 + 1 + 1)


def test_kinds_are_combined_in_descriptions_and_dialogues_only():
    found = count_batch(batch(row(VQA, "Q?", "A.", claims=(claim("class"),))), VQA)
    assert (found.claims, found.claiming, found.kinds) == (1, 0, 0)


def test_attributes_are_claims_of_four_kinds_and_things_are_sets_of_objects():
    described = row(
        CAPTION, "Q?", "A.",
        spans=(
            phrase(1, "o1"), phrase(1, "o1", "o2"), phrase(1, "o1"),
            phrase(1, "o9", kind="box"), phrase(1, kind="units"),
        ),
        claims=(claim("colour"), claim("position"), claim("size"), claim("orientation"), claim("class")),
    )  # fmt: skip
    other = row(CAPTION, "Q?", "B.", spans=(phrase(1, "o1"),))
    found = count_batch(batch(described, other), CAPTION)
    assert (found.attributes, found.things) == (4, 2 + 1)
    assert count_batch(batch(described), VQA).things == 0


@pytest.mark.parametrize(
    ("form", "answer", "negative"),
    [
        ("presence", "No.", True),
        ("presence", "no, there is none", True),
        ("presence", "“No” it is", True),
        ("presence", "Yes, no doubt.", False),
        ("presence", "North.", False),
        ("counting", "None", False),
        ("unanswerable", "The picture does not tell.", True),
        ("false_premise", "There are two bridges.", True),
    ],
)
def test_a_question_is_negative_by_its_answer_or_its_form(form, answer, negative):
    found = count_batch(batch(row(VQA, "Is it?", answer, form=form)), VQA)
    assert (found.questions, found.negatives) == (1, int(negative))


def test_only_single_questions_are_negative():
    found = count_batch(batch(row(DIALOGUE, "Is it?", "No.")), DIALOGUE)
    assert (found.questions, found.negatives) == (0, 0)


def test_sums_add_up():
    first = count_batch(batch(row(VQA, "Q?", "No.", claims=(claim("class"),))), VQA)
    second = count_batch(batch(row(VQA, "Q?", "Yes it is.")), VQA)
    both = count_batch(batch(row(VQA, "Q?", "No.", claims=(claim("class"),)), row(VQA, "Q?", "Yes it is.")), VQA)  # fmt: skip
    assert first + second == both
    assert first + Counts() == first


def test_a_slice_of_a_batch_is_counted_as_itself():
    rows = [
        row(DIALOGUE, "Q?", "One.", spans=(phrase(1, "o1"),), claims=(claim("class"),)),
        row(DIALOGUE, "Q?", "Two words.", spans=(phrase(0, "o1"),), claims=(claim("count"),)),
        row(
            DIALOGUE, "Q?", "Three words now.", "Q?", "x", spans=(phrase(1, "o2"), phrase(3, "o2"))
        ),
    ]
    assert count_batch(batch(*rows).slice(1, 2), DIALOGUE) == count_batch(
        batch(*rows[1:]), DIALOGUE
    )


def test_no_rows_count_nothing():
    assert count_batch(batch().slice(0), DIALOGUE) == Counts()
