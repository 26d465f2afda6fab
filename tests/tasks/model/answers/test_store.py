"""The store of answers: found again by any process, whatever was closed, forked or refused."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.errors import StorageError
from schemas.settings import settings
from schemas.teacher import StoredAnswer
from tasks.model.answers import AnswerStore, open_answers
from tasks.model.answers.compaction import compact
from tests.tasks.model.answers._asked import answer, filled, has, put, request, segments


def within(seconds: float, said) -> bool:
    """Wait until ``said()`` holds, at most ``seconds``."""
    end = time.monotonic() + seconds
    while not said() and time.monotonic() < end:
        time.sleep(0.02)
    return said()


@pytest.mark.parametrize("flushed", [False, True])
def test_what_was_put_is_got_with_all_that_was_asked(root, flushed):
    store = AnswerStore(str(root))
    asked = request(1, "describe")
    given = answer(1, cost=0.25, latency=1.5, tries=2, endpoint="host", completion_tokens=7)
    store.put(asked, given)
    if flushed:
        store.flush()
    found = store.get(asked.key)
    assert found is not None
    assert found.answer == given
    assert (found.prompt, found.messages, found.seed) == ("describe", asked.messages, 0)
    assert asked.key in store
    assert len(store) == 1
    store.close()


@pytest.mark.parametrize("key", ["", "0" * 20, "g" * 20, "0" * 19, "0" * 22, " " + "0" * 19])
def test_what_was_never_put_is_not_got(root, key):
    filled(root, range(3))
    store = AnswerStore(str(root))
    assert store.get(key) is None
    assert key not in store


def test_nothing_is_made_where_nothing_is_put(root, state):
    with_nothing = AnswerStore(str(root))
    with_nothing.flush()
    with_nothing.close()
    assert not root.exists()
    assert not state.exists()


def test_an_end_without_trouble_leaves_no_folder_for_journals(root, state):
    filled(root, range(3))
    assert not list(state.glob("journals/*"))


def test_an_answer_to_another_request_is_refused(root):
    with pytest.raises(ValueError, match="was given for request"):
        AnswerStore(str(root)).put(request(1), answer(2))


def test_a_segment_is_written_within_two_seconds_without_being_asked_for(root):
    store = AnswerStore(str(root))
    put(store, 1)
    assert within(2, lambda: len(segments(root)) == 1)
    other = AnswerStore(str(root))
    assert has(other, 1)
    assert has(store, 1)


def test_four_megabytes_are_written_at_once(root):
    store = AnswerStore(str(root))
    long = answer(1).model_copy(update={"text": os.urandom(3_000_000).hex()})
    store.put(request(1), long)
    second = answer(2).model_copy(update={"text": os.urandom(3_000_000).hex()})
    start = time.monotonic()
    store.put(request(2), second)
    assert within(20, lambda: bool(segments(root)))
    assert time.monotonic() - start < 20
    assert store.get(request(1).key).answer == long
    store.close()


def test_no_thread_and_no_journal_is_left_when_all_is_written(root, state):
    store = AnswerStore(str(root))
    put(store, *range(5))
    store.flush()
    assert not list(state.glob("journals/*/*"))
    assert within(5, lambda: store._thread is None)


def test_the_same_root_gives_the_same_store_until_it_is_closed(root):
    store = open_answers(str(root))
    assert open_answers(f"file://{root}/") is store
    store.close()
    assert open_answers(str(root)) is not store


def test_nothing_can_be_put_after_the_end_but_all_is_still_found(root):
    store = AnswerStore(str(root))
    put(store, 1)
    store.close()
    store.close()
    assert has(store, 1)
    with pytest.raises(ValueError, match="closed"):
        put(store, 2)


def test_another_file_system_does_as_well():
    root = "memory://answers-of-test-store"
    store = AnswerStore(root)
    put(store, *range(20))
    store.close()
    other = AnswerStore(root)
    assert all(has(other, number) for number in range(20))
    assert len(other) == 20


def test_what_another_writer_adds_is_seen_after_a_refresh(root):
    one, other = AnswerStore(str(root)), AnswerStore(str(root))
    put(one, *range(10))
    one.flush()
    assert not has(other, 3)
    other.refresh()
    assert all(has(other, number) for number in range(10))


def test_a_miss_makes_the_store_look_by_itself(root):
    one, other = AnswerStore(str(root)), AnswerStore(str(root))
    put(one, 1)
    one.flush()
    other._next_look = 0
    has(other, 1)
    assert within(10, lambda: has(other, 1))


def test_the_oldest_of_two_answers_counts_everywhere(root):
    early, late = (AnswerStore(str(root), clock=lambda at=at: at) for at in (1000.0, 2000.0))
    late.put(request(1), answer(1, latency=9))
    late.flush()
    early.put(request(1), answer(1, latency=1))
    early.flush()
    for store in (early, late, AnswerStore(str(root))):
        store.refresh()
        assert store.get(request(1).key).answer.latency == 1
        assert len(store) == 1


def test_many_threads_put_and_get_at_once(root):
    store = AnswerStore(str(root))

    def work(first: int) -> bool:
        for number in range(first, first + 100):
            put(store, number)
            if not has(store, number):
                return False
            if number % 25 == 0:
                store.flush()
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(0, 800, 100)))
    store.close()
    assert len(AnswerStore(str(root))) == 800


def test_a_root_that_refuses_keeps_the_answers_in_the_journal(root, state):
    store = AnswerStore(str(root))
    root.write_text("a file where the root should be")
    put(store, *range(5))
    with pytest.raises(StorageError, match=r"Cannot write .*another --root"):
        store.flush()
    assert all(has(store, number) for number in range(5))
    with pytest.raises(StorageError):
        store.close()
    assert len(list(state.glob("journals/*/*.journal"))) == 1
    root.unlink()
    other = AnswerStore(str(root))
    assert all(has(other, number) for number in range(5))
    other.flush()
    assert len(segments(root)) == 1


def test_writing_is_tried_again_in_the_background(root):
    store = AnswerStore(str(root))
    root.write_text("a file where the root should be")
    put(store, 1)
    time.sleep(1.2)
    root.unlink()
    assert within(10, lambda: bool(segments(root)))
    assert has(AnswerStore(str(root)), 1)


def test_a_state_folder_that_refuses_is_named(root, state):
    state.write_text("a file")
    with pytest.raises(StorageError, match="RS_GPT4V_STATE_FOLDER"):
        put(AnswerStore(str(root)), 1)


def test_a_root_that_cannot_be_listed_is_no_empty_store(root):
    (root / "answers").mkdir(parents=True)
    (root / "answers" / "segments").symlink_to("segments")
    with pytest.raises(StorageError, match="Cannot list"):
        AnswerStore(str(root))


def test_keys_are_found_by_their_beginning(root):
    filled(root, range(50))
    store = AnswerStore(str(root))
    put(store, *range(50, 60))
    every = sorted(request(number).key for number in range(60))
    assert store.keys() == every
    assert store.keys(every[7][:9]) == [every[7]]
    assert store.keys("a") == [key for key in every if key.startswith("a")]
    assert store.keys("xyz") == []


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_reads_what_it_inherited_and_writes_a_journal_of_its_own(root):
    store = AnswerStore(str(root))
    put(store, 1)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if has(store, 1):
                put(store, 2)
                store.flush()
                code = 0 if has(store, 2) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    put(store, 3)
    store.close()
    other = AnswerStore(str(root))
    assert [has(other, number) for number in (1, 2, 3)] == [True] * 3
    assert len(segments(root)) == 2


def test_an_answer_that_no_longer_fits_the_record_counts_as_missing(root, caplog):
    store = AnswerStore(str(root))
    content = {name: getattr(_stored(store), name) for name in StoredAnswer.model_fields}
    strange = StoredAnswer.model_construct(**content | {"seed": "none"})
    with pytest.warns(UserWarning, match="serialized value"):
        store.keep(strange)
    assert store.get(request(1).key) is None
    assert "misfit: seed" in caplog.text


def _stored(store: AnswerStore) -> StoredAnswer:
    put(store, 9)
    found = store.get(request(9).key)
    assert found is not None
    return found.model_copy(update={"answer": answer(1)})


def test_reading_goes_on_while_segments_are_written_and_merged(root):
    filled(root, *(range(first, first + 10) for first in range(0, 200, 10)))
    reader, writer = AnswerStore(str(root)), AnswerStore(str(root))
    wrong: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            wrong.extend(number for number in range(200) if not has(reader, number))

    thread = threading.Thread(target=read)
    thread.start()
    compact(writer, grace=0.2)
    put(writer, *range(200, 220))
    writer.flush()
    compact(writer, grace=0.2)
    done.set()
    thread.join()
    assert not wrong
    reader.refresh()
    assert all(has(reader, number) for number in range(220))
    assert len(segments(root)) == 1


def test_a_long_run_does_not_leave_thousands_of_segments(root):
    store = AnswerStore(str(root))
    for number in range(70):
        put(store, number)
        store.flush()
    assert within(15, lambda: len(segments(root)) < 10)
    assert all(has(store, number) for number in range(70))
    assert all(has(AnswerStore(str(root)), number) for number in range(70))


@pytest.mark.parametrize(("settle", "there"), [("0", True), ("60", False)])
def test_an_answer_waits_as_long_as_the_setting_says_before_it_is_written_under_the_root(
    root, monkeypatch, settle, there
):
    monkeypatch.setenv("RS_GPT4V_SETTLE", settle)
    settings.cache_clear()
    store = AnswerStore(str(root))
    put(store, 1)
    assert within(20 if there else 0.5, lambda: bool(segments(root))) is there
    store.close()
    assert segments(root)
