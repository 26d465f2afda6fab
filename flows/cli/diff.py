"""Command releases diff: which samples two releases differ in, and why."""

import argparse
from pathlib import Path

from flows.cli.environment import prepare_environment
from flows.cli.main import DONE
from schemas.errors import UsageError
from schemas.settings import settings
from tasks.storage.releases import list_releases, read_pointer, resolve
from tasks.storage.store import Store


def configure_diff(parser: argparse.ArgumentParser) -> None:
    """Add the options of diff."""
    parser.add_argument(
        "releases", metavar="VERSION", nargs="*",
        help="the earlier and the later, or their tags [default: the one before the latest, and it]",
    )  # fmt: skip
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds stages and releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    parser.add_argument(
        "--examples", type=int, default=3, metavar="N",
        help="shown of each task type, cause and side [default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--output", metavar="FILE", help="write the Markdown there")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_diff(options: argparse.Namespace) -> int:
    """Show how two releases differ."""
    if options.examples < 0:
        raise UsageError(f"--examples: “{options.examples}” is not allowed; expected at least 0.")
    prepare_environment(verbose=False)
    from flows.diff import markdown_diff  # noqa: PLC0415  # only after the environment is set
    from tasks.diff import diff  # noqa: PLC0415  # as above

    store = Store(options.root)
    found = diff(store, *_named(store, options.releases), options.examples)
    if options.output:
        Path(options.output).write_text(markdown_diff(found), encoding="utf-8")
    print(found.model_dump_json(indent=2) if options.json else markdown_diff(found), end="")
    return DONE


def _named(store: Store, given: list[str]) -> tuple[str, str]:
    """Return the earlier and the later of the releases to compare."""
    if len(given) > 2:
        raise UsageError("“releases diff” compares two releases: name the earlier and the later.")
    if len(given) == 2:
        return resolve(store, given[0]), resolve(store, given[1])
    after = resolve(store, None)
    if given:
        return resolve(store, given[0]), after
    pointer = read_pointer(store)
    names = [line.version for line in list_releases(store) if line.canary is None]
    if pointer is not None and pointer.before in names:
        return pointer.before, after
    earlier = names[: names.index(after)]
    if not earlier:
        raise UsageError(f"There is no release before {after} in {store.uri}. Name two to compare.")
    return earlier[-1], after
