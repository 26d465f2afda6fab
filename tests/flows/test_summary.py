"""The summary that Prefect's UI shows of a build."""

import pytest

from flows.clock import stamp
from flows.outcome import raise_if_incomplete
from flows.summary import markdown_summary
from schemas.errors import IncompleteError
from schemas.release import FailedShard, Manifest, StageUsage, Usage


@pytest.fixture
def manifest(build):
    return Manifest.model_validate_json((build.release / "manifest.json").read_text())


def test_it_names_the_files_and_every_stage_and_count(build, manifest):
    text = markdown_summary(str(build.root), manifest)
    assert f"- `{build.root}/releases/first/report.html`" in text
    assert f"**{manifest.samples:,} samples** of {manifest.candidates:,} candidates" in text
    for stage in manifest.stages:
        assert f"| {stage.stage} | {stage.unit} | {stage.candidates:,} |" in text
    assert "The gate passed: all " in text
    assert "| correctness | Contradicted claims | 0 per 1,000 |" in text
    assert "failed" not in text


def test_it_says_what_the_answers_of_each_stage_took(manifest):
    stage = StageUsage(
        stage="describe", requests=1200, calls=30, tries=1300, prompt_tokens=2_000_000,
        image_tokens=900_000, cached_tokens=100_000, completion_tokens=400_000,
        reasoning_tokens=5000, cost=8.875, latency_median=2.25, latency_p95=9.5,
    )  # fmt: skip
    other = stage.model_copy(update={"stage": "converse", "cost": None})
    usage = Usage(
        requests=2400, calls=60, prompt_tokens=1, completion_tokens=2, stages=(stage, other)
    )
    text = markdown_summary("root", manifest.model_copy(update={"usage": usage}))
    assert (
        "| describe | 1,200 | 30 | 1,300 | 2,000,000 | 900,000 | 100,000 | 400,000 | 5,000 | $8.88 "
        "| 2.2 | 9.5 |\n" in text
    )
    assert "| 5,000 | not known | 2.2 | 9.5 |\n| all | 2,400 | 60 |" in text
    assert "Cost of all its answers: not known." in text


def test_where_no_teacher_was_asked_there_is_no_table_of_it(manifest):
    usage = Usage(requests=0, calls=0, prompt_tokens=0, completion_tokens=0, cost=0)
    text = markdown_summary("root", manifest.model_copy(update={"usage": usage}))
    assert "| teacher |" not in text
    assert "$0.00" in text


def test_a_release_in_object_storage_is_linked(manifest):
    text = markdown_summary("s3://bucket/root/", manifest)
    assert "- [report.html](s3://bucket/root/releases/first/report.html)" in text


def test_failed_shards_are_listed_and_raised(build, manifest):
    failed = FailedShard(shard=3, stage="tile", error="ImageError", message="torn")
    partial = manifest.model_copy(update={"failed": (failed,)})
    assert "- shard 3, tile: ImageError: torn" in markdown_summary("root", partial)
    with pytest.raises(IncompleteError, match="Shard 3 failed in tile: torn"):
        raise_if_incomplete(partial)
    raise_if_incomplete(manifest)


def test_the_default_version_is_a_utc_stamp():
    assert len(stamp()) == len("20260131T221500Z")
    assert stamp().endswith("Z")
