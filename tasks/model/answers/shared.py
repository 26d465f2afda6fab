"""One store of answers a process and root."""

import atexit
import os
import threading

from tasks.model.answers.folder import root_id
from tasks.model.answers.store import AnswerStore, close_all

_stores: dict[str, AnswerStore] = {}
_lock = threading.Lock()


def open_answers(root: str) -> AnswerStore:
    """Return this process's store of the answers under ``root``; closed when the process ends.

    Raises StorageError when the root cannot be read.
    """
    key = root_id(root)
    with _lock:
        store = _stores.get(key)
        if store is None or store.closed:
            store = _stores[key] = AnswerStore(root)
        return store


def _after_fork() -> None:
    global _lock  # noqa: PLW0603  # another thread may have held the inherited one
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
# Before thread pools end: object stores need them to connect. There is no public way to say so.
getattr(threading, "_register_atexit", atexit.register)(close_all)
