"""Planted errors: where they come from, that they are told apart by halves, and that they are false."""

import pytest

from schemas.verdict import ClaimKind, Verdict
from tests.truth.cases import half_of, plans, rendered, seeded_cases
from tests.truth.fact import Kind
from tests.truth.measuring import Checked, figures, paraphrase_agreement
from tests.truth.seeded import seeded_scene

SEEDS = range(40, 60)


@pytest.fixture(scope="module")
def cases():
    return [case for seed in SEEDS for case in seeded_cases(seed)[1]]


def test_the_same_seed_gives_the_same_scene_and_the_same_cases():
    assert seeded_cases(5)[1] == seeded_cases(5)[1]
    assert seeded_scene(5) == seeded_scene(5)
    assert seeded_scene(5) != seeded_scene(6)


def test_every_kind_of_error_is_planted(cases):
    assert {case.kind for case in cases} == set(Kind)


def test_every_kind_has_eight_plans_and_more_in_other_wordings_than_the_teachers():
    forms = {
        Kind.CLASS: ["class_at"], Kind.COLOUR: ["colour", "colour_np", "colour_most"],
        Kind.POSITION: ["position"], Kind.RELATION: ["relation", "inside", "between_two"],
        Kind.SUPERLATIVE: ["superlative_where", "superlative_colour", "superlative_class"],
        Kind.ABSENCE: ["absence", "presence", "yes_no"], Kind.COMPARISON: ["comparison"],
        Kind.COUNT_ONE: ["count"], Kind.COUNT_MANY: ["count", "vague"],
        Kind.ORIENTATION: ["orientation", "row_course"], Kind.SIZE: ["size_two", "size_metric"],
        Kind.DISTANCE: ["distance", "two_apart", "near_far"], Kind.ARRANGEMENT: ["arrangement"],
        Kind.COORDINATION: ["pair_counts", "paint_counts"],
        Kind.ANAPHORA: ["ana_colour", "ana_two", "ana_one"],
    }  # fmt: skip
    assert set(forms) == set(Kind)
    for kind, names in forms.items():
        written = [plan for name in names for source, plan in plans()[name] if source == "plan"]
        assert len(set(written)) >= 8, kind


def test_the_halves_share_no_plan():
    for form in plans():
        tuning, held_out = set(half_of(form, 0)), set(half_of(form, 1))
        assert not tuning & held_out
        assert tuning | held_out == set(plans()[form])
        assert min(len(tuning), len(held_out)) >= 2, form


def test_a_changed_text_differs_and_has_no_empty_slot(cases):
    for case in cases:
        assert case.true.turns != case.false.turns
        for text in (*case.true.turns, *case.false.turns):
            assert text
            assert "{" not in text


def test_each_fact_comes_in_two_wordings(cases):
    by_fact = {}
    for case in cases:
        by_fact.setdefault(case.fact, []).append(case.plan)
    assert all(len(set(found)) == 2 for found in by_fact.values())


def test_counts_are_those_of_the_labels(cases):
    exact = "The number of {cs} in this image is {n}."
    for case in (one for one in cases if one.plan == exact and one.true.turns[-1][-2].isdigit()):
        outline = seeded_scene(case.scene).outline
        number = int(case.true.turns[-1].rstrip(".").split()[-1])
        categories = [thing.category for thing in outline.objects]
        sums = [categories.count(name) for name in set(categories)]
        vehicles = sum(name.endswith("vehicle") for name in categories)
        assert number in (*sums, vehicles)


def test_captions_stay_in_lower_case_and_other_sentences_begin_with_a_capital():
    slots = {"n": "two", "cs": "planes"}
    assert rendered("{n} {cs} are in the picture .", slots, "caption").turns == (
        "two planes are in the picture .",
    )
    assert rendered("how many {cs} are there? | {n}", slots, "plan").turns == (
        "How many planes are there?",
        "Two",
    )


def said(outcome):
    return [Verdict(claim="x", kind=ClaimKind.COUNT, outcome=outcome, evidence="y")]


def test_figures_count_what_was_detected_and_what_was_a_false_alarm(cases):
    first, second = [case for case in cases if case.fact == cases[0].fact]
    found = [
        Checked(first, said("supported"), said("contradicted"), 2),
        Checked(second, said("contradicted"), [], 2),
    ]
    counted = figures(found)
    assert (counted.cases, counted.detected, counted.alarms, counted.supported) == (2, 1, 1, 1)
    assert paraphrase_agreement(found) == 0
    same = Checked(second, said("supported"), said("contradicted"), 2)
    assert paraphrase_agreement([found[0], same]) == 1
