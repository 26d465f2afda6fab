"""Answers as JSON lines: there and back, and a bad line is said with its number."""

import gzip
import json

import pytest

from schemas.errors import StorageError, UsageError
from tasks.model.answers import AnswerStore
from tasks.model.answers.lines import export_lines, import_lines
from tests.tasks.model.answers._asked import filled, has, put, request


@pytest.fixture
def exported(root, tmp_path):
    """Return a file of ten answers."""
    filled(root, range(5), range(5, 10))
    file = tmp_path / "answers.jsonl"
    assert export_lines(AnswerStore(str(root)), file) == 10
    return file


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_another_root_takes_in_what_one_gave(root, tmp_path, name):
    one = AnswerStore(str(root), clock=lambda: 1234.567)
    put(one, *range(10))
    export_lines(one, tmp_path / name)
    other = AnswerStore(str(tmp_path / "other"))
    done = import_lines(other, tmp_path / name)
    assert (done.taken, done.known, done.refused) == (10, 0, ())
    assert all(has(other, number) for number in range(10))
    assert {frame.time for frame in other.frames()} == {1234567}
    assert (tmp_path / name).read_bytes().startswith(b"\x1f\x8b") == name.endswith(".gz")


def test_what_is_there_stays_as_it_is(exported, tmp_path):
    other = AnswerStore(str(tmp_path / "other"))
    put(other, 3, 4, 5)
    done = import_lines(other, exported)
    assert (done.taken, done.known) == (7, 3)
    assert import_lines(other, exported).taken == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "x"}, "seed: Input should be a valid integer"),
        ({"messages": None}, "messages: Input should be a valid array"),
        ({"put_at": "2026-01-01T00:00:00"}, "put_at: Input should have timezone info"),
        ({"put_at": "1969-01-01T00:00:00Z"}, "is before 1970"),
        ({"more": 1}, "more: Extra inputs are not permitted"),
    ],
)
def test_a_bad_line_is_left_out_and_said(exported, tmp_path, change, said):
    lines = exported.read_text().splitlines()
    lines[3] = json.dumps(json.loads(lines[3]) | change)
    exported.write_text("\n\n".join(lines))
    done = import_lines(AnswerStore(str(tmp_path / "other")), exported)
    assert done.taken == 9
    (refused,) = done.refused
    assert refused.startswith(f"{exported}, line 7: ")
    assert said in refused


@pytest.mark.parametrize("key", ["", "12", "z" * 20, "0" * 40])
def test_a_line_with_a_strange_key_is_refused(exported, tmp_path, key):
    line = json.loads(exported.read_text().splitlines()[0])
    line["answer"]["key"] = key
    exported.write_text(json.dumps(line))
    done = import_lines(AnswerStore(str(tmp_path / "other")), exported)
    assert "is not 20 hex digits" in done.refused[0]


@pytest.mark.parametrize("line", ["{", "[]", "null", '"text"', "\x00", "nonsense", "{}" * 1000])
def test_nonsense_is_refused(exported, tmp_path, line):
    exported.write_text(line + "\n")
    done = import_lines(AnswerStore(str(tmp_path / "other")), exported)
    assert (done.taken, len(done.refused)) == (0, 1)


def test_a_file_that_cannot_be_read_is_named(exported, tmp_path):
    store = AnswerStore(str(tmp_path / "other"))
    with pytest.raises(UsageError, match=r"gone\.jsonl cannot be read: No such file"):
        import_lines(store, tmp_path / "gone.jsonl")
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(gzip.compress(exported.read_bytes())[:-20])
    with pytest.raises(UsageError, match=r"torn\.jsonl\.gz cannot be read"):
        import_lines(store, torn)
    (tmp_path / "no.jsonl.gz").write_text("plain")
    with pytest.raises(UsageError, match=r"no\.jsonl\.gz cannot be read: Not a gzipped file"):
        import_lines(store, tmp_path / "no.jsonl.gz")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(UsageError, match="binary cannot be read"):
        import_lines(store, tmp_path / "binary")


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(root, tmp_path):
    filled(root, range(3))
    with pytest.raises(StorageError, match="Cannot write"):
        export_lines(AnswerStore(str(root)), tmp_path / "no folder" / "a.jsonl")
    assert request(1).key in AnswerStore(str(root))
