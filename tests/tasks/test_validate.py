import logging

import pytest

from schemas.errors import GateError
from schemas.expectations import column_expectations
from schemas.geometry import Window
from schemas.record import content_id
from schemas.sample import Rejection, Sample
from schemas.turn import Span, Turn
from schemas.verdict import Verdict
from schemas.vocabulary import Origin, Reason
from tasks._stage import Where, write_part
from tasks.quality.frames import frames
from tasks.quality.rules import SampleKey
from tasks.storage.store import Store
from tasks.validate import check_table, validate_rows, validate_shard
from tasks.verify import verify_draft
from tests.tasks._teaching import rejections_of, rows_of
from tests.tasks.grounding._airfield import airfield
from tests.tasks.test_verify import ROW, conversed, described, local


def samples():
    """Return three sound samples."""
    drafts = (
        *local(ROW),
        described("There are four planes in the image."),
        conversed(("How many planes are there?", '<ref ids="o1-o4">Four</ref>.'), ("Why?", "So.")),
    )
    return [verify_draft(draft, airfield()) for draft in drafts]


def changed(sample, **fields):
    return sample.model_copy(update=fields)


def said(*contents):
    roles = ("user", "assistant") * len(contents)
    return tuple(Turn(role=r, content=c) for r, c in zip(roles, contents, strict=False))


def lineage(sample, **fields):
    return sample.lineage.model_copy(update=fields)


def span(turn, start, end, *refs):
    return (Span(turn=turn, start=start, end=end, refs=refs),)


def verdict(outcome):
    return (Verdict(claim="x", kind="count", outcome=outcome, evidence="y"),)


def test_sound_samples_pass_as_they_are():
    assert list(validate_rows(samples())) == samples()


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        (lambda s: {"turns": said("One?", "a_b")}, "no underscores in the text"),
        (lambda s: {"turns": said("One?", "a </ref> b")}, "no reference tags are left"),
        (lambda s: {"turns": said("One?", " \n ")}, "no turn is blank"),
        (lambda s: {"turns": said("One?", "two", "three?")}, "roles alternate"),
        (lambda s: {"turns": said("One?", "two")[::-1]}, "roles alternate"),
        (lambda s: {"turns": said("One?", "two")[:1] * 2}, "at least one assistant turn"),
        (lambda s: {"turns": said("One?", "two")[:1]}, "turns.length is ≥ 2"),
        (lambda s: {"lineage": lineage(s, spans=span(0, 0, 10_000))}, "spans lie within"),
        (lambda s: {"lineage": lineage(s, spans=span(9, 0, 1))}, "spans lie within"),
        (lambda s: {"lineage": lineage(s, spans=span(0, 0, 1, "o77"))}, "spans mean objects"),
        (lambda s: {"lineage": lineage(s, verdicts=verdict("contradicted"))}, "contradicted"),
        (lambda s: {"lineage": lineage(s, model=None)}, "names its model"),
        (lambda s: {"window": Window(x0=0, y0=0, x1=60, y1=60)}, "objects lie within the tile"),
    ],
)
def test_a_broken_sample_is_rejected_by_name_and_the_others_pass(broken, name):
    first, second, third = samples()
    bad = changed(first, **broken(first))
    kept, rejected, also = validate_rows([second, bad, third])
    assert (kept, also) == (second, third)
    assert isinstance(rejected, Rejection)
    assert rejected.reason is Reason.FAILED_EXPECTATION
    assert name in rejected.detail
    assert rejected.subject_id == first.id
    assert (
        Sample.model_validate_json(rejected.payload) == bad if "turns.length" not in name else True
    )


def test_an_adapted_sample_needs_no_model():
    first = samples()[0]
    adapted = lineage(first, origin=Origin.ADAPTED, model=None, request_key=None)
    assert next(iter(validate_rows([changed(first, lineage=adapted)]))).lineage == adapted


def test_frames_repeat_the_place_of_the_row_for_each_element():
    found = frames(samples(), column_expectations(Sample))
    assert found["turns[]"].index.to_list() == [0, 0, 1, 1, 2, 2, 2, 2]
    assert found["lineage.spans[]"]["refs"].to_list()[-1] == ["o1", "o2", "o3", "o4"]
    assert found[""]["lineage.origin"].to_list() == ["generated"] * 3


def part_of(root, rows):
    key = content_id("verified", [row.id for row in rows])
    return write_part("verify", 0, key, Sample, Store(root), rows)


def test_the_stage_keeps_what_passes_and_rejects_the_rest(tmp_path, caplog):
    root = str(tmp_path)
    first, second, third = samples()
    bad = changed(second, turns=said("One?", "a_b"))
    with caplog.at_level(logging.INFO):
        part = validate_shard.fn(Where(root=root, shard=0), part_of(root, [first, bad, third]))
    assert (part.candidates, part.rows, part.rejections) == (3, 2, 1)
    assert rows_of(root, part, Sample) == [first, third]
    assert "no underscores in the text" in rejections_of(root, part)[0].detail
    assert not [r for r in caplog.records if r.name.startswith("great_expectations")]


def test_an_empty_shard_passes(tmp_path):
    root = str(tmp_path)
    part = validate_shard.fn(Where(root=root, shard=0), part_of(root, []))
    assert (part.candidates, part.rows, part.rejections) == (0, 0, 0)


def test_a_table_that_fails_stops_the_build_and_leaves_no_part(tmp_path):
    root = str(tmp_path)
    first, second, _ = samples()
    twice = part_of(root, [first, changed(second, id=first.id)])
    with pytest.raises(GateError, match="ids are unique"):
        validate_shard.fn(Where(root=root, shard=0), twice)
    assert Store(root).list("stages/validate") == []


def test_the_error_is_a_readable_table():
    keys = [SampleKey(id="a", scene_id="s", split=split) for split in ("train", "val")]
    with pytest.raises(GateError) as caught:
        check_table(keys, 3)
    assert str(caught.value).splitlines()[1:5] == [
        "  rule                                     found",
        "  ids are unique                           2 rows",
        "  as many rows as were handed on           2",
        "  every scene is on one side of the split  2 rows",
    ]
