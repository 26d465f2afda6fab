"""Only a release that its gate let pass becomes the latest."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.approval import ApprovalParams
from schemas.errors import HeldBack, NotApproved, Overtaken, UsageError
from schemas.gate import GateParams
from schemas.release import Move
from tasks.audit import audit
from tasks.promote import promote, promote_release, roll_back
from tasks.storage.releases import LATEST, latest, list_releases, read_pointer, resolve
from tests.fixtures.release import Made, make_build

STRICT = GateParams(fewest=0, words=1_000_000)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_build(str(tmp_path / "root"), tiles=1)


def test_a_committed_release_is_not_the_latest_until_it_is_promoted(made: Made) -> None:
    made.scored("v1", STRICT)
    assert latest(made.store) is None
    made.scored("v2")
    assert latest(made.store) == "v2"


def test_the_pointer_names_the_very_manifest(made: Made) -> None:
    made.scored("v1")
    assert promote_release.fn(made.store.uri, "v1") == read_pointer(made.store)
    assert audit(made.store) == ()


def test_a_release_that_failed_its_gate_is_refused(made: Made) -> None:
    made.scored("v1")
    before = made.store.read(LATEST)
    made.scored("v2", STRICT)
    with pytest.raises(HeldBack, match="“v2” did not pass its gate"):
        promote(made.store, "v2")
    assert made.store.read(LATEST) == before


def test_a_release_without_a_gate_is_promoted(made: Made) -> None:
    made.release("v1")
    assert json.loads(made.store.read(LATEST))["version"] == "v1"


def test_there_must_be_such_a_release(made: Made) -> None:
    with pytest.raises(UsageError, match="no release “v9”"):
        promote(made.store, "v9")


def test_a_pointer_that_somebody_moved_meanwhile_is_left_alone(made: Made) -> None:
    made.release("v1")
    made.release("v2")
    made.release("v3")
    with pytest.raises(Overtaken, match="names “v3”, not “v2” as when this run began"):
        promote(made.store, "v1", over="v2")
    assert latest(made.store) == "v3"


def test_releases_tell_passed_failed_and_held(made: Made) -> None:
    made.release("a", "2026-01-01T00:00:00Z")
    made.scored("b")
    made.scored("c", STRICT)
    lines = {line.version: line for line in list_releases(made.store)}
    assert [lines[name].gate for name in "abc"] == [None, "passed", "failed"]
    assert [lines[name].held for name in "abc"] == [False, False, False]
    made.store.write(LATEST, made.store.read(LATEST).replace(b'"b"', b'"a"'))
    lines = {line.version: line for line in list_releases(made.store)}
    assert [lines[name].held for name in "abc"] == [False, True, False]


def test_a_release_that_a_person_was_to_approve_waits_for_that(made: Made) -> None:
    asking = made.params.model_copy(update={"approval": ApprovalParams(ask=True)})
    waiting = replace(made, params=asking)
    with pytest.raises(NotApproved, match="nobody has answered yet"):
        waiting.release("v1")
    forced = Move(version="", how="promote", note="asked by telephone", forced=True)
    assert promote(made.store, "v1", forced).moves[-1].forced


def test_rolled_back_twice_it_is_the_one_before_that(made: Made) -> None:
    for version in ("v1", "v2", "v3"):
        made.release(version)
    assert roll_back(made.store).version == "v2"
    assert roll_back(made.store).version == "v1"
    with pytest.raises(UsageError, match="knows of no release that was the latest before"):
        roll_back(made.store)
    assert promote(made.store, "v3").before == "v1"


def test_where_none_became_the_latest_one_must_be_named(made: Made) -> None:
    made.scored("v1", STRICT)
    assert resolve(made.store, "v1") == "v1"
    with pytest.raises(
        UsageError, match=r"has become the latest yet\. Name one with --version: v1"
    ):
        resolve(made.store, None)
    assert audit(made.store) == ()
