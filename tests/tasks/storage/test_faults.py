"""Through a network that fails in every way, what is stored ends right, or the fault is named."""

import hashlib
from contextlib import ExitStack

import pytest

from schemas.errors import DamagedPart, MissingFile, StorageError
from schemas.settings import settings
from tasks.audit import audit
from tasks.model.answers import AnswerStore
from tasks.storage.latest import advance_latest, holding_root, move_latest
from tasks.storage.releases import latest, read_manifest
from tasks.storage.store import Store
from tests.fixtures.buckets import connect
from tests.fixtures.proxy import Faults, Proxy
from tests.fixtures.release import make_build
from tests.fixtures.s3 import KEY, READER, SECRET
from tests.tasks.model.answers._asked import has, put

SHA = "a" * 64


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, proxy: Proxy) -> Proxy:
    """A proxy, and time-outs short enough to wait for."""
    monkeypatch.setenv("RS_GPT4V_S3_TIMEOUT", "0.4")
    settings.cache_clear()
    return proxy


@pytest.mark.parametrize(
    "fault", ["slow_down", "reset_request", "reset_answer", "lost_answer", "stalled"]
)
def test_with_every_tenth_request_failing_a_release_is_made_and_verifies(bucket, quick, fault):
    quick.set(Faults({fault: 0.1}, seed=5, stall=0.6))
    made = make_build(bucket.root, tiles=1)
    made.release("v1")
    assert latest(made.store) == "v1"
    assert quick.done[fault] >= 5
    quick.set(Faults())
    assert audit(made.store, deep=True) == ()


def test_with_all_faults_at_once_conditional_writes_count_to_the_end(bucket, quick: Proxy):
    rates = {"slow_down": 0.1, "reset_request": 0.1, "reset_answer": 0.1, "lost_answer": 0.1}
    quick.set(Faults(rates, seed=11))
    store = Store(bucket.root)
    with holding_root(store) as lease:
        for number in range(12):
            before = f"v{number - 1}" if number else None
            move_latest(store, f"v{number}", SHA, before, lease)
    assert latest(store) == "v11"
    assert quick.done["lost_answer"] > 0


def test_listings_that_are_old_lose_no_answer(bucket, quick: Proxy):
    writer = AnswerStore(bucket.root)
    reader = AnswerStore(bucket.root)
    for number in range(4):
        put(writer, number)
        writer.flush()
    reader.refresh()
    quick.set(Faults({"stale_listing": 1.0}))
    for _ in range(3):
        reader.refresh()
        assert all(has(reader, number) for number in range(4))
    quick.set(Faults())
    reader.close()
    writer.close()


def test_a_slow_way_is_no_fault(bucket, quick: Proxy):
    quick.set(Faults(bytes_per_s=400_000))
    store = Store(bucket.root)
    content = hashlib.sha256(b"").digest() * 10_000
    store.write("a", content)
    assert store.read("a") == content  # takes longer than a time-out, but bytes keep coming


def test_a_server_that_never_answers_is_named_after_all_attempts(bucket, quick, monkeypatch):
    monkeypatch.setenv("RS_GPT4V_S3_ATTEMPTS", "3")
    settings.cache_clear()
    quick.set(Faults({"reset_answer": 1.0}))
    with pytest.raises(
        StorageError, match=r"Cannot read s3://.*/a: .*did not answer in 3 attempts"
    ):
        Store(bucket.root).read("a")
    quick.set(Faults({"slow_down": 1.0}))
    with pytest.raises(StorageError, match=r"SlowDown.*It was tried 3 attempts"):
        Store(bucket.root).read("a")


