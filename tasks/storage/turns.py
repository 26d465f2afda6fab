"""Conditional writes on a store that has none: in turns, by one lock object and waiting.

Only where RS_GPT4V_CONDITIONAL_WRITES=lease asks for it. Who finds no lock writes one with a nonce
of its own, waits ``SETTLE`` seconds and looks whether it is still there (Fischer's mutual exclusion,
Lamport 1987, “A fast mutual exclusion algorithm”, section 2). That holds as long as a write lands
within ``SETTLE`` of being begun; one that took longer than that is not trusted by its own writer.
A lock that did not change for ``DEAD`` seconds, by the clock of whoever waits, is a dead process's.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from schemas.errors import Overtaken, StorageError
from tasks.storage.files import Files

LOCK: Final = ".turn"
SETTLE: Final = 3.0  # s
DEAD: Final = 30.0  # s
PAUSE: Final = 0.1  # s


class Turns:
    """Does the conditional writes of ``files`` one after the other, between all processes."""

    def __init__(self, files: Files, settle: float = SETTLE, dead: float = DEAD) -> None:
        """Take the files; ``settle`` and ``dead`` are seconds."""
        self._files, self._settle, self._dead = files, settle, dead

    def create_new(self, path: str, content: bytes) -> str:
        """Put ``content`` where nothing is and return its tag; raises Overtaken where something is."""
        with self._turn():
            if self._files.look(path) is not None:
                raise Overtaken(f"{path} is there already.")
            return self._put(path, content)

    def replace(self, path: str, content: bytes, tag: str) -> str:
        """Put ``content`` over the file with ``tag``, return the new tag; else raises Overtaken."""
        with self._turn():
            found = self._files.fetch(path)
            if found is None or found.tag != tag:
                raise Overtaken(f"{path} was changed or removed.")
            return self._put(path, content)

    def _put(self, path: str, content: bytes) -> str:
        with self._files.create(path) as file:
            file.write(content)
        found = self._files.fetch(path)
        if found is None:
            raise StorageError(f"{path} was written and is not there.")
        return found.tag

    @contextmanager
    def _turn(self) -> Iterator[None]:
        nonce = uuid4().hex.encode()
        while not self._taken(nonce):
            time.sleep(PAUSE)
        try:
            yield
        finally:
            self._files.delete(LOCK)

    def _taken(self, nonce: bytes) -> bool:
        """Wait until nobody has the lock, then try to take it."""
        self._wait()
        begun = time.monotonic()
        with self._files.create(LOCK) as file:
            file.write(nonce)
        if time.monotonic() - begun > self._settle:
            return False
        time.sleep(self._settle)
        found = self._files.fetch(LOCK)
        return found is not None and found.content == nonce

    def _wait(self) -> None:
        seen, since = None, time.monotonic()
        while (found := self._files.fetch(LOCK)) is not None:
            if found.content != seen:
                seen, since = found.content, time.monotonic()
            elif time.monotonic() - since > self._dead:
                return
            time.sleep(PAUSE)
