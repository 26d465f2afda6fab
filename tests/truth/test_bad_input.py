"""Whatever is said, the outcome is verdicts or nothing: never a crash, never a hang."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.verdict import Verdict
from tests.tasks._tiles import random_tile, tile_of
from tests.truth.checking import Shown, check, overall
from tests.truth.hostile import SHORT, TEXTS

SCENES = (
    Shown(random_tile(3, 24, ("plane", "ship", "storage tank"))),
    Shown(tile_of([])),
    Shown(random_tile(4, 5, exhaustive=(), gsd=None)),
)
LONG = 2_000  # characters; bench_truth takes 10,000 and 100,000
QUESTIONS = ("How many planes are there?", "Is there a ship?", "", "Where are they?")
WORDS = (
    "plane", "planes", "ship", "ships", "aircraft", "vehicle", "storage", "tank", "no", "not",
    "any", "never", "none", "without", "neither", "nor", "one", "two", "dozen", "dozens",
    "several", "few", "many", "about", "at", "least", "most", "than", "more", "fewer", "0", "3",
    "12", "1,234", "3-4", "of", "the", "a", "and", "or", "but", "they", "it", "them", "other",
    "both", "all", "each", "larger", "largest", "leftmost", "left", "right", "above", "below",
    "upper", "lower", "centre", "corner", "between", "next", "to", "inside", "row", "rows",
    "white", "red", "m", "metres", "long", "apart", "from", "to", "is", "are", "there",
)  # fmt: skip
pieces = st.sampled_from(
    [
        *WORDS,
        ".",
        ",",
        "?",
        ";",
        " ",
        "\n",
        '<ref ids="o1">',
        '<ref ids="o1-o3">',
        "</ref>",
        "<ref",
        ">",
    ]
)
texts = st.one_of(st.text(max_size=200), st.lists(pieces, max_size=60).map(" ".join))
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(turns, shown):
    verdicts = check(turns, shown)
    assert all(isinstance(one, Verdict) for one in verdicts)
    return overall(one.outcome for one in verdicts)


@pytest.mark.parametrize("name", TEXTS)
def test_a_long_text_gets_verdicts_or_none(name):
    assert outcome((TEXTS[name](LONG),), SCENES[0]) in ("supported", "contradicted", "unverifiable")


@pytest.mark.parametrize("text", SHORT)
def test_an_odd_answer_gets_verdicts_or_none(text):
    for shown in SCENES:
        for question in QUESTIONS:
            outcome((question, text), shown)
            outcome((text,), shown)


@quick
@given(turns=st.lists(texts, min_size=1, max_size=4), scene=st.sampled_from(SCENES))
def test_any_dialogue_gets_verdicts_or_none(turns, scene):
    outcome(turns, scene)


@quick
@given(text=texts, scene=st.sampled_from(SCENES))
def test_the_same_text_gets_the_same_verdicts_again(text, scene):
    assert check((text,), scene) == check((text,), Shown(scene.outline))


@pytest.mark.parametrize("text", ["", " ", ".", "图像", "🚢", "\x00"])
def test_what_says_nothing_is_unverifiable(text):
    assert outcome((text,), SCENES[0]) == "unverifiable"
