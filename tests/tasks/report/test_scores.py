"""The scorecard in words: figures, changes, verdicts; the whole as Markdown is a golden file."""

import os
from pathlib import Path

import pytest

from schemas.gate import GateParams
from schemas.scorecard import GateVerdict, Scorecard, Shortfall
from tasks.report.scores import (
    figure,
    markdown_scores,
    said,
    score_lines,
    shortfall_table,
    shortfall_text,
)
from tasks.scorecard.compare import scorecard
from tasks.scorecard.diversity import Measured
from tasks.scorecard.measures import measures
from tests.fixtures.release import Made, make_build

GOLDEN = Path(__file__).parents[2] / "golden" / "scorecard.md"
STRICT = GateParams(fewest=0, contradicted=0, words=40, tolerance=0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_build(str(tmp_path_factory.mktemp("scores") / "root"), tiles=1)


def card(before: Scorecard | None = None, **values: float | None) -> Scorecard:
    found = {measure.name: Measured(values.get(measure.name, 1.0), 100) for measure in measures()}
    return scorecard(found, GateParams(), "v1" if before else None, before)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, "share", "–"),
        (0.98765, "share", "98.8 %"),
        (7, "of 8", "7 of 8"),
        (6.3174, "to 1", "6.32 to 1"),
        (0.0417, "bits", "0.0417 bits"),
        (1234.56, "wordings", "1,235 wordings"),
    ],
)
def test_figures_have_their_unit_and_no_more_digits_than_they_are_worth(value, unit, shown) -> None:
    assert figure(value, unit) == shown


def test_a_change_is_told_by_its_direction_and_size() -> None:
    before = card(words=30, objects=5, contradicted=10, turns=1.0001, supported=0.9)
    after = card(before, words=31, objects=4, contradicted=10.2, turns=1.0, supported=None)
    changes = {line.title: line.change for line in score_lines(after)}
    assert changes["Words"] == "better"
    assert changes["Objects"] == "regression"
    assert changes["Contradicted claims"] == "worse"
    assert changes["Turns"] == changes["Supported claims"] == ""


def test_thresholds_say_which_way_they_go() -> None:
    lines = {line.title: line.threshold for line in score_lines(card())}
    assert lines["Contradicted claims"] == "≤ 10"
    assert lines["Supported claims"] == "≥ 90 %"
    assert lines["Words"] == "–"


def test_the_verdict_is_a_sentence_and_its_reasons_a_table() -> None:
    short = (
        Shortfall(table="scorecard", expected="contradicted ≤ 10", found="12.5"),
        Shortfall(table="samples", expected="in_form ≥ 1", found="0.8", where="vqa/train/dota"),
    )
    gate = GateVerdict(passed=False, expectations=12, shortfalls=short)
    assert said(gate) == "The gate failed: 2 of 12 expectations are not met."
    assert said(GateVerdict(passed=True, expectations=9)) == "The gate passed: all 9 expectations are met."  # fmt: skip
    assert list(shortfall_table(gate)) == [
        "  table      expected           found  where",
        "  scorecard  contradicted ≤ 10  12.5",
        "  samples    in_form ≥ 1        0.8    vqa/train/dota",
    ]
    assert shortfall_text(short[1]) == "samples: in_form ≥ 1 is expected, 0.8 was found in vqa/train/dota"  # fmt: skip


def test_a_release_without_scorecard_has_no_lines(made: Made) -> None:
    assert markdown_scores(made.release("plain")) == []


def test_golden_scorecard(made: Made) -> None:
    made.scored("v1")
    text = "\n".join(markdown_scores(made.scored("v2", STRICT))) + "\n"
    if os.environ.get("REMAKE_GOLDEN") == "1":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8"), "make golden remakes it; review the diff"
