"""Thresholds as expectations: what they catch, what they let pass, what they do not judge."""

import pytest

from schemas.gate import GateParams
from schemas.vocabulary import Split, TaskType
from tasks.quality.bounds import check_tables
from tasks.scorecard.compare import scorecard
from tasks.scorecard.counts import Counts
from tasks.scorecard.diversity import Measured
from tasks.scorecard.gate import gate_tables, judged_by, sample_groups
from tasks.scorecard.measures import measures

SOUND = {"in_form": 1, "instructions": 40, "contradicted": 2, "supported": 0.97, "kinds": 2,
         "description_words": 90, "metamorphic": 1, "negatives": 0.3, "blind": 0.5}  # fmt: skip
GROUPS = {
    (TaskType.VQA, Split.TRAIN, "dota"): Counts(rows=50, in_form=50, supported=2000),
    (TaskType.VQA, Split.VAL, "coco"): Counts(rows=5, in_form=5, supported=9, contradicted=3),
}


def judged(params=None, groups=None, few=(), **values):
    """Return the judged scorecard and the verdict on a sound release, but for ``values``."""
    params = params or GateParams()
    found = {measure.name: Measured(SOUND.get(measure.name, 1), 100) for measure in measures()}
    found |= {name: Measured(value, 100) for name, value in values.items()}
    found |= {name: Measured(found[name].value, 29) for name in few}
    card = scorecard(found, params)
    tables = gate_tables(card, sample_groups(GROUPS if groups is None else groups), params)
    return judged_by(card, check_tables(tables))


def outcome(card, name):
    return next(score.judged for score in card.scores if score.name == name)


def test_a_sound_release_passes():
    card, gate = judged()
    assert (gate.passed, gate.shortfalls) == (True, ())
    assert gate.expectations == 1 + 9 + 2  # samples, thresholds, two of the folders
    assert outcome(card, "contradicted") == "passed"
    assert outcome(card, "words") == "no_threshold"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("in_form", 0.99, "in_form ≥ 1"),
        ("instructions", 4.9, "instructions ≥ 5"),
        ("contradicted", 10.5, "contradicted ≤ 10"),
        ("supported", 0.89, "supported ≥ 0.9"),
        ("kinds", 1.1, "kinds ≥ 1.2"),
        ("description_words", 19, "description_words ≥ 20"),
        ("metamorphic", 0.98, "metamorphic ≥ 0.99"),
        ("negatives", 0.04, "negatives ≥ 0.05"),
        ("blind", 0.81, "blind ≤ 0.8"),
    ],
)
def test_every_default_threshold_catches_what_is_just_beyond_it(name, value, expected):
    card, gate = judged(**{name: value})
    (short,) = gate.shortfalls
    assert not gate.passed
    assert (short.table, short.expected, short.found) == ("scorecard", expected, f"{value:g}")
    assert outcome(card, name) == "failed"


def test_what_is_just_at_a_threshold_passes():
    limits = {m.name: getattr(GateParams(), m.name) for m in measures()}
    assert judged(**{name: limit for name, limit in limits.items() if limit is not None})[1].passed


def test_what_rests_on_little_or_was_not_measured_is_not_judged():
    card, gate = judged(contradicted=900, few=["contradicted"], metamorphic=None)
    assert gate.passed
    assert outcome(card, "contradicted") == "too_few"
    assert outcome(card, "metamorphic") == "not_measured"
    assert not judged(GateParams(fewest=0), contradicted=900, few=["contradicted"])[1].passed


def test_no_threshold_holds_nothing_back():
    off = GateParams(**{measure.name: None for measure in measures()})
    _, gate = judged(off, contradicted=900, in_form=0)
    assert (gate.passed, gate.expectations) == (True, 1)


def test_a_release_without_samples_is_held_back():
    _, gate = judged(groups={})
    assert [(one.expected, one.found) for one in gate.shortfalls] == [("samples ≥ 1", "0")]
    assert judged(GateParams(samples=0), groups={})[1].passed


def test_a_folder_that_is_bad_does_not_hide_behind_the_others():
    bad = Counts(rows=5, in_form=4, supported=980, contradicted=20)
    _, gate = judged(groups=GROUPS | {(TaskType.CAPTION, Split.TEST, "rsicd"): bad})
    assert [(one.table, one.expected, one.found, one.where) for one in gate.shortfalls] == [
        ("samples", "in_form ≥ 1", "0.8", "caption/test/rsicd"),
        ("samples", "contradicted ≤ 10", "20", "caption/test/rsicd"),
    ]


def test_a_reason_names_a_few_folders():
    many = {(TaskType.VQA, Split.TRAIN, f"s{n}"): Counts(rows=2, in_form=1) for n in range(7)}
    _, gate = judged(groups=many)
    assert gate.shortfalls[0].where == "vqa/train/s0, vqa/train/s1, vqa/train/s2, vqa/train/s3 and 3 more"  # fmt: skip


def test_a_folder_with_few_claims_is_not_judged_by_them():
    rows = {row.source: row for row in sample_groups(GROUPS)}
    assert (rows["coco"].contradicted, rows["dota"].contradicted) == (None, 0)
