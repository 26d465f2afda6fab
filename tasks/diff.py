"""Diff: which samples two releases differ in, and why.

Files that both releases have are not read. The others are held side by side group by group, a group
being the shards that the same scenes are in: what is in memory is one group, and what changed of
the scenes.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from schemas.diff import Cause, ChangedSample, NumberBeside, ReleaseDiff, RowChange
from schemas.diff import Side as SideName
from schemas.release import Manifest
from schemas.sample import Sample
from schemas.vocabulary import TaskType
from tasks._stage import retried
from tasks.differences.causes import Causes, Side
from tasks.differences.evidence import rejected_among
from tasks.differences.parameters import parameters_that_differ
from tasks.differences.rows import Row, differing_files, groups, read_samples
from tasks.differences.scenes import scenes_of
from tasks.storage.published import find_rows
from tasks.storage.releases import read_manifest
from tasks.storage.store import Store

EXAMPLES: Final = 3  # of each task type, cause and side
SHORT: Final = 300  # characters


class Difference(NamedTuple):
    """One sample that differs; one of its rows may be none."""

    side: SideName
    cause: Cause
    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        """Either row, the later one where there is one."""
        row = self.after or self.before
        if row is None:
            raise ValueError("a difference has a row")
        return row


@dataclass
class _Tally:
    """Counts differences, and keeps a few of each kind."""

    most: int
    counts: Counter[tuple[TaskType, str, Cause, SideName]] = field(default_factory=Counter)
    kept: dict[tuple[TaskType, Cause, SideName], list[Difference]] = field(default_factory=dict)

    def add(self, found: Difference) -> None:
        row = found.row
        self.counts[row.task, row.source, found.cause, found.side] += 1
        few = self.kept.setdefault((row.task, found.cause, found.side), [])
        if len(few) < self.most:
            few.append(found)

    def rows(self) -> Iterator[RowChange]:
        for task, source, cause in sorted({key[:3] for key in self.counts}):
            yield RowChange(
                task=task,
                source=source,
                cause=cause,
                added=self.counts[task, source, cause, "added"],
                removed=self.counts[task, source, cause, "removed"],
                changed=self.counts[task, source, cause, "changed"],
            )


@retried("diff", "diff-{before}-{after}")
def diff_releases(root: str, before: str, after: str, examples: int = EXAMPLES) -> ReleaseDiff:
    """Return what differs between two releases below ``root``; see ``diff``."""
    return diff(Store(root), before, after, examples)


def diff(store: Store, before: str, after: str, examples: int = EXAMPLES) -> ReleaseDiff:
    """Return what release ``after`` has that ``before`` has not, and the other way round.

    ``examples`` are shown of each task type, cause and side. Raises UnknownName where there is no
    such release, MissingFile where a part that it rests on is gone.
    """
    return difference_of(store, read_manifest(store, before), read_manifest(store, after), examples)


def difference_of(
    store: Store, first: Manifest, second: Manifest, examples: int = EXAMPLES
) -> ReleaseDiff:
    """Do what ``diff`` does, for manifests that may name only some of their files."""
    before, after = first.version, second.version
    tally = _Tally(examples)
    scenes, count = scenes_of(store, first, second), groups(first, second)
    for group in range(count):
        files = differing_files(first, second, group)
        ours = read_samples(store, before, files[0])
        theirs = read_samples(store, after, files[1])
        only_ours = [row for name, row in ours.items() if name not in theirs]
        only_theirs = [row for name, row in theirs.items() if name not in ours]
        causes = Causes(
            scenes,
            Side(first, rejected_among(store, first, only_theirs, group, count)),
            Side(second, rejected_among(store, second, only_ours, group, count)),
        )
        for found in differences(ours, theirs, causes):
            tally.add(found)
    return ReleaseDiff(
        before=before,
        after=after,
        samples_before=first.samples,
        samples_after=second.samples,
        scenes=scenes.changes(),
        rows=tuple(tally.rows()),
        examples=tuple(_examples(store, tally)),
        numbers=tuple(_numbers(first, second)),
        parameters=parameters_that_differ(first.parameters, second.parameters),
    )


def differences(
    ours: dict[str, Row], theirs: dict[str, Row], causes: Causes
) -> Iterator[Difference]:
    """Yield how the rows of the earlier release differ from those of the later one.

    What is only in one, for no cause that its row alone shows, is held against what is only in the
    other in the same place: a text that was written anew is a change.
    """
    for name in sorted(ours.keys() & theirs.keys()):
        first, second = ours[name], theirs[name]
        if first.digests != second.digests:
            yield Difference("changed", causes.of_change(first, second), first, second)
    gone, left = list[Row](), dict[tuple[object, ...], list[Row]]()
    for name in sorted(ours.keys() - theirs.keys()):
        cause = causes.certain(ours[name], causes.after)
        if cause is not None:
            yield Difference("removed", cause, ours[name], None)
        else:
            gone.append(ours[name])
    for name in sorted(theirs.keys() - ours.keys()):
        cause = causes.certain(theirs[name], causes.before)
        if cause is not None:
            yield Difference("added", cause, None, theirs[name])
        else:
            left.setdefault(theirs[name].slot, []).append(theirs[name])
    yield from _in_place(gone, left, causes)


def _in_place(
    gone: list[Row], left: dict[tuple[object, ...], list[Row]], causes: Causes
) -> Iterator[Difference]:
    for first in gone:
        beside = left.get(first.slot)
        second = beside.pop(0) if beside else None
        cause = causes.of(first, causes.after, second)
        yield Difference("changed" if second else "removed", cause, first, second)
    for row in (row for rows in left.values() for row in rows):
        yield Difference("added", causes.of(row, causes.before), None, row)


def _examples(store: Store, tally: _Tally) -> Iterator[ChangedSample]:
    for (task, cause, side), few in sorted(tally.kept.items()):
        for found in few:
            yield ChangedSample(
                side=side,
                task=task,
                source=found.row.source,
                cause=cause,
                before=found.before.id if found.before else None,
                after=found.after.id if found.after else None,
                said_before=_said(store, found.before),
                said_after=_said(store, found.after),
            )


def _said(store: Store, row: Row | None) -> str:
    """Return the first question and answer of a sample, shortened."""
    if row is None:
        return ""
    sample = next(find_rows(store, row.file, Sample, "id", [row.id]))
    text = " – ".join(turn.content for turn in sample.turns[:2])
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _numbers(before: Manifest, after: Manifest) -> Iterator[NumberBeside]:
    if before.scorecard is None or after.scorecard is None:
        return
    known = {(score.name, score.definition): score.value for score in before.scorecard.scores}
    for score in after.scorecard.scores:
        yield NumberBeside(
            principle=score.principle,
            title=score.title,
            unit=score.unit,
            better=score.better,
            before=known.get((score.name, score.definition)),
            after=score.value,
        )
