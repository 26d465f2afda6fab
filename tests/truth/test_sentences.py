"""The sentences written by hand: how many there are, of what, and that none is a teacher's."""

from collections import Counter

import pytest
from pydantic import ValidationError

from schemas.verdict import ClaimKind
from tests.truth.sentences import OUTCOMES, STYLES, Sentence, confusion, sentences

ALL = [one for style in STYLES for one in sentences(style)]


def test_there_are_forty_of_each_style_under_their_own_names():
    assert [len(sentences(style)) for style in STYLES] == [40, 40, 40]
    assert len({one.id for one in ALL}) == len({one.said for one in ALL}) == 120


def test_two_fifths_are_true_a_third_is_false_and_a_quarter_cannot_be_told():
    counts = Counter(one.expected for one in ALL)
    shares = [counts[outcome] / len(ALL) for outcome in OUTCOMES]
    assert shares == pytest.approx([0.40, 0.35, 0.25], abs=0.02)


def test_they_have_no_tags_and_every_statement_says_why():
    assert not any("<" in text for one in ALL for text in one.said)
    assert all(statement.why for one in ALL for statement in one.statements)


def test_most_kinds_of_claims_are_among_their_statements():
    kinds = {statement.kind for one in ALL for statement in one.statements}
    assert kinds >= set(ClaimKind) - {
        ClaimKind.REFERENCE, ClaimKind.BOX, ClaimKind.CLASS, ClaimKind.PART, ClaimKind.CONSISTENCY,
    }  # fmt: skip


def test_a_statement_that_is_not_in_its_text_is_refused():
    statement = {"words": "a ship", "kind": "existence", "verdict": "supported", "why": "seen"}
    with pytest.raises(ValidationError, match="x1: “a ship” is not in its text"):
        Sentence.model_validate(
            {"id": "x1", "scene": "a/b", "text": "a plane .", "statements": [statement]}
        )


def test_the_confusion_matrix_counts_pairs():
    table = confusion([("supported", "supported"), ("contradicted", "supported")])
    assert "agreement 50.0% of 2" in table
