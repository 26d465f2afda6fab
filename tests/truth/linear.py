"""How the time of a verification grows with the text: hostile texts at one and at ten times a size."""

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import log10
from time import process_time
from types import FrameType
from typing import Final

from tests.truth.checking import Shown, check
from tests.truth.hostile import TEXTS
from tests.truth.seeded import seeded_scene

SIZE: Final = 10_000  # characters; ten times as many are the 100 kB that a text may have
PATIENCE: Final = 6.0  # seconds for one text, then it hangs
SEED: Final = 7
NOISE: Final = 2e-3  # seconds: what takes less cannot be told from nothing


class Hangs(Exception):
    """A text took too long."""


@dataclass(frozen=True)
class Growth:
    """How long a text took at one and at ten times the size, in seconds."""

    name: str
    small: float
    large: float
    hangs: bool = False

    @property
    def exponent(self) -> float:
        """Return n where time grows like size to the power of n; 0 where it is too short to tell."""
        if self.large < NOISE:
            return 0.0
        return max(0.0, log10(self.large / max(self.small, NOISE / 10)))


def growths() -> list[Growth]:
    """Take the time of every hostile text."""
    shown = seeded_scene(SEED)
    check(("There are two planes.",), shown)
    return [_growth(name, shown) for name in TEXTS]


def _growth(name: str, shown: Shown) -> Growth:
    small = min(_seconds(TEXTS[name](SIZE), shown) for _ in range(2))
    large = _seconds(TEXTS[name](10 * SIZE), shown)
    return Growth(name, small, large, hangs=PATIENCE in (small, large))


def _seconds(text: str, shown: Shown) -> float:
    """Return the CPU time of one text, without what collecting garbage adds by chance."""
    gc.collect()
    gc.disable()
    start = process_time()
    try:
        with _patience():
            check((text,), shown)
    except Hangs:
        return PATIENCE
    finally:
        gc.enable()
    return process_time() - start


@contextmanager
def _patience() -> Iterator[None]:
    """Raise Hangs in the main thread after a while; the regular expressions of ``re`` heed it."""
    before = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Hangs
