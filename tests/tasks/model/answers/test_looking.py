"""One answer is found with few bytes read, in large segments and small."""

import hashlib

import pytest

from tasks.model.answers import AnswerStore, segments
from tasks.model.answers.folder import SegmentFolder
from tasks.model.answers.frames import Frame, encode
from tasks.model.answers.looking import look_up
from tests.tasks.model.answers._asked import put, request


def key_of(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()[:10]


def fill(root, name: str, numbers, time: int = 5) -> None:
    folder = SegmentFolder(str(root))
    text = stored(root)
    with folder.create(name) as file:
        segments.write(
            file,
            (Frame(key_of(n), time, 0, encode(key_of(n), time, text(n, time))) for n in numbers),
        )


def stored(root):
    """Return what makes the JSON of an answer to request number n."""
    store = AnswerStore(str(root / "another"))
    put(store, 0)
    kept = store.get(request(0).key)
    store.close()

    def text(number: int, time: int) -> bytes:
        given = kept.answer.model_copy(update={"key": key_of(number).hex(), "text": f"{number} at {time}"})  # fmt: skip
        return kept.model_copy(update={"answer": given}).model_dump_json().encode()

    return text


@pytest.mark.parametrize("count", [1, 30, 3000])
def test_every_answer_of_a_segment_is_found_and_no_other(tmp_path, count: int):
    fill(tmp_path, "a.seg", range(count))
    for number in {0, count // 2, count - 1}:
        found = look_up(str(tmp_path), key_of(number).hex())
        assert found is not None
        assert found.answer.text == f"{number} at 5"
    for number in range(count, count + 20):
        assert look_up(str(tmp_path), key_of(number).hex()) is None


def test_of_several_the_oldest_counts(tmp_path):
    fill(tmp_path, "a.seg", range(3), time=9)
    fill(tmp_path, "b.seg", range(3), time=4)
    fill(tmp_path, "c.seg", range(3), time=7)
    found = look_up(str(tmp_path), key_of(1).hex())
    assert found is not None
    assert found.answer.text == "1 at 4"


def test_what_is_no_key_and_what_is_no_segment_finds_nothing(tmp_path):
    (tmp_path / "answers" / "segments").mkdir(parents=True)
    (tmp_path / "answers" / "segments" / "torn.seg").write_bytes(b"torn")
    assert look_up(str(tmp_path), "hello") is None
    assert look_up(str(tmp_path), key_of(1).hex()) is None
