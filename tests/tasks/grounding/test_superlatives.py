import pytest

from tests.tasks._tiles import rectangle, thing, tile_of
from tests.tasks.grounding._airfield import LABELLED, airfield
from tests.tasks.grounding._airfield import false_kinds as found_false

# The largest plane, which is the largest object, is in the lower right.
TWO = tile_of(
    [
        thing(1, "plane", rectangle(100, 100, 60, 24)),
        thing(2, "plane", rectangle(760, 500, 120, 48)),
        thing(3, "helicopter", rectangle(450, 300, 30, 10)),
    ],
    exhaustive=LABELLED,
)
WHERE = [
    "No other plane is as large as the one {where}.",
    "None of the planes is larger than the one {where}.",
    "All other planes are smaller than the one {where}.",
    "The plane {where} is larger than all the others.",
    "The plane {where} exceeds all other planes in size.",
    "In size, the plane {where} surpasses all others.",
    "It is the plane {where} that is the largest.",
    "It is {where} that one finds the largest plane.",
    "The plane covering the most area is {where}.",
    "The plane that takes up the most space lies {where}.",
    "The plane of greatest size is {where}.",
    "The largest among the planes is located {where}.",
    "The largest member of the planes is located {where}.",
    "As for the planes, the largest one is {where}.",
    "Looking at the planes, the largest one is {where}.",
    "Compared with the other planes, the one {where} is the largest.",
    "Two planes are visible, the largest of which is {where}.",
    "The planes differ in size, the largest being the one {where}.",
    "The largest plane is the one {where}.",
    "The largest plane is the one you see {where}.",
    "The image shows the largest plane {where}.",
    "One plane is larger than all the others: the one {where}.",
]
CLASS = [
    "The object with the largest area is {a}.",
    "The object that covers the largest area is {a}.",
    "The largest annotated object turns out to be {a}.",
    "The largest feature in this image is {a}.",
    "The largest object, {a}, is easy to see.",
    "The scene's largest object is {a}.",
    "In terms of area, {a} is the largest object.",
    "{a} is the biggest of all.",
    "{a} exceeds all other objects in size.",
    "{a} has the largest area of all objects.",
    "{a} is the object that covers the most ground.",
    "It is {a} that takes up the most space.",
    "Larger than anything else is {a}.",
    "Nothing else is as large as {a}.",
]
ASKED = [
    ("Which plane is the largest?", "That would be the one {where}."),
    ("Which plane is the largest of all?", "It is the plane {where}."),
    ("Which plane has the largest area?", "The plane {where}."),
    ("Which plane is larger than all the others?", "The one {where}."),
    ("Of the planes, which is the largest?", "The one {where}."),
    ("Can you point out the largest plane?", "It is the one {where}."),
]
NAMED = [
    ("What is the class of the largest object?", "{a}."),
    ("Name the largest object in the scene.", "It is {a}."),
    ("Which object takes up the most space?", "{a}."),
]


def false_kinds(text, tile=TWO, **options):
    """Return the kinds of the statements in ``text`` that are false."""
    return found_false(text, tile=tile, **options)


@pytest.mark.parametrize("text", WHERE)
def test_where_the_largest_of_a_class_is_may_be_said_in_many_ways(text):
    assert false_kinds(text.format(where="in the lower right")) == set()
    assert false_kinds(text.format(where="in the upper left"))


@pytest.mark.parametrize("text", CLASS)
def test_of_which_class_the_largest_object_is_may_be_said_in_many_ways(text):
    assert false_kinds(text.format(a="a plane")) == set()
    assert false_kinds(text.format(a="a helicopter"))


@pytest.mark.parametrize(("question", "answer"), ASKED)
def test_which_is_the_largest_may_be_asked_in_many_ways(question, answer):
    assert false_kinds(answer.format(where="in the lower right"), question=question) == set()
    assert false_kinds(answer.format(where="in the upper left"), question=question)


@pytest.mark.parametrize(("question", "answer"), NAMED)
def test_what_the_largest_object_is_may_be_asked_in_many_ways(question, answer):
    assert false_kinds(answer.format(a="a plane"), question=question) == set()
    assert false_kinds(answer.format(a="a helicopter"), question=question)


@pytest.mark.parametrize(
    "text",
    [
        "No plane is larger than a plane.",  # of equal ones none is clearly larger
        "No other plane is near the helicopter.",
    ],
)
def test_what_is_merely_near_a_superlative_is_not_contradicted(text):
    assert false_kinds(text, airfield()) == set()


@pytest.mark.parametrize("ask", ["Show me", "Draw a box round", "Where is"])
def test_the_largest_of_a_place_need_not_be_the_largest_of_all(ask):
    tile = tile_of(
        [thing(1, "ship", rectangle(120, 300, 60, 20)), thing(2, "ship", rectangle(800, 300, 200, 60))],
        exhaustive=("ship",),
    )  # fmt: skip
    question = f"{ask} the largest ship in the left half of the image."
    answer = (
        '<ref ids="o1">The largest ship in the left half of the image</ref> is in the centre left.'
    )
    assert found_false(answer, question=question, tile=tile) == set()
