"""Scans one mutated fixture and says how it ended: rows, a refusal, or a failure of ours."""

import os
import signal
import sys
import sysconfig
import tempfile
import time
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple

from schemas.arrow import to_batch
from schemas.errors import PipelineError, SourceError
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, SceneCandidate
from tasks.sources.folder import SourceFolder
from tasks.sources.registry import source_named
from tasks.sources.scan import scan
from tests.fixtures.formats import formats
from tests.fuzz.mutations import multiplied, mutated

LIMIT = 5.0  # s of processor time for one mutation
SECRET = "CANARY-7f3a"
FAST = Path("/dev/shm")
OUTCOMES = ("samples", "findings", "rejections", "refused", "traceback", "slow", "outside")
FAILURES = OUTCOMES[4:]


class Ending(NamedTuple):
    """How one mutation ended."""

    reader: str
    seed: int
    done: str
    outcome: str
    detail: str
    seconds: float


class Slow(BaseException):
    """Raised by the alarm; no reader may catch it."""


class Bench:
    """A folder outside of which nothing may be read, and the fixture of one reader."""

    def __init__(self, reader, place=None):
        place = place or (FAST if FAST.is_dir() and os.access(FAST, os.W_OK) else None)
        self.reader = reader
        self._home = Path(tempfile.mkdtemp(prefix="fuzz-", dir=place))
        self._root = self._home / "source"
        secret = self._home / "secret"
        secret.mkdir()
        for name in ("x.png", "x.json", "x.txt", "x.xml"):
            (secret / name).write_text(SECRET)
        self._secrets = [f"../secret/{path.name}" for path in secret.iterdir()]
        self._secrets += [str(path) for path in secret.iterdir()]
        formats()[reader].make(self._root)
        self._files = {
            path.relative_to(self._root).as_posix(): path.read_bytes()
            for path in sorted(self._root.rglob("*"))
            if path.is_file()
        }
        spec = SourceSpec(name=reader, path=str(self._root))
        rows = [placed.row for placed in scan(spec)]
        _of_rows(rows, 0)  # also imports everything, before files and time are watched
        self._usual = _oddities(rows)

    def close(self):
        """Remove the folder."""
        rmtree(self._home)

    def mutation(self, seed):
        """Return how the mutation ``seed`` ends."""
        done, files = mutated(self._files, f"{self.reader}-{seed}", sorted(self._secrets))
        return self._ending(seed, done, files, LIMIT)

    def many(self, times, limit=LIMIT):
        """Return how a label file with ``times`` objects ends, None where there is no such file."""
        files = multiplied(self._files, times)
        return files and self._ending(-times, f"{times} objects", files, limit)

    def _ending(self, seed, done, files, limit):
        rmtree(self._root, ignore_errors=True)
        self._root.mkdir()
        for name, content in files.items():
            path = self._root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        start = time.process_time()
        with _watched(self._root) as strays:
            outcome, detail = _outcome(self.reader, str(self._root), limit, self._usual)
        seconds = time.process_time() - start
        if strays:
            outcome, detail = "outside", ", ".join(sorted(set(strays)))
        elif outcome not in FAILURES and seconds > limit:
            outcome, detail = "slow", f"{seconds:.1f} s"
        return Ending(self.reader, seed, done, outcome, detail, seconds)


def _outcome(reader, root, limit, usual):
    spec = SourceSpec(name=reader, path=root)
    try:
        with _alarm(12 * limit):  # of the clock, on a busy machine, too
            try:
                return _of_rows([placed.row for placed in scan(spec)], usual)
            except SourceError as error:
                refused = "refused", str(error)
            with suppress(PipelineError):  # what is not recognised is read as well
                _of_rows(_flat(source_named(reader).read(SourceFolder(root), spec)), 0)
            return refused
    except Slow:
        return "slow", traceback.format_exc()
    except BaseException:  # noqa: BLE001  # a panic of a library is one, too
        return "traceback", traceback.format_exc()


def _flat(found):
    for row in found:
        if isinstance(row, Finding | Rejection):
            yield row
        else:
            row.model_dump_json()
            yield from row.findings


def _of_rows(rows, usual):
    rows = list(rows)
    for model in (SceneCandidate, Rejection, Finding):
        own = [row for row in rows if isinstance(row, model)]
        written = to_batch(own, model)  # what cannot be stored is a traceback, too
        if SECRET in (str(own) if written.num_rows < 1000 else ""):
            return "outside", "a row holds what stands outside of the folder"
    if any(isinstance(row, Rejection) for row in rows):
        return "rejections", ""
    return ("findings" if _oddities(rows) > usual else "samples"), ""


def _oddities(rows):
    return sum(isinstance(row, Finding) for row in rows)


_STRAYS: list[str] = []
_WATCHING: list[str] = []
_ALLOWED = tuple(
    os.path.realpath(path)
    for path in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), Path.cwd())
)


def _hook(event, arguments):
    if event != "open" or not _WATCHING or not isinstance(arguments[0], str | bytes):
        return
    path = os.path.realpath(os.fsdecode(arguments[0]).replace("\x00", ""))
    if not path.startswith((f"{_WATCHING[0]}/", *_ALLOWED, "/proc", "/dev/null", "/dev/urandom")):
        _STRAYS.append(path)


@contextmanager
def _watched(root):
    """Collect the files that are opened outside of the source folder ``root``."""
    if not getattr(sys, "_fuzz_hook", False):
        sys.addaudithook(_hook)
        sys._fuzz_hook = True
    _STRAYS.clear()
    _WATCHING[:] = [os.path.realpath(root)]
    try:
        yield _STRAYS
    finally:
        _WATCHING.clear()


@contextmanager
def _alarm(seconds):
    def ring(signum, frame):
        raise Slow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
