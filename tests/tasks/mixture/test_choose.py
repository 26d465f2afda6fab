from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.mixture import MixtureParams, MixtureRule
from schemas.record import content_id
from tasks.mixture import blind_rows, choose, mixture_rows
from tests.tasks.mixture._rows import CLASSES, Row, columns, hrrsd, published

DEFAULT = MixtureParams()
OFF = MixtureParams(balance=1)


def many(count, seed=0, sources=("a", "b", "c"), tasks=("vqa", "caption")):
    """Return rows of several sources and task types, unevenly many of each."""
    draw = np.random.default_rng(seed)
    return [
        Row(
            id=content_id(seed, n), source=sources[int(draw.beta(1, 3) * len(sources))],
            task=tasks[int(draw.integers(len(tasks)))], tile=f"tile{int(draw.integers(20))}",
            split=("train", "test")[int(draw.integers(2))], question="What is it?", answer="Sea",
        )
        for n in range(count)
    ]  # fmt: skip


def chosen(rows, params):
    return published(rows, choose(columns(rows, params.seed), params))


def presence(rows, params=DEFAULT):
    made = columns(rows, params.seed)
    found = blind_rows(made, choose(made, params), params)
    return {row.source: row for row in found if row.kind == "presence"}


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 150),
    st.integers(0, 3),
    st.builds(
        MixtureParams,
        rules=st.just(()) | st.tuples(st.builds(MixtureRule, cap=st.integers(0, 30))),
        total=st.none() | st.integers(0, 100),
        per_image=st.none() | st.integers(1, 5),
        temperature=st.none() | st.floats(0, 1),
        balance=st.just(1.0),
        commercial=st.booleans(),
        seed=st.integers(0, 3),
    ),
)
def test_no_cap_total_or_limit_of_an_image_is_exceeded(count, seed, params):
    rows = many(count, seed)
    kept = chosen(rows, params)
    assert len({row.id for row in kept}) == len(kept)
    assert params.total is None or len(kept) <= params.total
    for rule in params.rules:
        assert max(Counter((r.source, r.task) for r in kept).values(), default=0) <= rule.cap
    if params.per_image is not None:
        assert max(Counter(r.tile for r in kept).values(), default=0) <= params.per_image
    if params.commercial:
        assert kept == []


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 5), st.integers(1, 5))
def test_a_few_more_samples_change_the_fate_of_no_more_than_they_are(seed, extra):
    rows = many(120, seed, sources=("a",), tasks=("vqa",))
    params = OFF.model_copy(update={"rules": (MixtureRule(cap=40),)})
    before = {row.id for row in chosen(rows[:-extra], params)}
    after = {row.id for row in chosen(rows, params)}
    assert len(before - after) <= extra
    assert len(after) == 40


def test_the_choice_does_not_depend_on_the_order_of_the_rows():
    rows, params = many(200), OFF.model_copy(update={"total": 50})
    assert set(chosen(rows, params)) == set(chosen(rows[::-1], params))


def test_another_seed_draws_others():
    rows, params = many(200), OFF.model_copy(update={"total": 50})
    assert set(chosen(rows, params)) != set(chosen(rows, params.model_copy(update={"seed": 1})))


def test_temperature_zero_makes_sources_and_task_types_equal():
    kept = chosen(many(400), OFF.model_copy(update={"temperature": 0}))
    assert len(set(Counter((row.source, row.task) for row in kept).values())) == 1


def test_only_licences_known_to_allow_it_pass_the_commercial_view():
    said = ("CC-BY-4.0", "CC-BY-NC-4.0", None, "ask us", "MIT")
    rows = [Row(id=str(n), licence=text) for n, text in enumerate(said)]
    assert chosen(rows, MixtureParams()) == rows
    kept = chosen(rows, MixtureParams(commercial=True))
    assert [row.licence for row in kept] == ["CC-BY-4.0", "MIT"]


def test_presence_questions_of_an_hrrsd_shaped_set_are_balanced(record_property):
    row = presence(hrrsd())["rsivqa"]
    record_property("blind_before", row.before)
    record_property("blind_after", row.after)
    assert row.before >= 0.85
    assert row.after <= 0.55
    assert row.verdict == "passed"
    assert row.templates == len(CLASSES)
    assert row.train > 1000
    assert row.test > 100


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 4), st.integers(1, 3), st.sampled_from([0.5, 0.55, 0.7]))
def test_the_limit_holds_after_caps_and_totals_too(seed, few, limit):
    params = MixtureParams(balance=limit, per_image=8, rules=(MixtureRule(cap=900),), seed=seed)
    row = presence(hrrsd(100, seed, few), params)["rsivqa"]
    assert row.after is None or row.after <= limit + 1e-9
    assert row.train + row.test <= 900


def test_train_keeps_no_template_by_which_its_questions_could_be_answered():
    rows = hrrsd()
    kept = [row for row in chosen(rows, MixtureParams()) if row.split == "train"]
    answers = Counter((row.question, row.answer) for row in kept)
    frequent = [row.question for row in kept if answers[row.question, "Yes"] >= 50]
    for question in set(frequent):
        yes, no = answers[question, "Yes"], answers[question, "No"]
        assert max(yes, no) / (yes + no) < 0.62


