"""Command repair: missing and damaged files are made again of what is stored."""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from typing import Final

from flows.cli.environment import prefect_server, prepare_environment
from flows.cli.main import DONE, REFUSED
from schemas.errors import PipelineError, UnknownName
from schemas.settings import settings
from tasks.storage.problem import Mending
from tasks.storage.releases import read_manifest, versions
from tasks.storage.store import Store

TEACHERS: Final = (
    "OPENAI_API_KEY", "OPENAI_BASE_URL", "RS_GPT4V_OPENAI_API_KEY", "RS_GPT4V_OPENAI_BASE_URL",
    "RS_GPT4V_ENDPOINTS",
)  # fmt: skip


def configure_repair(parser: argparse.ArgumentParser) -> None:
    """Add the options of repair."""
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds stages and releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--version", metavar="NAME", help="only this release [default: all]")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--verbose", action="store_true", help="show Prefect's own log")


def run_repair(options: argparse.Namespace) -> int:
    """Make missing and damaged files again, and list what could not be."""
    prepare_environment(verbose=options.verbose)
    from tasks.repair import repair_release  # noqa: PLC0415  # after the environment is set

    store = Store(options.root)
    known = versions(store)
    if options.version is not None and options.version not in known:
        raise UnknownName("release", options.version, known)
    names = known if options.version is None else (options.version,)
    found: dict[str, Mending] = {mending.path: mending for mending in _stages(store, names)}
    for name in names:
        found |= {mending.path: mending for mending in repair_release(store, name)}
    lost = [mending for mending in found.values() if mending.outcome == "lost"]
    if options.json:
        print(json.dumps([mending.model_dump(mode="json") for mending in found.values()], indent=2))
    else:
        for mending in lost:
            print(f"{mending.path}: lost. {mending.why}.")
        remade = len(found) - len(lost)
        print(f"{remade} remade, {len(lost)} lost in {options.root}; no model was asked.")
    return REFUSED if lost else DONE


def _stages(store: Store, names: Sequence[str]) -> Iterator[Mending]:
    """Make the stage parts again on which the releases rest; yield what became of each."""
    from tasks.repair import broken_inputs, stage_part  # noqa: PLC0415  # as above

    for name in names:
        manifest = read_manifest(store, name)
        broken = broken_inputs(store, manifest)
        if not broken:
            continue
        why = _remade(store, name)
        for path in broken:
            if stage_part(store, path) is not None:
                yield Mending(path=path, outcome="remade")
            else:
                yield Mending(path=path, outcome="lost", why=why)


def _remade(store: Store, version: str) -> str:
    """Run the stages of a release with stored answers alone; say why a part may be missing still."""
    for name in TEACHERS:
        os.environ.pop(name, None)
    settings.cache_clear()
    server = prefect_server()
    from flows.repair import remake_stages  # noqa: PLC0415  # 5 s of imports

    server.ready()
    try:
        remake_stages(store.uri, read_manifest(store, version).parameters)
    except PipelineError as error:
        return f"Its stage failed: {str(error).rstrip('.')}"
    return (
        "Its sources, prompts or this program have changed since, so that it would be another part. "
        "Bring back the sources as they were, or make a new release"
    )
