"""Of several conditional writes at once one succeeds, and a store that has none is noticed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schemas.errors import Overtaken, StorageError
from schemas.settings import settings
from tasks.storage.store import Store
from tasks.storage.turns import Turns
from tests.fixtures.proxy import Faults, Proxy
from tests.fixtures.s3 import KEY, SECRET

AT_ONCE = 12


def outcomes(work: Callable[[int], str], calls: int = AT_ONCE) -> list[str | None]:
    """Return what each of several calls at once gave; None for one that was overtaken."""

    def tried(number: int) -> str | None:
        try:
            return work(number)
        except Overtaken:
            return None

    with ThreadPoolExecutor(calls) as pool:
        return list(pool.map(tried, range(calls)))


def test_of_many_that_create_a_file_at_once_one_succeeds(place: Store):
    tags = outcomes(lambda number: place.create_new("a/b", b"by %d" % number))
    [winner] = [number for number, tag in enumerate(tags) if tag]
    assert place.read("a/b") == b"by %d" % winner
    assert place.list("") == ["a/b"]


def test_of_many_that_replace_a_file_at_once_one_succeeds(place: Store):
    tag = place.create_new("a", b"first")
    tags = outcomes(lambda number: place.replace("a", b"by %d" % number, tag))
    [winner] = [number for number, found in enumerate(tags) if found]
    found = place.fetch("a")
    assert found is not None
    assert (found.content, found.tag) == (b"by %d" % winner, tags[winner])


def test_what_was_changed_or_removed_meanwhile_is_not_replaced(place: Store):
    tag = place.create_new("a", b"first")
    place.write("a", b"second")
    with pytest.raises(Overtaken, match="a was changed"):
        place.replace("a", b"third", tag)
    place.delete("a")
    with pytest.raises(Overtaken, match="removed"):
        place.replace("a", b"third", tag)
    assert place.fetch("a") is None


def test_a_root_with_conditions_says_nothing_and_nothing_is_left(root: str):
    store = Store(root)
    assert store.missing_condition() is None
    assert [file.path for file in store._files.list("")] == []


def test_a_lock_dies_with_its_process(tmp_path: Path):
    program = (
        "import sys, time; from tasks.storage.disk import DiskFiles\n"
        "with DiskFiles(sys.argv[1])._locked(): print('locked', flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        holder.send_signal(signal.SIGKILL)
    store = Store(str(tmp_path))
    assert store.replace("a", b"2", store.create_new("a", b"1"))


@pytest.mark.parametrize("fault", ["lost_answer", "stalled"])
def test_a_write_whose_answer_was_lost_is_known_for_ones_own(
    bucket, proxy: Proxy, fault, monkeypatch
):
    monkeypatch.setenv("RS_GPT4V_S3_TIMEOUT", "0.5")
    settings.cache_clear()
    store = Store(bucket.root)
    assert store.missing_condition() is None
    once = Faults({fault: 1.0}, methods=frozenset({"PUT"}), most=1, stall=2)
    proxy.set(once)
    tag = store.create_new("a", b"mine")
    proxy.set(once)
    newer = store.replace("a", b"mine, too", tag)
    assert proxy.done == {fault: 1}
    assert proxy.requests["PUT"] == 2  # sent again, and refused because of itself
    found = store.fetch("a")
    assert found is not None
    assert (found.content, found.tag) == (b"mine, too", newer)


def test_a_lost_answer_does_not_make_anothers_write_ones_own(bucket, proxy: Proxy):
    store = Store(bucket.root)
    store.create_new("a", b"the same words")
    proxy.set(Faults({"reset_request": 1.0}, methods=frozenset({"PUT"}), most=1))
    with pytest.raises(Overtaken):
        store.create_new("a", b"the same words")
    assert proxy.done["reset_request"] == 1


def test_a_large_file_whose_last_answer_was_lost_is_there(bucket, proxy: Proxy):
    store = Store(bucket.root)
    proxy.set(Faults({"lost_answer": 1.0}, methods=frozenset({"POST"}), only="uploadId=", most=1))
    content = os.urandom(17 << 20)
    store.write("large", content)
    assert proxy.done["lost_answer"] == 1
    assert store.read("large") == content


@pytest.fixture
def deaf(bucket, proxy: Proxy) -> Store:
    """A store that ignores conditions."""
    proxy.set(Faults(deaf=(KEY, SECRET)))
    return Store(bucket.root)


def test_a_store_without_conditional_writes_is_noticed(deaf: Store, proxy: Proxy):
    assert deaf.missing_condition() == "ignores If-None-Match"
    asked = proxy.requests.total()
    with pytest.raises(StorageError, match=r"ignores If-None-Match: .*CONDITIONAL_WRITES=lease"):
        deaf.create_new("a", b"1")
    with pytest.raises(StorageError, match="ignores If-None-Match"):
        deaf.replace("a", b"1", "tag")
    assert proxy.requests.total() == asked  # found out once
    assert [file.path for file in deaf._files.list("")] == []


def test_without_conditional_writes_they_go_in_turns_where_asked_to(deaf: Store, monkeypatch):
    turns = Turns(deaf._files, settle=0.15, dead=5)
    tags = outcomes(lambda number: turns.create_new("a", b"by %d" % number), 2)
    [winner] = [number for number, tag in enumerate(tags) if tag]
    assert deaf.read("a") == b"by %d" % winner
    with pytest.raises(Overtaken):
        turns.replace("a", b"2", "another tag")
    assert turns.replace("a", b"2", tags[winner] or "")
    assert [file.path for file in deaf._files.list("")] == ["a"]


def test_a_lock_object_that_a_dead_process_left_is_taken_over(deaf: Store):
    deaf.write(".turn", b"of a dead process")
    turns = Turns(deaf._files, settle=0.05, dead=0.3)
    assert turns.create_new("a", b"1")


def test_a_build_may_begin_without_conditional_writes_where_asked_to(deaf: Store, monkeypatch):
    with pytest.raises(StorageError):
        deaf.check_conditional()
    monkeypatch.setenv("RS_GPT4V_CONDITIONAL_WRITES", "lease")
    settings.cache_clear()
    deaf.check_conditional()
