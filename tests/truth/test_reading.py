"""Slots of the teacher's sentences, and their truth: the honest teacher is never found to lie."""

import random

import pytest

from tasks.grounding.references import parse
from tests.tasks._tiles import rectangle, thing, tile_of
from tests.truth.fact import Kind
from tests.truth.falsehoods import falsehoods
from tests.truth.judging import judge
from tests.truth.reading import replaced, sentences_of, slots_in
from tests.truth.seeded import seeded_scene
from tests.truth.taught import written_about
from tests.truth.world import world_of

SHIPS = '<ref ids="o1 o2">Two white ships</ref> lie in the upper left of the image, above <ref ids="o3">a plane</ref>.'


def slots(tagged):
    text = parse(tagged)
    return [slot for bounds in sentences_of(text) for slot in slots_in(text, *bounds)]


@pytest.fixture(scope="module")
def harbour():
    ships = [thing(n, "ship", rectangle(60 + 90 * n, 60, 60, 14)) for n in (1, 2)]
    return world_of(tile_of([*ships, thing(3, "plane", rectangle(200, 400, 50, 40))]))


def test_a_sentence_states_number_colour_class_place_and_relation():
    found = [(slot.kind, slot.words, slot.refs, slot.others) for slot in slots(SHIPS)]
    two = ("o1", "o2")
    assert found == [
        (Kind.COUNT_ONE, "Two", two, ()),
        (Kind.COLOUR, "white", two, ()),
        (Kind.CLASS, "ships", two, ()),
        (Kind.POSITION, "upper left", two, ()),
        (Kind.RELATION, "above", two, ("o3",)),
        (Kind.CLASS, "plane", ("o3",), ()),
    ]


@pytest.mark.parametrize(
    ("sentence", "kind", "words"),
    [
        ('<ref ids="o1">The ship</ref> is about 60 m long and 14 m wide.', Kind.SIZE, "60"),
        ('<ref ids="o1">It</ref> lies about 7 m to the left of <ref ids="o2">a ship</ref>.', Kind.DISTANCE, "7"),
        ('<ref ids="o1-o3">A row of three ships</ref> runs from left to right.', Kind.ORIENTATION, "left to right"),
        ('<ref ids="o1">It</ref> is clearly larger than the other ships.', Kind.SUPERLATIVE, "larger"),
        ('<ref ids="o1-o2">Most of them</ref> are dark grey.', Kind.COLOUR, "dark grey"),
        ('There are <ref ids="o1">a ship</ref> and no planes.', Kind.ABSENCE, "no planes"),
    ],
)  # fmt: skip
def test_other_facts_are_found_too(sentence, kind, words):
    assert (kind, words) in [(slot.kind, slot.words) for slot in slots(sentence)]


def test_one_fact_is_replaced_and_every_tag_stays():
    text = parse(SHIPS)
    for slot in slots(SHIPS):
        changed = parse(replaced(text, slot, "something else"))
        assert changed.plain == text.plain[: slot.start] + "something else" + text.plain[slot.end :]
        assert [span.refs for span in changed.spans] == [span.refs for span in text.spans]


def test_what_is_said_of_the_harbour_is_judged(harbour):
    number, colour, ships, place, relation, plane = slots(SHIPS)
    assert [judge(slot, harbour) for slot in (number, ships, place, relation, plane)] == [True] * 5
    assert judge(colour, harbour) is None  # there is no picture
    assert judge(number, harbour, "three") is False
    assert judge(ships, harbour, "planes") is False
    assert judge(place, harbour, "lower right") is False
    assert judge(relation, harbour, "below") is False


def test_the_honest_teacher_is_never_found_to_lie_and_its_lies_nearly_always():
    draw = random.Random(0)
    scenes = [seeded_scene(seed) for seed in (901, 902, 903)]
    texts = written_about(scenes)
    judged, caught = [], []
    for shown in scenes:
        world = world_of(shown.outline, shown.picture)
        for turns in texts[shown.outline.id]:
            for slot in slots(turns[-1]):
                judged.append(judge(slot, world))
                if judged[-1]:
                    caught.append(judge(slot, world, falsehoods(slot, draw)[1]))
    assert len(judged) > 200
    assert False not in judged
    assert judged.count(None) < 0.1 * len(judged)
    assert True not in caught
    assert caught.count(False) > 0.95 * len(caught)
