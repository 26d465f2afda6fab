import pytest

from tasks.mixture.questions import answered, read_answer, read_question


def kind_and_answer(question, answer, form="question"):
    return answered(read_question(question, form), read_answer(answer), form)


@pytest.mark.parametrize(
    ("question", "answer", "form", "found"),
    [
        ("Is there a ship?", "Yes, there are two ships.", "presence", ("presence", "yes")),
        ("Is there a ship?", "No ships can be seen in this image.", "presence", ("presence", "no")),
        ("Does this picture contain ship? Answer yes or no.", "No", "question",
         ("presence", "no")),
        ("Are there more ships than planes?", "Yes", "question", ("comparison", "yes")),
        ("Is the number of roads equal to the number of bridges?", "No", "question",
         ("comparison", "no")),
        ("Do the ships outnumber the planes?", "No, it is the other way round: …", "comparison",
         ("comparison", "no")),
        ("How many ships are there?", "14", "question", ("count", "14")),
        ("How many ships are there?", "There are 14 ships in the image.", "counting",
         ("count", "14")),
        ("How many ships are there?", "The image shows seven ships.", "counting", ("count", "7")),
        ("How many ships are there?", "No ships", "counting", ("count", "0")),
        ("What is the number of ships?", "About 50", "question", ("count", "50")),
        ("Is it rural or urban? Answer in one word.", "Rural", "question", ("other", "rural")),
        ("What is the area of the roads?", "0 m²", "question", ("other", "0 m²")),
        ("What do you see?", "A long answer that goes on and on.", "question", None),
        ("What do you see?", "…", "question", None),
    ],
)  # fmt: skip
def test_answers_are_read_as_what_they_say(question, answer, form, found):
    assert kind_and_answer(question, answer, form) == found


def test_a_template_is_the_words_round_the_classes_whatever_their_number_and_spelling():
    one = read_question("Is there a large-vehicle next to a plane? Answer yes or no.", "question")
    two = read_question("is there a large vehicles next to a airplane?", "question")
    other = read_question("Is there a plane next to a large vehicle?", "question")
    assert one.template == two.template == "is there a large vehicle next to a plane"
    assert other.template != one.template


def test_the_template_of_our_own_forms_is_the_form_with_its_classes():
    one = read_question("Are there any ships in this image?", "presence")
    two = read_question("Yes or no: do you see a ship?", "presence")
    assert one.template == two.template == "presence: ship"


def test_a_question_without_classes_is_its_own_template():
    assert (
        read_question("Is it a Rural area? Yes or no.", "question").template == "is it a rural area"
    )
