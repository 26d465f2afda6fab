"""Shows what a build does: bars on a terminal, plain lines elsewhere, nothing for machines."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from flows.beside import beside
from schemas.release import Part
from tasks.storage.accounting import BY_SHARD, REPORTS

if TYPE_CHECKING:
    from tasks.model.engine.meter import Reading

TICK: Final = 1.0  # seconds
PACE_LINES: Final = 30.0  # seconds between two lines about the teacher

PROGRESS = logging.getLogger("rs_gpt4v.progress")
WARNING = (logging.getLogger("tasks"), logging.getLogger("flows"))


class View(Protocol):
    """Where finished parts are shown."""

    def say(self, text: str) -> None:
        """Show one line."""

    def show(self, part: Part, shards: int) -> None:
        """Show that ``part`` is there; ``shards`` is how many its stage will have."""

    def pace(self, reading: "Reading", said: str) -> None:
        """Show what the teacher is doing, ``said`` in one line."""


class Lines:
    """One plain line a part, for logs and pipes."""

    def __init__(self) -> None:
        self._paced = 0.0

    def say(self, text: str) -> None:
        """Write one line."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def show(self, part: Part, shards: int) -> None:  # noqa: ARG002  # a line needs no total
        """Write what a part holds."""
        calls = f", {part.calls} teacher calls" if part.calls else ""
        self.say(
            f"{part.stage:<11}shard {part.shard:<4} {part.rows:>5} kept {part.rejections:>5} rejected"
            f"  {'made' if part.made else 'found'}{calls}"
        )

    def pace(self, reading: "Reading", said: str) -> None:
        """Write it every half minute."""
        if reading.seconds - self._paced >= PACE_LINES:
            self._paced = reading.seconds
            self.say(f"teacher    {said}")


class Bars:
    """One bar a stage, for terminals."""

    def __init__(self, progress: Progress) -> None:
        """Draw on ``progress``."""
        self._progress = progress
        self._stages: dict[str, TaskID] = {}
        self._sums: dict[str, tuple[int, int, int]] = {}

    def say(self, text: str) -> None:
        """Print one line above the bars."""
        self._progress.console.print(text, highlight=False)

    def show(self, part: Part, shards: int) -> None:
        """Move the bar of the part's stage."""
        kept, rejected, calls = self._sums.get(part.stage, (0, 0, 0))
        sums = (kept + part.rows, rejected + part.rejections, calls + part.calls)
        self._sums[part.stage] = sums
        if part.stage not in self._stages:
            self._stages[part.stage] = self._progress.add_task(part.stage, total=shards, note="")
        calls_note = f", {sums[2]:,} calls" if sums[2] else ""
        self._progress.update(
            self._stages[part.stage], advance=1, total=shards,
            note=f"{sums[0]:,} kept, {sums[1]:,} rejected{calls_note}",
        )  # fmt: skip

    def pace(self, reading: "Reading", said: str) -> None:
        """Show it as the last bar."""
        task = self._stages.get("teacher")
        if task is None:
            task = self._stages["teacher"] = self._progress.add_task("teacher", total=None, note="")
        self._progress.update(task, completed=reading.done, total=reading.expected, note=said)


class Silence:
    """Shows nothing."""

    def say(self, text: str) -> None:
        """Show nothing."""

    def show(self, part: Part, shards: int) -> None:
        """Show nothing."""

    def pace(self, reading: "Reading", said: str) -> None:
        """Show nothing."""


class Listener(logging.Handler):
    """Hands the parts that stages report to a view."""

    def __init__(self, view: View) -> None:
        """Show on ``view``."""
        super().__init__(logging.INFO)
        self._view = view
        self._shards: set[int] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Show the part that ``record`` carries."""
        part = getattr(record, "part", None)
        if not isinstance(part, Part):
            return
        if part.stage == "scan":
            self._shards.add(part.shard)
        whole = part.stage in REPORTS and part.stage not in BY_SHARD
        self._view.show(part, 1 if whole else max(len(self._shards), 1))


class Remarks(logging.Handler):
    """Hands what rooms and flows warn of to a view."""

    def __init__(self, view: View) -> None:
        """Show on ``view``."""
        super().__init__(logging.WARNING)
        self._view = view

    def emit(self, record: logging.LogRecord) -> None:
        """Show the warning."""
        self._view.say(record.getMessage())


@contextmanager
def shown_progress(*, silent: bool) -> Iterator[View]:
    """Show the parts that are finished inside the block, on the standard error."""
    if silent:
        yield from _listening(Silence())
    elif sys.stderr.isatty():
        columns = (
            TextColumn("{task.description:<11}"), BarColumn(24), MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[note]}"),
        )  # fmt: skip
        with Progress(*columns, console=Console(stderr=True)) as progress:
            yield from _listening(Bars(progress))
    else:
        yield from _listening(Lines())


def _listening(view: View) -> Iterator[View]:
    listener, level, propagate = Listener(view), PROGRESS.level, PROGRESS.propagate
    remarks = Remarks(view)
    PROGRESS.addHandler(listener)
    for logger in WARNING:
        logger.addHandler(remarks)
    PROGRESS.setLevel(logging.INFO)
    PROGRESS.propagate = False
    try:
        with beside(lambda done: _tick(view, done)):
            yield view
    finally:
        PROGRESS.removeHandler(listener)
        for logger in WARNING:
            logger.removeHandler(remarks)
        PROGRESS.setLevel(level)
        PROGRESS.propagate = propagate


def _tick(view: View, done: Event) -> None:
    """Show the teacher's pace from its first paid answer on, until ``done``."""
    from tasks.model.engine.host import limits_used  # noqa: PLC0415  # 1 s that --help can do without
    from tasks.model.engine.meter import METER, sentence  # noqa: PLC0415

    while not done.wait(TICK):
        reading = METER.read()
        if reading.answered:
            view.pace(reading, sentence(reading, limits_used(reading)))
