"""Acceptance on real scenes, which are not ours to keep: the folder is named by an environment variable.

RS_GPT4V_ACCEPTANCE_DATA holds ``dota`` (with P1888 and P0004) and ``coco_terrain``.
"""

import os
import re
from pathlib import Path

import pytest

from flows.build_dataset import build_dataset
from schemas.params import BuildParams, SourceSpec
from schemas.sample import Draft, Rejection, Sample
from schemas.scene import Finding
from schemas.vocabulary import FindingKind
from tasks.audit import audit
from tasks.lexicon.lexicon import parse_number
from tasks.storage.parts import read_rows
from tasks.storage.releases import release_path
from tasks.storage.store import Store

DATA = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
COUNTS = {"large vehicle": 50, "small vehicle": 14}
STATED = re.compile(r"\b([\w-]+) ((?:large|small) vehicle)s?\b", re.IGNORECASE)

pytestmark = pytest.mark.skipif(
    not DATA or not Path(DATA).is_dir(), reason="RS_GPT4V_ACCEPTANCE_DATA names no folder"
)


@pytest.fixture(scope="module", params=["dota", "coco"])
def release(request, prefect_server, tmp_path_factory):
    folder = {"dota": "dota", "coco": "coco_terrain"}[request.param]
    source = SourceSpec(name=request.param, path=str(Path(DATA) / folder))
    root = tmp_path_factory.mktemp(request.param)
    return Store(str(root)), build_dataset(str(root), "real", BuildParams(sources=(source,)))


def rows(release, table, model):
    store, manifest = release
    paths = [part.path for part in manifest.parts if part.table == table and part.rows]
    return [row for path in paths for row in read_rows(store, release_path("real", path), model)]


def test_the_release_is_whole_and_balances(release):
    store, manifest = release
    assert not audit(store)
    assert manifest.samples > 0
    lost = sum(s.rejected for s in manifest.stages if s.stage in ("adapt", "verify", "validate"))
    assert manifest.samples + lost == manifest.candidates


def test_a_second_build_asks_and_writes_nothing(release):
    store, manifest = release
    again = build_dataset(store.uri, "again", manifest.parameters)
    assert (again.usage.calls, sum(stage.parts_made for stage in again.stages)) == (0, 0)


def test_p1888_gives_six_task_types_and_counts_50_and_14_wherever_they_stand(release):
    found = [row for row in rows(release, "samples", Sample) if _is_p1888(row)]
    if release[1].parameters.sources[0].name != "dota":
        assert not found
        return
    assert len({row.task for row in found}) >= 6
    stated = [each for row in found for each in _stated(row)]
    assert {category for category, number in stated if number == COUNTS[category]} == set(COUNTS)
    assert all(number == COUNTS[category] for category, number in stated), stated


def test_no_question_with_a_false_premise_is_contradicted(release):
    kept = {row.lineage.form for row in rows(release, "samples", Sample)}
    lost = [Draft.model_validate_json(r.payload) for r in rows(release, "rejections", Rejection) if r.stage == "verify"]  # fmt: skip
    forms = {"absent_class", "wrong_attribute", "false_premise", "unanswerable", "true_premise"}
    assert forms <= kept
    assert not forms & {draft.lineage.form for draft in lost}


def test_the_oddities_of_p0004_are_findings(release):
    if release[1].parameters.sources[0].name != "dota":
        pytest.skip("P0004 is a DOTA scene")
    kinds = {row.kind for row in rows(release, "findings", Finding) if "P0004" in row.file}
    assert FindingKind.SELF_CROSSING in kinds
    assert kinds & {FindingKind.OUTSIDE_IMAGE, FindingKind.PARTLY_OUTSIDE_IMAGE}


def _is_p1888(row):
    return any("P1888" in origin.file for origin in row.lineage.labels)


def _stated(row):
    """Yield the counts that ``row`` states of the whole tile: not those that mean tagged objects."""
    for place, turn in enumerate(row.turns):
        for match in STATED.finditer(turn.content) if turn.role == "assistant" else ():
            number, category = parse_number(match[1]), match[2].lower()
            spans = [
                span
                for span in row.lineage.spans
                if span.turn == place and span.start < match.end() and match.start() < span.end
            ]
            if (
                number is not None and not any(len(span.refs) == number for span in spans)
            ) or number == COUNTS[category]:
                yield category, number
