"""The releases below a root: which there are, what they hold, and what commits one."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Final, Literal

from pydantic import Field, ValidationError

from schemas.errors import DamagedPart, Overtaken, StorageError, UnknownName, UsageError
from schemas.record import Record
from schemas.release import Manifest, Pointer
from tasks.storage.store import Store
from tasks.storage.tags import read_tags, tags_of

FOLDER: Final = "releases"
MANIFEST: Final = "manifest.json"
LATEST: Final = f"{FOLDER}/latest.json"
CLAIMS: Final = "claims"
FORMAT: Final = 1  # of manifests, the newest that is read
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_RESERVED: Final = frozenset({"latest", "latest.json", "tags.json"})


class ReleaseLine(Record):
    """One row per release below a root."""

    version: str
    created: str = Field(description="UTC, ISO 8601")
    samples: int = Field(ge=0)
    images: int = Field(ge=0)
    bytes: int = Field(ge=0, description="of all its files but the manifest")
    sources: tuple[str, ...]
    latest: bool
    gate: Literal["passed", "failed"] | None = Field(None, description="none where it has none")
    held: bool = Field(False, description="passed, newer than the latest, and not made it yet")
    tags: tuple[str, ...] = ()
    canary: float | None = Field(None, description="share of the shards, where it is a trial")


class Claim(Record):
    """For which build a version is meant that is not released yet."""

    made_of: str = Field(description="id of its parameters")
    begun: str = Field(
        description="UTC, ISO 8601; the release is of this time, so that all who build it write the same"
    )


def release_path(version: str, path: str) -> str:
    """Return where ``path`` of release ``version`` is, relative to the root."""
    return f"{FOLDER}/{version}/{path}"


def list_releases(store: Store, names: Iterable[str] | None = None) -> tuple[ReleaseLine, ...]:
    """Return the committed releases, or those of ``names``, oldest first."""
    newest, tags = latest(store), tags_of(store)
    known = versions(store) if names is None else names
    found = [_line(read_manifest(store, name), newest, tags.get(name, ())) for name in known]

    lines = sorted(found, key=lambda line: (line.created, line.version))
    last = next((place for place, line in enumerate(lines) if line.latest), -1)
    return tuple(
        line.model_copy(
            update={"held": place > last and line.gate == "passed" and line.canary is None}
        )
        for place, line in enumerate(lines)
    )


def versions(store: Store) -> tuple[str, ...]:
    """Return the names of the committed releases: those with a manifest."""
    split = [path.split("/") for path in store.list(FOLDER)]
    return tuple(parts[1] for parts in split if len(parts) == 3 and parts[2] == MANIFEST)


def read_manifest(store: Store, version: str) -> Manifest:
    """Return the manifest of ``version``.

    Raises UnknownName where there is no such release, DamagedPart where it is not readable,
    StorageError where a newer version of this program wrote it.
    """
    path = release_path(version, MANIFEST)
    found = store.fetch(path) if _VERSION.fullmatch(version) else None
    if found is None:
        raise _unknown(store, version)
    try:
        return Manifest.model_validate_json(found.content)
    except ValidationError as error:
        _check_format(store.url(path), found.content)
        where = ".".join(str(step) for step in error.errors()[0]["loc"]) or "the start"
        raise DamagedPart(
            f"{store.url(path)} is not a whole manifest (at {where}: {error.errors()[0]['msg']}). "
            "Delete the release folder and build the version again; what is in stages/ is reused."
        ) from error


def commit_manifest(store: Store, manifest: Manifest) -> str:
    """Write ``manifest``, which commits its release, and return its SHA-256.

    Raises UsageError where the version was committed by another meanwhile.
    """
    path = release_path(manifest.version, MANIFEST)
    content = (manifest.model_dump_json(indent=2) + "\n").encode()
    try:
        store.create_new(path, content)
    except Overtaken:
        if store.read(path) != content:
            raise _exists(store, manifest.version) from None
    store.delete(f"{CLAIMS}/{manifest.version}.json")
    return hashlib.sha256(content).hexdigest()


def claim_version(store: Store, version: str, claim: Claim) -> Claim:
    """Claim the name ``version``, and return the claim that holds: an earlier one of the same build.

    Of two builds with different parameters, one gets it; a build that was killed goes on when it is
    started again. Raises UsageError where the name is claimed for something else, or released.
    """
    path = f"{CLAIMS}/{version}.json"
    while True:
        try:
            store.create_new(path, claim.model_dump_json().encode())
            holds = claim
        except Overtaken:
            found = store.fetch(path)
            if found is None:
                continue  # what it was for was committed or given up just now
            holds = _parsed_claim(store, path, found.content)
        if holds.made_of != claim.made_of:
            raise UsageError(
                f"Release “{version}” was begun in {store.uri} with other parameters. Choose "
                f"another --version, or delete {store.url(path)} where that build is given up."
            )
        # A claim ends after its release stands. So only who looks now knows that there is none.
        if store.exists(release_path(version, MANIFEST)):
            store.delete(path)
            raise _exists(store, version)
        return holds


def _parsed_claim(store: Store, path: str, content: bytes) -> Claim:
    try:
        return Claim.model_validate_json(content)
    except ValidationError as error:
        raise DamagedPart(
            f"{store.url(path)} does not say for what build it claims its version. Delete it where "
            "no build of that version runs."
        ) from error


def latest(store: Store) -> str | None:
    """Return the version that ``latest.json`` names, or None where there is none."""
    pointer = read_pointer(store)
    return pointer.version if pointer else None


def read_pointer(store: Store) -> Pointer | None:
    """Return the content of ``latest.json``, or None where nothing was released yet."""
    found = store.fetch(LATEST)
    if found is None:
        return None
    try:
        return Pointer.model_validate_json(found.content)
    except ValidationError as error:
        raise DamagedPart(
            f"{store.url(LATEST)} is not a pointer to a release. Delete it; the next build "
            "writes it anew, and every release can still be named with --version."
        ) from error


def resolve(store: Store, version: str | None) -> str:
    """Return ``version``, what it is a tag of, or the latest where it is None.

    Raises UsageError where there is no such release.
    """
    if version is None:
        version = latest(store)
    held = versions(store) if version is None else ()
    if held:
        raise UsageError(
            f"No release in {store.uri} has become the latest yet. Name one with --version: "
            f"{', '.join(held)}."
        )
    if version is None:
        raise UsageError(
            f"There is no release in {store.uri} yet. Make one with "
            f"“rs-gpt4v build --source NAME=PATH --root {store.uri}”."
        )
    if store.exists(release_path(version, MANIFEST)):
        return version
    tagged = read_tags(store).get(version)
    if tagged is None or not store.exists(release_path(tagged, MANIFEST)):
        raise _unknown(store, version)
    return tagged


def check_version_free(store: Store, version: str) -> None:
    """Raise UsageError where ``version`` is no valid name or is released already."""
    if not _VERSION.fullmatch(version) or version in _RESERVED:
        raise UsageError(
            f"--version “{version}” is not a version name. Use letters, digits, “.”, “_” and “-”, "
            "beginning with a letter or a digit; “latest” is taken."
        )
    if store.exists(release_path(version, MANIFEST)):
        raise _exists(store, version)


def _exists(store: Store, version: str) -> UsageError:
    return UsageError(
        f"Release “{version}” exists already in {store.uri}, and a release is never changed. "
        "Choose another --version, or leave it out to have one made from the time."
    )


def _check_format(url: str, content: bytes) -> None:
    """Raise StorageError where ``content`` is a manifest of a format that is newer than ours."""
    try:
        number = json.loads(content)["format"]
    except (ValueError, KeyError, TypeError):
        return
    if isinstance(number, int) and number > FORMAT:
        raise StorageError(
            f"{url} was written by a newer version of rs-gpt4v (format {number}; this one reads up "
            f"to {FORMAT}). Upgrade rs-gpt4v."
        )


def _unknown(store: Store, version: str) -> UsageError:
    known = versions(store)
    if not known:
        return UsageError(f"There is no release “{version}” in {store.uri}, nor any other.")
    return UnknownName("release", version, known)


def _line(manifest: Manifest, newest: str | None, tags: tuple[str, ...]) -> ReleaseLine:
    return ReleaseLine(
        version=manifest.version,
        created=manifest.created,
        samples=manifest.samples,
        images=sum(part.rows for part in manifest.parts if part.table == "images"),
        bytes=sum(part.bytes for part in manifest.parts),
        sources=tuple(sorted({count.source for count in manifest.tasks})),
        latest=manifest.version == newest,
        gate=None if manifest.gate is None else "passed" if manifest.gate.passed else "failed",
        tags=tags,
        canary=manifest.parameters.canary.share,
    )
