"""The index finds what a dictionary would find."""

from hypothesis import given
from hypothesis import strategies as st

from tasks.model.answers.index import Index, entries

KEYS = st.binary(min_size=10, max_size=10) | st.sampled_from(
    [bytes(10), b"\xff" * 10, b"a" + bytes(9), bytes(9) + b"a"]
)
PARTS = st.lists(st.lists(st.tuples(KEYS, st.integers(0, 2**40)), max_size=8), max_size=12)


def index_of(parts) -> Index:
    index = Index()
    for number, part in enumerate(parts):
        rows = ((key, time, place, 7) for place, (key, time) in enumerate(part))
        index.add([entries(rows, number)])
    return index


def places(parts) -> dict[bytes, list[tuple[int, int, int]]]:
    found: dict[bytes, list[tuple[int, int, int]]] = {}
    for number, part in enumerate(parts):
        for place, (key, time) in enumerate(part):
            found.setdefault(key, []).append((time, number, place))
    return {key: sorted(rows) for key, rows in found.items()}


@given(PARTS, KEYS)
def test_every_place_of_a_key_is_found_the_oldest_first(parts, other):
    index, expected = index_of(parts), places(parts)
    assert len(index) == len(expected)
    for key in {*expected, other}:
        found = [(at.time, at.segment) for at in index.find(key)]
        assert found == [(time, number) for time, number, _ in expected.get(key, [])]


@given(PARTS, KEYS, KEYS)
def test_keys_of_a_range_are_listed_once_in_order(parts, one, other):
    low, high = sorted((one, other))
    expected = sorted(key for key in places(parts) if low <= key <= high)
    assert index_of(parts).between(low, high) == expected


@given(PARTS)
def test_winners_are_the_oldest_by_segment_and_place(parts):
    rows = index_of(parts).winners()
    found = list(zip(rows.segments.tolist(), rows.times.tolist(), strict=True))
    assert found == sorted(found, key=lambda row: row[0])
    assert sorted(found) == sorted((first[0][1], first[0][0]) for first in places(parts).values())


@given(PARTS, st.sets(st.integers(0, 12)))
def test_dropped_segments_are_found_no_more(parts, gone):
    index = index_of(parts)
    index.drop(gone)
    kept = [[] if number in gone else part for number, part in enumerate(parts)]
    assert {key: len(index.find(key)) for key in places(parts)} == {
        key: len(places(kept).get(key, [])) for key in places(parts)
    }


def test_a_forgotten_place_gives_way_to_the_next():
    index = index_of([[(b"k" * 10, 1)], [(b"k" * 10, 2)]])
    index.forget(index.find(b"k" * 10)[0])
    assert [place.time for place in index.find(b"k" * 10)] == [2]
    assert len(index) == 1


def test_runs_stay_few_however_many_segments_come():
    index = index_of([[(number.to_bytes(10, "big"), number)] for number in range(300)])
    assert len(index._runs) < 10
    assert len(index) == 300
