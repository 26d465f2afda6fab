"""Acceptance: every folder of real data in one build; RS_GPT4V_ACCEPTANCE_DATA names their parent."""

import os
from pathlib import Path

import pytest

from flows.build_dataset import build_dataset
from schemas.identity import Link
from schemas.params import BuildParams, SourceSpec
from schemas.sample import Rejection, Sample
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Reason, Split
from tasks.audit import audit
from tasks.storage.accounting import SAMPLE_STAGES
from tasks.storage.parts import read_rows
from tasks.storage.releases import release_path
from tasks.storage.store import Store

DATA = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")

pytestmark = pytest.mark.skipif(
    not DATA or not Path(DATA).is_dir(), reason="RS_GPT4V_ACCEPTANCE_DATA names no folder"
)


def sources():
    """Return one spec for each folder, with the terms that its README states."""
    at = Path(DATA)
    images = (str(at / "rsicd"), str(at / "dota"))
    academic = "academic use only"
    return (
        SourceSpec(name="dota", path=str(at / "dota"), licence=academic),
        SourceSpec(name="coco", path=str(at / "coco_terrain"), licence="MIT"),
        SourceSpec(name="coco", path=str(at / "vhr10"), licence="MIT"),
        SourceSpec(name="rsicd", path=str(at / "rsicd"), licence=academic),
        SourceSpec(name="rsivqa", path=str(at / "rsivqa"), licence=academic, images=images),
        SourceSpec(name="hrrsd", path=str(at / "hrrsd"), licence="Mulan PSL v1"),
        SourceSpec(name="rsvg_hr", path=str(at / "rsvg_hr"), licence="Apache-2.0"),
        SourceSpec(name="image_folder", path=str(at / "dior_rsvg"), licence=academic),
        SourceSpec(name="image_folder", path=str(at / "rsvqa_hr"), licence="CC-BY-4.0"),
        SourceSpec(name="image_folder", path=str(at / "geopixel"), licence=academic),
        SourceSpec(name="image_folder", path=str(at / "geotiff"), licence="BSD-3-Clause"),
    )


@pytest.fixture(scope="module")
def release(prefect_server, tmp_path_factory):
    root = tmp_path_factory.mktemp("everything")
    return Store(str(root)), build_dataset(str(root), "all", BuildParams(sources=sources()))


def rows(release, table, model):
    store, manifest = release
    paths = [part.path for part in manifest.parts if part.table == table and part.rows]
    return [row for path in paths for row in read_rows(store, release_path("all", path), model)]


def test_one_release_holds_them_all_and_balances(release):
    store, manifest = release
    assert not audit(store)
    assert {"dota", "coco", "rsicd", "rsivqa"} <= {count.source for count in manifest.tasks}
    lost = sum(stage.rejected for stage in manifest.stages if stage.stage in SAMPLE_STAGES)
    assert manifest.samples + lost == manifest.candidates


def test_every_row_has_a_licence(release):
    assert all(sample.lineage.licence for sample in rows(release, "samples", Sample))
    assert all(terms.commercial is not None for terms in release[1].licences)
    findings = rows(release, "findings", Finding)
    assert not [f for f in findings if f.kind == FindingKind.LICENCE_UNKNOWN]


def test_nothing_of_a_test_set_is_in_train_under_another_name(release):
    store, _ = release
    links = list(read_rows(store, release_path("all", "reports/links.parquet"), Link))
    names = {Path(link.first_name).stem: Path(link.second_name).stem for link in links}
    assert {"church_56", "playground_38", "commercial_5", "P1888"} <= {*names, *names.values()}
    samples = rows(release, "samples", Sample)
    tests = {s.scene_id for s in samples if s.source == "rsicd" and s.split == Split.TEST}
    assert tests
    twins = {link.second_id for link in links if link.first_id in tests}
    twins |= {link.first_id for link in links if link.second_id in tests}
    assert twins
    assert all(s.split == Split.TEST for s in samples if s.scene_id in twins)


def test_the_count_on_which_two_sources_disagree_is_named_with_both_origins(release):
    found = [
        row.detail
        for row in rows(release, "findings", Finding)
        if row.kind == FindingKind.CONTRADICTS_OTHER_SOURCE and "small vehicle" in row.detail
    ]
    assert len(found) == 1
    assert all(word in found[0] for word in ("17", "14", "P1888"))


def test_labels_without_an_image_are_rejections_with_their_scene(release):
    missing = [
        r for r in rows(release, "rejections", Rejection) if r.reason == Reason.MISSING_IMAGE
    ]
    sources_of = {row.source for row in missing}
    assert {"hrrsd", "rsvg_hr", "coco", "rsivqa"} <= sources_of
    assert sum(row.source == "hrrsd" for row in missing) == 20
    assert sum(row.source == "coco" for row in missing) == 25


def test_a_second_build_asks_and_writes_nothing(release):
    store, manifest = release
    again = build_dataset(store.uri, "again", manifest.parameters)
    assert (again.usage.calls, sum(stage.parts_made for stage in again.stages)) == (0, 0)
    assert again.samples == manifest.samples


def test_it_passes_its_gate_with_the_default_thresholds(release):
    _, manifest = release
    assert manifest.gate.passed, manifest.gate.shortfalls
    measured = [score.name for score in manifest.scorecard.scores if score.value is not None]
    assert len(measured) >= 20
