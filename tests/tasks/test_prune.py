"""A prune removes what nothing rests on, beside builds and through kills; what is kept verifies."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from schemas.errors import DamagedPart, LeaseHeld, LeaseLost
from schemas.prune import PruneParams
from schemas.release import Move
from schemas.scene import SceneCandidate
from tasks._stage import write_part
from tasks.audit import audit
from tasks.model.answers import AnswerStore, open_answers
from tasks.promote import promote, roll_back, tag
from tasks.prune import prune
from tasks.storage.releases import latest, release_path, versions
from tasks.storage.running import PATH as RUNNING
from tasks.storage.running import building
from tasks.storage.store import Store
from tests.fixtures.buckets import Bucket
from tests.fixtures.dying import builder
from tests.fixtures.release import make_build
from tests.tasks.model.answers._asked import answer, request

TIMES = 10
NOW = PruneParams(keep=1, grace=0)


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        return request.getfixturevalue("bucket").root
    return str(tmp_path / "root")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with three releases, a part that none of them names, and half a release."""
    root = tmp_path_factory.mktemp("three") / "root"
    made = make_build(str(root), tiles=1)
    for number in range(3):
        made.release(f"v{number}", f"2026-01-0{number + 1}T00:00:00Z")
    orphan(made.store, "old")
    made.store.write(release_path("half", "samples/part.parquet"), b"half")
    return root


@pytest.fixture
def made(three: Path, tmp_path: Path) -> Store:
    shutil.copytree(three, tmp_path / "root")
    return Store(str(tmp_path / "root"))


@pytest.fixture
def anywhere(three: Path, root: str) -> Store:
    """The same on disk and in a bucket."""
    store = Store(root)
    for path in Store(str(three)).list(""):
        store.write(path, (three / path).read_bytes())
    wait_a_second()
    return store


def orphan(store: Store, key: str) -> str:
    return write_part("describe", 0, key, SceneCandidate, store, []).path


def wait_a_second() -> None:
    """What is written now is younger than what was written before: stores date by the second."""
    time.sleep(1.1)


def test_it_only_looks_unless_it_is_told_to_remove(made: Store) -> None:
    before = made.list("")
    found = prune(made, NOW, remove=False)
    assert made.list("") == before
    assert [(release.version, release.why) for release in found.kept] == [
        ("v1", "the latest before"),
        ("v2", "the latest"),
    ]
    assert found.dropped == ("v0",)
    assert {row.kind for row in found.garbage} == {"release", "unfinished", "stage"}
    assert found.bytes > 10_000
    done = prune(made, NOW, remove=True)
    assert done.removed
    assert done.garbage == found.garbage
    assert done.proved == 2
    assert len(made.list("")) < len(before)


def test_all_that_is_kept_verifies_and_nothing_else_is_there(anywhere: Store) -> None:
    answers = anywhere.list("answers")
    done = prune(anywhere, NOW, remove=True)
    assert done.problems == ()
    assert set(versions(anywhere)) == {"v1", "v2"}
    assert audit(anywhere, deep=True) == ()
    assert not anywhere.exists("stages/describe/00000-old.parquet")
    assert not anywhere.list("releases/half")
    assert anywhere.list("answers") == answers
    assert prune(anywhere, NOW, remove=True).files == 0


def test_a_tag_keeps_a_release(made: Store) -> None:
    tag(made, "v0", "paper")
    kept = {release.version: release.why for release in prune(made, NOW, remove=True).kept}
    assert kept["v0"] == "tag paper"
    assert audit(made, deep=True) == ()


def test_what_is_young_stays(made: Store) -> None:
    done = prune(made, PruneParams(keep=1, grace=1), remove=True)
    assert done.files == 0
    assert len(versions(made)) == 3


def test_a_release_that_was_rolled_back_to_is_kept_and_the_other_not(made: Store) -> None:
    roll_back(made)
    assert latest(made) == "v1"
    done = prune(made, NOW, remove=True)
    assert [release.version for release in done.kept] == ["v0", "v1", "v2"]  # v2 is the newest
    promote(made, "v2", Move(version="", how="promote"))
    assert audit(made, deep=True) == ()


def test_nothing_is_removed_where_a_manifest_cannot_be_read(made: Store) -> None:
    made.write(release_path("v1", "manifest.json"), b"{}")
    before = made.list("")
    with pytest.raises(DamagedPart, match="is not a whole manifest"):
        prune(made, NOW, remove=True)
    assert made.list("") == before


