"""Command inspect: which format a folder is in, what is there, what is odd, and how to build it."""

import argparse
import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.markup import escape

from flows.cli.console import console
from flows.cli.main import DONE, REFUSED
from flows.cli.sources import UNKNOWN_LICENCE, formats_table
from schemas.errors import SourceError, UsageError
from tasks.inspect import (
    Candidate,
    Contents,
    Count,
    Format,
    Inspection,
    Oddities,
    Oddity,
    inspect_folder,
    known_formats,
)

TOP: Final = 10  # classes that are listed
_LOOK_UP: Final = "look up the terms of use and give the source its “licence” (--params)"
_INDENT: Final = " " * 11


def configure_inspect(parser: argparse.ArgumentParser) -> None:
    """Add the options of inspect."""
    parser.epilog = (
        "Reads labels only, so that it is quick and works without the images; “rs-gpt4v lint” looks "
        "at\nevery box and picture. Ends with 1 where no format is recognised or a folder cannot be "
        "read."
    )
    parser.add_argument("path", metavar="PATH", help="folder or URL with labels, images or both")
    parser.add_argument(
        "--format", metavar="NAME", help="read as this format [default: recognised]"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_inspect(options: argparse.Namespace) -> int:
    """Show what a folder, or each of its sub-folders, holds."""
    try:
        found = inspect_folder(options.path, options.format)
    except SourceError as error:
        raise UsageError(str(error)) from error
    if options.json:
        listed = [one.model_dump(mode="json") for one in found]
        print(json.dumps(listed, indent=2, ensure_ascii=False))
    else:
        _show(found)
    failed = any(one.contents.failure for one in found)
    return REFUSED if failed or not any(one.format for one in found) else DONE


def _show(found: Sequence[Inspection]) -> None:
    out = console()
    for number, one in enumerate(found):
        if number:
            out.print()
        for line in _lines(one):
            out.print(line, soft_wrap=True)
    if not any(one.format for one in found):
        out.print("\nThese layouts are read:\n")
        out.print(formats_table(known_formats(), short=True))
    elif len(found) > 1:
        out.print("\nTo build one release of all of them:")
        out.print(f"  {_build(found)}", soft_wrap=True)


def _lines(one: Inspection) -> Iterator[str]:
    if one.format is None:
        yield f"[bold]{escape(one.path)}[/bold] is in no format that is known here."
        yield from _others(one.files)
        yield from _oddities(one.contents.oddities)
        return
    yield f"[bold]{escape(one.path)}[/bold] is {escape(one.format.title)} ({one.format.name})"
    yield from _about(one.format, one.candidates)
    yield from _counted(one.contents)
    yield from _others(one.files)
    yield from _oddities(one.contents.oddities)
    if one.contents.failure:
        yield f"  [bold]failed[/bold]   {escape(one.contents.failure)}"
    elif one.contents.absent and not one.contents.present:
        yield "Its images are absent: put them below the folder before you build. Then:"
    else:
        yield "To build a release of it:"
    yield f"  {_build([one])}"


def _build(found: Iterable[Inspection]) -> str:
    wanted = " ".join(f"--source {shlex.quote(one.source)}" for one in found if one.source)
    return escape(f"rs-gpt4v build {wanted}")


def _about(known: Format, candidates: Sequence[Candidate]) -> Iterator[str]:
    yield f"  expects  {escape(known.layout)}"
    yield f"  licence  {escape(known.licence or f'{UNKNOWN_LICENCE}; {_LOOK_UP}')}"
    yield f"  cite     {escape(known.citation)}"
    if len(candidates) > 1:
        others = ", ".join(f"{one.title} ({one.name}: {one.labels:,})" for one in candidates[1:])
        yield (
            f"  or       {escape(others)}; taken as {candidates[0].name}, which reads "
            f"{_number(candidates[0].labels, 'label')}. “--format NAME” reads it as another."
        )


def _counted(contents: Contents) -> Iterator[str]:
    splits = [one for one in contents.splits if one.name != "none"]
    divided = f"; split: {_listed(contents.splits)}" if splits else "; not divided"
    absent = f", {contents.absent:,} absent" if contents.absent else ""
    yield f"  images   {contents.present:,} present{absent}; {contents.labelled:,} labelled{divided}"
    yield f"  labels   {_listed(contents.labels) or 'none; the teacher can describe the images'}"
    if contents.classes:
        more = len(contents.classes) - TOP
        rest = f" and {more:,} more" if more > 0 else ""
        yield f"  classes  {len(contents.classes):,}: {_listed(contents.classes[:TOP])}{rest}"


def _others(files: Sequence[Count]) -> Iterator[str]:
    if files:
        yield f"  unread   {_listed(files)}: labels in none of the formats of “rs-gpt4v sources”"


def _oddities(kinds: Sequence[Oddities]) -> Iterator[str]:
    total = sum(kind.count for kind in kinds)
    yield f"  findings {total:,}" if total else "  findings none"
    for kind in kinds:
        yield f"  [bold]{kind.severity}[/bold] {kind.kind}: {kind.count:,}"
        for oddity in kind.first:
            yield f"{_INDENT}{escape(_place(oddity))}: {escape(oddity.detail)}"
        if kind.count > len(kind.first):
            yield f"{_INDENT}… and {kind.count - len(kind.first):,} more"
        if remedy := kind.first[0].remedy:
            yield f"{_INDENT}→ {escape(remedy)}"


def _place(oddity: Oddity) -> str:
    if oddity.line is not None:
        return f"{oddity.file}:{oddity.line}"
    return f"{oddity.file} {oddity.element}" if oddity.element else oddity.file


def _listed(counts: Iterable[Count]) -> str:
    return ", ".join(f"{one.count:,} {escape(one.name)}" for one in counts)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
