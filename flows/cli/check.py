"""Command check: the verifier alone, over anyone's dataset; nothing is built and nobody is asked."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.cli.console import WIDE, console
from flows.cli.environment import prepare_environment
from flows.cli.main import DONE, REFUSED
from schemas.errors import SourceError, UsageError
from schemas.examined import Examined, ExamineSpec, Oddity

if TYPE_CHECKING:
    from tasks.examine import Examination

SHOWN: Final = 100  # contradicted statements, and oddities, that are printed
THOUSAND: Final = 1000
ALL_KINDS: Final = "all"
_SIZE: Final = re.compile(r"([1-9]\d{0,5})[x×]([1-9]\d{0,5})", re.IGNORECASE)


def configure_check(parser: argparse.ArgumentParser) -> None:
    """Add the options of check."""
    parser.epilog = (
        "What texts say is held against objects: those of the dataset, those of --objects, or else "
        "the\nboxes that the texts write down themselves. What lies between clearly true and clearly "
        "false is\nborderline, never contradicted. Ends with 1 where more is contradicted than "
        "--fail-over allows,\nor something could not be read."
    )
    parser.add_argument(
        "path", metavar="FILE", help="LLaVA JSON, VRSBench JSON, JSON lines, or a folder in any format"
    )  # fmt: skip
    parser.add_argument(
        "--format", metavar="NAME", help="read as this format [default: recognised]"
    )
    parser.add_argument("--objects", metavar="FILE", help="file or folder with the objects of its images")  # fmt: skip
    parser.add_argument(
        "--objects-format", metavar="NAME", help="of --objects [default: recognised]"
    )
    parser.add_argument(
        "--images", action="append", default=[], metavar="DIR",
        help="where the images are: for colours, and for boxes in shares of an image; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--size", metavar="WxH", help="of images that are not there, px, as 512x512"
    )
    parser.add_argument("--dialect", metavar="NAME", help="of boxes in texts [default: recognised]")
    parser.add_argument(
        "--complete", default="", metavar="CLASSES",
        help="classes of which every object is labelled, with commas; “all”: those that have an "
        "object. Without it, more objects than labels are no contradiction",
    )  # fmt: skip
    parser.add_argument(
        "--output", "--out", metavar="FILE", help="write every statement there, one JSON object a line"
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print contradicted statements as JSON lines")  # fmt: skip
    parser.add_argument(
        "--fail-over", type=float, default=0.0, metavar="N",
        help="end with 1 where more than N of 1,000 statements that can be decided are contradicted "
        "[default: %(default)g]",
    )  # fmt: skip


def run_check(options: argparse.Namespace) -> int:
    """Hold a dataset against its objects, and say what is contradicted."""
    examination = _opened_dataset(options)
    out = Console(stderr=True, highlight=False, width=WIDE) if options.json else console()
    tally = _Tally()
    with _written(options.output) as file:
        for row in examination.rows():
            tally.add(row)
            if isinstance(row, Oddity):
                continue
            if file is not None:
                file.write(f"{row.model_dump_json()}\n")
            if row.outcome != "contradicted":
                continue
            if options.json:
                sys.stdout.write(f"{row.model_dump_json()}\n")
            elif tally.contradicted <= SHOWN:
                _show(out, row)
    tally.show(out, listed=not options.json, output=options.output)
    return REFUSED if tally.errors or tally.rate > options.fail_over else DONE


def _opened_dataset(options: argparse.Namespace) -> "Examination":
    width, height = _size(options.size)
    named = (name.strip() for name in options.complete.split(","))
    spec = ExamineSpec(
        path=options.path, form=options.format, objects=options.objects,
        objects_form=options.objects_format, images=tuple(options.images),
        dialect=options.dialect, width=width, height=height,
        complete=tuple(name for name in named if name),
    )  # fmt: skip
    if not options.fail_over >= 0:
        raise UsageError(f"--fail-over {options.fail_over:g} is no share of 1,000. Give 0 or more.")
    prepare_environment(verbose=False)
    from tasks.examine import Examination  # noqa: PLC0415  # only after the environment is set
    from tasks.spatial.dialects import dialect_named  # noqa: PLC0415  # only after the environment is set

    if spec.dialect is not None:
        dialect_named(spec.dialect)
    try:
        return Examination(spec)
    except SourceError as error:
        raise UsageError(str(error)) from error


def _size(given: str | None) -> tuple[int | None, int | None]:
    if given is None:
        return None, None
    found = _SIZE.fullmatch(given.strip())
    if found is None:
        raise UsageError(f"--size {given} is no size in px. Write width and height as 512x512.")
    return int(found[1]), int(found[2])


class _Tally:
    """Counts verdicts by kind, why nothing was decided, and what could not be read."""

    def __init__(self) -> None:
        self._count: Counter[tuple[str, str]] = Counter()
        self._lacking: Counter[str] = Counter()
        self._odd: list[Oddity] = []
        self._oddities = 0
        self.errors = 0

    def add(self, row: Examined | Oddity) -> None:
        """Count one row."""
        if isinstance(row, Oddity):
            self._oddities += 1
            self.errors += row.severity == "error"
            self._odd += [row][: SHOWN - len(self._odd)]
            return
        column = "borderline" if row.borderline else row.outcome
        self._count[row.kind.value, column] += 1
        if row.lacking:
            self._lacking[row.lacking] += 1

    @property
    def contradicted(self) -> int:
        """How many statements are false."""
        return self._of("contradicted")

    @property
    def rate(self) -> float:
        """Contradicted statements of 1,000 that objects can decide; 0 where there are none."""
        decided = self.contradicted + self._of("supported")
        return THOUSAND * self.contradicted / decided if decided else 0.0

    def show(self, out: Console, *, listed: bool, output: str | None) -> None:
        """Print what could not be read, and the table of kinds."""
        if listed and self.contradicted > SHOWN:
            where = f"{output} has all" if output else "--output FILE has all"
            out.print(f"… and {self.contradicted - SHOWN:,} more; {where}.")
        for row in self._odd:
            out.print(f"[bold]{row.severity}[/bold] {escape(_place(row))}: {escape(row.detail)} {escape(row.remedy)}", soft_wrap=True)  # fmt: skip
        if self._oddities > len(self._odd):
            out.print(f"… and {self._oddities - len(self._odd):,} more that could not be read")
        if self._count:
            out.print(self._table())
        decided = self.contradicted + self._of("supported")
        rate = f", {self.rate:.1f} per 1,000" if decided else ""
        out.print(f"{self.contradicted:,} of {decided:,} statements that can be decided are contradicted{rate}.")  # fmt: skip
        for why, count in sorted(self._lacking.items()):
            out.print(f"{count:,} unverifiable: {why}.")

    def _of(self, column: str) -> int:
        return sum(count for (_, name), count in self._count.items() if name == column)

    def _table(self) -> Table:
        columns = ("supported", "contradicted", "borderline", "unverifiable")
        table = Table("kind", header_style="bold", box=None, pad_edge=False)
        for name in ("checked", *columns):
            table.add_column(name, justify="right")
        for kind in sorted({kind for kind, _ in self._count}):
            cells = [self._count[kind, name] for name in columns]
            table.add_row(kind, f"{sum(cells):,}", *(f"{cell:,}" for cell in cells))
        whole = [self._of(name) for name in columns]
        table.add_row(ALL_KINDS, f"{sum(whole):,}", *(f"{cell:,}" for cell in whole), style="bold")
        return table


def _show(out: Console, row: Examined) -> None:
    """Print a contradicted statement: where it stands, what it says, and what is so."""
    record = f" ({row.record})" if row.record else ""
    turn = f", turn {row.turn}" if row.turn else ""
    out.print(f"[bold]{escape(_place(row))}[/bold]{escape(record)}{turn}: {escape(row.image)}", soft_wrap=True)  # fmt: skip
    out.print(f"  “{escape(row.sentence)}”", soft_wrap=True)
    margin = f", margin {row.margin:g}" if row.margin is not None else ""
    own = " by the boxes in the text" if row.against == "boxes" else ""
    out.print(f"  {row.kind.value} “{escape(row.claim)}” is false{own}: {escape(row.evidence)}{margin}", soft_wrap=True)  # fmt: skip
    if row.objects:
        named = "; ".join(f"{o.ref} {o.category} ({o.element or o.line})" for o in row.objects)
        out.print(f"  objects {escape(named)}\n", soft_wrap=True)
    else:
        out.print()


def _place(row: Examined | Oddity) -> str:
    place = f"{row.file}:{row.line}" if row.line is not None else row.file
    return f"{place} {row.element}" if row.element else place


@contextmanager
def _written(path: str | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115  # closed below
    except OSError as error:
        raise UsageError(f"--output {path} cannot be written: {error.strerror}.") from error
    with file:
        yield file
