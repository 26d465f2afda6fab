"""Command lint: looks at every label and picture, and lists what is wrong and what to do."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.cli.console import WIDE, console
from flows.cli.environment import prepare_environment
from flows.cli.main import DONE, REFUSED
from flows.cli.options import parse_source, read_params
from flows.cli.progress import shown_progress
from schemas.errors import UsageError
from schemas.params import BuildParams, SourceSpec
from schemas.vocabulary import Severity

if TYPE_CHECKING:
    from tasks.lint import Problem

FIRST: Final = 3  # examples of a kind that are shown
NEVER: Final = "never"
_WORST: Final = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
_SUFFIXES: Final = {".jsonl": "jsonl", ".sarif": "sarif"}


def configure_lint(parser: argparse.ArgumentParser) -> None:
    """Add the options of lint."""
    parser.epilog = (
        "Nothing is built and nobody is asked. Several sources are compared with each other too. "
        "Ends\nwith 1 where something is as bad as --fail-on says. Parameters that matter are those "
        "of ingest,\nwhich name the findings that keep a scene out of a build: “ingest: "
        "{quarantine: [one_colour]}”."
    )
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME=PATH",
        help="format and folder of annotated images, such as dota=/data/dota; repeatable",
    )  # fmt: skip
    parser.add_argument("--params", metavar="FILE", help="parameters as YAML or JSON")
    parser.add_argument(
        "--output", metavar="FILE", help="write there; the table is printed all the same"
    )
    parser.add_argument(
        "--format", choices=["text", "jsonl", "sarif"],
        help="a table, one JSON object a line, or SARIF 2.1.0 for code scanners [default: what "
        "FILE ends in, else text]",
    )  # fmt: skip
    parser.add_argument(
        "--labels-only", action="store_true",
        help="open no image: quicker, and works without them, but tells less",
    )  # fmt: skip
    parser.add_argument(
        "--fail-on", choices=[*map(str, _WORST), NEVER], default=str(Severity.ERROR),
        help="end with 1 from this severity on [default: %(default)s]",
    )  # fmt: skip


def run_lint(options: argparse.Namespace) -> int:
    """List what is wrong with the sources."""
    params = read_params(options.params, {}, [parse_source(text) for text in options.source])
    if not params.sources:
        raise UsageError("There is nothing to look at. Add --source NAME=PATH, or sources to --params.")  # fmt: skip
    form = options.format or _SUFFIXES.get(Path(options.output or "").suffix, "text")
    tabled = form == "text" or options.output is not None
    tally = _Tally()
    watched = tabled and sys.stderr.isatty()
    progress = shown_progress(silent=False) if watched else nullcontext()
    with progress, _opened(options) as file:
        problems = tally.counted(_problems(params, labels_only=options.labels_only))
        for line in _lines(form, problems, params.sources):
            file.write(line)
        if form == "text" and options.output:
            tally.show(Console(file=file, width=WIDE, highlight=False))
    if tabled:
        tally.show(console())
    return REFUSED if tally.reaches(options.fail_on) else DONE


class _Tally:
    """Counts problems as they come, and keeps the first few of each kind."""

    def __init__(self) -> None:
        self._count: Counter[tuple[int, str, str]] = Counter()
        self._first: dict[tuple[int, str, str], list[Problem]] = {}

    def counted(self, problems: Iterable["Problem"]) -> Iterator["Problem"]:
        """Yield ``problems``, each counted."""
        for problem in problems:
            key = (_WORST.index(problem.severity), problem.kind, problem.source)
            self._count[key] += 1
            first = self._first.setdefault(key, [])
            if len(first) < FIRST or _order(problem) < _order(first[-1]):
                first[:] = sorted([*first, problem], key=_order)[:FIRST]
            yield problem

    def reaches(self, severity: str) -> bool:
        """Say whether something is as bad as ``severity``."""
        return severity != NEVER and any(
            worst <= _WORST.index(Severity(severity)) for worst, _, _ in self._count
        )

    def show(self, out: Console) -> None:
        """Print how many there are of each kind, and then the first of each."""
        if not self._count:
            out.print("Nothing is wrong.")
            return
        table = Table("severity", "kind", "source", header_style="bold", box=None, pad_edge=False)
        table.add_column("count", justify="right")
        for worst, kind, source in sorted(self._count):
            count = self._count[worst, kind, source]
            table.add_row(_WORST[worst], kind, escape(source), f"{count:,}")
        out.print(table)
        for key in sorted(self._count):
            for line in _examples(_WORST[key[0]], self._first[key], self._count[key]):
                out.print(line, soft_wrap=True)


def _examples(severity: Severity, first: list["Problem"], count: int) -> Iterator[str]:
    yield f"\n[bold]{severity}[/bold] {first[0].kind}, {escape(first[0].source)}"
    for problem in first:
        yield f"  {escape(_place(problem))}: {escape(problem.detail)}"
    if count > len(first):
        yield f"  … and {count - len(first):,} more"
    for remedy in dict.fromkeys(problem.remedy for problem in first):
        yield f"  → {escape(remedy)}"


def _order(problem: "Problem") -> tuple[str, int, str]:
    return problem.file, problem.line or 0, problem.element or ""


def _place(problem: "Problem") -> str:
    if problem.line is not None:
        return f"{problem.file}:{problem.line}"
    return f"{problem.file} {problem.element}" if problem.element else problem.file


def _problems(params: BuildParams, *, labels_only: bool) -> Iterator["Problem"]:
    prepare_environment(verbose=False)
    from tasks.lint import lint_sources  # noqa: PLC0415  # only after the environment is set

    return lint_sources(params.sources, params.ingest, labels_only=labels_only)


def _lines(
    form: str, problems: Iterable["Problem"], sources: tuple[SourceSpec, ...]
) -> Iterator[str]:
    """Yield what is written in the form asked for; a table is made at the end, of the tally."""
    if form == "sarif":
        from flows.cli.sarif import sarif_lines  # noqa: PLC0415  # imports Prefect

        yield from sarif_lines(problems, sources)
        return
    for problem in problems:
        if form == "jsonl":
            yield f"{problem.model_dump_json()}\n"


@contextmanager
def _opened(options: argparse.Namespace) -> Iterator[TextIO]:
    if options.output is None:
        yield sys.stdout
        return
    try:
        file = Path(options.output).open("w", encoding="utf-8")  # noqa: SIM115  # closed below
    except OSError as error:
        raise UsageError(
            f"--output {options.output} cannot be written: {error.strerror}."
        ) from error
    with file:
        yield file
