import pytest

from tasks.grounding.reading.sentences import sentences
from tasks.grounding.references import parse
from tests.tasks._tiles import rectangle, thing, tile_of
from tests.tasks.grounding._airfield import airfield, false_kinds, outcomes, verdicts


@pytest.mark.parametrize(
    "text",
    [
        '<ref ids="o1-o4">Four planes</ref> stand here.',
        "There are four planes in the image.",
        "The image shows 4 planes and one helicopter.",
        "In total, four aircraft of one kind and a helicopter can be seen.",
        "There are five aircraft in the image.",  # planes and helicopters are aircraft
        "At least three planes are visible.",
        "There are more than three planes in this image.",
        "The image contains about four planes.",
        "Fewer than six planes can be seen.",
        "Three planes stand in a row.",  # some of four
        '<ref ids="o1-o3">Three of the four planes</ref> stand in a row.',
        '<ref ids="o1 o2">Two white planes</ref> are parked.',
        '<ref ids="o1 o2">A pair of planes</ref> is parked.',
        '<ref ids="o1 o2">Both planes</ref> are white.',
        '14 m from it stands <ref ids="o4">a plane</ref>.',
        'It is a 30 m long plane: <ref ids="o4">the 30 m plane</ref>.',
        '<ref ids="o1-o3">A row of three planes</ref>.',
        '<ref ids="o1-o3">Two or three planes</ref>.',
        '<ref ids="o1-o3">All three of them</ref> are white.',
        '<ref ids="o1-o3">Each plane</ref> is white.',
        '<ref ids="o1-o4 o5">Four planes and one helicopter</ref>.',
        "There are four planes, and one more is partly visible.",
        "There are five planes in the image, including those partly visible.",
        "Runway 27 planes are white.",
    ],
)
def test_a_true_count_is_not_contradicted(text):
    assert false_kinds(text) <= set()


@pytest.mark.parametrize(
    "text",
    [
        '<ref ids="o1-o4">Three planes</ref> stand here.',
        '<ref ids="o1-o4">Five planes</ref> stand here.',
        '<ref ids="o1-o3">4 planes</ref> stand here.',
        '<ref ids="o1-o3">four white parked planes</ref> stand here.',
        '<ref ids="o1 o2">The plane</ref> is white.',
        '<ref ids="o1-o3">Two of the four planes</ref> are white.',
        '<ref ids="o1-o3">at least four planes</ref>.',
        '<ref ids="o1-o3">14</ref>',
        '<ref ids="o1-o3">All four</ref> are white.',
        '<ref ids="o1-o4 o5">Three planes and one helicopter</ref>.',
        "There are three planes in the image.",
        "There are six planes in the image.",
        "The image shows 3 planes and one helicopter.",
        "A total of six planes can be seen.",
        "In the upper left there are six planes.",  # more than there are at all
        "At least six planes can be seen.",
        "More than five planes are visible.",
        "The image contains about twenty planes.",
        "There are seven aircraft in the image.",
        "The planes number 2020.",
        f"There are {'9' * 400} planes in the image.",
        "There are one hundred and five planes in the image.",
    ],
)
def test_a_false_count_is_contradicted(text):
    assert "count" in false_kinds(text)


def test_what_is_hardly_visible_widens_a_count():
    found = verdicts("There are five planes in the image.")
    assert [(v.outcome, v.borderline) for v in found if v.kind == "count"] == [
        ("unverifiable", True)
    ]
    assert false_kinds("There are six planes in the image.") == {"count"}


def test_a_count_of_a_class_that_is_not_labelled_fully_is_left_open():
    tile = airfield(exhaustive=())
    assert outcomes("There are six planes in the image.", "count", tile=tile) == ["unverifiable"]
    assert outcomes("There are four planes in the image.", "count", tile=tile) == ["supported"]
    assert outcomes("There are two planes in the image.", "count", tile=tile) == ["contradicted"]


