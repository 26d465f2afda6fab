"""Promote and roll back: which committed release readers get who name none.

The pointer moves by compare-and-swap. While that is done no prune may begin, so that what becomes
the latest, or gets a tag, is there afterwards.
"""

import hashlib
from typing import Final

from schemas.errors import HeldBack, NotApproved, UsageError
from schemas.release import Manifest, Move, Pointer
from tasks._stage import retried
from tasks.review.kept import kept_approvals
from tasks.storage.latest import advance_latest, move_latest
from tasks.storage.lease import Lease
from tasks.storage.releases import (
    LATEST,
    MANIFEST,
    read_manifest,
    read_pointer,
    release_path,
    resolve,
)
from tasks.storage.running import building
from tasks.storage.store import Store
from tasks.storage.tags import put_tag, remove_tag

ANY: Final = "*"  # whatever is the latest; no version is called so
BUILT: Final = Move(version="")


@retried("promote", "promote-{version}")
def promote_release(
    root: str, version: str, move: Move = BUILT, over: str | None = ANY, lease: Lease | None = None
) -> Pointer:
    """Let ``latest.json`` name release ``version``, and return the pointer; see ``promote``."""
    return promote(Store(root), version, move, over, lease)


def promote(
    store: Store,
    version: str,
    move: Move = BUILT,
    over: str | None = ANY,
    lease: Lease | None = None,
) -> Pointer:
    """Let ``latest.json`` name ``version``, and return the pointer.

    ``move`` says how and why; forced, neither gate nor approval hold it back. ``over`` is the
    release that must be the latest now (None: there is none). Raises HeldBack where the gate did not
    let it pass or it is a canary, NotApproved where a person was to approve it and has not,
    UnknownName where there is no such release, Overtaken where another is the latest than ``over``,
    LeaseLost where ``lease`` is held by another: then the latest release stays what it was.
    """
    with building(store, None):
        manifest = read_manifest(store, version)
        _check_whole(manifest)
        if not move.forced:
            _check_gate(manifest)
            _check_approved(store, manifest)
        sha256 = hashlib.sha256(store.read(release_path(version, MANIFEST))).hexdigest()
        move = move.model_copy(update={"version": version})
        if over == ANY:
            return advance_latest(store, version, sha256, lease, move)
        return move_latest(store, version, sha256, over, lease, move)


def roll_back(store: Store, move: Move = BUILT, lease: Lease | None = None) -> Pointer:
    """Let ``latest.json`` name the release that was the latest before, and return the pointer.

    ``move`` says when and why. Raises UsageError where none was before, or it is gone; Overtaken
    where the pointer is moved meanwhile.
    """
    with building(store, None):
        pointer = read_pointer(store)
        target = pointer.before if pointer else None
        if pointer is None or target is None:
            raise UsageError(
                f"{store.url(LATEST)} knows of no release that was the latest before. Name one: "
                "“rs-gpt4v releases promote VERSION”."
            )
        content = store.fetch(release_path(target, MANIFEST))
        if content is None:
            raise UsageError(
                f"Release “{target}”, which was the latest before, is not there any more. Name "
                "another: “rs-gpt4v releases promote VERSION”."
            )
        sha256 = hashlib.sha256(content.content).hexdigest()
        move = move.model_copy(update={"version": target, "how": "rollback"})
        return move_latest(store, target, sha256, pointer.version, lease, move)


def tag(store: Store, version: str, name: str) -> str:
    """Let ``name`` stand for ``version``, which is kept as long as it has a tag; return the version."""
    with building(store, None):
        version = resolve(store, version)
        put_tag(store, name, version)
        return version


def untag(store: Store, version: str, name: str) -> None:
    """Take tag ``name`` away from ``version``."""
    remove_tag(store, name, version)


def _check_whole(manifest: Manifest) -> None:
    share = manifest.parameters.canary.share
    if share is not None:
        raise HeldBack(
            f"Release “{manifest.version}” is a canary: {share:.0%} of the shards. Build all of them "
            "with the same parameters, without --canary.share; what it asked for is not asked again."
        )


def _check_gate(manifest: Manifest) -> None:
    if manifest.gate is not None and not manifest.gate.passed:
        raise HeldBack(
            f"Release “{manifest.version}” did not pass its gate, so it does not become the latest. "
            f"“rs-gpt4v scorecard --version {manifest.version}” says why; “rs-gpt4v releases promote” "
            "takes --force and a reason."
        )


def _check_approved(store: Store, manifest: Manifest) -> None:
    if not manifest.parameters.approval.ask:
        return
    asked = kept_approvals(store, manifest.version)
    if all(approval.decision != "approved" for approval in asked):
        why = asked[-1].said if asked else "nobody has answered yet"
        raise NotApproved(
            f"Release “{manifest.version}” was made with --approval.ask and is not approved: {why}. "
            "Approve it in the Prefect UI, or promote it with --force and a reason."
        )
