import itertools
from importlib import resources
from string import Formatter

import pytest
import yaml

from tasks.model.offline.plans import Plan, Voice, compose, finish, load_plans

FILES = ("local", "synthesis", "dialogue")


def _families() -> list[str]:
    root = resources.files("tasks.model.offline")
    return [
        f"{file}.{name}"
        for file in FILES
        for name in yaml.safe_load(root.joinpath(f"{file}.yaml").read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("family", _families())
def test_every_plan_is_a_sentence_and_none_stands_twice(family):
    plans = load_plans(family)
    assert plans
    assert len({plan.text for plan in plans}) == len(plans)
    for plan in plans:
        assert plan.text.endswith((".", "?"))
        assert "  " not in plan.text
        assert all(
            field is None or field.isidentifier() for _, field, _, _ in Formatter().parse(plan.text)
        )


def test_things_groups_wholes_and_places_have_at_least_eight_plans():
    for family in ("local.object", "local.group", "local.row", "synthesis.overall",
                   "synthesis.thing", "synthesis.company", "synthesis.shared"):  # fmt: skip
        assert len(load_plans(family)) >= 8


def test_a_voice_never_uses_one_plan_twice_in_a_row():
    voice = Voice("seed")
    plans = [Plan(f"{{subject}} is {word}.", frozenset({"subject"})) for word in "abc"]
    said = [voice.choose(plans, {"subject"}, set()) for _ in range(30)]
    assert all(a != b for a, b in itertools.pairwise(said))


def test_a_composition_says_every_feature_once():
    slots = {"metres": "12 m long and 3 m wide", "metres_by": "12 m by 3 m", "cut": "the left edge"}
    told = " ".join(
        compose(
            Voice(1),
            ["local.object"],
            slots,
            lambda n: {"subject": "it"} | ({"then": ""} if n else {}),
            5,
        )
    )
    assert told.count("12 m") == 1
    assert told.count("left edge") == 1


def test_voices_of_other_shifts_word_one_thing_differently():
    slots = {"kinds": "planes"}
    asked = {Voice("s", shift=shift).say("dialogue.ask_count", slots) for shift in (1, 2, 3)}
    assert len(asked) == 3


def test_a_family_without_a_fitting_plan_is_a_defect_that_is_named():
    with pytest.raises(KeyError, match=r"dialogue\.answer_size"):
        Voice(1).say("dialogue.answer_size", {"kinds": "planes"})


def test_finishing_sets_the_capital_behind_a_tag():
    assert (
        finish('<ref ids="o1">a  plane</ref> is white.') == '<ref ids="o1">A plane</ref> is white.'
    )
