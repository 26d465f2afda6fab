"""Command answers: what was ever answered, counted, shown, carried over and tidied up."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from rich.table import Table

from flows.cli.console import console
from flows.cli.main import DONE, REFUSED
from schemas.errors import UnknownName, UsageError
from schemas.record import ID_LENGTH
from schemas.settings import settings
from schemas.teacher import StoredAnswer
from tasks.model.answers import AnswerStore, open_answers
from tasks.model.answers.census import Census, take_census
from tasks.model.answers.compaction import compact
from tasks.model.answers.lines import export_lines, import_lines

SAID: Final = 10  # bad lines that are told one by one
ACTIONS: Final = """actions:
  stats           count answers, tokens, cost and bytes by prompt and model
  show KEY        print what was asked and answered; a part of the key will do
  export FILE     write every answer as JSON lines, gzipped if FILE ends in .gz
  import FILE     take in such lines; answers that are there already stay as they are
  compact         merge small segments and move damaged ones to answers/damaged"""


def configure_answers(parser: argparse.ArgumentParser) -> None:
    """Add the options of answers."""
    parser.epilog = ACTIONS
    parser.add_argument("action", metavar="ACTION", help="stats, show, export, import or compact")
    parser.add_argument("what", metavar="WHAT", nargs="?", help="KEY or FILE, see below")
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds the answers [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_answers(options: argparse.Namespace) -> int:
    """Do one thing with the answers under a root."""
    action = _RUN.get(options.action)
    if action is None:
        raise UnknownName("action", options.action, _RUN)
    wanted = _WHAT.get(options.action)
    if wanted and not options.what:
        raise UsageError(f"“answers {options.action}” needs a {wanted}.")
    if options.what and not wanted:
        raise UsageError(f"“{options.what}” follows “answers {options.action}”, which takes nothing.")  # fmt: skip
    return action(open_answers(options.root), options)


def _stats(answers: AnswerStore, options: argparse.Namespace) -> int:
    census = take_census(answers)
    if options.json:
        print(census.model_dump_json(indent=2))
        return DONE
    if not census.counts:
        print(f"There is no answer in {options.root} yet.")
    else:
        console().print(_table(census))
        print(
            f"\n{sum(row.answers for row in census.counts):,} answers in "
            f"{census.segments:,} segments, {census.bytes / 1e6:,.1f} MB, in {options.root}."
        )
    for name in census.altered:
        print(f"Damaged: answers/segments/{name}. “rs-gpt4v answers compact” moves it away.")
    for name in census.set_aside:
        print(f"Set aside: {name}.")
    return DONE


def _show(answers: AnswerStore, options: argparse.Namespace) -> int:
    stored = answers.get(_one_key(answers, options))
    if stored is None:
        raise UsageError(f"The answer to {options.what} in {options.root} is damaged.")
    if options.json:
        print(stored.model_dump_json(indent=2))
        return DONE
    for line in _lines(stored):
        print(line)
    return DONE


def _export(answers: AnswerStore, options: argparse.Namespace) -> int:
    count = export_lines(answers, Path(options.what))
    _told(options, {"answers": count}, f"Wrote {_counted(count, 'answer')} to {options.what}.")
    return DONE


def _import(answers: AnswerStore, options: argparse.Namespace) -> int:
    done = import_lines(answers, Path(options.what))
    for line in done.refused[:SAID]:
        sys.stderr.write(f"{line}\n")
    if len(done.refused) > SAID:
        sys.stderr.write(f"… and {len(done.refused) - SAID:,} more bad lines.\n")
    figures = {"taken": done.taken, "known": done.known, "refused": len(done.refused)}
    said = (
        f"Took in {_counted(done.taken, 'answer')}, {done.known:,} were there already, "
        f"{_counted(len(done.refused), 'line')} could not be used."
    )
    _told(options, figures, said)
    return REFUSED if done.refused else DONE


def _compact(answers: AnswerStore, options: argparse.Namespace) -> int:
    done = compact(answers)
    said = [
        f"{done.segments_before:,} segments with {done.bytes_before / 1e6:,.1f} MB became "
        f"{done.segments_after:,} with {done.bytes_after / 1e6:,.1f} MB.",
        *(f"Damaged, set aside: answers/damaged/{name}." for name in done.set_aside),
    ]
    _told(options, done.model_dump(mode="json"), "\n".join(said))
    return DONE


_RUN: Final[Mapping[str, Callable[[AnswerStore, argparse.Namespace], int]]] = {
    "stats": _stats,
    "show": _show,
    "export": _export,
    "import": _import,
    "compact": _compact,
}
_WHAT: Final = {"show": "KEY", "export": "FILE", "import": "FILE"}


def _one_key(answers: AnswerStore, options: argparse.Namespace) -> str:
    keys = answers.keys(options.what.lower())
    if len(keys) == 1:
        return keys[0]
    if not keys:
        raise UsageError(
            f"There is no answer “{options.what}” in {options.root}. Keys have {ID_LENGTH} hex "
            "digits; “rs-gpt4v explain” shows those of a sample."
        )
    shown = ", ".join(keys[:5]) + (" …" if len(keys) > 5 else "")
    raise UsageError(f"“{options.what}” begins {len(keys):,} keys: {shown}. Give more of it.")


def _told(options: argparse.Namespace, figures: Mapping[str, object], said: str) -> None:
    print(json.dumps(figures, indent=2) if options.json else said)


def _lines(stored: StoredAnswer) -> list[str]:
    answer = stored.answer
    cost = "price not known" if answer.cost is None else f"${answer.cost:.6f}"
    picture = f"picture {stored.image_sha256}, detail {stored.detail}"
    return [
        f"Request   {answer.key}",
        f"Prompt    {stored.prompt}, fingerprint {stored.prompt_fingerprint}, reply {stored.reply}",
        f"Model     {stored.model}, temperature {stored.temperature:g}, at most "
        f"{stored.max_tokens:,} tokens, seed {stored.seed}",
        f"Picture   {picture if stored.image_sha256 else 'none'}",
        f"Took      {answer.prompt_tokens:,} + {answer.completion_tokens:,} tokens, {cost}, "
        f"{answer.latency:.2f} s, {_counted(answer.tries, 'try')}",
        *(f"\n{message.role}:\n{message.text.strip()}" for message in stored.messages),
        f"\nanswer of {answer.model} (ended by {answer.finish_reason or 'nothing said'}):",
        answer.text.strip() or f"refused: {answer.refusal}",
    ]


def _table(census: Census) -> Table:
    table = Table("prompt", "model", header_style="bold", box=None, pad_edge=False)
    for name in ("answers", "in", "cached", "out", "reasoning", "cost", "MB"):
        table.add_column(name, justify="right")
    table.add_column("oldest – newest (UTC)")
    for row in census.counts:
        priced = f"${row.cost:,.4f}" if row.unpriced < row.answers else "?"
        figures = (
            row.answers, row.prompt_tokens, row.cached_tokens, row.completion_tokens,
            row.reasoning_tokens,
        )  # fmt: skip
        table.add_row(
            row.prompt, row.model, *(f"{figure:,}" for figure in figures), priced,
            f"{row.bytes / 1e6:,.1f}", f"{row.oldest:%Y-%m-%d %H:%M} – {row.newest:%Y-%m-%d %H:%M}",
        )  # fmt: skip
    return table


def _counted(count: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {plural}"
