"""What a build prints at its end."""

import json
from dataclasses import replace

import pytest

from flows.cli.outcome import read_outcome, show_outcome
from tests.fixtures.release import make_build


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    made = make_build(str(tmp_path_factory.mktemp("outcome") / "root"))
    made.release("v1")
    return read_outcome(made.store.uri, "v1", 61.0, None)


def test_the_verdict_of_the_gate_and_what_became_worse_are_told(tmp_path, capsys):
    made = make_build(str(tmp_path / "root"), tiles=1)
    first = made.scored("v1").scorecard
    show_outcome(read_outcome(made.store.uri, "v1", 2.0, None), as_json=False, sample=False)
    said = capsys.readouterr().out
    assert "The gate passed: all " in said
    assert "Worse than" not in said
    outcome = read_outcome(made.store.uri, "v1", 2.0, None)
    worse = first.scores[0].model_copy(update={"regressed": True})
    card = first.model_copy(update={"scores": (worse,), "previous": "v0"})
    manifest = outcome.manifest.model_copy(update={"scorecard": card})
    show_outcome(replace(outcome, manifest=manifest), as_json=False, sample=False)
    assert "Worse than in release v0: Rows in the one form." in capsys.readouterr().out


def test_one_line_says_what_the_answers_took(outcome, capsys):
    show_outcome(outcome, as_json=False, sample=False)
    assert (
        "6 answers, 0 calls in this run: 2,400 tokens in (about 510 for pictures), 720 out, "
        "cost $0.013.\n" in capsys.readouterr().out
    )


def test_the_document_holds_it_stage_by_stage(outcome, capsys):
    show_outcome(outcome, as_json=True, sample=False)
    usage = json.loads(capsys.readouterr().out)["usage"]
    assert usage["cost"] == 0.0126
    assert [stage["stage"] for stage in usage["stages"]] == ["synthesize"]
