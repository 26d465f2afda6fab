"""Answers survive their process by the journal, and its machine by the segments."""

import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from schemas.errors import StorageError
from tasks.model.answers import AnswerStore
from tasks.model.answers.frames import encode, packed, scan
from tasks.model.answers.journal import create, left_behind
from tests.tasks.model.answers._asked import has, put, request, segments

WRITES = """
import sys, time
from tasks.model.answers import AnswerStore
from tests.tasks.model.answers._asked import put
store = AnswerStore(sys.argv[1])
for number in range(int(sys.argv[2]), 10**6):
    put(store, number)
    print(number, time.time(), flush=True)
    time.sleep(0.001)
"""
FRAMES = [encode(packed(request(n).key), n, b"text %d" % n * n) for n in range(1, 9)]


def killed(root, first: int, seconds: float) -> dict[int, float]:
    """Put answers in a child for ``seconds``, kill it, and return when each was put."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITES, str(root), str(first)], stdout=subprocess.PIPE, text=True
    )
    said = [child.stdout.readline()]
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    said += child.communicate()[0].splitlines(keepends=True)
    rows = [line.split() for line in said if line.endswith("\n")]
    return {int(number): float(at) for number, at in rows}


@pytest.mark.parametrize("seconds", [0.3, 1.7, 2.6])
def test_after_kill_9_every_answer_that_was_put_is_there(root, state, seconds):
    answered = killed(root, 0, seconds)
    store = AnswerStore(str(root))
    assert len(answered) > 50
    assert all(has(store, number) for number in answered)
    store.close()
    assert not list(state.glob("journals/*/*"))
    shutil.rmtree(state, ignore_errors=True)
    assert all(has(AnswerStore(str(root)), number) for number in [min(answered), max(answered)])


def test_when_the_machine_is_lost_every_answer_older_than_two_seconds_is_there(root, state):
    answered = killed(root, 0, 3.4)
    shutil.rmtree(state)
    last = max(answered.values())
    store = AnswerStore(str(root))
    old = [number for number, at in answered.items() if at < last - 2]
    assert len(old) > 100
    assert all(has(store, number) for number in old)


def test_a_journal_in_use_is_left_alone(root, state):
    one = AnswerStore(str(root))
    put(one, 1)
    other = AnswerStore(str(root))
    assert not has(other, 1)
    assert not other._pending
    one.close()


def test_what_stands_in_a_segment_already_is_not_written_again(root, state, tmp_path):
    store = AnswerStore(str(root))
    put(store, 1, 2)
    (path,) = state.glob("journals/*/*.journal")
    kept = tmp_path / "kept"
    shutil.copy(path, kept)
    store.close()
    path.parent.mkdir()
    path.write_bytes(kept.read_bytes())  # as after a kill between writing and removing
    other = AnswerStore(str(root))
    other.close()
    assert len(segments(root)) == 1
    assert not path.exists()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "journals"


def journal_with(folder, content: bytes):
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    (folder / "a.journal").write_bytes(content)
    (found,) = left_behind(folder)
    return found


@hypothesis(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, sum(map(len, FRAMES))))
def test_a_journal_torn_anywhere_gives_what_was_whole_and_goes_on(folder, cut):
    found = journal_with(folder, b"".join(FRAMES)[:cut])
    ends = [sum(map(len, FRAMES[: n + 1])) for n in range(len(FRAMES))]
    whole = sum(end <= cut for end in ends)
    assert [frame.time for frame in found.frames()] == list(range(1, whole + 1))
    found.append(b"x" * 10, encode(b"x" * 10, 99, b"more"))
    found.close()
    (again,) = left_behind(folder)
    assert [frame.time for frame in again.frames()] == [*range(1, whole + 1), 99]
    again.remove()
    assert not list(folder.iterdir())


@hypothesis(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, sum(map(len, FRAMES)) - 1), flip=st.integers(1, 255))
def test_one_altered_byte_costs_one_answer_at_most(place, flip):
    content = bytearray(b"".join(FRAMES))
    content[place] ^= flip
    found = list(scan(bytes(content)))
    assert len(found) == len(FRAMES) - 1
    assert all(frame.content in FRAMES for frame in found)


@contextmanager
def largest_file(size: int):
    """Let no file of this process grow past ``size`` bytes, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_no_half_answer(folder):
    kept = create(folder, "b")
    kept.append(packed(request(1).key), FRAMES[0])
    with (
        largest_file(len(FRAMES[0]) + 5),
        pytest.raises(StorageError, match=r"Cannot keep answers in .*b\.journal.*Free some room"),
    ):
        kept.append(packed(request(2).key), FRAMES[1])
    assert len(kept) == 1
    kept.append(packed(request(3).key), FRAMES[2])
    kept.close()
    (again,) = left_behind(folder)
    assert [frame.time for frame in again.frames()] == [1, 3]
    again.close()
