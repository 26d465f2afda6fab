"""A file in the root appears whole or not at all, and a fault says what to do."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.errors import StorageError
from tasks.storage.store import Store


@pytest.fixture(params=["local", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        return Store(request.getfixturevalue("bucket").root)
    return Store(str(tmp_path / "root") if request.param == "local" else f"memory://{uuid4().hex}")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Store]:
    """A root on a file system of 1 MB."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small tmpfs cannot be mounted here")
    yield Store(str(tmp_path))
    subprocess.run(["umount", str(tmp_path)], check=True)


def write_half(store: Store, path: str) -> None:
    with store.create(path) as file:
        file.write(b"half")
        raise ZeroDivisionError


def test_what_is_written_can_be_read(store: Store):
    store.write("a/b.bin", b"content")
    assert store.read("a/b.bin") == b"content"
    assert store.size("a/b.bin") == 7
    assert store.exists("a/b.bin")
    with store.open("a/b.bin") as file:
        file.seek(3)
        assert file.read() == b"tent"


def test_nothing_is_created_by_looking(tmp_path: Path):
    store = Store(str(tmp_path / "root"))
    assert not store.exists("a")
    assert store.list("a") == []
    assert not (tmp_path / "root").exists()


def test_writing_replaces_what_was_there(store: Store):
    store.write("a", b"before")
    store.write("a", b"after")
    assert store.read("a") == b"after"


def test_a_file_does_not_appear_before_the_block_ends(store: Store):
    with store.create("a/b") as file:
        file.write(b"content")
        assert not store.exists("a/b")
    assert store.read("a/b") == b"content"


def test_raising_inside_leaves_nothing(store: Store):
    with pytest.raises(ZeroDivisionError):
        write_half(store, "a/b")
    assert not store.exists("a/b")
    assert store.list("") == []


def test_raising_inside_leaves_no_draft_on_disk(tmp_path: Path):
    with pytest.raises(ZeroDivisionError):
        write_half(Store(str(tmp_path)), "a/b")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_raising_inside_keeps_what_was_there(store: Store):
    store.write("a", b"before")
    with pytest.raises(ZeroDivisionError):
        write_half(store, "a")
    assert store.read("a") == b"before"


def test_listing_is_sorted_relative_and_below_the_folder(store: Store):
    for path in ("x/b", "x/a/c", "x/a-b", "y/d"):
        store.write(path, b"")
    assert store.list("x") == ["x/a-b", "x/a/c", "x/b"]
    assert store.list("z") == []


def test_listing_leaves_out_drafts(tmp_path: Path):
    store = Store(str(tmp_path))
    with store.create("x/a"):
        assert store.list("x") == []


def test_deleting_twice_is_no_fault(store: Store):
    store.write("a", b"")
    store.delete("a")
    store.delete("a")
    assert not store.exists("a")


def test_a_missing_file_is_named(store: Store):
    with pytest.raises(StorageError, match=r"Cannot read .*a/b: no such file"):
        store.read("a/b")
    with pytest.raises(StorageError, match=r"Cannot read .*a/b: no such file"), store.open("a/b"):
        pass


def test_a_full_disk_is_named_and_leaves_nothing_behind(full_disk: Store):
    full_disk.write("old", b"stands")
    with pytest.raises(StorageError, match=r"Cannot write .*new: the disk is full.*--root"):
        full_disk.write("new", bytes(2 << 20))
    assert full_disk.list("") == ["old"]
    assert full_disk.read("old") == b"stands"
    full_disk.write("small", bytes(100_000))  # the draft is gone, so there is room again


def test_an_unwritable_root_is_named(tmp_path: Path):
    (tmp_path / "root").write_text("a file, no folder")
    with pytest.raises(StorageError, match=r"Cannot write .*root/a.*Choose another --root"):
        Store(str(tmp_path / "root")).write("a", b"")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs a read-only file system")
def test_a_root_that_nobody_may_write_to_is_named():
    with pytest.raises(StorageError, match=r"Cannot write /proc/rs-gpt4v/a"):
        Store("/proc/rs-gpt4v").write("a", b"")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS])
def test_every_fault_of_the_disk_says_what_to_do(store: Store, number: int):
    with pytest.raises(StorageError, match=r"Cannot write .*a: .*--root"), store.create("a"):
        raise OSError(number, os.strerror(number))


def test_a_broken_connection_is_not_taken_for_a_fault_of_the_root(store: Store):
    with pytest.raises(ConnectionResetError), store.create("a"):
        raise ConnectionResetError(errno.ECONNRESET, "reset")


def test_an_unknown_protocol_is_named():
    with pytest.raises(StorageError, match="Cannot open root nowhere://bucket"):
        Store("nowhere://bucket/root")


def test_two_roots_do_not_see_each_other():
    one, other = Store("memory://one-root"), Store("memory://one-root-more")
    one.write("a", b"1")
    other.write("b", b"2")
    assert (one.list(""), other.list("")) == (["a"], ["b"])
