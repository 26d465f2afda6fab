"""Acceptance: the verifier against 120 sentences over real scenes, judged beforehand by hand."""

import os
from pathlib import Path

import pytest

from tests.truth.sentences import judged, tables

PLACE = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
LEAST = 0.85

pytestmark = pytest.mark.skipif(
    PLACE is None, reason="RS_GPT4V_ACCEPTANCE_DATA does not name the folder of real data"
)


@pytest.fixture(scope="module")
def found():
    return list(judged(Path(PLACE)))


def test_every_sentence_is_judged_against_a_scene_that_is_there(found):
    assert len(found) == 120
    assert all(one.sentence.statements for one in found)


def test_the_verifier_agrees_with_a_careful_human_on_85_of_100_sentences(found, capsys):
    with capsys.disabled():
        print(f"\n{tables(found)}")
    share = sum(one.agrees for one in found) / len(found)
    disagreed = [one.sentence.id for one in found if not one.agrees]
    assert share >= LEAST, f"disagrees on {', '.join(disagreed)}"
