"""Detect: what a night finds changed, before anybody is asked or paid.

Sources are read up to their tiles, as a plan does. What follows of tiles, parameters and program is
always the same parts: where all three are those of the newest release, so is everything else.
"""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError

from schemas.night import LastNight
from schemas.params import BuildParams
from schemas.record import Record, content_id
from schemas.release import Manifest, Part
from tasks._stage import retried
from tasks.check import parameters_id
from tasks.plan import tiled
from tasks.storage.releases import list_releases, read_manifest, read_pointer
from tasks.storage.store import Store

LAST: Final = "nights/last.json"
PACKAGES: Final = ("schemas", "prompts", "tasks")
WRITTEN: Final = frozenset({".py", ".yaml", ".jinja", ".json", ".txt"})


class Detected(Record):
    """What a night has before it."""

    made_of: str = Field(description="id of program, parameters and tiles")
    tiles: tuple[Part, ...]
    new_shards: int = Field(ge=0, description="whose tiles the latest release does not rest on")
    latest: str | None
    same: str | None = Field(description="the newest release, where it was made of the same")


@retried("detect", "detect")
def detect_changes(root: str, params: BuildParams) -> Detected:
    """Read the sources of ``params`` up to their tiles, and return what is new of them."""
    store, tiles = Store(root), tiled(root, params)
    pointer, newest, last = read_pointer(store), newest_release(store), _last(store)
    made_of = content_id(
        "night", program_id(), parameters_id(params), *sorted(part.path for part in tiles)
    )
    before = set(read_manifest(store, pointer.version).inputs) if pointer else set[str]()
    known = (
        last is not None
        and newest is not None
        and not newest.failed  # what failed is tried again
        and last == LastNight(made_of=made_of, version=newest.version)
    )
    return Detected(
        made_of=made_of,
        tiles=tiles,
        new_shards=sum(part.path not in before for part in tiles),
        latest=pointer.version if pointer else None,
        same=newest.version if newest and known else None,
    )


def newest_release(store: Store) -> Manifest | None:
    """Return the whole release that was made last, whatever became of it; None where there is none."""
    lines = [line for line in list_releases(store) if line.canary is None]
    return read_manifest(store, lines[-1].version) if lines else None


def made_before(store: Store, paths: tuple[str, ...], params: BuildParams) -> str | None:
    """Return the newest release where it rests on the parts ``paths`` and is published the same way.

    ``paths`` are sorted. None where another release is to be made of them.
    """
    newest = newest_release(store)
    if newest is None or newest.inputs != paths:
        return None
    before = newest.parameters
    same = (before.publish, before.gate) == (params.publish, params.gate)
    return newest.version if same else None


def remember(store: Store, made_of: str, version: str) -> None:
    """Keep what release ``version`` was made of, for the next night."""
    last = LastNight(made_of=made_of, version=version)
    store.write(LAST, (last.model_dump_json(indent=2) + "\n").encode())


@cache
def program_id() -> str:
    """Return an id that changes when a file of this program does: code, prompts, word lists."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        folder = Path(str(files(package)))
        for path in sorted(folder.rglob("*")):
            if path.suffix in WRITTEN:
                digest.update(f"{package}/{path.relative_to(folder)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:20]


def _last(store: Store) -> LastNight | None:
    found = store.fetch(LAST)
    try:
        return LastNight.model_validate_json(found.content) if found else None
    except ValidationError:  # torn, or of another version: everything is looked at
        return None
