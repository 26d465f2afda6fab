import pytest

from tests.tasks._tiles import rectangle, thing, tile_of
from tests.tasks.grounding._airfield import false_kinds

# Four trucks one below the other, each of which lies across.
COLUMN = tile_of(
    [thing(n, "large vehicle", rectangle(300, 60 + 120 * n, 60, 20)) for n in range(1, 5)],
    exhaustive=("large vehicle",),
)
ROW = [
    "The row of trucks runs {course}.",
    "The trucks form a row running {course}.",
    "The trucks make up a row running {course}.",
    "The trucks are arranged along a line that runs {course}.",
    "The trucks are positioned along a line {course}.",
    "The row that the trucks form runs {course}.",
    "A line through the trucks runs {course}.",
    "The trucks follow one another {course}.",
    "The direction of the row of trucks is {course}.",
    "{course} is the direction of the row of trucks.",
    "{course} the trucks form a row.",
    "The trucks are in a row. The row runs {course}.",
    "There is a row of trucks. It runs {course}.",
    "The trucks form a row; it runs {course}.",
    "The trucks are lined up along an axis that runs {course}.",
]
EACH = [
    "The longest dimension of the trucks is {course}.",
    "The longest sides of the trucks run {course}.",
    "For the trucks, the orientation is {course}.",
    "As for the trucks, the long sides run {course}.",
    "The trucks are aligned along a line {course}.",
]
ASKED = [
    ("In which direction does the row of trucks run?", "It runs {course}.", "vertically"),
    ("How does the row of trucks run?", "The row runs {course}.", "vertically"),
    ("In which direction does the long axis of the trucks run?", "It runs {course}.", "horizontally"),
]  # fmt: skip
ACROSS = {"vertically": "horizontally", "horizontally": "vertically"}


@pytest.mark.parametrize("text", ROW)
def test_a_row_may_be_named_in_many_ways(text):
    assert false_kinds(text.format(course="from top to bottom"), tile=COLUMN) == set()
    assert false_kinds(text.format(course="from left to right"), tile=COLUMN) == {"orientation"}


@pytest.mark.parametrize("text", EACH)
def test_how_each_lies_is_told_from_how_their_row_runs(text):
    assert false_kinds(text.format(course="horizontally"), tile=COLUMN) == set()
    assert false_kinds(text.format(course="vertically"), tile=COLUMN) == {"orientation"}


@pytest.mark.parametrize(("question", "answer", "course"), ASKED)
def test_it_is_what_the_question_speaks_of(question, answer, course):
    told = {"question": question, "tile": COLUMN}
    assert false_kinds(answer.format(course=course), **told) == set()
    assert false_kinds(answer.format(course=ACROSS[course]), **told) == {"orientation"}
