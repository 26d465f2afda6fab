"""JSON lists and JSON lines read element by element: a broken one costs only itself.

Files of any size: a few megabytes are in memory at a time.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

import orjson

LARGEST: Final = 32 << 20  # bytes of one element
_BLOCK: Final = 1 << 22
_RESUMED: Final = 100  # times that reading goes on after an element without end
_MARK: Final = b"\xef\xbb\xbf"
_PARTS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]|"', re.DOTALL)
_FIRST_KEY: Final = re.compile(rb'[\[\s]*\{\s*("(?:[^"\\]|\\.)*")')
_CUT: Final = "has no end: a bracket or quotation mark is not closed"


class Element(NamedTuple):
    """One element of a list, or one line: its content, or ``why`` it has none."""

    number: int  # in its list, from 0
    line: int  # on which it begins, from 1
    content: Any
    why: str | None = None


def json_lines(file: BinaryIO) -> Iterator[Element]:
    """Yield the lines of ``file`` that are not blank."""
    number = 0
    for line, raw in enumerate(iter(lambda: file.readline(LARGEST), b""), start=1):
        content = raw.removeprefix(_MARK) if line == 1 else raw
        if content.strip():
            yield _parsed(number, line, content)
            number += 1


def json_elements(file: BinaryIO) -> Iterator[Element]:
    """Yield the elements of the JSON list in ``file``, or its one object.

    After an element without end, reading goes on where one begins with the same key as the first.
    """
    buffer, number, line, resumed = file.read(_BLOCK).removeprefix(_MARK), 0, 1, 0
    key = _FIRST_KEY.match(buffer)
    resume = re.compile(rb",\s*(?=\{\s*%b)" % re.escape(key[1])) if key else None
    line += _newlines(buffer[: len(buffer) - len(_body(buffer))])
    buffer = _body(buffer)
    while True:
        done = 0
        for start, end, why in _whole(buffer):
            begins = line + _newlines(buffer[done:start])
            yield Element(number, begins, None, why) if why else _parsed(number, begins, buffer[start:end])  # fmt: skip
            line += _newlines(buffer[done:end])
            done, number = end, number + 1
        buffer = buffer[done:]
        block = file.read(_BLOCK) if len(buffer) <= LARGEST else b""
        buffer += block
        if block:
            continue
        rest = buffer.lstrip(b", \t\r\n")
        if not rest or rest.startswith(b"]"):
            return
        yield Element(number, line + _newlines(buffer[: len(buffer) - len(rest)]), None, _CUT)
        again = resume.search(rest, 1) if resume and resumed < _RESUMED else None
        if again is None:
            return
        line += _newlines(buffer[: len(buffer) - len(rest)]) + _newlines(rest[: again.end()])
        buffer, number, resumed = rest[again.end() :], number + 1, resumed + 1


def _body(content: bytes) -> bytes:
    """Return ``content`` after the bracket that opens its list."""
    body = content.lstrip()
    return body[1:] if body.startswith(b"[") else body


def _whole(content: bytes) -> Iterator[tuple[int, int, str | None]]:
    """Yield start and end of each element that is whole, and why it cannot be one of ours."""
    depth = start = done = 0
    for part in _PARTS.finditer(content):
        mark = part[0]
        if mark == b'"':
            return
        if mark in b"[{":
            if not depth:
                if content[done : part.start()].strip(b", \t\r\n"):
                    yield done, part.start(), "is no JSON object"
                start = part.start()
            depth += 1
        elif mark in b"]}":
            depth -= 1
            if depth < 0:
                if content[done : part.start()].strip(b", \t\r\n"):
                    yield done, part.start(), "is no JSON object"
                return
            if not depth:
                yield start, part.end(), None
                done = part.end()


def _parsed(number: int, line: int, content: bytes) -> Element:
    try:
        return Element(number, line, orjson.loads(content))
    except orjson.JSONDecodeError as error:
        why = f"is no JSON ({error.msg} at its line {error.lineno}, column {max(error.colno, 1)})"
        return Element(number, line, None, why)
    except (RecursionError, ValueError) as error:
        return Element(number, line, None, f"is no JSON ({error})")


def _newlines(content: bytes) -> int:
    return content.count(b"\n")
