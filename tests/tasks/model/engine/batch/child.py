"""A run of batches in a process of its own, which kills itself at a point that is named."""

import json
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable

from schemas.settings import settings
from tasks.model.answers import AnswerStore
from tasks.model.engine.batch import BatchLimits, Progress
from tasks.storage.store import Store
from tests.tasks.model.engine.batch.asking import Place, request, run

LIMITS = BatchLimits(count=4, first_look=0.001, longest=0.01, lease=0.4, patience=5)
COUNT = 10  # requests: three batches

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["__main__", __name__, "httpcore2"])  # the last comes late


class Countdown:
    """Kills this process when it is called the ``number``-th time; never where that is 0."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingStore(Store):
    """A store that dies before it notes that a batch has reached a stage."""

    def __init__(self, uri: str, stage: str, die: Callable[[], None]) -> None:
        super().__init__(uri)
        self.stage, self.die = stage, die

    def write(self, path: str, content: bytes) -> None:
        if "/open/" in path and path.endswith(".json"):
            stage = json.loads(content)["stage"]
            if self.stage == f"{stage} unnoted":
                self.die()
        super().write(path, content)


class DyingAnswers(AnswerStore):
    """A store of answers that dies after it has kept some."""

    def __init__(self, root: str, die: Callable[[], None]) -> None:
        super().__init__(root)
        self.die = die

    def put(self, asked, answer) -> None:
        super().put(asked, answer)
        self.die()


def to_its_end(url: str, place: Place, point: str, number: int, count: int) -> None:
    """Run in this process, and exit with 0 where all is answered."""
    os.environ["RS_GPT4V_STATE_FOLDER"] = str(place.state)
    settings.cache_clear()
    die = Countdown(number)

    def progress(told: Progress) -> None:
        if told.stage == point:
            die()

    answers = DyingAnswers(str(place.root), die if point == "put" else Countdown(0))
    store = DyingStore(str(place.root), point, die)
    asked = (request(n) for n in range(count))
    outcome = run(url, place, asked, answers=answers, store=store, limits=LIMITS, progress=progress)
    answers.close()
    raise SystemExit(outcome.answered != count)


def growth_of(url: str, place: Place, count: int, size: int, told) -> None:
    """Run ``count`` requests of ``size`` bytes and send by how many bytes the peak has grown."""
    os.environ["RS_GPT4V_STATE_FOLDER"] = str(place.state)
    settings.cache_clear()
    run(url, place, [request(10**6)])  # what is imported and opened at first does not count
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asked = (request(n, size) for n in range(count))
    outcome = run(url, place, asked)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told.send((outcome.answered, (after - before) * 1024))


def started(url: str, place: Place, point: str = "", number: int = 0, count: int = COUNT):
    """Start a run that dies at the ``number``-th time that it comes to ``point``."""
    process = _CONTEXT.Process(target=to_its_end, args=(url, place, point, number, count))
    process.start()
    return process


def ended(process) -> int:
    """Return how the process ended: 0, or minus the signal that killed it."""
    process.join(30)
    assert process.exitcode is not None
    return process.exitcode


def growth(url: str, place: Place, count: int, size: int) -> tuple[int, int]:
    """Return how many were answered by a process of its own, and by how many bytes it grew."""
    mine, its = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=growth_of, args=(url, place, count, size, its))
    process.start()
    its.close()
    told: tuple[int, int] = mine.recv()
    process.join()
    mine.close()
    return told
