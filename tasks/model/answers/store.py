"""The answers under one root, as one process sees and adds to them."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4
from weakref import WeakSet

from pydantic import ValidationError

from schemas.errors import StorageError
from schemas.record import ID_LENGTH
from schemas.settings import settings
from schemas.teacher import Answer, ModelRequest, StoredAnswer
from tasks.model.answers.catalogue import Catalogue
from tasks.model.answers.folder import ENDING, SegmentFolder, root_id
from tasks.model.answers.frames import Frame, encode, packed
from tasks.model.answers.merging import GRACE, merge, replace
from tasks.model.answers.pending import Pending
from tasks.storage.store import Store

LEAST: Final = 0.1  # s, the first pause after a failure
PATIENCE: Final = 60.0  # s, the longest pause between attempts to write a segment
TRIES: Final = (0.3, 1.0)  # s between the attempts of flush
MANY: Final = 64  # tiny segments that this process wrote, when they are merged
TINY: Final = 256 * 2**10  # bytes
LOOK_AGAIN: Final = 5.0  # s between looks for what others have written, after a miss

log = logging.getLogger(__name__)

_opened: "WeakSet[AnswerStore]" = WeakSet()


class AnswerStore:
    """Finds and keeps answers under one root; every method may be called from any thread."""

    def __init__(self, root: str | Store, clock: Callable[[], float] = time.time) -> None:
        """Open the answers under ``root`` and take over journals that were left behind.

        ``clock`` gives seconds since 1970. Raises StorageError when the root cannot be read.
        """
        self.root = root.uri if isinstance(root, Store) else root
        self.closed = False
        self._clock = clock
        self._writer, self._named = uuid4().hex[:12], 0
        self._catalogue = Catalogue(SegmentFolder(self.root))
        self._pending = Pending(root_id(self.root), self._name)
        self._tiny: list[str] = []
        self._next_look = 0.0
        self._thread: threading.Thread | None = None
        self._new_locks()
        self.refresh()
        self._pending.take_over(self._catalogue.__contains__)
        self._start()
        _opened.add(self)

    def get(self, key: str) -> StoredAnswer | None:
        """Return what was answered to the request ``key``; None where nothing whole is kept."""
        content = packed(key)
        frame = self._find(content) if content else None
        return read_answer(frame) if frame else None

    def put(self, request: ModelRequest, answer: Answer) -> None:
        """Keep ``answer`` beside its request, without the picture.

        On local disk when this returns, and shortly after the seconds of the setting ``settle``
        under the root. Raises StorageError when the local disk refuses.
        """
        if answer.key != request.key:
            raise ValueError(f"An answer to {answer.key} was given for request {request.key}")
        self.keep(
            StoredAnswer(
                prompt=request.purpose,
                prompt_fingerprint=request.prompt_fingerprint,
                model=request.model,
                messages=request.messages,
                image_sha256=request.image_sha256,
                detail=request.detail,
                reply=request.reply,
                temperature=request.temperature,
                max_tokens=request.max_tokens,
                seed=request.seed,
                answer=answer,
            )
        )

    def keep(self, stored: StoredAnswer, put_at: int | None = None) -> None:
        """Keep ``stored``, put at ``put_at`` (ms since 1970; default: now); as ``put``."""
        key = packed(stored.answer.key)
        if key is None:
            raise ValueError(f"“{stored.answer.key}” is no key of a request")
        if self.closed:
            raise ValueError(f"The answers in {self.root} are closed")
        at = int(self._clock() * 1000) if put_at is None else put_at
        if self._pending.append(key, encode(key, at, stored.model_dump_json().encode())):
            self._now.set()
        self._start()

    def flush(self) -> None:
        """Wait until everything put before stands in segments under the root.

        Raises StorageError when they cannot be written; the answers stay in the journal.
        """
        for pause in TRIES:
            try:
                self._write_segments()
            except StorageError as error:
                log.info("Tried again: %s", error)
                time.sleep(pause)
            else:
                return
        self._write_segments()

    def refresh(self) -> None:
        """See what other writers have added; raises StorageError when the root cannot be read."""
        start = time.monotonic()
        self._catalogue.refresh()
        end = time.monotonic()
        self._next_look = end + max(LOOK_AGAIN, 20 * (end - start))

    def keys(self, prefix: str = "") -> list[str]:
        """Return the stored keys that begin with ``prefix`` (hex digits), sorted."""
        low, high = (packed(prefix.ljust(ID_LENGTH, digit)) for digit in "0f")
        if low is None or high is None:
            return []
        found = {key for key in self._pending if low <= key <= high}
        return sorted(key.hex() for key in found.union(self._catalogue.index.between(low, high)))

    def frames(self) -> Iterator[Frame]:
        """Yield every answer once, as its frame, in the order of the segments."""
        self.flush()
        self.refresh()
        return self._catalogue.frames()

    @property
    def catalogue(self) -> Catalogue:
        """The segments under the root."""
        return self._catalogue

    def close(self) -> None:
        """Flush and end. When that fails, the journal stays for whoever opens the root next."""
        self.closed = True
        try:
            self.flush()
        finally:
            with self._writing:
                self._pending.close()
            self._now.set()

    def __contains__(self, key: str) -> bool:
        content = packed(key)
        return content is not None and (content in self._pending or content in self._catalogue)

    def __len__(self) -> int:
        """Return how many requests are answered; takes a moment in a large store."""
        fresh = {key for key in self._pending if key not in self._catalogue}
        return len(self._catalogue.index) + len(fresh)

    def _find(self, key: bytes) -> Frame | None:
        """Look into the journals first: answers move from there to the segments, never back."""
        found = self._pending.get(key) or self._catalogue.get(key)
        if found is None and time.monotonic() >= self._next_look:
            self._look()
        return found

    def _look(self) -> None:
        """Look in the background for what others have written."""
        self._next_look = time.monotonic() + LOOK_AGAIN
        self._background(self.refresh, "Answers of others are not seen")

    def _merge(self, names: Sequence[str]) -> None:
        """Merge segments that this process wrote, so that a long run does not leave thousands."""
        merged = merge(self._catalogue, names, self.new_name())
        time.sleep(GRACE)
        for name in replace(self._catalogue, merged):
            log.warning("%s is damaged and was set aside", self._catalogue.folder.url(name))

    def _background(self, work: Callable[[], None], failed: str) -> None:
        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001  # nobody waits for it, and it comes again
                log.warning("%s: %s", failed, error)

        threading.Thread(target=run, name="answers-work", daemon=True).start()

    def _start(self) -> None:
        """Start the thread that writes segments, unless it runs; it ends when all is written."""
        with self._starting:
            if self._thread is None and self._pending:
                self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = settle = settings().settle
        while self._goes_on():
            self._now.wait(pause)
            self._now.clear()
            try:
                self._write_segments()
                pause = settle
            except Exception as error:  # noqa: BLE001  # the thread must go on, whatever it was
                pause = min(2 * max(pause, LEAST), PATIENCE)
                log.warning("%s Tried again in %.0f s.", error, pause)

    def _goes_on(self) -> bool:
        with self._starting:
            if self.closed or not self._pending:
                self._thread = None
            return self._thread is not None

    def _write_segments(self) -> None:
        """Put every journal into a segment of its own, then remove it."""
        with self._writing:
            for kept in self._pending.sealed():
                if len(kept):
                    name = self.new_name()
                    if self._catalogue.write(name, kept.frames()) < TINY:
                        self._tiny.append(name)
                self._pending.done(kept)
            if len(self._tiny) >= MANY:
                names, self._tiny = self._tiny, []
                self._background(lambda: self._merge(names), "Small segments are not merged")

    def new_name(self) -> str:
        """Return a name for a new segment that no other writer will ever choose."""
        return self._name() + ENDING

    def _name(self) -> str:
        with self._naming:
            self._named += 1
            number = self._named
        now = datetime.fromtimestamp(self._clock(), UTC)
        return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{self._writer}-{number}"

    def _new_locks(self) -> None:
        self._starting, self._writing, self._naming = (threading.Lock() for _ in range(3))
        self._now = threading.Event()

    def _forked(self) -> None:
        self._thread = None
        self._new_locks()
        self._catalogue.new_locks()
        self._tiny = []
        self._pending.forked()
        self._writer = uuid4().hex[:12]


def read_answer(frame: Frame) -> StoredAnswer | None:
    """Return the answer in ``frame``; None, and a word in the log, where it cannot be read."""
    try:
        return StoredAnswer.model_validate_json(frame.text())
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, e["loc"])) for e in error.errors(include_input=False))
        log.warning("The answer to %s counts as missing, misfit: %s", frame.key.hex(), fields)
        return None


def close_all() -> None:
    """Close every open store; what cannot be written waits in its journal."""
    for store in list(_opened):
        try:
            store.close()
        except Exception as error:  # noqa: BLE001  # the others are to be closed, too
            log.warning("%s", error)


def _after_fork() -> None:
    for store in list(_opened):
        store._forked()


os.register_at_fork(after_in_child=_after_fork)
