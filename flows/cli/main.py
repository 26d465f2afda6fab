"""Entry point: parses the command line, runs one command, turns errors into a paragraph."""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final, NoReturn

from schemas.errors import PipelineError, UnknownName, UsageError

DONE: Final = 0
REFUSED: Final = 1
WRONG_USE: Final = 2
INTERRUPTED: Final = 130

COMMANDS: Final = {
    "inspect": ("flows.cli.inspect", "Say which format a folder is in, what it holds and what is odd."),
    "sources": ("flows.cli.sources", "List the formats that are read: layout, licence, citation."),
    "lint": ("flows.cli.lint", "Look at every label and picture, and list what is wrong."),
    "check": ("flows.cli.check", "Hold the texts of any dataset against its objects; build nothing."),
    "demo": ("flows.cli.build", "Paint a few scenes and build a release of them: no key, no network."),
    "doctor": ("flows.cli.doctor", "Look at machine, root, model and Prefect, and say what to do."),
    "build": ("flows.cli.build", "Build a release from annotated folders."),
    "nightly": ("flows.cli.nightly", "Build, compare, promote and prune where something is new."),
    "plan": ("flows.cli.plan", "Say what a build would ask of the teacher, and what that costs."),
    "releases": ("flows.cli.releases", "List releases; show, diff, promote, rollback, tag, prune, pull them."),
    "scorecard": ("flows.cli.scorecard", "Show a release by the six principles, beside the one before."),
    "verify": ("flows.cli.releases", "Recompute every hash and count; list what was touched."),
    "repair": ("flows.cli.repair", "Remake missing and damaged files of what is stored; asks no model."),
    "pull": ("flows.cli.pull", "Copy a release, or a slice of it, into a local folder; resumable."),
    "explain": ("flows.cli.explain", "Show why a sample exists, from label to verdict."),
    "review": ("flows.cli.review", "Let people judge a sample of a release; error rates with bounds."),
    "export": ("flows.cli.export", "Write a release in another form, such as LLaVA JSON."),
    "schema": ("flows.cli.schema", "Print the JSON Schema of the jsonl format, for your own data."),
    "answers": ("flows.cli.answers", "Count, show, carry over and tidy up stored answers."),
    "teacher": ("flows.cli.teacher", "Serve the offline teacher in the OpenAI wire format."),
}  # fmt: skip

ACTIONS: Final = {
    "list": COMMANDS["releases"],
    "show": ("flows.cli.moves", "Show one release: what it holds, what its gate said, its tags."),
    "diff": ("flows.cli.diff", "Say which rows two releases differ in, and why."),
    "promote": ("flows.cli.moves", "Let a release become the latest, unless another did meanwhile."),
    "rollback": ("flows.cli.moves", "Let the release before become the latest again."),
    "tag": ("flows.cli.moves", "Give a release a name that keeps it from being pruned."),
    "prune": ("flows.cli.prune", "Remove what no kept release rests on; shows it only, at first."),
    "pull": COMMANDS["pull"],
}  # fmt: skip
"""What follows “releases”."""


class Parser(argparse.ArgumentParser):
    """A parser that raises UsageError instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found wrong."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}. See “{self.prog} --help”.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 done, 1 refused or failed, 2 wrong use."""
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except SystemExit as stop:  # --help and --version
        return int(stop.code or DONE)
    except KeyboardInterrupt:
        return _said("Stopped. What is finished is kept: the same command goes on from there.", INTERRUPTED)  # fmt: skip
    except UsageError as error:
        return _said(str(error), WRONG_USE)
    except PipelineError as error:
        return _said(str(error), REFUSED)
    except BrokenPipeError:  # the reader of our output is gone, as with “| head”
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001  # the last wall: no traceback reaches a user
        return _unexpected(error)


def _run(arguments: list[str]) -> int:
    words, (place, what), rest = _divided(arguments)
    command, module = words[-1], importlib.import_module(place)
    parser = Parser(
        prog=f"rs-gpt4v {' '.join(words)}",
        description=what,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    getattr(module, f"configure_{command}")(parser)
    options, unknown = parser.parse_known_args(rest)
    if unknown:
        raise _unknown(parser, unknown[0])
    code: int = getattr(module, f"run_{command}")(options)
    return code


def _divided(arguments: list[str]) -> tuple[tuple[str, ...], tuple[str, str], list[str]]:
    """Return the words of the command, its entry and what follows; answers --help and --version."""
    parser = Parser(
        prog="rs-gpt4v",
        description="Turns annotated remote-sensing imagery into a verified "
        "instruction-following dataset.",
        epilog="commands:\n"
        + "\n".join(f"  {name:<10}{what}" for name, (_, what) in COMMANDS.items())
        + "\n\n“rs-gpt4v COMMAND --help” tells more. Exit codes: 0 done, 1 finished but something "
        "was\nrefused or failed, 2 wrong use. RS_GPT4V_DEBUG=1 shows tracebacks.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="rs-gpt4v COMMAND [OPTIONS]",
    )
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    arguments = arguments or ["--help"]
    first = arguments[0]
    if first in COMMANDS:
        return _command(first, arguments[1:])
    if not first.startswith("-"):
        raise UnknownName("command", first, COMMANDS)
    options, unknown = parser.parse_known_args(arguments)
    if options.version:
        sys.stdout.write(f"rs-gpt4v {_version()}\n")
        raise SystemExit(DONE)
    raise UsageError(f"“{unknown[0]}” stands where a command is expected. See “rs-gpt4v --help”.")


def _command(first: str, rest: list[str]) -> tuple[tuple[str, ...], tuple[str, str], list[str]]:
    """Return the same for ``first``; an action of “releases” is a command of its own."""
    action = rest[0] if first == "releases" and rest else "-"
    if action.startswith("-"):
        return (first,), COMMANDS[first], rest
    if action not in ACTIONS:
        raise UnknownName("action of “releases”", action, ACTIONS)
    words = (first,) if action == "list" else (first, action)
    return words, ACTIONS[action], rest[1:]


def _unknown(parser: argparse.ArgumentParser, word: str) -> UsageError:
    if not word.startswith("-"):
        return UsageError(f"“{word}” belongs to no option. See “{parser.prog} --help”.")
    names = [name for action in parser._actions for name in action.option_strings]
    return UnknownName("option", word.split("=", maxsplit=1)[0], names)


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415  # 20 ms that only --version needs

    return version("rs-gpt4v")


def _said(message: str, code: int) -> int:
    sys.stderr.write(f"{message}\n" if code == INTERRUPTED else f"Error: {message}\n")
    if code != INTERRUPTED and os.environ.get("RS_GPT4V_DEBUG"):
        traceback.print_exc()
    return code


def _unexpected(error: Exception) -> int:
    first = str(error).strip().splitlines()
    what = f"{type(error).__name__}: {first[0]}" if first else type(error).__name__
    return _said(
        f"Something unexpected happened ({what}). This is a defect; run the command again with "
        "RS_GPT4V_DEBUG=1 to see where, and please report it.",
        REFUSED,
    )
