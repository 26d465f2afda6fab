"""The summary that Prefect's UI shows of a build."""

import pytest

from flows.clock import stamp
from flows.outcome import raise_if_incomplete
from flows.summary import markdown_summary
from schemas.errors import IncompleteError
from schemas.release import FailedShard, Manifest


@pytest.fixture
def manifest(build):
    return Manifest.model_validate_json((build.release / "manifest.json").read_text())


def test_it_names_the_files_and_every_stage_and_count(build, manifest):
    text = markdown_summary(str(build.root), manifest)
    assert f"- `{build.root}/releases/first/report.html`" in text
    assert f"**{manifest.samples:,} samples** of {manifest.candidates:,} candidates" in text
    for stage in manifest.stages:
        assert f"| {stage.stage} | {stage.unit} | {stage.candidates:,} |" in text
    assert "failed" not in text


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
