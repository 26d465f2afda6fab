"""Takes in answers: all of some files or nothing, each reviewer's opinion of a sample once."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from pydantic import Field

from schemas.record import Record
from schemas.review import ReviewAnswer
from tasks.review.answers import Line, asked, by_sample, misfit, opinion, read_lines, stop_at
from tasks.review.kept import keep_answers, kept_answers
from tasks.storage.store import Store

REFUSED: Final = "Nothing was imported."

Kept = Mapping[str, tuple[ReviewAnswer, ...]]
Opinions = Mapping[tuple[str, str], ReviewAnswer]


class Imported(Record):
    """How many answers some files brought."""

    version: str
    reviewers: tuple[str, ...]
    taken: int = Field(ge=0, description="new, or other than before")
    known: int = Field(ge=0, description="there already")
    withdrawn: int = Field(ge=0, description="earlier ones that were replaced or taken back")


def import_answers(
    store: Store, version: str | None, files: Sequence[Path], *, replace: bool = False
) -> Imported:
    """Keep the answers in ``files``, which are about one release: ``version``, else what they name.

    With ``replace``, all that their reviewers said of the release before is taken back; without, an
    answer that differs from an earlier one of the same reviewer is a problem. Raises UsageError
    with the problems, each with file and line; then nothing is kept.
    """
    problems: list[str] = []
    lines = [line for file in files for line in read_lines(file, problems)]
    stop_at(problems, REFUSED)
    about = asked(store, version or lines[0].answer.version)
    problems += filter(None, (misfit(line, about) for line in lines))
    stop_at(problems, REFUSED)
    kept = kept_answers(store, about.version)
    outdated = _outdated(kept, lines) if replace else set()
    found = by_sample([*_standing(kept, outdated), *lines], problems)
    stop_at(problems, REFUSED)
    for path in outdated - _put(store, about.version, lines):
        store.delete(path)
    keys = {(line.answer.reviewer, line.answer.sample) for line in lines}
    return _counted(about.version, {key: found[key] for key in keys}, kept, outdated)


def _outdated(kept: Kept, lines: Iterable[Line]) -> set[str]:
    """Return the kept files of the reviewers whose answers are in ``lines``."""
    reviewers = {line.answer.reviewer for line in lines}
    return {path for path, rows in kept.items() if rows[0].reviewer in reviewers}


def _standing(kept: Kept, outdated: set[str]) -> list[Line]:
    return [
        Line(f"an earlier import ({path})", row)
        for path, rows in kept.items()
        if path not in outdated
        for row in rows
    ]


def _put(store: Store, version: str, lines: Iterable[Line]) -> set[str]:
    """Keep the answers, one file for each reviewer and sheet, and return where."""
    rows = {(x.reviewer, x.sheet, x.sample): x for x in (line.answer for line in lines)}
    groups = groupby((rows[key] for key in sorted(rows)), key=lambda x: (x.reviewer, x.sheet))
    return {keep_answers(store, version, group) for _, group in groups}


def _counted(version: str, found: Opinions, kept: Kept, outdated: set[str]) -> Imported:
    earlier = {(row.reviewer, row.sample): row for rows in kept.values() for row in rows}
    same = [key for key in found if key in earlier and opinion(earlier[key]) == opinion(found[key])]
    old = {(row.reviewer, row.sample) for path in outdated for row in kept[path]}
    return Imported(
        version=version,
        reviewers=tuple(sorted({reviewer for reviewer, _ in found})),
        taken=len(found) - len(same),
        known=len(same),
        withdrawn=len(old - set(same)),
    )
