from hypothesis import given
from hypothesis import strategies as st

from schemas.mixture import MixtureParams, MixtureRule
from schemas.vocabulary import TaskType
from tasks.mixture.shares import Group, rule_of, shares

VQA, CAPTION = TaskType.VQA, TaskType.CAPTION
sizes = st.lists(st.integers(0, 10_000), min_size=1, max_size=8)
rules = st.lists(
    st.builds(
        MixtureRule,
        source=st.sampled_from(["*", "s0", "s1", "s2"]),
        weight=st.floats(0.01, 100),
        cap=st.none() | st.integers(0, 5000),
    ),
    max_size=3,
)
mixtures = st.builds(
    MixtureParams,
    rules=rules.map(tuple),
    temperature=st.none() | st.floats(0, 1),
    total=st.none() | st.integers(0, 20_000),
)


def groups(numbers):
    return [Group(f"s{place}", VQA, number) for place, number in enumerate(numbers)]


@given(sizes, mixtures)
def test_no_group_exceeds_what_it_has_its_cap_or_the_total(numbers, params):
    made = groups(numbers)
    found = shares(made, params)
    for group, number in zip(made, found, strict=True):
        cap = rule_of(params, group.source, VQA).cap
        assert 0 <= number <= min(group.available, group.available if cap is None else cap)
    assert params.total is None or sum(found) <= params.total


@given(sizes, st.integers(0, 20_000), st.floats(0, 1))
def test_a_total_is_reached_where_there_is_enough(numbers, total, temperature):
    params = MixtureParams(total=total, temperature=temperature)
    assert sum(shares(groups(numbers), params)) == min(total, sum(numbers))


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8))
def test_temperature_zero_makes_groups_equal(numbers):
    found = shares(groups(numbers), MixtureParams(temperature=0))
    assert set(found) == {min(numbers)}


@given(sizes)
def test_without_parameters_all_is_published(numbers):
    assert shares(groups(numbers), MixtureParams()) == numbers
    assert shares(groups(numbers), MixtureParams(temperature=1)) == numbers


def test_a_lower_temperature_brings_groups_closer():
    params = [MixtureParams(temperature=t, total=1000) for t in (1, 0.5, 0)]
    assert [shares(groups([9000, 1000]), one) for one in params] == [
        [900, 100], [750, 250], [500, 500],
    ]  # fmt: skip


def test_what_a_small_group_lacks_is_filled_up_from_the_others():
    assert shares(groups([5000, 10]), MixtureParams(temperature=0, total=100)) == [90, 10]


def test_weights_are_relative_and_caps_hold_for_each_group():
    half = MixtureParams(rules=(MixtureRule(source="s0", weight=0.5),))
    assert shares(groups([1000, 1000]), half) == [500, 1000]
    double = MixtureParams(rules=(MixtureRule(source="s0", weight=2),))
    assert shares(groups([1000, 1000]), double) == [1000, 500]
    capped = MixtureParams(rules=(MixtureRule(cap=10),))
    assert shares(groups([1000, 5, 20]), capped) == [10, 5, 10]


def test_the_first_rule_that_fits_counts():
    params = MixtureParams(
        rules=(MixtureRule(source="rsvqa", task=VQA, cap=1), MixtureRule(source="rsvqa", cap=2))
    )
    assert rule_of(params, "rsvqa", VQA).cap == 1
    assert rule_of(params, "rsvqa", CAPTION).cap == 2
    assert rule_of(params, "dota", VQA).cap is None
