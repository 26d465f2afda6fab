"""A gate that fails, on a real Prefect server: the release is made, and the latest stays."""

import pytest

from flows.build_dataset import build_dataset
from flows.gate import raise_if_held_back
from schemas.errors import HeldBack
from schemas.gate import GateParams
from schemas.release import Manifest
from tasks.audit import audit
from tasks.promote import promote_release
from tasks.storage.releases import LATEST, read_manifest
from tasks.storage.store import Store
from tests.fixtures.recorded import artifacts, flow_runs


@pytest.fixture(scope="module")
def held(build, params, tmp_path_factory):
    """Build a release that misses a threshold; return its root and what was raised."""
    copy = build.copied(tmp_path_factory.mktemp("held"))
    strict = params.model_copy(update={"gate": GateParams(words=1_000_000)})
    with pytest.raises(HeldBack) as caught:
        build_dataset(str(copy.root), "held", strict)
    return Store(str(copy.root)), caught.value


def flow_run_of(version):
    return next(
        run for run in flow_runs() if run.parameters.get("version") == version and run.state
    )


def test_the_release_is_held_back_with_its_reasons_and_the_latest_stays(build, held):
    store, error = held
    assert store.read(LATEST) == (build.root / LATEST).read_bytes()
    manifest = read_manifest(store, "held")
    assert manifest.gate is not None
    assert [short.expected for short in manifest.gate.shortfalls] == ["words ≥ 1,000,000"]
    lines = str(error).splitlines()
    assert lines[0].startswith("Release “held” is held back, “first” stays the latest: 1 of ")
    assert lines[1].split() == ["table", "expected", "found", "where"]
    assert lines[2].split()[:4] == ["scorecard", "words", "≥", "1,000,000"]
    assert not audit(store)


def test_the_flow_run_fails_with_the_table_and_shows_the_scorecard(held):
    run = flow_run_of("held")
    assert run.state.is_failed()
    assert "words ≥ 1,000,000" in run.state.message
    (table,) = artifacts("scorecard", run.id)
    assert table.description == "Release held. " + _said(held[0])
    assert '"number": "Words"' in table.data
    assert '"verdict": "not met"' in table.data


def _said(store):
    gate = read_manifest(store, "held").gate
    return f"The gate failed: 1 of {gate.expectations} expectations are not met."


def test_it_cannot_be_promoted(held):
    with pytest.raises(HeldBack):
        promote_release.fn(held[0].uri, "held")


def test_a_sound_release_passes_and_is_the_latest(build):
    manifest = Manifest.model_validate_json((build.release / "manifest.json").read_text())
    assert manifest.gate is not None
    assert manifest.gate.passed
    raise_if_held_back(manifest)
    assert '"first"' in (build.root / LATEST).read_text()
