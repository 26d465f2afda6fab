"""A few rejections of each reason, read back from a release."""

from collections import Counter

from tasks.report.rejected import few_rejections
from tasks.storage.releases import read_manifest
from tasks.storage.store import Store


def test_at_most_so_many_of_each_stage_and_reason_are_read(build):
    store = Store(str(build.root))
    manifest = read_manifest(store, build.version)
    parts = [part for part in manifest.parts if part.table == "rejections"]
    lines = few_rejections(store, build.version, manifest.parts, each=2)
    counts = Counter((line.stage, line.reason) for line in lines)
    assert {reason for _, reason in counts} == set(manifest.rejections)
    assert max(counts.values()) <= 2 * len(parts)
    every = few_rejections(store, build.version, manifest.parts, each=10_000)
    assert len(every) == sum(manifest.rejections.values())
    assert lines == few_rejections(store, build.version, manifest.parts, each=2)
