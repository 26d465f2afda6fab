"""Promote: a committed release becomes the one that readers get who name none."""

import hashlib

from schemas.errors import HeldBack
from schemas.release import Pointer
from tasks._stage import retried
from tasks.storage.latest import advance_latest
from tasks.storage.releases import MANIFEST, read_manifest, release_path
from tasks.storage.store import Store


@retried("promote", "promote-{version}")
def promote_release(root: str, version: str) -> Pointer:
    """Let ``latest.json`` name release ``version``, and return the pointer.

    Raises HeldBack where the gate did not let it pass, UnknownName where there is no such release:
    then the latest release stays what it was.
    """
    return promote(Store(root), version)


def promote(store: Store, version: str) -> Pointer:
    """Do what ``promote_release`` does."""
    gate = read_manifest(store, version).gate
    if gate is not None and not gate.passed:
        raise HeldBack(
            f"Release “{version}” did not pass its gate, so it does not become the latest. "
            f"“rs-gpt4v scorecard --version {version}” says why."
        )
    content = store.read(release_path(version, MANIFEST))
    return advance_latest(store, version, hashlib.sha256(content).hexdigest())
