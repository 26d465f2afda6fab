"""Forgetting: answers that nobody needs any more are left out when their segments are written anew."""

import time
from collections.abc import Callable
from typing import Final

from schemas.teacher import StoredAnswer
from tasks.model.answers.frames import Frame
from tasks.model.answers.merging import GRACE, merge, replace
from tasks.model.answers.segments import parse
from tasks.model.answers.store import AnswerStore, read_answer

MILLI: Final = 1000

Needed = Callable[[StoredAnswer], bool]


def unneeded(answers: AnswerStore, needed: Needed, before: float) -> frozenset[bytes]:
    """Return the keys of the answers that were put before ``before`` and are not ``needed``.

    ``before`` is in seconds since 1970. What cannot be read counts as needed.
    """

    def out(frame: Frame) -> bool:
        if frame.time >= before * MILLI:
            return False
        stored = read_answer(frame)
        return stored is not None and not needed(stored)

    return frozenset(frame.key for frame in answers.frames() if out(frame))


def forget(
    answers: AnswerStore,
    keys: frozenset[bytes],
    grace: float = GRACE,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Remove the answers to ``keys``; damaged segments stay as they are.

    ``grace`` is the pause in seconds before a segment is deleted whose other answers stand in a new
    one. Raises StorageError; no other answer is lost then.
    """
    catalogue, merged = answers.catalogue, []
    for name, size in sorted(catalogue.segments().items()):
        frames, sound = parse(catalogue.folder.read(name, 0, size))
        if sound and any(frame.key in keys for frame in frames):
            kept = merge(catalogue, [name], answers.new_name(), lambda frame: frame.key not in keys)
            merged.append(kept)
    if merged:
        sleep(grace)
    for done in merged:
        tuple(replace(catalogue, done))
    answers.refresh()
