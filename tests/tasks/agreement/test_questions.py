"""What questions ask for and answers say."""

import pytest

from tasks.agreement.questions import LONGEST, amount_of, asked_by, says_nothing, yes_or_no


@pytest.mark.parametrize(
    ("question", "topic", "subject"),
    [
        ("how many small vehicles are there in this picture?", "count", "small vehicle"),
        ("How many  trees in the picture?", "count", "tree"),
        ("How many boats are visible in the image?", "count", "boat"),
        ("What is the number of buildings?", "count", "building"),
        ("does this picture contain ground track field?", "presence", "ground track field"),
        ("Does this picture contain an airplane?", "presence", "plane"),
        ("Is a bridge present in the image?", "presence", "bridge"),
        ("Are there any ships?", "presence", "ship"),
        ("How many  in the picture?", "other", "how many in the picture"),
        ("How many large boats in the picture?", "other", "how many large boats in the picture"),
        ("What is the number of roads next to a house?", "other", None),
        ("Is it a rural or an urban area", "other", "is it a rural or an urban area"),
        ("how many " + "boats " * LONGEST, "other", None),
    ],
)
def test_a_question_is_known_by_its_template_and_its_one_class(question, topic, subject):
    asked = asked_by(question)
    assert asked.topic == topic
    assert subject is None or asked.subject == subject


@pytest.mark.parametrize(
    ("answer", "fits", "fits_not"),
    [
        ("17", {17}, {16, 18}),
        ("Zero", {0}, {1}),
        ("about fifty", {45, 50, 55}, {44, 56}),
        ("between 11 and 100", {11, 100}, {10, 101}),
        ("more than 1000", {1001, 10**9}, {1000}),
        ("1,200.", {1200}, {1}),
    ],
)
def test_an_answer_means_a_number_or_a_range(answer, fits, fits_not):
    amount = amount_of(answer)
    assert all(map(amount.holds, fits))
    assert not any(map(amount.holds, fits_not))


@pytest.mark.parametrize(
    "answer", ["many", "", "yes", "between a and b", "17 small vehicles", "9" * 5000]
)
def test_what_is_no_number_means_none(answer):
    assert amount_of(answer) is None


def test_yes_no_and_not_knowing_are_understood_however_written():
    assert [yes_or_no(said) for said in ("Yes", " no.", "maybe")] == [True, False, None]
    assert says_nothing("I don't know.")
    assert says_nothing("i cannot see it")
    assert not says_nothing("top left corner")
