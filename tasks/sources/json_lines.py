"""Files of JSON lines, each line checked on its own: a broken one costs only itself."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from tasks.sources.folder import SourceFolder


class JsonLine(NamedTuple):
    """One line that is not blank: its content, or ``why`` it has none."""

    number: int
    content: Any
    why: str | None


def json_lines(folder: SourceFolder, name: str) -> Iterator[JsonLine]:
    """Yield the lines of ``name`` that are not blank. Raises UnreadableText if it is no text."""
    for number, line in enumerate(folder.lines(name), start=1):
        if line.strip():
            yield _parsed(number, line)


def _parsed(number: int, line: str) -> JsonLine:
    try:
        return JsonLine(number, orjson.loads(line), None)
    except orjson.JSONDecodeError as error:
        why = f"is no JSON at column {max(error.colno, 1)} ({error.msg})"
        return JsonLine(number, None, why)
    except (RecursionError, ValueError) as error:
        return JsonLine(number, None, f"is no JSON ({error})")
