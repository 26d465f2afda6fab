"""The whole chain on a real S3 server: the same parts as on a local disk, byte for byte."""

import pytest

from flows.build_dataset import build_dataset
from schemas.errors import UsageError
from tasks.audit import audit
from tasks.explain import explain
from tasks.storage.releases import latest, read_manifest
from tasks.storage.store import Store

EXPLAINED = 2_000_000  # bytes


def parts(store: Store, *folders: str) -> dict[str, bytes]:
    paths = [path for folder in folders for path in store.list(folder)]
    return {path: store.read(path) for path in paths if path.endswith(".parquet")}


@pytest.fixture(scope="module")
def there(build, params, s3_server):
    """The small build again, in a bucket."""
    from tests.fixtures.buckets import connect

    with pytest.MonkeyPatch.context() as patch:
        s3_server.call("create_bucket", Bucket="whole-chain")
        connect(patch, s3_server.url)
        build_dataset("s3://whole-chain/root", build.version, params)
        yield Store("s3://whole-chain/root")


def test_a_build_in_a_bucket_has_the_same_parts_as_one_on_disk(build, there: Store):
    here = Store(str(build.root))
    assert parts(there, "stages", "releases") == parts(here, "stages", "releases")
    assert latest(there) == build.version
    assert audit(there, deep=True) == ()


def test_a_second_build_in_a_bucket_asks_nothing_and_writes_no_part(there: Store, params):
    before = parts(there, "stages", "answers")
    manifest = build_dataset(there.uri, "second", params)
    assert manifest.usage.calls == sum(stage.parts_made for stage in manifest.stages) == 0
    assert parts(there, "stages", "answers") == before


def test_explain_touches_little_of_a_bucket(there: Store, proxy, monkeypatch):
    from tests.fixtures.proxy import Faults

    manifest = read_manifest(there, "first")
    part = next(part for part in manifest.parts if part.path.startswith("samples/task=detailed"))
    from tasks.storage.published import read_table

    ids = read_table(there, f"releases/first/{part.path}", ["id"])["id"].to_pylist()
    proxy.set(Faults())
    found = explain(Store(there.uri), ids[0], "first")
    assert found.answer is not None
    assert found.picture is not None
    assert 0 < proxy.down < EXPLAINED
    assert proxy.requests.total() < 60


def test_a_version_begun_with_other_parameters_is_refused(there: Store, params):
    from tasks.check import begin_release

    first, later = "2026-02-03T04:05:06Z", "2026-02-03T05:00:00Z"
    assert begin_release(there.uri, "third", params, first) == first
    assert begin_release(there.uri, "third", params, later) == first  # the same build goes on
    other = params.model_copy(update={"shards": params.shards + 1})
    with pytest.raises(UsageError, match=r"“third” was begun .* with other parameters"):
        begin_release(there.uri, "third", other, later)
