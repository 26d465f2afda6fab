"""Answers come in one form: digits, yes and no, units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.labels.answers import Answer, binned, normalised, whole_number
from tasks.lexicon.lexicon import english


@pytest.mark.parametrize(
    ("given", "text", "kind"),
    [
        ("zero", "0", "number"),
        ("Twenty-eight", "28", "number"),
        ("one hundred and eighteen", "118", "number"),
        ("two thousand", "2000", "number"),
        ("1,204", "1204", "number"),
        ("17", "17", "number"),
        ("about fifty", "About 50", "phrase"),
        ("more than ten", "More than 10", "phrase"),
        ("yes", "Yes", "yes_no"),
        ("No.", "No", "yes_no"),
        ("0m2", "0 m²", "area"),
        ("1245 m^2", "1245 m²", "area"),
        ("3 sq m", "3 m²", "area"),
        ("rural", "Rural", "word"),
        ("left and right", "Left and right", "phrase"),
        ("flooded,non_flooded", "Flooded, non flooded", "phrase"),
        ("It is next to the big lake.", "It is next to the big lake.", "sentence"),
    ],
)
def test_answers_are_normalised(given, text, kind):
    assert normalised(given) == Answer(text, kind)


@pytest.mark.parametrize(
    "given",
    ["i don't know", "I do not know.", "not sure", "i cannot see it", "unknown", "can't tell", "?"],
)
def test_what_says_nothing_is_no_known_answer(given):
    assert not normalised(given).known


@pytest.mark.parametrize("given", ["", "  ", ".", "-"])
def test_blanks_are_no_answer(given):
    assert normalised(given) is None


@pytest.mark.parametrize("given", ["not flooded", "no parking", "unknown road", "nowhere"])
def test_answers_that_only_begin_like_others_are_left_as_they_are(given):
    answer = normalised(given)
    assert answer.known
    assert answer.text.lower() == given


@given(st.integers(0, 9999))
def test_every_number_is_read_from_its_words(number):
    words = english().number_to_words(number, comma="")
    assert whole_number(words) == number


@pytest.mark.parametrize(
    ("count", "name"),
    [
        (0, "0"), (1, "between 1 and 10"), (10, "between 1 and 10"), (11, "between 11 and 100"),
        (100, "between 11 and 100"), (101, "between 101 and 1000"),
        (1000, "between 101 and 1000"), (1001, "more than 1000"),
    ],
)  # fmt: skip
def test_counts_fall_into_the_published_bins(count, name):
    assert binned(normalised(str(count))) == Answer(name, "bin")


@given(st.text(max_size=30))
def test_any_text_is_normalised_or_refused(text):
    answer = normalised(text)
    assert answer is None or answer.text.strip()
