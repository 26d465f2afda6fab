"""A turned sample: its phrases mean the objects that they meant, and it says what it was made of."""

import os
from pathlib import Path

import pytest

from schemas.record import content_id
from schemas.symmetry import TURNS, Symmetry, TurnedSample
from tasks.exporters.wording import reworded
from tasks.quality.rules import ROW_RULES
from tasks.spatial.dialects import dialect_named
from tasks.spatial.facts import sample_object
from tasks.spatial.polygons import box_of
from tasks.symmetry.samples import Unturned, turn_sample
from tasks.symmetry.tiles import turn_outline, turned_id
from tests.tasks.grounding._airfield import airfield
from tests.tasks.symmetry._samples import SAID, sample_of

GOLDEN = Path(__file__).parents[2] / "golden" / "symmetry" / "eight.txt"
TILE = airfield(at=(100, 40))  # its objects leave the window, so text is not checked on it


def spoken(sample):
    """Return the words of every span, with what they mean."""
    return [
        (sample.turns[span.turn].content[span.start : span.end], span.refs, span.kind)
        for span in sample.lineage.spans
    ]


def test_phrases_keep_their_objects_and_say_them_from_the_other_side():
    turned = turn_sample(sample_of(airfield(), *SAID), airfield(), Symmetry.TURN_90)
    assert spoken(turned) == [
        ("the row of planes", ("o1", "o2", "o3"), "phrase"),
        ("[488, 50, 512, 270]", ("o1", "o2", "o3"), "box"),
        (" of this 600×900 image", (), "units"),
        ("A row of three planes", ("o1", "o2", "o3"), "phrase"),
        ("two small vehicles", ("o7", "o8"), "phrase"),
        ("a storage tank", ("o6",), "phrase"),
        ("The bottommost plane", ("o4",), "phrase"),
        ("one more plane", ("o9",), "phrase"),
    ]


@pytest.mark.parametrize("symmetry", TURNS)
def test_objects_and_boxes_are_those_of_the_turned_tile(symmetry):
    sample = sample_of(airfield(), *SAID)
    turned, tile = turn_sample(sample, airfield(), symmetry), turn_outline(airfield(), symmetry)
    refs = {thing.ref for thing in sample.objects}
    assert turned.objects == tuple(sample_object(o) for o in tile.objects if o.ref in refs)
    assert (turned.tile_id, turned.window) == (tile.id, tile.window)
    assert all(rule.holds(turned) for rule in ROW_RULES)
    written = next(words for words, _, kind in spoken(turned) if kind == "box")
    box = box_of(tuple(point for o in turned.objects[:3] for point in o.polygon))
    assert written == f"[{', '.join(f'{round(value)}' for value in box)}]"


def test_it_names_the_sample_and_tile_it_was_made_of_and_stays_in_its_split():
    sample = sample_of(airfield(), *SAID)
    turned = turn_sample(sample, airfield(), Symmetry.FLIP)
    assert turned.lineage.turned == TurnedSample(
        symmetry=Symmetry.FLIP, tile=sample.tile_id, window=sample.window, sample=sample.id
    )
    assert turned.tile_id == turned_id(sample.tile_id, Symmetry.FLIP)
    said = [turn.model_dump() for turn in turned.turns]
    assert turned.id == content_id(turned.tile_id, sample.task, said) != sample.id
    same = {"task", "source", "split", "scene_id"}
    assert turned.model_dump(include=same) == sample.model_dump(include=same)
    changed = {"spans", "verdicts", "turned"}
    assert turned.lineage.model_dump(exclude=changed) == sample.lineage.model_dump(exclude=changed)


def test_coordinates_of_a_tile_inside_its_scene_are_px_of_the_turned_picture():
    things = (TILE.objects[0].model_copy(update={"ref": "o1"}),)
    sample = sample_of(TILE.model_copy(update={"objects": things}), "What is it?", '<ref ids="o1">A plane</ref>.')  # fmt: skip
    turned = turn_sample(sample, TILE, Symmetry.MIRROR)
    assert turned.window.x0 == turned.window.y0 == 0
    x0, y0, x1, y1 = sample.objects[0].box
    assert turned.objects[0].box == (900 - (x1 - 100), y0 - 40, 900 - (x0 - 100), y1 - 40)


def test_boxes_are_exported_in_any_dialect_from_the_turned_polygons():
    sample = sample_of(airfield(), *SAID)
    turned = turn_sample(sample, airfield(), Symmetry.TURN_180)
    question = reworded(turned, dialect_named("qwen3"))[0].content
    assert question == ('Describe the row of planes in the box {"bbox_2d": [700, 813, 944, 853]}.')


def test_what_cannot_be_turned_says_which_words_are_to_blame():
    plain = sample_of(airfield(), "What is it?", "It stands behind something.")
    for symmetry in TURNS:
        outcome = turn_sample(plain, airfield(), symmetry)
        assert outcome == Unturned("no rule turns this: “behind” in “it stands behind something.”")


def test_a_short_answer_is_read_with_its_question():
    asked = ("How many ships?", "None.", "Where is it?", "Left.", "Is it large?", "Right.")
    outcome = turn_sample(sample_of(airfield(), *asked), airfield(), Symmetry.MIRROR)
    assert isinstance(outcome, Unturned)  # “Right.” may be a yes
    turned = turn_sample(sample_of(airfield(), *asked[:4]), airfield(), Symmetry.MIRROR)
    assert [turn.content for turn in turned.turns] == [*asked[:3], "Right."]


def drawn(tile, across=20, down=40):
    """Return the numbers of the objects of ``tile`` where their middles are."""
    rows = [["·"] * (tile.window.width // across) for _ in range(-(-tile.window.height // down))]
    for thing in tile.objects:
        x0, y0, x1, y1 = box_of(thing.clipped)
        rows[int((y0 + y1) / 2 / down)][int((x0 + x1) / 2 / across)] = thing.ref[1:]
    return "\n".join("".join(row) for row in rows)


def test_one_sample_under_all_eight_is_the_golden_file():
    sample, pieces = sample_of(airfield(), *SAID), []
    for symmetry in Symmetry:
        tile, turned = turn_outline(airfield(), symmetry), turn_sample(sample, airfield(), symmetry)
        text = "\n".join(turn.content for turn in turned.turns)
        pieces.append(f"== {symmetry}\n\n{text}\n\n{drawn(tile)}\n")
    if os.environ.get("REMAKE_GOLDEN") == "1":
        GOLDEN.write_text("\n".join(pieces), encoding="utf-8")
    assert "\n".join(pieces) == GOLDEN.read_text(encoding="utf-8")
