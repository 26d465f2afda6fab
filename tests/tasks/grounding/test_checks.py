import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.grounding.checks import Said, check_turns
from tasks.grounding.reading.grammar import fold, grammar
from tasks.grounding.references import BrokenReference, Parsed, parse
from tasks.grounding.truth import Truth
from tasks.lexicon.lexicon import categories
from tests.tasks._tiles import dense_tile
from tests.tasks.grounding._airfield import airfield, false_kinds, verdicts

FORMS = ("", "presence", "counting", "comparison", "position", "grounding", "dialogue")
AIRFIELD = Truth(airfield())


def vocabulary():
    """Return the words that rules look for, and some that look like them."""
    lists = [v for v in dict(grammar()).values() if isinstance(v, tuple)]
    words = {word for each in lists for word in each} | set(list(categories())[:40])
    odd = {
        "14",
        "0",
        "1,2",
        "٣",
        "²",
        "ſhip",
        "İ",
        "K",
        "🚢",
        "\u200b",
        "[1, 2, 3, 4]",
        ".",
        ",",
        "\n",
    }
    tags = {'<ref ids="o1-o3">', '<ref ids="o5">', "</ref>"}
    relations = {form for forms in grammar().valued["relation"].values() for form in forms}
    return sorted(words | odd | relations) + sorted(tags) * 20


def read(text):
    try:
        return parse(text)
    except BrokenReference:
        return Parsed(text, ())


texts = st.text() | st.lists(st.sampled_from(vocabulary())).map(" ".join)


@settings(max_examples=300, deadline=None)  # the first one fills the lexicon's caches
@given(texts, texts, st.sampled_from(FORMS))
def test_no_text_breaks_the_checks(question, answer, form):
    said = (Said("user", read(question)), Said("assistant", read(answer)))
    for found in check_turns(said, AIRFIELD, form, ("o1", "o5")):
        assert len(found.claim) < 400
        assert len(found.evidence) < 1000


@given(st.text())
def test_folding_keeps_the_place_of_every_character(text):
    assert len(fold(text)) == len(text)


def test_folding_keeps_the_length_of_all_of_unicode():
    assert all(len(fold(chr(code))) == 1 for code in range(0x110000))


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "unit",
    [
        "14 small vehicles ", "there are no ships and ", '<ref ids="o1">a small vehicle</ref> near ',
        '<ref ids="o1-o20">20 small vehicles</ref> in the upper left, ', "[1, 2, 3, 4] ", "9",
        "more ships than planes ", "in the left of the ", "\n", "plane", "🚢 ", "to the left of ",
    ],
)  # fmt: skip
def test_a_hundred_kilobytes_are_checked_in_linear_time(unit):
    text = unit * (100_000 // len(unit))
    parsed = parse(text)
    said = (Said("user", parsed), Said("assistant", parsed))
    assert len(check_turns(said, Truth(dense_tile()), "counting", ("o1",))) < 50


def test_unknown_numbers_are_found():
    assert false_kinds('<ref ids="o12">One</ref> is white.') == {"reference"}
    assert false_kinds("It is white.", question='What about <ref ids="o12">this</ref>?') == {
        "reference"
    }


def test_what_is_cut_off_may_be_meant_only_where_the_text_says_so():
    assert false_kinds('<ref ids="o9">One</ref> is white.') == {"reference"}
    assert not false_kinds('<ref ids="o9">One more</ref> is mostly cut off by the edge.')


@pytest.mark.parametrize(
    ("text", "own", "right"),
    [
        ("[50, 88, 110, 112]", ("o1",), True),
        ("It is at [50, 88, 110, 113].", ("o1",), True),  # whole pixels may be one off
        ("[52, 88, 110, 112]", ("o1",), False),
        ("[130, 88, 190, 112]", ("o1",), False),  # the box of another
        ('<ref ids="o1-o3">[50, 88, 270, 112]</ref>', ("o1", "o2", "o3"), True),
        ("[50, 88, 270, 112]", ("o1", "o2"), False),
        ("[999999999999, -1, 2.5, 3]", ("o1",), False),
        ("See [1, 2] and [x0, y0, x1, y1].", ("o1",), True),
    ],
)
def test_boxes_in_text_are_those_of_the_objects(text, own, right):
    assert (false_kinds(text, own=own, form="grounding") == set()) is right
    assert (false_kinds("Yes.", question=text, own=own) == set()) is right


def test_boxes_are_pixels_of_the_tile_not_of_the_scene():
    tile = airfield(at=(-0, 0))
    shifted = tile.model_copy(
        update={"window": tile.window.model_copy(update={"x0": 10, "y0": 20, "x1": 910, "y1": 620})}
    )
    assert not false_kinds("[40, 68, 100, 92]", own=("o1",), tile=shifted)
    assert false_kinds("[50, 88, 110, 112]", own=("o1",), tile=shifted) == {"box"}


def test_every_verdict_says_what_and_why():
    for found in verdicts('<ref ids="o1-o3">Three planes</ref> in the upper left.'):
        assert found.claim
        assert found.evidence
        assert found.outcome == "supported"


def test_a_statement_made_twice_has_one_verdict():
    once = verdicts("There are four planes in the image.")
    assert (
        verdicts("There are four planes in the image. There are four planes in the image.") == once
    )
