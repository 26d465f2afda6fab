"""Builds share a root, a prune has it alone, and who was taken for dead finds out."""

import threading

import pytest

from schemas.errors import LeaseHeld, LeaseLost, MissingFile, StorageError
from tasks.storage.running import PATH, building, pruning, running_versions
from tasks.storage.store import Store

SHORT = 1.2  # s without a beat


def test_builds_share_a_root_and_are_known_by_their_versions(place: Store):
    with building(place, "a"), building(place, "b"), building(place, None):
        assert running_versions(place) == ("a", "b")
    assert running_versions(place) == ()


def test_a_prune_does_not_begin_beside_a_build(place: Store):
    with (
        building(place, "a", seconds=SHORT),
        pytest.raises(LeaseHeld, match=r"builds “a” in .* and is alive"),
        pruning(place, seconds=SHORT),
    ):
        pass


def test_a_build_waits_for_a_prune_or_says_so(place: Store):
    with (
        pruning(place, seconds=SHORT),
        pytest.raises(LeaseHeld, match=r"prunes .* so nothing was begun"),
        building(place, "a", patience=0),
    ):
        pass
    inside, end = threading.Event(), threading.Event()

    def prune() -> None:
        with pruning(place, seconds=SHORT):
            inside.set()
            end.wait(5)

    thread = threading.Thread(target=prune)
    thread.start()
    inside.wait(5)
    threading.Timer(0.3, end.set).start()
    with building(place, "a"):
        assert end.is_set()
    thread.join()


def test_a_prune_learns_what_was_begun_since_the_last_one(place: Store):
    with building(place, "a"), building(place, "b"):
        pass
    with pruning(place) as first:
        assert first.begun == ("a", "b")
    with pruning(place) as second:
        assert second.begun == ()


def test_a_dead_build_is_taken_out_and_one_that_only_slept_finds_its_parts_gone(place: Store):
    place.write("stages/tile/kept.parquet", b"")
    place.write("stages/tile/gone.parquet", b"")
    with building(place, "a", seconds=SHORT) as asleep:
        asleep._over.set()  # no more beats
        with pruning(place, seconds=SHORT):
            place.delete("stages/tile/gone.parquet")
        asleep.confirm(["stages/tile/kept.parquet"])  # it is known again
        assert running_versions(place) == ("a",)
    with building(place, "a", seconds=SHORT) as asleep:
        asleep._over.set()
        with pruning(place, seconds=SHORT):
            pass
        with pytest.raises(MissingFile, match="1 parts that it had found were pruned"):
            asleep.confirm(["stages/tile/kept.parquet", "stages/tile/gone.parquet"])


def test_a_prune_that_slept_removes_nothing_more(place: Store):
    with pruning(place, seconds=SHORT) as presence:
        presence.check()
        presence._over.set()
        presence._until = 0.0
        with pytest.raises(LeaseLost, match="nothing more is removed"):
            presence.check()


def test_a_foreign_file_in_its_place_is_named(place: Store):
    place.write(PATH, b"hello")
    with pytest.raises(StorageError, match="does not say who works there"), building(place, "a"):
        pass