def test_a_server_that_is_not_there_is_named(bucket, monkeypatch):
    monkeypatch.setenv("RS_GPT4V_S3_ATTEMPTS", "2")
    connect(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(StorageError, match=r"http://127.0.0.1:9 did not answer in 2 attempts"):
        Store(bucket.root).list("releases")


def test_wrong_keys_are_named_and_not_shown(bucket, monkeypatch):
    connect(monkeypatch, bucket.server.url, secret="wrong-and-secret")
    with pytest.raises(StorageError, match="does not accept the secret key") as caught:
        Store(bucket.root).list("releases")
    assert "wrong-and-secret" not in str(caught.value)
    connect(monkeypatch, bucket.server.url, key="nobody")
    with pytest.raises(StorageError, match="does not know the access key"):
        Store(bucket.root).write("a", b"1")


def test_keys_are_found_where_botocore_finds_them(bucket, monkeypatch):
    connect(monkeypatch, bucket.server.url)
    for name, value in (("ACCESS_KEY_ID", KEY), ("SECRET_ACCESS_KEY", SECRET)):
        monkeypatch.delenv(f"RS_GPT4V_S3_{name}")
        monkeypatch.setenv(f"AWS_{name}", value)
    settings.cache_clear()
    Store(bucket.root).write("a", b"1")


def test_secrets_in_settings_are_not_shown(monkeypatch):
    monkeypatch.setenv("RS_GPT4V_S3_SECRET_ACCESS_KEY", "very-secret")
    settings.cache_clear()
    assert "very-secret" not in repr(settings()) + repr(settings().s3) + str(settings().s3)
    settings.cache_clear()


def test_a_missing_bucket_is_named(bucket):
    store = Store("s3://there-is-no-such-bucket/root")
    for work in (lambda: store.list(""), lambda: store.write("a", b"1"), store.check_conditional):
        with pytest.raises(StorageError, match="there is no such bucket"):
            work()


def test_a_bucket_that_may_only_be_read_is_named_and_can_be_read(bucket, monkeypatch):
    Store(bucket.root).write("a", b"1")
    connect(monkeypatch, bucket.server.url, *READER)
    store = Store(bucket.root)
    assert store.read("a") == b"1"
    with pytest.raises(StorageError, match=r"Cannot write .*access denied\. Allow s3:GetObject"):
        store.write("b", b"1")
    with pytest.raises(StorageError, match="access denied"):
        store.check_conditional()


def test_a_part_that_is_replaced_while_it_is_read_is_not_mixed(bucket):
    store = Store(bucket.root)
    store.write("a", bytes(200_000))
    with store.open("a") as file:
        file.read(10)
        store.write("a", b"1" * 200_000)
        with pytest.raises(DamagedPart, match="was replaced while it was read"):
            file.read(10)


def test_a_part_that_is_deleted_while_it_is_read_is_named(bucket):
    store = Store(bucket.root)
    store.write("a", bytes(200_000))
    with ExitStack() as stack:
        file = stack.enter_context(store.open("a"))
        store.delete("a")
        with pytest.raises(FileNotFoundError):
            file.read(10)
    with pytest.raises(MissingFile, match=r"/a: no such file"), store.open("a"):
        pass


def test_a_manifest_from_a_newer_version_says_to_upgrade(place: Store):
    place.write("releases/v9/manifest.json", b'{"format": 2, "version": "v9", "more": true}')
    with pytest.raises(StorageError, match=r"newer version of rs-gpt4v \(format 2.*Upgrade"):
        read_manifest(place, "v9")


def test_foreign_files_in_a_root_do_no_harm_and_are_named(place: Store):
    made = make_build(place.uri, tiles=1)
    made.release("v1")
    for path in ("notes.txt", "releases/notes.txt", "stages/notes.txt", "stages/tile/.DS_Store"):
        place.write(path, b"mine")
    place.write("answers/segments/notes.txt", b"mine")
    made.release("v2")
    advance_latest(place, "v2", read_pointer_sha(place))
    found = {problem.path: problem.found for problem in audit(place)}
    assert found == {"releases/notes.txt": "it is no release", "stages/notes.txt": "it is no part"}
    assert place.read("notes.txt") == b"mine"


def read_pointer_sha(store: Store) -> str:
    return hashlib.sha256(store.read("releases/v2/manifest.json")).hexdigest()
