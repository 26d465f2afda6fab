"""Answers that nobody needs are left out, and no other is lost."""

from pathlib import Path

from tasks.model.answers import AnswerStore
from tasks.model.answers.forgetting import forget, unneeded
from tests.tasks.model.answers._asked import filled, has, segments


def no_sleep(_seconds: float) -> None:
    """Wait for nobody."""


def odd(stored):
    return int(stored.messages[0].text.split()[-1].rstrip("?")) % 2 == 1


def test_only_what_is_old_and_not_needed_goes(tmp_path: Path):
    filled(tmp_path, range(5), range(5, 8))
    store = AnswerStore(str(tmp_path))
    assert unneeded(store, odd, before=0) == frozenset()
    keys = unneeded(store, odd, before=1e12)
    assert len(keys) == 4
    forget(store, keys, sleep=no_sleep)
    again = AnswerStore(str(tmp_path))
    assert [number for number in range(8) if has(again, number)] == [1, 3, 5, 7]
    assert len(again) == 4


def test_a_damaged_segment_stays_as_it_is(tmp_path: Path):
    filled(tmp_path, range(4))
    (segment,) = segments(tmp_path)
    content = segment.read_bytes()
    segment.write_bytes(content[:-40])
    store = AnswerStore(str(tmp_path))
    forget(store, unneeded(store, odd, before=1e12), sleep=no_sleep)
    assert segment.read_bytes() == content[:-40]
