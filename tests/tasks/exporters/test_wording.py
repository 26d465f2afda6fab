"""Only the words of boxes and units change."""

import pytest

from schemas.geometry import Window
from schemas.sample import Lineage, Sample, SampleObject
from schemas.turn import Span, Turn
from schemas.vocabulary import Origin, Split, TaskType
from tasks.exporters.wording import reworded
from tasks.spatial.dialects import CollapsedBox, dialect_named

WINDOW = Window(x0=1000, y0=500, x1=1400, y1=700)


def thing(ref, x0, y0, x1, y1):
    polygon = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return SampleObject(
        ref=ref, annotation_id=ref, category="ship", polygon=polygon, box=(x0, y0, x1, y1)
    )


SHIPS = (thing("o1", 1040, 520, 1080, 540), thing("e1", 1200, 600, 1240, 660))


def sample(text, *spans):
    question = Turn(role="user", content="Where [0, 0, 400, 200]?")
    return Sample(
        id="a", task=TaskType.VQA, source="dota", split=Split.TRAIN, scene_id="b", tile_id="c",
        window=WINDOW, turns=(question, Turn(role="assistant", content=text)), objects=SHIPS,
        lineage=Lineage(
            origin=Origin.ADAPTED, stage="adapt", form="conversation", labels=(), prompt="p",
            prompt_fingerprint="f", seed=0, spans=spans,
        ),
    )  # fmt: skip


def span(text, words, kind, *refs):
    start = text.index(words)
    return Span(turn=1, start=start, end=start + len(words), refs=refs, kind=kind)


def said(text, *spans, dialect="vrsbench"):
    return reworded(sample(text, *spans), dialect_named(dialect))[1].content


def test_a_box_is_written_anew_from_its_object_and_units_go():
    text = "The ship [40, 20, 80, 40], in pixels of the 400×200 image, is at [200, 100, 240, 160]."
    spans = [
        span(text, "[40, 20, 80, 40]", "box", "o1"),
        span(text, ", in pixels of the 400×200 image,", "units"),
        span(text, "[200, 100, 240, 160]", "box", "e1"),
        span(text, "The ship", "phrase", "o1"),
    ]
    assert said(text, *spans) == "The ship {<10><10><20><20>} is at {<50><50><60><80>}."


def test_a_box_of_several_objects_is_the_one_round_them():
    text = "Both lie in [40, 20, 240, 160]."
    found = said(text, span(text, "[40, 20, 240, 160]", "box", "o1", "e1"))
    assert found == "Both lie in {<10><10><60><80>}."


def test_a_box_that_no_span_ties_to_objects_is_converted_by_its_numbers():
    assert said("It is [40, 20, 80, 40], so.") == "It is {<10><10><20><20>}, so."
    (question, _) = reworded(sample("Yes."), dialect_named("falcon"))
    assert question.content == "Where <box><0><0><1000><1000></box>?"


def test_text_without_boxes_stays_as_it_is():
    assert said("There are [4] ships at (3, 4).") == "There are [4] ships at (3, 4)."


def test_published_text_is_the_dialect_pixels():
    text = "It is [40, 20, 80, 40] in pixels."
    assert said(text, span(text, " in pixels", "units"), dialect="pixels") == text


def test_a_box_that_would_vanish_is_refused():
    with pytest.raises(CollapsedBox):
        said("It is [40, 20, 41, 40].")
