"""Answers as JSON lines, to be carried from one root to another or read by other programs."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast
from uuid import uuid4

from pydantic import AwareDatetime, ValidationError

from schemas.errors import StorageError, UsageError
from schemas.teacher import StoredAnswer
from tasks.model.answers.census import put_at
from tasks.model.answers.frames import packed
from tasks.model.answers.store import AnswerStore, read_answer

LONGEST: Final = 64 * 2**20  # characters of a line; a longer one is no answer


class AnswerLine(StoredAnswer):
    """One line: an answer as it is stored, and when it was put."""

    put_at: AwareDatetime


@dataclass(frozen=True)
class Imported:
    """How many lines of a file were taken in, stood there already, or are of no use and why."""

    taken: int
    known: int
    refused: tuple[str, ...]


def export_lines(answers: AnswerStore, file: Path) -> int:
    """Write every answer to ``file``, gzipped if its name ends in .gz; return how many.

    The file appears when it is whole. Raises StorageError.
    """
    draft = file.with_name(f".{uuid4().hex}-{file.name}")  # keeps the ending
    try:
        with _opened(draft, "w") as lines:
            count = _write(answers, lines)
        draft.replace(file)
    except OSError as error:
        raise StorageError(
            f"Cannot write {file}: {error.strerror or error}. Name another file."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return count


def import_lines(answers: AnswerStore, file: Path) -> Imported:
    """Take in the lines of ``file`` whose key has no answer yet; they stand when this returns.

    A bad line is left out and said. Raises UsageError where the file cannot be read, StorageError
    where the answers cannot be kept.
    """
    taken = known = 0
    refused = []
    for number, text in _lines(file):
        line = _parsed(text)
        if isinstance(line, str):
            refused.append(f"{file}, line {number}: {line}")
        elif line.answer.key in answers:
            known += 1
        else:
            content = {name: getattr(line, name) for name in StoredAnswer.model_fields}
            answers.keep(StoredAnswer(**content), int(line.put_at.timestamp() * 1000))
            taken += 1
    answers.flush()
    return Imported(taken, known, tuple(refused))


def _write(answers: AnswerStore, lines: IO[str]) -> int:
    count = 0
    for frame in answers.frames():
        if (stored := read_answer(frame)) is not None:
            content = {name: getattr(stored, name) for name in StoredAnswer.model_fields}
            line = AnswerLine(put_at=put_at(frame.time), **content)
            lines.write(line.model_dump_json() + "\n")
            count += 1
    return count


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty with their numbers, from 1."""
    number = 0
    try:
        with _opened(file, "r") as lines:
            while text := lines.readline(LONGEST):
                number += 1
                if text.strip():
                    yield number, text
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        after = f" after line {number}" if number else ""
        raise UsageError(
            f"{file} cannot be read{after}: {reason}. Give a file that “answers export” wrote."
        ) from error


def _parsed(text: str) -> AnswerLine | str:
    """Return the answer in a line, or what is wrong with it."""
    try:
        line = AnswerLine.model_validate_json(text)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'text'}: {e['msg']}" for e in wrong[:3])
    if packed(line.answer.key) is None:
        return f"answer.key: “{line.answer.key[:60]}” is not 20 hex digits"
    if line.put_at.timestamp() < 0:
        return f"put_at: {line.put_at} is before 1970"
    return line


def _opened(file: Path, mode: str) -> IO[str]:
    if not file.name.endswith(".gz"):
        return file.open(mode, encoding="utf-8")
    return cast("IO[str]", gzip.open(file, f"{mode}t", encoding="utf-8"))
