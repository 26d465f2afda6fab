"""A process that holds the lease on a root and moves the pointer when it is told to.

Says “held” when it has it, waits for a line, moves and says what came of it. With “late” as its
third word it waits once more, after it has looked at everything and before it writes. With “commit”
it commits a release instead.
"""

import sys

from schemas.errors import PipelineError
from tasks.storage.latest import holding_root, move_latest
from tasks.storage.lease import Lease
from tasks.storage.releases import LATEST
from tasks.storage.store import Store


class Late(Store):
    """A store that waits for a line before it moves the pointer."""

    def replace(self, path: str, content: bytes, tag: str) -> str:
        """Wait, then replace."""
        if path == LATEST:
            say("about to write")
            sys.stdin.readline()
        return super().replace(path, content, tag)


def say(words: str) -> None:
    """Print at once."""
    print(words, flush=True)


def commit_one(root: str, lease: Lease) -> None:
    """Make and commit a release under ``lease``."""
    from tasks.publish import commit  # 3 s of imports
    from tests.fixtures.release import CREATED, SOFTWARE, make_build

    made = make_build(root, tiles=1)
    files = made.publish("late")
    commit(
        made.store, "late", CREATED, made.params, made.parts, files, SOFTWARE, lease=lease
    )  # fmt: skip


def main(root: str, seconds: str, how: str) -> None:
    """Hold, wait, move."""
    store = Late(root) if how == "late" else Store(root)
    with holding_root(store, seconds=float(seconds)) as lease:
        say(f"held {lease.fence}")
        sys.stdin.readline()
        try:
            if how == "commit":
                commit_one(root, lease)
            else:
                move_latest(store, "by-the-holder", "0" * 64, "before", lease)
            say("moved")
        except PipelineError as error:
            say(type(error).__name__)


if __name__ == "__main__":
    main(*sys.argv[1:])
