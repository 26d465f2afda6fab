"""Whatever the labels say, every candidate is accounted for, and drafts are true rows."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prompts import load_phrasings
from schemas.arrow import arrow_schema, to_batch
from schemas.errors import PromptError
from schemas.geometry import Window
from schemas.label_params import LabelParams
from schemas.record import content_id
from schemas.sample import Draft, Rejection
from schemas.tile import LabelledTile
from schemas.vocabulary import Reason
from tasks.labels import LABEL_FORMS, PROMPTS, adapt_labels, load_how
from tasks.labels.how import PHRASED_BY
from tasks.labels.sheet import attempt_id, draft_id
from tasks.labels.wording import Wording
from tests.tasks.labels._labelled import (
    adapted,
    caption,
    conversation,
    expression,
    labelled,
    outcomes,
    question,
    region,
    scene_class,
)

FILES = sorted(set(PHRASED_BY.values()))
WORDS = st.lists(
    st.sampled_from(["a ship", "how many", "two", "  ", "?", ".", "yes", "no", "i don't know",
                     "[1, 2, 3, 4]", "{{ box }}", "\x00", "é", "“q”"]), max_size=4,
).map(" ".join)  # fmt: skip
PLACES = st.floats(-20, 130)
POLYGONS = st.lists(st.tuples(PLACES, PLACES), min_size=3, max_size=5).map(tuple)
LABELS = st.one_of(
    st.builds(caption, WORDS, st.integers(0, 99)),
    st.builds(question, WORDS, WORDS, st.integers(0, 99), st.sampled_from([None, "count"])),
    st.builds(expression, WORDS, POLYGONS, st.integers(0, 99)),
    st.builds(region, WORDS, POLYGONS, st.integers(0, 99)),
    st.builds(scene_class, WORDS, st.integers(0, 99)),
    st.builds(lambda texts, n: conversation(*texts, number=n),
              st.lists(WORDS, min_size=2, max_size=4), st.integers(0, 99)),
)  # fmt: skip
TILES = st.lists(
    st.tuples(st.lists(LABELS, max_size=6, unique_by=lambda label: label.id), st.booleans()),
    min_size=1,
    max_size=4,
)
EACH = (
    caption("a road"),
    question("Is it wet?", "yes"),
    expression("the ship"),
    region("a red ship"),
    scene_class("port"),
    conversation("What is this?", "A port.", "Sure?", "Yes."),
)


def tiles_of(drawn):
    part = Window(x0=0, y0=0, x1=50, y1=80)
    return [
        labelled(*labels, name=f"{n}.png", window=None if whole else part)
        for n, (labels, whole) in enumerate(drawn)
    ]


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(TILES, st.booleans(), st.integers(0, 4), st.integers(0, 5), st.booleans())
def test_samples_and_rejections_are_the_candidates(drawn, regions, bundle, quota, in_bins):
    tiles = tiles_of(drawn)
    params = {"regions": regions, "bundle": bundle, "questions": quota, "binned_counts": in_bins}
    drafts, rejections = outcomes(*tiles, **params)
    tried = sum(1 + (regions and label.kind == "referring") for t in tiles for label in t.labels)
    merged = sum(len(d.lineage.labels) - 1 for d in drafts if d.lineage.form == "bundle")
    assert len(drafts) + len(rejections) == tried - merged
    order = [tile.id for tile in tiles]
    assert [d.tile_id for d in drafts] == sorted((d.tile_id for d in drafts), key=order.index)
    assert all(row.subject == "sample" and row.file and row.detail for row in rejections)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(TILES)
def test_drafts_are_true_rows(drawn):
    for draft in outcomes(*tiles_of(drawn))[0]:
        turns = [turn.model_dump() for turn in draft.turns]
        assert draft.id == content_id(draft.tile_id, draft.task, turns)
        assert [t.role for t in draft.turns] == ["user", "assistant"] * (len(draft.turns) // 2)
        assert all(turn.content.strip() for turn in draft.turns)
        assert draft.lineage.form in LABEL_FORMS
        refs = {thing.ref for thing in draft.objects}
        for span in draft.lineage.spans:
            text = draft.turns[span.turn].content[span.start : span.end]
            assert set(span.refs) <= refs
            assert len(text) == span.end - span.start
            assert span.kind != "box" or re.fullmatch(r"\[\d+, \d+, \d+, \d+\]", text)


def test_the_columns_are_those_of_the_records():
    done = adapted(labelled(*EACH))
    assert done.drafts.schema.equals(arrow_schema(Draft))
    assert done.rejections.schema.equals(arrow_schema(Rejection))
    done.drafts.validate(full=True)
    done.rejections.validate(full=True)


def test_every_form_has_its_lineage():
    drafts, rejections = outcomes(labelled(*EACH, question("Is it dry?", "no", 5)), bundle=2)
    assert rejections == []
    assert {draft.lineage.form for draft in drafts} == {*LABEL_FORMS} - {"question"}
    for draft in drafts:
        lineage, file = draft.lineage, PHRASED_BY[draft.lineage.form]
        assert lineage.prompt == f"phrasings/{file}"
        assert lineage.prompt_fingerprint == load_phrasings(file).fingerprint
        assert (lineage.origin, lineage.stage, lineage.model) == ("adapted", "adapt", None)
        assert (lineage.licence, lineage.attribution) == ("CC-BY-4.0", "Someone")
        assert lineage.labels[0].file == "labels.json"
        assert (draft.source, draft.split) == ("rsvqa", "val")


def test_labels_of_a_scene_that_is_cut_are_rejected_in_every_form():
    tile = labelled(*EACH, window=Window(x0=0, y0=0, x1=60, y1=80))
    drafts, rejections = outcomes(tile)
    assert drafts == []
    assert [row.reason for row in rejections] == [Reason.NOT_WHOLE] * 7
    assert "raise tile.whole or tile.size" in rejections[0].detail
    assert {row.payload for row in rejections} >= {"a road", "Is it wet?\nyes", "the ship"}


def test_the_same_labels_give_the_same_rows_and_another_seed_gives_others():
    first, again, other = (adapted(labelled(*EACH), seed=seed).drafts for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_a_slice_of_a_batch_gives_what_its_tiles_give_alone():
    tiles = [labelled(*EACH, name=f"{n}.png") for n in range(4)]
    how = load_how(LabelParams(), 0)
    part = adapt_labels(to_batch(tiles, LabelledTile).slice(1, 2), how)
    alone = adapt_labels(to_batch(tiles[1:3], LabelledTile), how)
    assert part.drafts.equals(alone.drafts)
    assert part.candidates == alone.candidates


def test_a_batch_without_labels_gives_nothing():
    done = adapted(labelled(), labelled(name="b"))
    assert (done.candidates, done.drafts.num_rows, done.rejections.num_rows) == (0, 0, 0)


@given(st.text(), st.text(), st.lists(st.text(), max_size=4))
def test_fast_ids_are_content_ids(tile, task, texts):
    turns = [{"role": ("user", "assistant")[n % 2], "content": t} for n, t in enumerate(texts)]
    assert draft_id(tile, task, texts) == content_id(tile, task, turns)
    assert attempt_id(tile, task, "x") == content_id(tile, task, "x")


def test_no_id_is_given_twice_to_one_image():
    twin = "Is it wet? Answer yes or no."
    labels = [question(twin, "yes"), conversation(twin, "Yes")]
    drafts, (row,) = outcomes(labelled(*labels), labelled(*labels[:1], name="b"))
    assert len(drafts) == 2
    assert (row.reason, row.detail.split(",")[0]) == (Reason.REPEATED_LABEL, "conversation")


# Wording


def test_every_form_of_labels_has_its_phrasings():
    assert set(PHRASED_BY) == set(LABEL_FORMS)


@pytest.mark.parametrize("file", FILES)
def test_there_are_at_least_ten_ways_to_ask(file):
    lists = load_phrasings(file).lists
    main = lists.get("instructions") or lists.get("yes_no") or lists["units"]
    assert len(set(main)) >= 10
    assert all(len(set(lines)) == len(lines) for lines in lists.values())


@pytest.mark.parametrize("file", FILES)
def test_no_instruction_can_hold_its_answer(file):
    answers = {"region_text": {"box", "units"}, "expression": {"expression", "units", "size"}}
    for name, lines in load_phrasings(file).lists.items():
        if name != "responses":
            used = set(re.findall(r"\{\{ (\w+) \}\}", " ".join(lines)))
            assert used <= answers.get(file, set()) | {"size"}


def test_the_stage_is_keyed_by_every_file_of_phrasings():
    assert {f"phrasings/{file}" for file in FILES} == set(PROMPTS)


def test_other_jinja_in_phrasings_of_labels_is_named():
    broken = load_phrasings("caption")
    broken = type(broken)("caption", "p", {"instructions": ("{% if a %}x{% endif %}",)}, "f")
    with pytest.raises(PromptError, match=r"phrasings/caption.yaml, instructions"):
        Wording({"caption": broken}).plain("caption", "instructions")
