"""A segment that was torn or altered anywhere: named, and every whole answer in it still serves."""

import io
import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from tasks.model.answers import AnswerStore
from tasks.model.answers.folder import SegmentFolder
from tasks.model.answers.frames import Frame, encode, packed
from tasks.model.answers.segments import parse, read, write
from tests.tasks.model.answers._asked import filled, has, put, request, segments

COUNT = 12
FRAMES = [
    Frame(packed(request(n).key), n, 0, encode(packed(request(n).key), n, b"text %d" % n * n))
    for n in range(1, COUNT + 1)
]
FILE = io.BytesIO()
write(FILE, FRAMES)
WHOLE = FILE.getvalue()
FRAMES_END = 8 + sum(len(frame.content) for frame in FRAMES)
quick = hypothesis(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def folder(root) -> SegmentFolder:
    return SegmentFolder(str(root))


def opened(folder: SegmentFolder, content: bytes):
    with folder.create("a.seg") as file:
        file.write(content)
    return read(folder, "a.seg", len(content))


def found_in(folder: SegmentFolder, content: bytes) -> list[bytes]:
    """Return the answers that can be read by what opening the file found."""
    rows = opened(folder, content).entries
    ends = (rows.offsets + rows.sizes).tolist()
    places = zip(rows.offsets.tolist(), ends, strict=True)
    return [folder.read("a.seg", start, end) for start, end in places]


def test_a_sound_segment_is_read_from_its_footer(folder):
    found = opened(folder, WHOLE)
    assert found.sound
    assert len(found.entries) == COUNT
    assert sorted(found_in(folder, WHOLE)) == sorted(frame.content for frame in FRAMES)
    assert parse(WHOLE)[1]


def test_a_footer_longer_than_the_first_read_is_fetched_whole(folder):
    frames = [
        Frame(n.to_bytes(10, "big"), n, 0, encode(n.to_bytes(10, "big"), n, b"{}"))
        for n in range(5000)
    ]
    with folder.create("long.seg") as file:
        write(file, frames)
        size = file.tell()
    found = read(folder, "long.seg", size)
    assert found.sound
    assert len(found.entries) == 5000


@quick
@given(cut=st.integers(0, len(WHOLE) - 1))
def test_a_segment_torn_anywhere_gives_every_answer_before_the_cut(folder, cut):
    ends = [8 + sum(len(f.content) for f in FRAMES[: n + 1]) for n in range(COUNT)]
    whole = [frame.content for frame, end in zip(FRAMES, ends, strict=True) if end <= cut]
    found = opened(folder, WHOLE[:cut])
    assert not found.sound
    assert sorted(found_in(folder, WHOLE[:cut])) == sorted(whole)


@quick
@given(place=st.integers(0, len(WHOLE) - 1), flip=st.integers(1, 255))
def test_one_altered_byte_anywhere_costs_one_answer_at_most_and_is_noticed(folder, place, flip):
    content = bytearray(WHOLE)
    content[place] ^= flip
    frames, sound = parse(bytes(content))
    assert not sound
    good = {frame.content for frame in FRAMES}
    in_frames = 8 <= place < FRAMES_END
    assert len(good.intersection(frame.content for frame in frames)) == COUNT - in_frames
    assert opened(folder, bytes(content)).sound == (place < FRAMES_END)
    assert len(good.intersection(found_in(folder, bytes(content)))) == COUNT - in_frames


@quick
@given(place=st.integers(0, len(WHOLE)), what=st.binary(max_size=40))
def test_bytes_put_in_between_are_noticed_and_cost_one_answer_at_most(folder, place, what):
    content = WHOLE[:place] + what + WHOLE[place:]
    good = {frame.content for frame in FRAMES}
    found = opened(folder, content)
    assert found.sound == (not what)
    assert len(good.intersection(found_in(folder, content))) >= COUNT - 1


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"RSGPT4VA", b"RSGPT4VZ" * 9, b"{}\n"])
def test_a_file_that_is_no_segment_gives_nothing_and_is_named(folder, content, caplog):
    found = opened(folder, content)
    assert len(found.entries) == 0
    assert not found.sound
    assert "answers/segments/a.seg is damaged: 0 answers" in caplog.text


def broken(root: Path, place: int) -> Path:
    """Alter one byte, counted from the end if negative, of the first segment."""
    path = segments(root)[0]
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("place", "lost"), [(0, 0), (30, 1), (60, 1), (-1, 0), (-20, 0), (-30, 0), (-200, 0)]
)
def test_a_damaged_segment_is_named_and_the_rest_serves(root, place, lost, caplog):
    filled(root, range(10), range(10, 20))
    path = broken(root, place)
    store = AnswerStore(str(root))
    with caplog.at_level(logging.WARNING):
        missing = [number for number in range(20) if not has(store, number)]
    assert len(missing) == lost
    assert (path.name in caplog.text) == (place != 0)
    assert len(store) == 20 - lost
    assert all((request(number).key in store) == (number not in missing) for number in range(20))


def test_an_altered_answer_is_asked_again_and_the_new_one_counts(root):
    filled(root, range(3))
    broken(root, 40)
    store = AnswerStore(str(root))
    (lost,) = (number for number in range(3) if not has(store, number))
    put(store, lost)
    assert has(store, lost)
    store.close()
    assert all(has(AnswerStore(str(root)), number) for number in range(3))


def test_a_segment_that_was_deleted_is_forgotten(root):
    filled(root, range(3), range(3, 6))
    store = AnswerStore(str(root))
    segments(root)[0].unlink()
    assert [has(store, number) for number in range(6)] == [False] * 3 + [True] * 3
    assert len(store) == 3
