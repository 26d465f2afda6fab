"""Compaction makes few large segments of many small ones and loses nothing at any kill."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.model.answers import AnswerStore
from tasks.model.answers.compaction import LARGEST, SMALL, batches, compact
from tasks.model.answers.folder import SegmentFolder
from tests.tasks.model.answers._asked import answer, filled, has, put, request, segments

TENS = [range(first, first + 10) for first in range(0, 50, 10)]


class Killed(BaseException):
    """Stands for the end of the process at this place."""


class Dying(SegmentFolder):
    """A folder of a process that is killed before its ``n``-th change."""

    left = 0

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def create(self, name):
        self._step()
        return super().create(name)

    def delete(self, name):
        self._step()
        super().delete(name)

    def set_aside(self, name):
        self._step()
        super().set_aside(name)


def test_small_segments_become_one_with_the_same_answers(root):
    filled(root, *TENS)
    store = AnswerStore(str(root))
    done = compact(store, grace=0)
    assert (done.segments_before, done.segments_after, done.answers) == (5, 1, 50)
    assert done.bytes_after < done.bytes_before
    assert len(segments(root)) == 1
    for reader in (store, AnswerStore(str(root))):
        assert all(has(reader, number) for number in range(50))
        assert len(reader) == 50


def test_a_second_time_there_is_nothing_to_do(root):
    filled(root, *TENS)
    store = AnswerStore(str(root))
    compact(store, grace=0)
    before = segments(root)
    done = compact(store, grace=0)
    assert done.answers == 0
    assert segments(root) == before


def test_the_pause_is_made_before_anything_is_deleted(root):
    filled(root, *TENS)
    seen = []
    compact(AnswerStore(str(root)), grace=7, sleep=lambda s: seen.append((s, len(segments(root)))))
    assert seen == [(7, 6)]


def test_a_reader_that_had_the_old_segments_open_finds_everything(root):
    filled(root, *TENS)
    reader = AnswerStore(str(root))
    compact(AnswerStore(str(root)), grace=0)
    assert all(has(reader, number) for number in range(50))
    filled(root, range(50, 60))
    assert len(list(reader.frames())) == 60


@pytest.mark.parametrize("step", range(9))
def test_a_kill_between_any_two_steps_loses_nothing(root, step):
    filled(root, *TENS)
    damaged = segments(root)[2]
    damaged.write_bytes(damaged.read_bytes()[:-3])
    dying = AnswerStore(str(root))
    dying.catalogue.folder.__class__ = Dying
    dying.catalogue.folder.left = step
    try:
        compact(dying, grace=0)
    except Killed:
        assert step < 7
    fresh = AnswerStore(str(root))
    assert all(has(fresh, number) for number in range(50))
    compact(fresh, grace=0)
    assert len(segments(root)) == 1
    last = AnswerStore(str(root))
    assert all(has(last, number) for number in range(50))
    assert len(last) == 50
    assert last.catalogue.folder.damaged() == [f"answers/damaged/{damaged.name}"]


def test_damaged_segments_are_set_aside_unchanged_and_their_answers_rescued(root):
    filled(root, range(10))
    (path,) = segments(root)
    torn = path.read_bytes()[:-40]
    path.write_bytes(torn)
    store = AnswerStore(str(root))
    done = compact(store, grace=0)
    assert done.set_aside == (path.name,)
    assert (root / "answers" / "damaged" / path.name).read_bytes() == torn
    assert all(has(AnswerStore(str(root)), number) for number in range(10))
    assert not AnswerStore(str(root)).catalogue.altered()


def test_an_altered_answer_in_a_sound_looking_segment_is_noticed_on_the_way(root):
    filled(root, range(10), range(10, 12))
    path = segments(root)[0]
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    done = compact(AnswerStore(str(root)), grace=0)
    assert (done.set_aside, done.answers) == ((path.name,), 11)


def test_of_two_answers_the_oldest_is_kept(root):
    for at, latency in ((2000.0, 2), (1000.0, 1), (3000.0, 3)):
        store = AnswerStore(str(root), clock=lambda at=at: at)
        store.put(request(1), answer(1, latency=latency))
        store.close()
    store = AnswerStore(str(root))
    assert compact(store, grace=0).answers == 1
    assert store.get(request(1).key).answer.latency == 1


def test_two_at_once_lose_nothing(root):
    filled(root, *TENS)
    stores = [AnswerStore(str(root)) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda store: compact(store, grace=0.1), stores))
    fresh = AnswerStore(str(root))
    assert all(has(fresh, number) for number in range(50))
    compact(fresh, grace=0)
    assert len(segments(root)) == 1
    assert len(fresh) == 50


def test_it_works_where_the_root_is_no_local_folder():
    root = "memory://answers-of-test-compaction"
    for numbers in TENS:
        store = AnswerStore(root)
        put(store, *numbers)
        store.close()
    done = compact(store_of(root), grace=0)
    assert (done.segments_before, done.segments_after) == (5, 1)
    assert all(has(store_of(root), number) for number in range(50))


def store_of(root: str) -> AnswerStore:
    return AnswerStore(root)


@given(
    st.dictionaries(st.text("ab", min_size=1), st.integers(0, 2 * LARGEST), max_size=20),
    st.sets(st.text("ab", min_size=1)),
)
def test_batches_hold_each_small_or_damaged_segment_once_and_are_no_larger_than_allowed(sizes, bad):
    found = list(batches(sizes, bad))
    names = [name for batch in found for name in batch]
    assert len(names) == len(set(names))
    assert bad & sizes.keys() <= set(names)
    assert all(sizes[name] < SMALL or name in bad for name in names)
    for batch in found:
        assert len(batch) == 1 or sum(sizes[name] for name in batch) <= LARGEST
