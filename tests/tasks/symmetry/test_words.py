"""Words turn with the picture: every turn of phrase that is known, and none that is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.symmetry import TURNS, Symmetry
from tasks.symmetry.geometry import Size, after, inverse, turn_size
from tasks.symmetry.passage import CannotTurn
from tasks.symmetry.words import edited, edits, moved, turn_text

SIZE = Size(960, 820)
TURN, MIRROR, FLIP = Symmetry.TURN_90, Symmetry.MIRROR, Symmetry.FLIP
HALF, DIAGONAL = Symmetry.TURN_180, Symmetry.TRANSPOSE


def turned(text, symmetry=TURN, **options):
    return turn_text(text, symmetry, SIZE, **options)


@pytest.mark.parametrize(
    ("text", "by_90", "mirrored"),
    [
        ("a plane to the left of a ship", "a plane above a ship", "a plane to the right of a ship"),
        ("They lie below five ships.", "They lie to the left of five ships.", "They lie below five ships."),
        ("above 16 small vehicles", "to the right of 16 small vehicles", "above 16 small vehicles"),
        ("above white planes", "to the right of white planes", "above white planes"),
        ("below and to the right of it", "below and to the left of it", "below and to the left of it"),
        ("in the upper left of the image", "in the upper right of the image", "in the upper right of the image"),
        ("in the centre left part", "in the upper centre part", "in the centre right part"),
        ("in the lower centre", "in the centre left", "in the lower centre"),
        ("the top-left corner", "the top-right corner", "the top-right corner"),
        ("the middle right", "the lower middle", "the middle left"),
        ("in the left half", "in the upper half", "in the right half"),
        ("cut by the left and upper edges", "cut by the upper and right edges", "cut by the right and upper edges"),
        ("the left plane", "the upper plane", "the right plane"),
        ("the two lower white ships", "the two left white ships", "the two lower white ships"),
        ("the leftmost ship", "the topmost ship", "the rightmost ship"),
        ("the third ship from the left", "the third ship from the top", "the third ship from the right"),
        ("on the far bottom", "on the far left", "on the far bottom"),
        ("two at right are bigger", "two at bottom are bigger", "two at left are bigger"),
        ("It faces left.", "It faces upwards.", "It faces right."),
        ("aligned vertically", "aligned horizontally", "aligned vertically"),
        ("a vertical road", "a horizontal road", "a vertical road"),
        ("half of the width of the image", "half of the height of the image", "half of the width of the image"),
        ("on the left of a lake", "on the upper side of a lake", "on the right of a lake"),
        ("on the top of a court", "on the right of a court", "on the top of a court"),
        ("on the bottom of a court", "on the left of a court", "on the bottom of a court"),
        ("on the right next to a ship", "on the bottom next to a ship", "on the left next to a ship"),
        ("It may be left of a ship.", "It may be above a ship.", "It may be right of a ship."),
        ("They lie above two ships.", "They lie to the right of two ships.", "They lie above two ships."),
        ("lined up from left to right", "lined up from top to bottom", "lined up from left to right"),
        ("on the right of the photo", "on the bottom of the photo", "on the left of the photo"),
        ("Upper left", "Upper right", "Upper right"),
        ("Upper Left", "Upper Right", "Upper Right"),
        ("LEFT HALF", "UPPER HALF", "RIGHT HALF"),
        ("To the left of it", "Above it", "To the right of it"),
    ],
)  # fmt: skip
def test_a_turn_of_phrase_is_turned_by_a_quarter_and_mirrored(text, by_90, mirrored):
    assert turned(text, TURN) == by_90
    assert turned(text, MIRROR) == mirrored


@pytest.mark.parametrize(
    "text",
    [
        "Right now, no ships are visible.",
        "How many planes would be left over, and how many would be left?",
        "Which is right? It stands right next to the right of way.",
        "What is left of the forest is built up.",
        "If two ships sailed away, three ships are left.",
        "The rest is left.",
        "It is at the top of the list.",
        "On the other hand, the mast is upright.",
        "Go right ahead to the back of the yard.",
        "Seen from above, it is built up.",
        "The buses were parked there on purpose rather than left by chance.",
        "Give a safe lower bound, such as upper left or centre.",
        "First upper, centre or lower, then left, centre or right.",
        "They stand side by side at right angles over the whole 3×3 grid.",
        "It is 12 m long and 3 m wide and covers (2,500 m²).",
        "Boxes are [x0, y0, x1, y1].",
        "Drivers turn left at the crossing.",
    ],
)
def test_what_only_looks_like_a_direction_stays(text):
    rotations = (Symmetry.TURN_90, Symmetry.TURN_180, Symmetry.TURN_270)
    assert {turned(text, symmetry) for symmetry in rotations} == {text}


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("The ship left the harbour.", "left"),
        ("A helipad is on top of the building.", "top"),
        ("A pool at the top of a white building.", "top"),
        ("Trees stand on the left side of the road.", "left"),
        ("The left wing is damaged.", "left"),
        ("A pool with lines on the bottom of the pool.", "bottom"),
        ("There are above 20 vehicles.", "above"),
        ("There are above two hundred vehicles.", "above"),
        ("That looks right.", "right"),
        ("It is all right.", "right"),
        ("A road from above the harbour.", "above"),
        ("It lies in the NW.", "nw"),
        ("It lies below 5 m.", "below"),
        ("The area above is forest.", "above"),
        ("It is behind the hangar.", "behind"),
        ("A road runs under the bridge.", "under"),
        ("The smoke drifts upward.", "upward"),
        ("A church stands north of the river.", "north"),
        ("The runway lies north-east.", "north-east"),
        ("It points at 3 o’clock.", "o'clock"),
        ("It is turned by 45 degrees.", "degrees"),
        ("It is turned by 45°.", "°"),
        ("It is at (120, 40).", "(120, 40"),
        ("It is at {<12><30><40><50>}.", "<12><30"),
        ("It is at [0.1, 0.2, 0.3, 0.4].", "[0.1, 0"),
        ("It is at x = 12.", "x = 12"),
        ("It is at [10, 20, 2000, 40].", "[10, 20, 2000, 40]"),
        ("Left.", "left"),
    ],
)
def test_what_is_not_certain_refuses_the_text_and_says_where(text, blamed):
    for symmetry in TURNS:
        with pytest.raises(CannotTurn) as caught:
            turned(text, symmetry)
        assert f"“{blamed}” in “" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("the upper left and right corners", "the upper right and left corners"),
        ("to the left and right of the pier", "to the right and left of the pier"),
        ("the top row of planes", "the top row of planes"),
        ("the leftmost column", "the rightmost column"),
        ("the second row from the top", "the second row from the top"),
        ("this 640×480 pixel image", "this 640×480 pixel image"),
    ],
)
def test_what_has_two_readings_is_mirrored_but_not_turned_by_a_quarter(text, mirrored):
    assert turned(text, MIRROR) == mirrored
    for symmetry in (TURN, DIAGONAL):
        with pytest.raises(CannotTurn, match=r"two readings|not the size"):
            turned(text, symmetry)


def test_two_corners_are_no_corner_and_a_side():
    assert turned("the lower left and upper right corners") == "the upper left and lower right corners"  # fmt: skip


def test_a_sense_of_rotation_changes_in_the_mirror_alone():
    text = "Traffic goes clockwise round it."
    assert turned(text, TURN) == text
    assert turned(text, MIRROR) == turned(text, FLIP) == "Traffic goes anticlockwise round it."
    with pytest.raises(CannotTurn):
        turned("Drivers turn left there.", MIRROR)


def test_a_course_without_sense_is_written_in_reading_order():
    text = "A row of ships runs from left to right."
    assert [turned(text, one) for one in (MIRROR, TURN)] == [text, "A row of ships runs from top to bottom."]  # fmt: skip
    text = "It is aligned diagonally from upper left to lower right."
    assert turned(text, MIRROR) == "It is aligned diagonally from lower left to upper right."
    assert turned(text, HALF) == text


def test_a_course_with_a_sense_keeps_it():
    text = "From left to right there are a plane and a ship."
    assert turned(text, MIRROR) == "From right to left there are a plane and a ship."
    text = "A road runs from left to right and ends at the pier."
    assert turned(text, MIRROR) == "A road runs from right to left and ends at the pier."


def test_north_up_a_course_of_the_compass_becomes_one_of_the_picture():
    text = "The row runs from north-west to south-east."
    assert (
        turned(text, HALF, north_up=True) == "The row runs from the upper left to the lower right."
    )
    assert turned("from west to east", TURN, north_up=True) == "from top to bottom"
    for said, north_up in ((text, False), ("to the west of the pier", True)):
        with pytest.raises(CannotTurn):
            turned(said, HALF, north_up=north_up)


def test_a_side_alone_is_an_answer_where_a_place_is_asked_for():
    asked = "What is the location of the boats?"
    assert turned("Left and middle.", TURN, asked=asked) == "Top and middle."
    assert turned("left center and right", MIRROR, asked=asked) == "right center and left"
    with pytest.raises(CannotTurn):
        turned("Right.", TURN, asked="Is it a ship?")


def test_boxes_and_the_size_of_the_picture_turn_exactly():
    text = "In the 960×820 image it is at [194, 464, 238, 560], 960 by 820 pixels."
    assert turned(text) == "In the 820×960 image it is at [260, 194, 356, 238], 820 by 960 pixels."
    assert turned(text, MIRROR) == text.replace("[194, 464, 238, 560]", "[722, 464, 766, 560]")


def test_changes_say_where_the_words_of_a_phrase_are_now():
    text = "To the left of a ship, the leftmost plane and a tank."
    changes = edits(text, TURN, SIZE)
    result = edited(text, changes)
    for words, now in (("a ship", "a ship"), ("the leftmost plane", "the topmost plane"), ("a tank", "a tank")):  # fmt: skip
        start = text.index(words)
        at = moved(start, start + len(words), changes)
        assert result[slice(*at)] == now
    with pytest.raises(CannotTurn, match="over the end of a phrase"):
        moved(0, 8, changes)


SIDES = st.sampled_from(("left", "right", "upper", "lower"))
CELLS = st.sampled_from(
    ("upper left", "upper centre", "upper right", "centre left", "centre", "centre right",
     "lower left", "lower centre", "lower right")
)  # fmt: skip
SENTENCES = st.one_of(
    st.builds("A plane lies in the {} of the image.".format, CELLS),
    st.builds("Six ships are in the {} half.".format, SIDES),
    st.builds("The {} edge of the image cuts it off.".format, SIDES),
    st.builds(
        "It is {} a row of nine planes.".format,
        st.sampled_from(("to the left of", "to the right of", "above", "below")),
    ),
    st.builds(
        "The {} ship is grey.".format,
        st.sampled_from(("leftmost", "rightmost", "topmost", "bottommost")),
    ),
    st.builds(
        "The fourth ship from the {} is grey.".format,
        st.sampled_from(("left", "right", "top", "bottom")),
    ),
    st.builds(
        "The row runs {}.".format,
        st.sampled_from(
            ("from left to right", "from top to bottom", "from the upper left to the lower right",
             "from the lower left to the upper right")
        ),
    ),
    st.builds("It lies {}.".format, st.sampled_from(("horizontally", "vertically", "diagonally"))),
    st.builds("It spans half of the {} of the image.".format, st.sampled_from(("width", "height"))),
    st.builds(
        "It is at [{}, {}, {}, {}] of the 960×820 image.".format,
        st.integers(0, 400), st.integers(0, 400), st.integers(401, 820), st.integers(401, 820),
    ),
    st.sampled_from(("Right now 3×3 ships are left over.", "They stand side by side.", "Yes.")),
)  # fmt: skip
TEXTS = st.lists(SENTENCES, min_size=1, max_size=5).map(" ".join)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(Symmetry), st.sampled_from(Symmetry))
def test_turning_text_twice_is_turning_it_by_the_symmetry_that_does_both(text, first, second):
    once = turned(text, first)
    both = turn_text(once, second, turn_size(SIZE, first))
    assert both == turned(text, after(second, first))


SYNONYMS = st.sampled_from(
    ("left of the ship", "in the top half", "at the top centre", "in the left centre",
     "the uppermost ship", "on the left side of the tank", "facing up", "counterclockwise",
     "the row runs from right to left", "at the bottom of a field", "the left-hand edge")
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(SYNONYMS, max_size=3), TEXTS, st.sampled_from(Symmetry))
def test_turned_back_text_is_what_it_was_but_for_synonyms_that_then_stay(words, text, symmetry):
    given_text = ", ".join([*words, text])

    def there_and_back(said):
        once = turned(said, symmetry)
        return turn_text(once, inverse(symmetry), turn_size(SIZE, symmetry))

    back = there_and_back(given_text)
    assert there_and_back(back) == back
    if not words:
        assert back == text


JUNK = st.sampled_from(
    ("left", "right", "top", "of", "the", "above", "upper", "from", "to", "and", "[1, 2,", "3, 4]",
     "northern", "is", "\0", "İ", "K", "’", "\n", ".", "-", "image", "960×820", "°", "lower", "a ship")
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(JUNK, max_size=30).map(" ".join) | st.text(max_size=60), st.sampled_from(TURNS))
def test_any_text_is_turned_or_refused_and_changes_are_in_order(text, symmetry):
    try:
        changes = edits(text, symmetry, SIZE)
    except CannotTurn:
        return
    places = [place for edit in changes for place in (edit.start, edit.end)]
    assert places == sorted(places)
    assert all(edit.start < edit.end <= len(text) for edit in changes)
    assert moved(0, len(text), changes) == (0, len(edited(text, changes)))
