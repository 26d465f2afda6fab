"""Commands releases show, promote, rollback and tag: one release, and which is the latest."""

import argparse
from collections.abc import Iterator

from flows.cli.console import console
from flows.cli.environment import prepare_environment
from flows.cli.main import DONE
from flows.clock import now
from schemas.errors import UsageError
from schemas.release import Manifest, Move, Pointer
from schemas.settings import settings
from tasks.report.scores import said, shortfall_table
from tasks.storage.releases import latest, read_manifest, read_pointer, resolve
from tasks.storage.store import Store
from tasks.storage.tags import tags_of


def configure_show(parser: argparse.ArgumentParser) -> None:
    """Add the options of show."""
    parser.add_argument(
        "release", metavar="VERSION", nargs="?", help="or a tag [default: the latest]"
    )
    _add_root(parser)
    parser.add_argument("--json", action="store_true", help="its whole manifest")


def configure_promote(parser: argparse.ArgumentParser) -> None:
    """Add the options of promote."""
    parser.epilog = (
        "A release that its gate held back, or that nobody approved, needs --force and a --note. "
        "Where\nanother release becomes the latest meanwhile, nothing is moved."
    )
    parser.add_argument("release", metavar="VERSION", help="or a tag")
    _add_root(parser)
    parser.add_argument("--note", default="", metavar="TEXT", help="why; kept with the pointer")
    parser.add_argument("--force", action="store_true", help="whatever gate and approval say")


def configure_rollback(parser: argparse.ArgumentParser) -> None:
    """Add the options of rollback."""
    parser.epilog = (
        "Rolled back twice, the latest is the one before that. The releases stay; a nightly run does "
        "not\npromote again what was rolled back."
    )
    _add_root(parser)
    parser.add_argument("--note", default="", metavar="TEXT", help="why; kept with the pointer")


def configure_tag(parser: argparse.ArgumentParser) -> None:
    """Add the options of tag."""
    parser.add_argument("release", metavar="VERSION")
    parser.add_argument("name", metavar="NAME", help="such as paper-2026; stands for the version")
    _add_root(parser)
    parser.add_argument("--remove", action="store_true", help="take the tag away")


def run_show(options: argparse.Namespace) -> int:
    """Show what a release holds and what became of it."""
    store = Store(options.root)
    manifest = read_manifest(store, resolve(store, options.release))
    if options.json:
        print(manifest.model_dump_json(indent=2))
        return DONE
    out = console()
    for line in _shown(store, manifest):
        out.print(line, markup=False, soft_wrap=True)
    return DONE


def run_promote(options: argparse.Namespace) -> int:
    """Let a release become the latest."""
    if options.force and not options.note.strip():
        raise UsageError("--force needs a --note that says why; it is kept with the pointer.")
    prepare_environment(verbose=False)
    from tasks.promote import promote  # noqa: PLC0415  # only after the environment is set

    store = Store(options.root)
    before = latest(store)
    move = Move(version="", how="promote", at=now(), note=options.note, forced=options.force)
    _said(store, promote(store, resolve(store, options.release), move, before), before)
    return DONE


def run_rollback(options: argparse.Namespace) -> int:
    """Let the release that was the latest before become it again."""
    prepare_environment(verbose=False)
    from tasks.promote import roll_back  # noqa: PLC0415  # as above

    store = Store(options.root)
    before = latest(store)
    move = Move(version="", how="rollback", at=now(), note=options.note)
    _said(store, roll_back(store, move), before)
    return DONE


def run_tag(options: argparse.Namespace) -> int:
    """Give a release a tag, or take it away."""
    prepare_environment(verbose=False)
    from tasks.promote import tag, untag  # noqa: PLC0415  # as above

    store = Store(options.root)
    if options.remove:
        untag(store, options.release, options.name)
        print(f"Release {options.release} has no tag {options.name} any more.")
    else:
        version = tag(store, options.release, options.name)
        print(f"{options.name} stands for release {version}, which is kept as long as it does.")
    return DONE


def _said(store: Store, pointer: Pointer, before: str | None) -> None:
    if pointer.version == before:
        print(f"Release {before} is the latest in {store.uri} already.")
    else:
        instead = f" instead of {before}" if before else ""
        print(f"Release {pointer.version} is the latest in {store.uri} now{instead}.")


def _shown(store: Store, manifest: Manifest) -> Iterator[str]:
    """Yield the lines of one release."""
    lost = manifest.candidates - manifest.samples
    yield f"Release {manifest.version}, made {manifest.created}"
    yield f"  {manifest.samples:,} samples, {lost:,} rejected"
    yield f"  {len(manifest.parts):,} files, {sum(one.bytes for one in manifest.parts) / 1e6:,.1f} MB"
    for task in sorted({count.task for count in manifest.tasks}):
        of_task = sum(count.samples for count in manifest.tasks if count.task == task)
        yield f"  {task:<24}{of_task:>10,}"
    for prompt in manifest.prompts:
        if prompt.model is not None:
            yield f"  prompt {prompt.name} {prompt.fingerprint}, {prompt.model}"
    if manifest.failed:
        yield f"  lacks {len(manifest.failed)} shards that failed"
    if manifest.gate is not None:
        yield f"  {said(manifest.gate)}"
        yield from shortfall_table(manifest.gate) if manifest.gate.shortfalls else ()
    tags = tags_of(store).get(manifest.version, ())
    if tags:
        yield f"  tags: {', '.join(tags)}"
    yield from _moves(read_pointer(store), manifest.version)


def _moves(pointer: Pointer | None, version: str) -> Iterator[str]:
    """Yield when and how a release became the latest."""
    if pointer is None:
        return
    if pointer.version == version:
        yield "  it is the latest"
    for move in pointer.moves:
        if move.version == version:
            note = f": {move.note}" if move.note else ""
            yield f"  became the latest {move.at} by {move.how}{' --force' * move.forced}{note}"


def _add_root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds stages and releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
