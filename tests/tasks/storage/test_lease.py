"""One run at a time holds a root; a dead one is replaced, and one that was only paused is refused."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from schemas.errors import LeaseHeld, LeaseLost, Overtaken, StorageError
from tasks.storage.latest import advance_latest, holding_root, move_latest
from tasks.storage.lease import acquire, read_lease
from tasks.storage.releases import LATEST, latest, read_pointer, versions
from tasks.storage.store import Store
from tests.fixtures.proxy import Faults, Proxy

SHA = "a" * 64
SHORT = 0.6  # s, a lease's time


@contextmanager
def holder(root: str, seconds: float = SHORT, how: str = "") -> Iterator[subprocess.Popen[str]]:
    """Run a process that holds the lease on ``root``."""
    words = [sys.executable, "-m", "tests.tasks.storage.holder", root, str(seconds), how]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        try:
            assert heard(process).startswith("held")
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_the_number_grows_with_every_holder(place: Store):
    with acquire(place, "root") as first:
        assert (first.fence, first.taken_over) == (1, False)
    with acquire(place, "root") as second:
        assert (second.fence, second.taken_over) == (2, False)
    state = read_lease(place, "root")
    assert state is not None
    assert state.released


def test_a_holder_that_lives_is_not_disturbed(place: Store):
    with (
        acquire(place, "root", seconds=SHORT) as lease,
        pytest.raises(LeaseHeld, match="is alive, so nothing was done"),
    ):
        acquire(place, "root", seconds=SHORT)
    lease_again = acquire(place, "root")
    assert lease_again.fence == lease.fence + 1
    lease_again.release()


def test_who_is_patient_gets_the_lease_when_it_is_given_back(place: Store):
    first = acquire(place, "root", seconds=SHORT)
    giving = threading.Timer(0.5, first.release)
    giving.start()
    with acquire(place, "root", seconds=SHORT, patience=20) as second:
        assert second.fence == 2
    giving.join()


def test_a_lease_is_kept_for_longer_than_its_time(place: Store):
    with acquire(place, "root", seconds=SHORT) as lease:
        time.sleep(2 * SHORT)
        lease.confirm()


def test_a_dead_holder_is_replaced_after_its_time(root: str):
    with holder(root) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    begun = time.monotonic()
    with holding_root(Store(root), seconds=SHORT) as lease:
        assert (lease.fence, lease.taken_over) == (2, True)
    assert time.monotonic() - begun >= SHORT


@pytest.mark.parametrize("how", ["", "late"])
def test_a_paused_holder_that_wakes_up_after_the_take_over_is_refused(root: str, how: str):
    store = Store(root)
    advance_latest(store, "before", SHA)
    with holder(root, how=how) as process:
        if how == "late":
            tell(process)
            assert heard(process) == "about to write"
        process.send_signal(signal.SIGSTOP)
        with holding_root(store, seconds=30) as lease:
            process.send_signal(signal.SIGCONT)
            tell(process)
            assert heard(process) in {"LeaseLost", "Overtaken"}
            assert latest(store) == "before"
            move_latest(store, "after", SHA, "before", lease)
    pointer = read_pointer(store)
    assert pointer is not None
    assert (pointer.version, pointer.fence) == ("after", 2)


@pytest.mark.slow
def test_a_paused_holder_that_wakes_up_after_the_take_over_commits_nothing(root: str):
    store = Store(root)
    with holder(root, how="commit") as process:
        process.send_signal(signal.SIGSTOP)
        with holding_root(store, seconds=30):
            process.send_signal(signal.SIGCONT)
            tell(process)
            assert heard(process) == "LeaseLost"
    assert versions(store) == ()
    assert store.list("releases/late") != []  # it was about to


def test_a_number_that_was_overtaken_is_refused_even_by_a_holder_that_trusts_itself(place: Store):
    advance_latest(place, "before", SHA)
    clock = iter(range(10**9))
    old = acquire(place, "root", seconds=10**8, clock=lambda: 0.0)
    with (
        acquire(place, "root", clock=lambda: float(next(clock)) * 1e8, sleep=lambda _: None),
        pytest.raises(LeaseLost, match="has it now"),
    ):
        move_latest(place, "by-the-old", SHA, "before", old)
    assert latest(place) == "before"
    old._over.set()


def test_a_pointer_moved_under_a_larger_number_is_left_alone(place: Store):
    with acquire(place, "root"):
        pass
    with acquire(place, "root") as second:
        move_latest(place, "a", SHA, None, second)
    with acquire(place, "other") as low, pytest.raises(LeaseLost, match="under lease 2"):
        move_latest(place, "b", SHA, "a", low)


def test_clocks_that_differ_change_nothing(bucket, proxy: Proxy):
    with holder(bucket.root) as process:
        proxy.set(Faults(skew=-7200))
        with pytest.raises(LeaseHeld):
            acquire(Store(bucket.root), "root")
        process.send_signal(signal.SIGKILL)
        process.wait()
        proxy.set(Faults(skew=7200))
        with acquire(Store(bucket.root), "root") as lease:
            assert lease.taken_over


def test_a_foreign_file_in_the_place_of_a_lease_is_named(place: Store):
    place.write("leases/root.json", b"hello")
    with pytest.raises(StorageError, match=r"leases/root\.json is no lease"):
        acquire(place, "root")


def test_the_pointer_moves_only_from_where_it_was_expected(place: Store):
    move_latest(place, "a", SHA, None)
    move_latest(place, "b", SHA, "a")
    with pytest.raises(Overtaken, match="names “b”, not “a” as when this run began"):
        move_latest(place, "c", SHA, "a")
    with pytest.raises(Overtaken, match="names “b”, not nothing"):
        move_latest(place, "c", SHA, None)
    assert move_latest(place, "b", SHA, "a").version == "b"  # it is there already
    advance_latest(place, "c", SHA)
    assert latest(place) == "c"


def test_a_torn_pointer_is_mended_by_the_next_move(place: Store):
    place.write(LATEST, b"{}")
    advance_latest(place, "a", SHA)
    assert latest(place) == "a"
