"""Grades are averaged over samples, agreement is counted over samples and twins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.judgement import Grade
from schemas.teacher import Exchange, Judgement
from tasks.judging.agreement import judged_tasks, kappa

EXCHANGE = Exchange(
    request_key="k" * 20, prompt="judge", prompt_fingerprint="f" * 20, model="a-judge",
    temperature=0, max_tokens=1000, seed=0,
)  # fmt: skip


def grade(rules="supported", *, false=False, changed=None, task="vqa", mark=4, writer=None):
    return Grade(
        sample_id="s" * 20, task=task, form="presence", source="dota", split="train",
        changed=changed, rules=rules, writer=writer, exchange=EXCHANGE,
        judgement=Judgement(
            false_statements=("that",) if false else (), groundedness=mark, completeness=mark,
            fluency=5, usefulness=mark,
        ),
    )  # fmt: skip


def test_twins_count_for_agreement_and_not_for_the_grades():
    twin = grade("contradicted", false=True, changed="two → five", mark=1)
    missed = grade("contradicted", changed="left → right", mark=5)
    (row, whole) = judged_tasks([grade(mark=4), grade(mark=2, false=True), twin, missed])
    assert (row.task, whole.task) == ("vqa", "all")
    assert (row.judged, row.groundedness, row.fluency) == (2, 3.0, 5.0)
    assert (row.blamed, row.twins, row.noticed) == (1, 2, 1)
    assert (row.both_false, row.rules_only, row.judge_only, row.neither) == (1, 1, 1, 1)
    assert (row.precision, row.recall, row.kappa) == (0.5, 0.5, 0.0)


def test_what_the_rules_cannot_check_is_graded_and_not_compared():
    (row, _) = judged_tasks([grade("unverifiable", false=True)])
    assert (row.judged, row.blamed) == (1, 1)
    assert (row.judge_only, row.neither, row.kappa, row.precision) == (0, 0, None, None)


def test_each_task_type_has_a_row_and_all_stands_last():
    rows = judged_tasks([grade(), grade(task="caption"), grade(task="vqa")], failed=2)
    assert [(row.task, row.judged, row.failed) for row in rows] == [
        ("caption", 1, 0), ("vqa", 2, 0), ("all", 3, 2),
    ]  # fmt: skip


def test_texts_by_the_judge_itself_are_counted():
    (_, whole) = judged_tasks([grade(writer="a-judge"), grade(writer="another"), grade()])
    assert whole.own == 1


def test_where_nothing_was_judged_there_are_no_means():
    (whole,) = judged_tasks([], failed=1)
    assert (whole.judged, whole.groundedness, whole.kappa, whole.failed) == (0, None, None, 1)


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ((20, 5, 10, 15), 0.4),  # p_o 0.7, p_e 0.5
        ((7, 0, 0, 3), 1.0),
        ((0, 5, 5, 0), -1.0),
        ((25, 25, 25, 25), 0.0),
        ((9, 0, 0, 0), None),
        ((0, 0, 0, 0), None),
    ],
)
def test_kappa_is_agreement_beyond_chance(cells, value):
    found = kappa(*cells)
    assert found == (None if value is None else pytest.approx(value))


@given(*(st.integers(0, 50) for _ in range(4)))
def test_kappa_does_not_care_who_is_first(both, first, second, neither):
    one, other = kappa(both, first, second, neither), kappa(both, second, first, neither)
    assert one == other or one == pytest.approx(other)
    assert one is None or -1 <= one <= 1.0000001
