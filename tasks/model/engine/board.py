"""What the processes of one flow run tell each other on one machine: a folder of small files.

    share         flow → workers   which part of a key's limits each of them may use
    stop          flow → workers   the run is to end
    <pid>.json    worker → flow    its tally, written again while it changes

Counts are for people to look at: a process that is killed takes its last second with it.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Final

from pydantic import ValidationError

from tasks.model.engine.tally import Tally

EVERY: Final = 1.0  # seconds between two looks of a worker
STALE: Final = 10.0  # seconds without a word, after which a process counts as at rest
ENDING: Final = ".json"


class Board:
    """The folder of one flow run; where it is not there, nothing is told and nothing known."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``."""
        self.folder = folder

    @contextmanager
    def open(self) -> Iterator["Board"]:
        """Keep the folder for as long as the block runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            yield self
        finally:
            for path in self.folder.iterdir():
                path.unlink(missing_ok=True)
            with suppress(OSError):  # a worker has just written once more
                self.folder.rmdir()

    def set_share(self, share: float) -> None:
        """Say which part of the limits, 0 to 1, each worker may use."""
        self._write("share", repr(share))

    def share(self) -> float | None:
        """Return the part of the limits that is a worker's; None where nothing is said."""
        text = self._read(self.folder / "share")
        return float(text) if text else None

    def stop(self) -> None:
        """Say that the run is to end."""
        self._write("stop", "")

    def is_stopped(self) -> bool:
        """Say whether the run is to end."""
        return (self.folder / "stop").exists()

    def post(self, tally: Tally) -> None:
        """Leave the tally of this process."""
        self._write(f"{os.getpid()}{ENDING}", tally.model_dump_json())

    def tallies(self) -> list[Tally]:
        """Return the tallies of all workers, those that have fallen silent at rest."""
        with suppress(OSError):
            return [
                tally
                for path in sorted(self.folder.glob(f"*{ENDING}"))
                if (tally := self._tally(path)) is not None
            ]
        return []

    def _tally(self, path: Path) -> Tally | None:
        with suppress(OSError, ValidationError):
            tally = Tally.model_validate_json(path.read_bytes())
            silent = time.time() - path.stat().st_mtime > STALE
            return tally.at_rest() if silent else tally
        return None

    def _read(self, path: Path) -> str:
        with suppress(OSError):
            return path.read_text(encoding="ascii")
        return ""

    def _write(self, name: str, text: str) -> None:
        draft = self.folder / f"{name}.{os.getpid()}"
        with suppress(OSError):  # the run is over, or on another machine
            draft.write_text(text, encoding="utf-8")
            draft.replace(self.folder / name)


def keep_posted(
    board: Board,
    tally: Callable[[], Tally],
    take: Callable[[float], None],
    stop: Callable[[], None],
    done: Event,
    every: float = EVERY,
) -> None:
    """Post ``tally`` while it changes, ``take`` the share that is told and ``stop``, until ``done``."""
    told, posted, share, stopped = False, None, None, False
    while not told:
        told = done.wait(every)
        if not board.folder.is_dir():
            continue
        said, now = board.share(), tally()
        if said is not None and said != share:
            share = said
            take(share)
        if not stopped and board.is_stopped():
            stopped = True
            stop()
        if now != posted:
            posted = now
            board.post(now)
