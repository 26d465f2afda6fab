"""Whether this process is told to end: whoever writes rows or opens a teacher looks here first."""

from threading import Event
from typing import Final

from schemas.errors import Stopped

_STOPPING: Final = Event()


def stop_work() -> None:
    """Let no row be written and no teacher be opened in this process any more."""
    _STOPPING.set()


def resume_work() -> None:
    """Take ``stop_work`` back: another run begins in this process."""
    _STOPPING.clear()


def raise_if_stopped() -> None:
    """Raise Stopped after ``stop_work``."""
    if _STOPPING.is_set():
        raise Stopped(
            "This run is to end, so its work was stopped here. What is finished is kept, and every "
            "answer that has come: run it again, and it goes on from there."
        )
