"""Reading JSON label files."""

from pathlib import Path

import pytest

from schemas.errors import UnreadableText
from tasks.sources.folder import SourceFolder
from tasks.sources.json_file import json_rows, load_json, sniff_json, text_of


def _folder(tmp_path: Path, content: bytes) -> SourceFolder:
    (tmp_path / "a.json").write_bytes(content)
    return SourceFolder(str(tmp_path))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_read_with_or_without_byte_order_mark(tmp_path: Path, mark: bytes) -> None:
    assert load_json(_folder(tmp_path, mark + b'{"a": [1, "\xc3\xa9"]}'), "a.json") == {
        "a": [1, "é"]
    }


def test_a_syntax_error_says_where_it_is(tmp_path: Path) -> None:
    folder = _folder(tmp_path, b'{"a": 1,\n "b": NaN}')
    with pytest.raises(
        UnreadableText, match=r"a\.json, line 2, column 7 .*Save the file"
    ) as caught:
        load_json(folder, "a.json")
    assert caught.value.line == 2


def test_bytes_that_are_no_utf8_are_named_by_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableText, match="line 2, column 3"):
        load_json(_folder(tmp_path, b'{"a":\n "\xff"}'), "a.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "',
        b'"\\ud800"',
    ],
)
def test_what_is_no_json_ends_as_unreadable_text(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableText, match=r"a\.json"):
        load_json(_folder(tmp_path, content), "a.json")


def test_huge_numbers_are_floats_or_unreadable(tmp_path: Path) -> None:
    assert load_json(_folder(tmp_path, b"123456789012345678901234567890"), "a.json") > 1e29
    with pytest.raises(UnreadableText):
        load_json(_folder(tmp_path, b"1e400"), "a.json")


def test_only_texts_are_texts() -> None:
    assert [text_of(value) for value in ("a", 1, None, ["a"])] == ["a", None, None, None]


def test_the_first_characters_are_read_leniently(tmp_path: Path) -> None:
    folder = _folder(tmp_path, b"\xef\xbb\xbf[\xff]")
    assert sniff_json(folder, "a.json") == "[\ufffd]"
    assert sniff_json(folder, "a.json", size=4) == "["


ROW = b'{"id": %d, "text": "}, {\\"[", "ids": [1, 2], "none": null}'


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("count", [0, 1, 2, 100_000])
def test_rows_are_streamed_in_order(tmp_path: Path, mark: bytes, count: int) -> None:
    content = mark + b'{"rows" : [' + b", \r\n".join(ROW % n for n in range(count)) + b"]}\n"
    rows = list(json_rows(_folder(tmp_path, content), "a.json", "rows"))
    assert [row["id"] for row in rows] == list(range(count))
    assert all(row["text"] == '}, {"[' for row in rows)


@pytest.mark.parametrize(
    "content",
    [
        b'{"rows": [{"id": 0}, {"id": {"deep": 1}}, {"id": 2}], "more": 1}',
        b'{"more": 1, "rows": [{"id": 0}, 1, null]}',
        b'{"rows": [[], "a", {}]}',
    ],
)
def test_rows_that_are_not_plain_are_read_too(tmp_path: Path, content: bytes) -> None:
    folder = _folder(tmp_path, content)
    assert list(json_rows(folder, "a.json", "rows")) == load_json(folder, "a.json")["rows"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"rows": {}}',
        b'{"rows": [{"id": 0},]}',
        b'{"rows": [{"id": 0}',
        b'{"rows": [{"id": 0}] }}',
        b'{"rows": [{"id": "' + b"a" * 10_000_000,
        b'{"rows": [' + b"{" * 1_000_000,
        b'{"rows": [' + b'{"a": "' * 1_000_000,
    ],
)
def test_rows_of_a_broken_file_end_as_unreadable_text(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableText, match=r"a\.json"):
        list(json_rows(_folder(tmp_path, content), "a.json", "rows"))
