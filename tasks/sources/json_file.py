"""JSON label files: read whole, or their first characters to see what they are."""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from schemas.errors import UnreadableText
from tasks.sources.folder import SourceFolder

ONE_IMAGE: Final = 32 << 20  # bytes of labels; those of one image are a few megabytes at most
SNIFF: Final = 65_536  # bytes; enough to see the keys of a file's first entries
_MARK: Final = b"\xef\xbb\xbf"
_BLOCK: Final = 1 << 22  # bytes that are read at a time where rows are streamed
_ROW: Final = rb'\s*+\{(?:[^{}"]++|"(?:[^"\\]++|\\.)*+")*+\}\s*+'  # an object without objects in it
_ROWS: Final = re.compile(rb"(?:%b,)*+" % _ROW, re.DOTALL)
_LAST: Final = re.compile(rb"(%b)\]\s*\}\s*" % _ROW, re.DOTALL)


def load_json(folder: SourceFolder, name: str, largest: int | None = None) -> Any:
    """Return what the JSON file ``name`` says, UTF-8 with or without byte-order mark.

    Raises UnreadableText, with the line where it is known, where it is no JSON, has more than
    ``largest`` bytes, or cannot be read.
    """
    if largest is not None and folder.size(name) > largest:
        raise UnreadableText(
            f"{name} is larger than {largest >> 20} MB, which the labels of one image never are. "
            "Get the file again."
        )
    content = _content(folder, name)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        line, column = _place(content, error)
        raise UnreadableText(
            f"{name}, line {line}, column {column} is no JSON ({error.msg}). "
            "Save the file as JSON in UTF-8, or get it again.",
            line,
        ) from None
    except (RecursionError, ValueError) as error:
        raise UnreadableText(f"{name} cannot be read as JSON ({error}). Get it again.") from None


def json_rows(folder: SourceFolder, name: str, key: str) -> Iterator[Any]:
    """Yield the elements of the list ``key``, the only one in the JSON file ``name``.

    Where they are objects without objects in them, as in large tables, few are held at a time;
    any other file is read whole. Raises UnreadableText, maybe after what stands before the fault.
    """
    done = 0
    for rows in _plain_rows(folder, name, key):
        if rows is None:
            yield from _all_rows(folder, name, key)[done:]
            return
        yield from rows
        done += len(rows)


def text_of(value: object) -> str | None:
    """Return ``value`` if it is a text, else None."""
    return value if isinstance(value, str) else None


def list_lengths(content: object) -> int:
    """Return how many elements the lists of a JSON object have together."""
    values = content.values() if isinstance(content, dict) else ()
    return sum(len(value) for value in values if isinstance(value, list))


def sniff_json(folder: SourceFolder, name: str, size: int = SNIFF) -> str:
    """Return the first ``size`` bytes of a file as text, leniently; blank if it cannot be read."""
    try:
        with folder.open(name) as file:
            start = file.read(size)
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError:
        return ""
    return start.removeprefix(_MARK).decode("utf-8", errors="replace")


def _content(folder: SourceFolder, name: str) -> bytes:
    try:
        return folder.read(name).removeprefix(_MARK)
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError as error:
        why = f"{name} cannot be read ({error.strerror or error}). Make it readable."
        raise UnreadableText(why) from error


def _place(content: bytes, error: orjson.JSONDecodeError) -> tuple[int, int]:
    """Return line and column of what is no JSON; bytes that are no UTF-8 are where they stand."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        return line, wrong.start - content.rfind(b"\n", 0, wrong.start)
    return max(error.lineno, 1), max(error.colno, 1)


def _plain_rows(folder: SourceFolder, name: str, key: str) -> Iterator[list[Any] | None]:
    """Yield the rows in batches; None, and no more, where they are not plain."""
    head = re.compile(rb'(?:%b)?\s*\{\s*"%b"\s*:\s*\[' % (_MARK, re.escape(key.encode())))
    try:
        with folder.open(name) as file:
            rest = file.read(_BLOCK)
            found = head.match(rest)
            rest = rest[found.end() :] if found else b""
            while block := file.read(_BLOCK) if found and len(rest) <= 2 * _BLOCK else b"":
                rows, rest = _whole_rows(rest)
                yield rows
                rest += block
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError:
        rest = b""
    rows, rest = _whole_rows(rest)
    yield rows
    last = _LAST.fullmatch(rest)
    yield _parsed(last[1]) if last else None


def _whole_rows(content: bytes) -> tuple[list[Any] | None, bytes]:
    """Return the rows that ``content`` starts with, each with a comma behind it, and the rest."""
    found = _ROWS.match(content)
    end = found.end() if found else 0
    return _parsed(content[: max(end - 1, 0)]), content[end:]


def _parsed(rows: bytes) -> list[Any] | None:
    try:
        parsed: list[Any] = orjson.loads(b"[%b]" % rows)
    except ValueError:
        return None
    return parsed


def _all_rows(folder: SourceFolder, name: str, key: str) -> list[Any]:
    content = load_json(folder, name)
    rows = content.get(key) if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise UnreadableText(f"{name} has no list “{key}”. Get the file again.")
    return rows
