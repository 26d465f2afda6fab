"""Every number of a small table, worked out by hand."""

import pytest

from schemas.vocabulary import Split, TaskType
from tasks.scorecard.beside import Beside
from tasks.scorecard.counts import Counts, count_batch
from tasks.scorecard.diversity import Measured
from tasks.scorecard.numbers import numbers, per_thousand
from tasks.scorecard.reading import Counted
from tests.tasks.scorecard._rows import batch, claim, phrase, row

VQA = [
    row(TaskType.VQA, "Is there a ship?", "No.", claims=(claim("absence"), claim("class"))),
    row(TaskType.VQA, "Is there a plane?", "Yes, two planes.", objects=("o1", "o2"),
        claims=(claim("count", "contradicted"), claim("class", "unverifiable", borderline=True))),
]  # fmt: skip
DETAILED = [
    row(TaskType.DETAILED_DESCRIPTION, "Describe it.", "Two white planes stand here.",
        objects=("o1", "o2"), spans=(phrase(1, "o1", "o2"),),
        claims=(claim("colour"), claim("count"), claim("size", "unverifiable"))),
]  # fmt: skip
DIALOGUE = [
    row(TaskType.DIALOGUE, "How many?", "Two planes.", "Where?", "At the left.", objects=("o1",),
        spans=(phrase(1, "o1"), phrase(3, "o1"))),
]  # fmt: skip
BESIDE = Beside(tested=40, right=30, agree=99, differ=1, facts=10, covered=7)


@pytest.fixture(scope="module")
def found():
    counted = Counted(classes={"plane": 3, "ship": 1}, sizes={4: 2, 5: 2})
    for rows in (VQA, DETAILED, DIALOGUE):
        piece, task = batch(*rows), rows[0].task
        counted.groups[task, Split.TRAIN, "dota"] = count_batch(piece, task)
        counted.sampling.add(piece.column("id").to_pylist(), piece.column("turns"))
    return numbers(counted, BESIDE)


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("in_form", 1, 4),
        ("task_types", 3, 4),
        ("distinct_1", 10 / 14, 14),  # “two” and “planes” are said three times
        ("distinct_2", 8 / 9, 9),
        ("instructions", 5 * 2**-0.4, 5),  # shares of 2/5, 1/5, 1/5, 1/5
        ("class_entropy", 0.811278, 4),
        ("size_entropy", 1, 4),
        ("contradicted", 1000 / 6, 6),
        ("supported", 4 / 6, 6),
        ("grounded", 2 / 4, 4),
        ("claims", 7 / 4, 4),
        ("objects", 5 / 4, 4),
        ("turns", 5 / 4, 4),
        ("kinds", 3, 1),  # one dialogue makes no claim
        ("depth", 2, 1),
        ("words", (1 + 3 + 5 + 2 + 3) / 5, 5),
        ("description_words", 5, 1),
        ("attributes", 2, 1),
        ("coverage", 0.7, 10),
        ("metamorphic", 0.99, 100),
        ("negatives", 1 / 2, 2),
        ("blind", 0.75, 40),
    ],
)
def test_the_number_is_what_the_hand_finds(found, name, value, count):
    assert found[name].count == count
    assert found[name].value == pytest.approx(value, abs=1e-6)


def test_answers_compress_as_one_text(found):
    assert found["compression"].count == 5
    assert 0.8 < found["compression"].value < 1.2  # too short to gain


def test_without_claims_that_can_be_decided_there_is_no_rate():
    assert per_thousand(Counts(rows=5, claims=3)) == Measured(None, 0)
