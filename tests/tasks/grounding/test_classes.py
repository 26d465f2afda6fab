import pytest

from tests.tasks._tiles import rectangle, thing, tile_of
from tests.tasks.grounding._airfield import airfield, false_kinds, outcomes


@pytest.mark.parametrize(
    "text",
    [
        '<ref ids="o1">A plane</ref> and <ref ids="o5">a helicopter</ref> stand apart.',
        '<ref ids="o1 o5">Two aircraft</ref> stand apart.',
        '<ref ids="o7">A car</ref> drives by.',  # maybe: cars are small vehicles
        '<ref ids="o1-o3">A row near the helicopter</ref> is white.',
        '<ref ids="o4">The plane to the right of the helicopter</ref> is white.',
        "There are no ships in the image.",
        "No ships or bridges can be seen.",
        "There are not any ships.",
        "Ships do not appear in this image.",
        "This scene does not include any ships.",
        "No other planes are in the row.",
        "There are no planes in the lower left of the image.",
        "The tank could hold fuel for ships.",
        "A terminal building with grey roofs stands behind.",
        "Trees grow along the road.",  # the source labels no trees
    ],
)
def test_a_true_class_is_not_contradicted(text):
    assert false_kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "There are also ships.",
        "A ship lies in the harbour.",
        "Two white fishing boats can be seen.",
        '<ref ids="o1">A helicopter</ref> stands here.',
        '<ref ids="o1 o5">Two planes</ref> stand here.',
        '<ref ids="o7">A large vehicle</ref> drives by.',
        '<ref ids="o6">at least one bridge</ref> can be seen.',
        "There are no planes in the image.",
        "No planes can be seen.",
        "There are no ships or planes in the image.",
        "The image does not show any planes.",
        "Planes are not visible.",
    ],
)
def test_a_false_class_is_contradicted(text):
    assert {"class", "existence", "absence"} & false_kinds(text)


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("Is there a ship in the image?", "No.", True),
        ("Is there a ship in the image?", "Yes.", False),
        ("Are there any planes?", "Yes, there are.", True),
        ("Are there any planes?", "No.", False),
        ("Can you see a bridge here?", "yes", False),
        ("Is there a plane in the lower left of the image?", "No.", True),
        ("Are the planes white?", "No.", True),
    ],
)
def test_yes_and_no_are_read_with_their_question(question, answer, right):
    form = "presence" if "bridge" in question else ""
    assert (false_kinds(answer, question=question, form=form) == set()) is right


def test_questions_may_name_what_is_not_there():
    assert not false_kinds("No.", question="Is there a ship in the image?")


@pytest.mark.parametrize(
    "text",
    [
        "What looks like {a} can be seen in the centre.",
        "The object in the centre appears to be {a}.",
        "What can be seen in the centre is {a}.",
        "One cannot miss {a} in the centre.",
        "Whoever looks there would see {a} in the centre.",
        "In the centre you may notice {a}.",
        "You are looking at {a} in the centre.",
        "Apart from the background, {a} can be seen in the centre.",
        "{a} and nothing else can be seen in the centre.",
        "{a} in the centre cannot be overlooked.",
        "One need only look in the centre to see {a}.",
        "It should be noted that {a} lies in the centre.",
        "Let us note {a} in the centre.",
        "The resolution lets one recognise {a} in the centre.",
        "Like a stamp, {a} sits in the centre.",
        "For those who look closely, {a} is visible in the centre.",
        "As expected, there is {a} in the centre.",
        "This is {a} in the centre.",
    ],
)
def test_careful_and_roundabout_words_say_what_is_there_too(text):
    assert false_kinds(text.format(a="a helicopter")) == set()
    assert false_kinds(text.format(a="a ship"))


@pytest.mark.parametrize(
    "answer", ["It looks like {a}.", "That would be {a}.", "This is {a}.", "I would call it {a}."]
)
def test_answers_may_point_at_what_was_asked_for(answer):
    question = "What is in the centre of the image?"
    assert false_kinds(answer.format(a="a helicopter"), question=question) == set()
    assert false_kinds(answer.format(a="a ship"), question=question)


@pytest.mark.parametrize(
    "text",
    [
        "The apron could hold a ship.",
        "Such places are built for ships.",
        "If a ship lay there, the place would be a harbour.",
        "It might be a ship.",
        "Perhaps, a ship lies there.",
    ],
)
def test_what_is_only_thought_of_is_not_contradicted(text):
    assert false_kinds(text) == set()


def test_where_labels_are_incomplete_neither_presence_nor_absence_is_judged():
    tile = airfield(exhaustive=())
    assert outcomes("There are ships.", "existence", tile=tile) == ["unverifiable"]
    assert outcomes("There are no ships.", "absence", tile=tile) == ["unverifiable"]
    assert outcomes("There are no planes.", "absence", tile=tile) == ["contradicted"]


def test_classes_that_the_lexicon_does_not_know_are_found_too():
    tile = tile_of([thing(1, "gravel heap", rectangle(100, 100, 60, 40))])
    assert outcomes('<ref ids="o1">A gravel heap</ref>.', "class", tile=tile)[0] == "supported"
    assert false_kinds('<ref ids="o1">A plane</ref>.', tile=tile) == {"class"}
