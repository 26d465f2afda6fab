"""Conversations held against themselves, without any label."""

import pytest

from schemas.verdict import ClaimKind
from tasks.grounding.checks import Said
from tasks.grounding.consistency import disagreements
from tasks.grounding.references import parse

HOW_MANY = "How many ships are there?"
PLANE = '<ref ids="o1">The plane</ref>'


def told(*words):
    roles = ("user", "assistant")
    return disagreements([Said(roles[n % 2], parse(text)) for n, text in enumerate(words)])


@pytest.mark.parametrize(
    ("first", "second", "claim"),
    [
        ((HOW_MANY, "There are three ships."), ("And?", "There are four ships."), "four ships"),
        ((HOW_MANY, "3"), ("What else?", "Four ships lie in the harbour."), "Four ships"),
        (("Are there any ships?", "Yes."), ("Are there ships?", "No, there are none."), "No"),
        (("Are there any ships?", "Yes."), ("Describe it.", "There are no ships."), "no ships"),
        (("Is there a ship?", "No."), ("Describe it.", "There is a ship on the left."), "a ship"),
        (("Are there vehicles?", "No."), ("And?", "Three small vehicles stand there."), "Three small vehicles"),
        (("Colour?", f"{PLANE} is white."), ("Are you sure?", f"{PLANE} is red."), "red"),
        (("Where?", f"{PLANE} is in the upper left."), ("Where?", f"{PLANE} is in the lower left."), "in the lower left"),
    ],
)  # fmt: skip
def test_an_answer_that_an_earlier_one_contradicts_is_found(first, second, claim):
    (found,) = told(*first, *second)
    assert (found.kind, found.outcome) == (ClaimKind.CONSISTENCY, "contradicted")
    assert (found.turn, found.claim) == (3, claim)
    assert found.evidence == f"turn 1 says “{found.found}”"
    assert found.found in parse(first[1]).plain


@pytest.mark.parametrize(
    "words",
    [
        (HOW_MANY, "There are three ships.", "Which are large?", "Two ships are large."),
        ("How many ships are on the left?", "Three ships.", "And on the right?", "Four ships."),
        ("How many ships are on the left?", "There are three ships.", "How many on the right?", "There are four ships."),
        ("Is there a ship by the harbour?", "No, there are no ships.", HOW_MANY, "There are four ships."),
        ("How many large ships are there?", "2", HOW_MANY, "4"),
        ("How many vehicles are there?", "5", "How many small vehicles are there?", "3"),
        (HOW_MANY, "About 50 ships.", HOW_MANY, "There are 52 ships."),
        (HOW_MANY, "3", "How many would remain if one left?", "There would be two ships."),
        ("Colour?", f"{PLANE} is white.", "And that one?", '<ref ids="o2">The plane</ref> is red.'),
        ("Colour?", f"{PLANE} is white.", "Sure?", f"{PLANE} is light grey."),
        ("Are there any ships on the left?", "No.", "Describe it.", "There are three ships."),
        (HOW_MANY, "", "?", ""),
        ("Is it so?", "Yes.", "Is it?", "No."),
    ],
)  # fmt: skip
def test_answers_that_can_both_be_true_are_left_alone(words):
    assert told(*words) == ()