def test_questions_that_all_have_one_answer_keep_what_the_limit_allows_overall():
    rows = [
        Row(id=f"{split}{n}", split=split, question=f"Is there a {name}?", answer=answer)
        for split in ("train", "test")
        for name, answers in (("ship", ["Yes", "No"]), ("bridge", ["No"]))
        for n, answer in enumerate(answers * 90, start=1000 * len(name))
    ]
    kept = Counter((row.split, row.question, row.answer) for row in chosen(rows, MixtureParams()))
    for split in ("train", "test"):
        assert kept[split, "Is there a ship?", "Yes"] == 90
        right = kept[split, "Is there a ship?", "No"] + kept[split, "Is there a bridge?", "No"]
        assert 100 < right <= 110  # of 90 others: 55 %


def test_fewer_than_a_hundred_presence_questions_of_a_source_are_left_alone():
    rows = hrrsd(7)
    assert len(rows) < 100
    assert chosen(rows, MixtureParams()) == rows
    assert presence(rows)["rsivqa"].verdict == "too_few"


def test_a_limit_of_one_switches_the_balance_off():
    rows = hrrsd(50)
    assert chosen(rows, OFF) == rows
    row = presence(rows, OFF)["rsivqa"]
    assert row.before == row.after >= 0.8
    assert (row.limit, row.verdict) == (None, "passed")


def test_balanced_questions_are_left_as_they_are():
    rows = [
        Row(id=f"{split}{n}", split=split, question="Is there a ship?", answer=("Yes", "No")[n % 2])
        for split in ("train", "test")
        for n in range(200)
    ]
    assert chosen(rows, MixtureParams()) == rows


def test_one_answer_in_train_and_no_test_is_still_unbalanced():
    rows = [Row(id=str(n), answer="No" if n % 20 else "Yes") for n in range(400)]
    kept = chosen(rows, MixtureParams())
    assert Counter(row.answer for row in kept) == {"Yes": 20, "No": 24}
    assert presence(rows)["rsivqa"].verdict == "too_few"  # nothing to measure it on


def test_questions_of_which_train_has_few_are_balanced_together():
    rows = [
        Row(id=f"{split}{n}", split=split, question=f"Is object {n} of the list there?",
            answer="Yes" if n % 3 == 0 else "No")
        for split, start in (("train", 0), ("test", 300)) for n in range(start, start + 300)
    ]  # fmt: skip
    kept = chosen(rows, MixtureParams())
    assert Counter((row.split, row.answer) for row in kept if row.split == "train") == {
        ("train", "Yes"): 100, ("train", "No"): 122,
    }  # fmt: skip
    assert presence(rows)["rsivqa"].after <= 0.55


def test_the_table_counts_each_step_by_source_task_and_split():
    rows = [*many(60), *(replace(row, id=f"p{row.id}", licence="MIT") for row in many(60, 1))]
    params = OFF.model_copy(update={"commercial": True, "total": 20})
    made = columns(rows)
    choice = choose(made, params)
    table = list(mixture_rows(made, choice, params))
    assert sum(row.candidates for row in table) == len(rows)
    assert sum(row.licensed for row in table) == 60
    assert sum(row.published for row in table) == 20 == len(published(rows, choice))
    assert [(r.source, r.task, r.split) for r in table] == sorted(
        ((r.source, r.task, r.split) for r in table),
        key=lambda one: (one[0], *(list(type(x)).index(x) for x in one[1:])),
    )


def test_every_kind_of_short_answer_has_its_blind_baseline():
    said = {
        "presence": ("Is there a ship?", "Yes"), "count": ("How many ships?", "3"),
        "comparison": ("Are there more ships than planes?", "No"), "other": ("Which?", "Rural"),
    }  # fmt: skip
    rows = [
        Row(id=f"{kind}{n}", split=("train", "test")[n % 2], question=asked, answer=answer)
        for kind, (asked, answer) in said.items()
        for n in range(6)
    ]
    rows += [
        Row(id=f"scene{n}", task="scene_classification", question="What is it?", answer="Airport",
            form="scene_class", split=("train", "test")[n % 2])
        for n in range(6)
    ]  # fmt: skip
    made = columns(rows)
    found = list(blind_rows(made, choose(made, MixtureParams()), MixtureParams()))
    assert [row.kind for row in found] == ["presence", "count", "comparison", "other", "scene"]
    assert all((row.train, row.test, row.after, row.top_share) == (3, 3, 1, 1) for row in found)
    assert [row.top_answer for row in found] == ["yes", "3", "no", "rural", "airport"]
    assert {row.verdict for row in found} == {"too_few"}


def test_nothing_to_choose_from_is_no_error():
    made = columns([])
    choice = choose(made, MixtureParams())
    assert len(choice.fate) == 0
    assert list(mixture_rows(made, choice, MixtureParams())) == []
    assert list(blind_rows(made, choice, MixtureParams())) == []