def test_a_crowd_stands_for_several():
    tile = tile_of([thing(1, "person", rectangle(100, 100, 60, 40), crowd=True)])
    assert not false_kinds('<ref ids="o1">Several people</ref> stand here.', tile=tile)
    assert outcomes('<ref ids="o1">12 people</ref> stand here.', "count", tile=tile) == [
        "unverifiable"
    ]


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("How many planes are there in the image?", "4", True),
        ("How many planes are there in the image?", "Four.", True),
        ("How many planes are there in the image?", '<ref ids="o1-o4">4</ref>', True),
        ("How many planes are there in the image?", "3", False),
        ("How many planes are visible?", "There are six of them.", False),
        ("How many planes, including those cut off, are there?", "5", True),
        ("How many planes are in the upper left of the image?", "3", True),
    ],
)
def test_a_bare_number_is_read_with_its_question(question, answer, right):
    assert (false_kinds(answer, question=question) == set()) is right


def test_in_the_form_counting_every_answer_is_that_of_the_whole_picture():
    question = "Please count the planes, wherever they are."
    assert false_kinds("I would say 3.", question=question, form="counting") == {"count"}
    assert not false_kinds("I would say 4.", question=question, form="counting")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("There are more planes than helicopters.", True),
        ("There are fewer planes than helicopters.", False),
        ("More helicopters than small vehicles can be seen.", False),
        ("There are two more planes than small vehicles.", True),
        ("There are four more planes than small vehicles.", False),
        ("There are more small vehicles than planes by the lower edge.", True),
    ],
)
def test_numbers_of_two_classes_are_compared(text, right):
    assert (false_kinds(text) == set()) is right


def test_yes_and_no_to_a_comparison_are_checked():
    question = "Are there more planes than small vehicles in the image?"
    assert not false_kinds("Yes.", question=question)
    assert false_kinds("No.", question=question) == {"comparison"}


ENDLESS = float("inf")


@pytest.mark.parametrize(
    ("text", "low", "high", "least", "most"),
    [
        ("three planes", 3, 3, 3, 3),
        ("at least three planes", 3, ENDLESS, 3, ENDLESS),
        ("no fewer than three planes", 3, ENDLESS, 3, ENDLESS),
        ("three to five planes", 3, 5, 3, 5),
        ("3-5 planes", 3, 5, 3, 5),
        ("between three and five planes", 3, 5, 3, 5),
        ("twenty-one large, white planes", 21, 21, 21, 21),
        ("one hundred and five planes", 105, 105, 105, 105),
        ("1,200 planes", 1200, 1200, 1200, 1200),
        ("roughly 50 planes", 42.5, 57.5, 32.5, 67.5),
        ("a dozen or so planes", 10.2, 13.8, 7.8, 16.2),
        ("two dozen planes", 24, 24, 24, 24),
        ("a pair of planes", 2, 2, 2, 2),
        ("several planes", 3, 9, 2, 15),
        ("dozens of planes", 24, 150, 18, ENDLESS),
        ("more than 20 planes", 21, ENDLESS, 21, ENDLESS),
        ("9" * 400 + " planes", 1e9, 1e9, 1e9, 1e9),
    ],
)
def test_numbers_are_found_before_their_class(text, low, high, least, most):
    (sentence,) = sentences(parse(text))
    found = sentence.things[0].number
    assert (found.low, found.high, found.least, found.most) == pytest.approx(
        (low, high, least, most)
    )


@pytest.mark.parametrize(
    "text", ["5 m from planes", "3.5 m planes", "no two planes", "row 3 of planes"]
)
def test_what_is_no_number_of_a_class_is_left_alone(text):
    (sentence,) = sentences(parse(text))
    assert sentence.things[0].quantity is None or sentence.things[0].denied


@pytest.mark.parametrize(
    "text",
    [
        "As for planes, there are {n}.",
        "Looking at the planes, one counts {n}.",
        "For planes, the count is {n}.",
        "As for the number of planes, one counts {n}.",
        "The number of planes that one sees is {n}.",
        "There are {n} instances of planes.",
        "{n} single planes can be seen.",
        "Planes can be seen, {n} in all.",
    ],
)
def test_what_is_counted_may_be_named_first(text):
    assert false_kinds(text.format(n="four")) == set()
    assert false_kinds(text.format(n="six")) == {"count"}


@pytest.mark.parametrize(
    "text",
    [
        "There are four planes, some larger than others.",
        "There are four planes and nothing more.",
        "There are four planes, none of which is hidden.",
        "There are four planes, and no other planes near them.",
    ],
)
def test_what_is_added_to_a_count_narrows_nothing_down(text):
    assert false_kinds(text) == set()


def test_none_that_is_missing_is_there():
    assert false_kinds("None of the planes is missing.") == set()