def test_what_is_wrong_with_a_kept_release_is_said(made: Store) -> None:
    lost = next(path for path in made.list("releases/v2/samples"))
    made.delete(lost)
    for proof in ("bytes", "listing"):
        params = PruneParams(keep=1, grace=0, proof=proof)
        done = prune(made, params, remove=True)
        assert any(lost in problem for problem in done.problems)


def test_it_does_not_begin_beside_a_build(made: Store) -> None:
    before = made.list("")
    with building(made, "v9", seconds=1.5), pytest.raises(LeaseHeld, match="builds “v9”"):
        prune(made, NOW, remove=True)
    assert set(before) <= set(made.list(""))


def test_answers_go_only_where_that_is_asked_and_no_kept_release_names_them(made: Store) -> None:
    with_answers = NOW.model_copy(update={"answers": True})
    assert prune(made, with_answers, remove=True).answers == 0
    assert audit(made, deep=True) == ()
    kept = len(AnswerStore(made.uri))
    other = AnswerStore(made.uri, clock=lambda: 1000.0)  # of a prompt and a model of long ago
    other.put(request(1), answer(1))
    other.close()
    open_answers(made.uri).refresh()
    assert prune(made, with_answers, remove=False).answers == 1
    assert prune(made, NOW, remove=True).answers == 0
    assert prune(made, with_answers, remove=True).answers == 1
    assert audit(made, deep=True) == ()
    assert len(AnswerStore(made.uri)) == kept


def test_an_upload_that_was_begun_and_not_ended_is_abandoned(bucket: Bucket) -> None:
    store = Store(bucket.root)
    make_build(bucket.root, tiles=1).release("v0")
    key = "some/root/stages/tile/00000-half.parquet"
    bucket.server.call("create_multipart_upload", Bucket=bucket.name, Key=key)
    wait_a_second()
    done = prune(store, NOW, remove=True)
    assert [(row.kind, row.files) for row in done.garbage] == [("upload", 1)]
    assert store.begun() == ()


@pytest.mark.slow
def test_beside_builds_nothing_goes_that_they_need(root: str) -> None:
    made, quick = make_build(root, tiles=1), NOW.model_copy(update={"proof": "listing"})
    store, errors, over = made.store, list[BaseException](), threading.Event()
    done, times = list[int](), TIMES if root.startswith("/") else 2

    def pruned() -> None:
        while not over.is_set():
            try:
                done.append(prune(Store(root), quick, remove=True, seconds=2).files)
            except (LeaseHeld, LeaseLost):  # it did not begin, or was too slow to go on
                pass
            except BaseException as error:  # noqa: BLE001  # told by the test
                errors.append(error)
            over.wait(0.1)

    thread = threading.Thread(target=pruned)
    with building(store, None):
        made.release("n0", "2026-02-01T00:00:00Z")
    thread.start()
    try:
        for number in range(1, times + 1):
            with building(store, f"n{number}") as presence:
                mine = orphan(store, f"key{number}")  # named by nothing yet
                wait_a_second() if number == 1 else None  # older than the grace time by now
                presence.confirm([mine, *(part.path for part in made.parts)])
                assert store.exists(mine)
                made.release(f"n{number}", f"2026-02-{number + 1:02}T00:00:00Z")
    finally:
        over.set()
        thread.join()
    assert errors == []
    assert latest(store) == f"n{times}"
    assert audit(store, deep=True) == ()


def forgotten_soon(store: Store) -> None:
    """Let the next one wait for a moment only until who was killed counts as dead."""
    content = store.read(RUNNING)
    assert b'"seconds": 60.0' in content
    store.write(RUNNING, content.replace(b'"seconds": 60.0', b'"seconds": 0.3'))


@pytest.mark.slow
def test_killed_at_any_file_it_leaves_every_kept_release_whole(anywhere: Store) -> None:
    with builder() as child:
        for nth, moment in ((1, "after"), (4, "before"))[anywhere.uri.startswith("s3:") :]:
            assert child.build(anywhere.uri, "", "prune", moment, nth) == -9
            forgotten_soon(anywhere)
            assert [p for p in audit(anywhere, deep=True) if "no manifest" not in p.found] == []
            assert latest(anywhere) == "v2"
        assert child.build(anywhere.uri, "", "prune", "never") == 0
    assert set(versions(anywhere)) == {"v1", "v2"}
    assert audit(anywhere, deep=True) == ()
