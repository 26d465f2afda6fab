"""A release is measured and judged from its published tables before it is committed."""

from pathlib import Path

import pytest

from schemas.gate import GateParams
from schemas.mixture import BlindRow
from schemas.scorecard import Score, Scorecard, ScoreRow
from tasks._stage import write_part
from tasks.audit import audit
from tasks.score import score, score_release
from tasks.storage.parts import read_rows
from tasks.storage.releases import LATEST
from tests.fixtures.release import CREATED, Made, make_build


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_build(str(tmp_path / "root"), tiles=1)


def one(card: Scorecard | None, name: str) -> Score:
    assert card is not None
    return next(score for score in card.scores if score.name == name)


def test_the_manifest_records_numbers_and_verdict(made: Made) -> None:
    manifest = made.scored("v1")
    assert manifest.gate is not None
    assert manifest.gate.passed
    assert one(manifest.scorecard, "in_form").value == 1
    assert one(manifest.scorecard, "task_types").value == 5
    assert one(manifest.scorecard, "claims").value == 1
    assert (one(manifest.scorecard, "turns").value, one(manifest.scorecard, "turns").count) == (1.333333, 18)  # fmt: skip
    assert one(manifest.scorecard, "description_words").judged == "too_few"


def test_the_first_release_has_none_before_it_and_the_second_the_first(made: Made) -> None:
    first, second = made.scored("v1").scorecard, made.scored("v2").scorecard
    assert first is not None
    assert second is not None
    assert (first.previous, second.previous) == (None, "v1")
    assert [score.before for score in second.scores] == [score.value for score in first.scores]
    assert not any(score.regressed for score in second.scores)


def test_compared_is_with_the_latest_not_with_one_that_was_held_back(made: Made) -> None:
    made.scored("v1")
    made.scored("v2", GateParams(fewest=0, words=1_000_000))
    third = made.scored("v3").scorecard
    assert third is not None
    assert third.previous == "v1"


@pytest.mark.parametrize("pointer", [b"{}", b'{"version": "gone", "manifest_sha256": "' + b"0" * 64 + b'"}'])  # fmt: skip
def test_a_pointer_that_leads_nowhere_does_not_stop_a_build(made: Made, pointer: bytes) -> None:
    made.store.write(LATEST, pointer)
    card = made.scored("v1").scorecard
    assert card is not None
    assert card.previous is None
    assert audit(made.store) == ()


def test_numbers_and_data_docs_are_files_of_the_release(made: Made) -> None:
    manifest = made.scored("v1")
    files = {part.path: part for part in manifest.parts}
    assert files["reports/scorecard.parquet"].rows == 23
    assert {path for path in files if path.startswith("data_docs/")} == {
        "data_docs/index.html",
        "data_docs/validations/scorecard.html",
        "data_docs/expectations/scorecard.html",
        "data_docs/validations/samples.html",
        "data_docs/expectations/samples.html",
    }
    rows = list(read_rows(made.store, "releases/v1/reports/scorecard.parquet", ScoreRow))
    assert manifest.scorecard is not None
    assert [row.value for row in rows] == [score.value for score in manifest.scorecard.scores]
    assert audit(made.store) == ()


def test_the_published_numbers_depend_on_the_rows_alone(made: Made) -> None:
    path = "releases/{}/reports/scorecard.parquet"
    made.scored("v1")
    made.scored("v2", GateParams(fewest=3, contradicted=None))
    assert made.store.read(path.format("v1")) == made.store.read(path.format("v2"))


def test_scoring_twice_writes_the_same_bytes(made: Made) -> None:
    published = made.publish("v1")
    first = score(made.store, "v1", CREATED, published, made.parts, GateParams())
    again = score_release.fn(made.store.uri, "v1", CREATED, published, made.parts, GateParams())
    assert first == again


def test_the_blind_baseline_is_taken_from_its_part(made: Made) -> None:
    row = BlindRow(
        source="dota", kind="presence", train=90, test=40, templates=3, before=0.9, after=0.85,
        verdict="failed",
    )  # fmt: skip
    part = write_part("blind", 0, "k", BlindRow, made.store, [row])
    found = score(made.store, "v1", CREATED, made.publish("v1"), (*made.parts, part), GateParams())
    assert one(found.scorecard, "blind").value == 0.85
    assert [short.expected for short in found.gate.shortfalls] == ["blind ≤ 0.8"]
