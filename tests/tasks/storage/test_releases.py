"""Which releases there are, and which names a new one may have."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schemas.errors import DamagedPart, UnknownName, UsageError
from tasks.audit import audit
from tasks.storage.files import Tagged
from tasks.storage.releases import (
    LATEST,
    Claim,
    check_version_free,
    claim_version,
    commit_manifest,
    latest,
    list_releases,
    read_manifest,
    resolve,
)
from tasks.storage.store import Store
from tests.fixtures.release import Made, make_build


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_build(str(tmp_path / "root"), tiles=1)


def test_releases_are_listed_oldest_first_with_the_latest_marked(made: Made) -> None:
    made.release("b", "2026-01-01T00:00:00Z")
    made.release("a", "2026-01-02T00:00:00Z")
    lines = list_releases(made.store)
    assert [(line.version, line.latest) for line in lines] == [("b", False), ("a", True)]
    assert (lines[0].samples, lines[0].images) == (18, 3)
    assert lines[0].bytes > 10_000


def test_an_uncommitted_folder_is_no_release(made: Made) -> None:
    made.publish("v1")
    assert list_releases(made.store) == ()
    assert latest(made.store) is None


def test_resolve_takes_the_latest_by_default(made: Made) -> None:
    made.release("v1")
    made.release("v2")
    assert resolve(made.store, None) == "v2"
    assert resolve(made.store, "v1") == "v1"


def test_resolve_says_how_to_make_a_first_release(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no release .* yet.*rs-gpt4v build"):
        resolve(Store(str(tmp_path)), None)


def test_an_unknown_version_gets_the_nearest_suggested(made: Made) -> None:
    made.release("spring")
    with pytest.raises(UnknownName, match="Did you mean “spring”"):
        read_manifest(made.store, "sprong")


def test_a_torn_manifest_is_named(made: Made) -> None:
    made.release("v1")
    made.store.write("releases/v1/manifest.json", b'{"version": "v1"')
    with pytest.raises(DamagedPart, match=r"releases/v1/manifest\.json is not a whole manifest"):
        read_manifest(made.store, "v1")


def test_a_torn_pointer_is_named(made: Made) -> None:
    made.store.write(LATEST, b"{}")
    with pytest.raises(DamagedPart, match=r"latest\.json is not a pointer"):
        latest(made.store)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../x", "a b", "é", ".hidden", "latest.json"]
)
def test_a_bad_version_name_is_refused(made: Made, name: str) -> None:
    with pytest.raises(UsageError, match="--version"):
        check_version_free(made.store, name)


@pytest.mark.parametrize("name", ["v1", "2026-01-02T030405Z", "a.b_c-d"])
def test_a_good_version_name_is_free(made: Made, name: str) -> None:
    check_version_free(made.store, name)


def test_a_version_that_another_committed_meanwhile_is_refused(made: Made) -> None:
    manifest = made.release("v1")
    other = manifest.model_copy(update={"created": "2026-02-03T04:05:06Z"})
    with pytest.raises(UsageError, match="“v1” exists already"):
        commit_manifest(made.store, other)
    before = made.store.read("releases/v1/manifest.json")
    sha = commit_manifest(made.store, manifest)  # the same again is no fault
    assert hashlib.sha256(before).hexdigest() == sha


def claim(made_of: str, begun: str = "2026-02-03T04:05:06Z") -> Claim:
    return Claim(made_of=made_of, begun=begun)


def test_a_claim_is_for_one_set_of_parameters_and_ends_with_the_commit(made: Made) -> None:
    first = claim_version(made.store, "v1", claim("these"))
    assert claim_version(made.store, "v1", claim("these", "2026-02-04T00:00:00Z")) == first
    with pytest.raises(UsageError, match=r"“v1” was begun .* other parameters.*claims/v1\.json"):
        claim_version(made.store, "v1", claim("those"))
    made.release("v1")
    assert made.store.list("claims") == []


@pytest.mark.parametrize("made_of", ["these", "those"])
def test_a_version_that_was_committed_after_it_was_found_free_cannot_be_claimed(
    made: Made, made_of: str
) -> None:
    check_version_free(made.store, "v1")
    claim_version(made.store, "v1", claim("these"))
    made.release("v1")
    with pytest.raises(UsageError, match="“v1” exists already"):
        claim_version(made.store, "v1", claim(made_of))
    assert made.store.list("claims") == []


def test_a_claim_that_ends_while_it_is_looked_at_is_tried_again(made: Made, monkeypatch) -> None:
    claim_version(made.store, "v1", claim("those"))
    fetch = made.store.fetch

    def given_up(path: str) -> Tagged | None:
        made.store.delete(path)
        return fetch(path)

    monkeypatch.setattr(made.store, "fetch", given_up)
    assert claim_version(made.store, "v1", claim("these")).made_of == "these"


def test_a_claim_that_says_nothing_is_named(made: Made) -> None:
    made.store.write("claims/v1.json", b"{}")
    with pytest.raises(DamagedPart, match=r"claims/v1\.json does not say"):
        claim_version(made.store, "v1", claim("these"))


def test_two_builds_at_once_give_two_whole_versions(bucket) -> None:
    made = make_build(bucket.root, tiles=1)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(made.release, ["a", "b"]))
    assert {line.version for line in list_releases(made.store)} == {"a", "b"}
    assert latest(made.store) in {"a", "b"}
    assert audit(made.store) == ()
