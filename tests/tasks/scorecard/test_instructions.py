import pytest

from tasks.scorecard.instructions import wording


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How many planes are there?", "How many ships  are there?"),
        ("What is in the box [1, 2, 3, 4]?", "what is in the box [10, 20, 30, 40]?"),
        ("Describe the small vehicle in this 960×820 image.", "Describe the harbour in this 1024×1024 image."),
    ],
)  # fmt: skip
def test_what_an_instruction_names_is_no_matter_of_wording(first, second):
    assert wording(first) == wording(second)


def test_other_words_are_another_wording():
    assert wording("How many planes are there?") != wording("Count the planes.")
