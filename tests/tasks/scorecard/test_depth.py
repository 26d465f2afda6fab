"""The depth of dialogues: by hand, and against a search of all paths."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import TaskType
from tasks.scorecard.depth import depths
from tasks.scorecard.nested import nested
from tests.tasks.scorecard._rows import batch, claim, phrase, row


def dialogue(*turns):
    """Return a dialogue of question–answer pairs, each of which speaks of the objects named."""
    texts = ["Q?", "A."] * max(1, len(turns))
    spans = [phrase(2 * n + 1, *objects) for n, objects in enumerate(turns)]
    return row(TaskType.DIALOGUE, *texts, spans=spans)


def depth_of(*rows):
    lineage = batch(*rows).column("lineage")
    return depths(len(rows), nested(lineage.field("spans")), nested(lineage.field("verdicts"))).tolist()  # fmt: skip


@pytest.mark.parametrize(
    ("turns", "depth"),
    [
        ([], 1),
        ([("o1",), ("o2",), ("o3",)], 1),
        ([("o1",), ("o1",), ("o1",)], 3),
        ([("o1", "o2"), ("o2",), ("o1",)], 2),
        ([("o1",), ("o2",), ("o1", "o2"), ("o3",), ("o2",)], 3),
        ([("o1",), (), ("o1",)], 2),
    ],
)
def test_a_turn_is_one_deeper_than_the_deepest_that_it_shares_an_object_with(turns, depth):
    assert depth_of(dialogue(*turns)) == [depth]


def test_a_question_and_its_answer_are_one_turn():
    both = row(TaskType.DIALOGUE, "Q?", "A.", spans=(phrase(0, "o1"), phrase(1, "o1")))
    assert depth_of(both) == [1]


def test_evidence_of_claims_counts_like_phrases():
    said = row(
        TaskType.DIALOGUE, "Q?", "A.", "Q?", "B.", spans=(phrase(1, "o1"),),
        claims=(claim("colour", turn=3, refs=("o1",)),),
    )  # fmt: skip
    assert depth_of(said) == [2]


def test_dialogues_do_not_rest_on_each_other():
    assert depth_of(dialogue(("o1",), ("o1",)), dialogue(("o1",)), dialogue(("o1",), ("o2",))) == [2, 1, 1]  # fmt: skip


def longest(turns, last=None):
    """Return the longest path that ends before ``last``, by trying them all."""
    before = turns if last is None else turns[:last]
    ends = [n for n in range(len(before)) if last is None or set(turns[n]) & set(turns[last])]
    return max((1 + longest(turns, n) for n in ends), default=0)


objects = st.lists(st.sampled_from(["o1", "o2", "o3", "o4"]), max_size=3, unique=True)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(objects, max_size=6), min_size=1, max_size=4))
def test_the_depth_is_the_longest_path_of_turns_that_rest_on_each_other(dialogues):
    expected = [max(1, longest(turns)) for turns in dialogues]
    assert depth_of(*(dialogue(*turns) for turns in dialogues)) == expected
