import pytest

from schemas.facts import CountFact, FactSheet, LocalFactText
from tasks.model.offline.gists import gists
from tasks.model.offline.retold import slots_of, tint_of


def gist(text: str):
    counts = (CountFact(category="ship", count=9, partly_visible=0, exhaustive=True),)
    told = (LocalFactText(id="f1", text=text),)
    return gists(
        FactSheet(width=800, height=600, north_up=False, counts=counts, facts=told)
    )[0]  # fmt: skip


ROW = (
    '<ref ids="o1-o4">A row of four white ships</ref> runs from left to right, the ships standing '
    'side by side. <ref ids="o1-o4">They</ref> are each about 12 m long and 3.5 m wide. '
    '<ref ids="o1-o4">The four ships</ref> lie in the upper left of the image, above '
    '<ref ids="o5">another ship</ref>.'
)
ONE = (
    '<ref ids="o5">A ship</ref> measures about 30 m by 8 m. <ref ids="o6">Another ship</ref> lies '
    "in the lower right of the image."
)
MIXED = (
    '<ref ids="o1-o4">Four ships</ref> are each about 9 m long and 3 m wide. '
    '<ref ids="o1 o2">Two of them</ref> are red and <ref ids="o3">one</ref> is white.'
)


def test_a_row_gives_back_its_course_order_size_place_and_neighbour():
    row = gist(ROW)
    assert (row.kind, tint_of(row)) == ("row", "white")
    assert slots_of(row) == {
        "row_course": "from left to right",
        "order": "side by side",
        "each": "12 m long and 3.5 m wide",
        "each_by": "12 m by 3.5 m",
        "where": "in the upper left",
        "beside": 'above <ref ids="o5">another ship</ref>',
    }


def test_what_is_said_of_another_thing_is_not_taken_over():
    assert slots_of(gist(ONE)) == {"metres_by": "30 m by 8 m"}


def test_colours_of_some_keep_their_objects():
    assert slots_of(gist(MIXED))["some_long"] == (
        '<ref ids="o1 o2">two of them</ref> are red and <ref ids="o3">one</ref> is white'
    )


@pytest.mark.parametrize("text", [ROW, ONE, MIXED])
def test_a_group_is_not_given_a_colour_that_only_some_have(text):
    assert (tint_of(gist(text)) == "white") == (text == ROW)
