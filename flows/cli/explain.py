"""Command explain: from one row back to its picture, its labels, what was asked and answered."""

import argparse
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from flows.cli.main import DONE
from schemas.coverage import FactCoverage
from schemas.scene import LabelOrigin
from schemas.settings import settings
from schemas.teacher import StoredAnswer
from schemas.turn import Turn
from schemas.verdict import Verdict
from tasks.explain import Explanation, explain
from tasks.storage.store import Store

MARKS: Final = {
    "supported": "[green]✓[/green]",
    "contradicted": "[red]✗[/red]",
    "unverifiable": "?",
}


def configure_explain(parser: argparse.ArgumentParser) -> None:
    """Add the options of explain."""
    parser.add_argument("sample_id", metavar="SAMPLE_ID", help="id of a sample or of a rejection")
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds stages and releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--version", metavar="NAME", help="of the release [default: the latest]")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_explain(options: argparse.Namespace) -> int:
    """Show why a sample exists."""
    found = explain(Store(options.root), options.sample_id, options.version)
    if options.json:
        print(found.model_dump_json(indent=2))
        return DONE
    console = Console(highlight=False)
    for title, lines in _sections(found):
        if title:
            console.print(f"\n[bold]{title}[/bold]")
        for line in lines:
            _print(console, line, 2 if title else 0)
    return DONE


def _print(console: Console, text: str, indent: int) -> None:
    """Print ``text`` wrapped to a terminal, and with its own lines only elsewhere."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent)))
    else:
        console.print(textwrap.indent(text, " " * indent), soft_wrap=True)


def _sections(found: Explanation) -> Iterator[tuple[str, Sequence[str]]]:
    yield "", [f"[bold]{found.id}[/bold], {found.outcome} in release {found.version}", escape(found.why)]  # fmt: skip
    row = found.sample or found.draft
    if row:
        about = f"{row.task}, {row.split}, source {row.source}, tile {row.tile_id}"
        yield "Text", [about, *_turns(row.turns)]
    if found.picture:
        window = found.picture.window
        where = f"px {window.x0}–{window.x1} × {window.y0}–{window.y1}"
        where += f", turned ({found.picture.symmetry})" if found.picture.symmetry else ""
        yield "Picture", [f"{escape(found.picture.file)}, {where}", f"in {escape(found.picture.part)}"]  # fmt: skip
    if found.labels:
        yield "Labels", list(_labels(found.labels))
    if found.prompt:
        yield "Prompt", [f"{found.prompt}, fingerprint {found.prompt_fingerprint}"]
    if found.answer:
        yield "Asked and answered", list(_answer(found.request_key, found.answer))
    if found.verdicts:
        yield "Verdicts", [_verdict(verdict) for verdict in found.verdicts]
    if found.coverage:
        yield "Local facts", list(_facts(found.coverage))
    if found.rejection and not row and found.rejection.payload:
        yield "What was rejected", [escape(found.rejection.payload)]
    yield "Row", [escape(found.part)]


def _turns(turns: Sequence[Turn]) -> list[str]:
    return [f"[bold]{turn.role}:[/bold] {escape(turn.content)}" for turn in turns]


def _labels(labels: Sequence[LabelOrigin]) -> Iterator[str]:
    """Yield one line a file, with all its line numbers or elements."""
    for file, group in groupby(sorted(labels, key=lambda label: label.file), lambda o: o.file):
        places = list(group)
        numbers = sorted({label.line for label in places if label.line is not None})
        elements = sorted({label.element for label in places if label.element})
        said = [f"line {', '.join(map(str, numbers))}"] if numbers else []
        said += [", ".join(elements)] if elements else []
        yield escape(f"{file}: {'; '.join(said)}" if said else file)


def _answer(key: str | None, stored: StoredAnswer) -> Iterator[str]:
    answer = stored.answer
    yield (
        f"request {key}, model {escape(answer.model)}, temperature {stored.temperature:g}, "
        f"seed {stored.seed}, {answer.prompt_tokens:,} + {answer.completion_tokens:,} tokens"
    )
    for message in stored.messages:
        yield f"[dim]{message.role}:[/dim] {escape(message.text.strip())}"
    yield f"[dim]answer:[/dim] {escape(answer.text.strip())}"


def _facts(coverage: FactCoverage) -> Iterator[str]:
    yield (
        f"{coverage.covered} of {coverage.facts} covered, {coverage.contradicted} contradicted, "
        f"{coverage.omitted} omitted"
    )
    for fact in coverage.fates:
        shown = " ".join(fact.refs[:6]) + (" …" if len(fact.refs) > 6 else "")
        detail = f": {escape(fact.detail)}" if fact.detail else ""
        again = f"{fact.repeated} of {fact.statements} statements said again"
        yield f"{fact.fact} ({shown}) {fact.fate}, {again}{detail}"


def _verdict(verdict: Verdict) -> str:
    words = escape(f"“{verdict.claim}” ({verdict.kind}): {verdict.evidence}")
    return f"{MARKS[verdict.outcome]} {words}"
