"""The budget of a root: reserved before anything is sent, settled after, across processes.

    reserve(key, worst) ── sent ── answered ── settle(key, cost)
                             └──── process killed: the reservation stays, for it may be billed

What is settled and what is reserved never exceed the budget together. Nothing tells whether a
request of a killed process was billed, so its reservation counts for the rest of its period, and the
same request sent again is reserved beside it: what the provider bills can only be less. Only of a
batch it is known; it is one shared reservation, whichever process makes and collects it. A
reservation and what settles it belong to the UTC day on which it was made; a month is its days.

An answer that cost more than was set aside counts as what it cost, and from then on as many times
more is set aside for every request.

One SQLite file a root, in the local state folder: its lock orders the processes of one machine. A
second machine has a ledger of its own, so give each its part of the budget. Money is whole
billionths of a dollar, rounded up.
"""

import datetime
import math
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final, Literal
from uuid import uuid4

from schemas.errors import OverBudget, StorageError
from schemas.settings import settings
from tasks.model.answers.folder import root_id

NANO: Final = 1_000_000_000
BUSY: Final = 30.0  # seconds that a process waits for another's transaction
MOST_MARGIN: Final = 4.0  # a server that invents its usage shall not stop every build
ABOVE: Final = 1.05  # how far the margin goes beyond the worst that was seen
SHARED: Final = ""  # the owner of what belongs to no process
EARLIER: Final = "0000-00-00"  # the day of what was spent before the ledger began
Period = Literal["day", "month", "ever"]

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS days (
    day TEXT PRIMARY KEY, settled INTEGER NOT NULL, reserved INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS open (
    key TEXT, owner TEXT, day TEXT NOT NULL, nano INTEGER NOT NULL, asked INTEGER NOT NULL,
    PRIMARY KEY (key, owner)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS margins (margin REAL NOT NULL);
"""


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


class Ledger:
    """What a root has spent; any thread and process may use it at once, about 50 µs a call."""

    def __init__(
        self,
        root: str,
        budget: float | None,
        period: Period,
        *,
        today: Callable[[], datetime.date] = _today,
        folder: Path | None = None,
    ) -> None:
        """Hold ``root`` to ``budget`` US dollars a ``period``, None for no end; ``today`` is UTC."""
        self.budget, self.period, self._today = budget, period, today
        self._file = (folder or settings().state_folder / "ledgers") / f"{root_id(root)}.sqlite"
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._begin()

    def reserve(self, key: str, dollars: float, *, shared: bool = False) -> None:
        """Set ``dollars`` aside for ``key``. Raises OverBudget where they are not left.

        What this process reserved under the same key before counts as billed. A ``shared``
        reservation is no process's: it replaces what was reserved under its key, by whomever.
        """
        day, owner = self._day(), SHARED if shared else self._owner
        with self._transaction() as db:
            _close(db, key, owner, billed=0 if shared else None)
            nano = math.ceil(_nano(dollars) * _margin(db))
            settled, reserved = self._totals(db, day)
            if self.budget is not None and settled + reserved + nano > _nano(self.budget):
                raise self._over(settled, reserved, nano)
            _add(db, day, 0, nano)
            row = (key, owner, day, nano, _nano(dollars))
            db.execute("INSERT INTO open VALUES (?, ?, ?, ?, ?)", row)

    def settle(self, key: str, dollars: float, *, shared: bool = False) -> None:
        """Put what ``key`` cost in the place of its reservation; 0 where nothing was billed.

        A ``shared`` one may have been made by another process. Without a reservation, the cost is
        added to that of this day.
        """
        nano, owner = _nano(dollars), SHARED if shared else self._owner
        with self._transaction() as db:
            asked = _close(db, key, owner, billed=nano)
            if asked is None:
                _add(db, self._day(), nano, 0)
            elif nano > asked > 0:
                _widen(db, nano / asked)

    def seed(self, costs: Iterable[float | None]) -> None:
        """Book ``costs`` (US dollars) as spent earlier, where the ledger is new.

        On another machine the stored answers tell what was spent, though not when: it counts where
        the budget is for ever. What is not known counts as nothing.
        """
        with self._transaction() as db:
            if db.execute("SELECT 1 FROM days LIMIT 1").fetchone() is None:
                _add(db, EARLIER, sum(_nano(cost) for cost in costs if cost), 0)

    def spent(self) -> float:
        """Return the US dollars settled and reserved in the present period."""
        with self._transaction() as db:
            return sum(self._totals(db, self._day())) / NANO

    def reserved(self) -> float:
        """Return the US dollars that are set aside in the present period and not settled."""
        with self._transaction() as db:
            return self._totals(db, self._day())[1] / NANO

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    def _begin(self) -> None:
        """Begin as a process that has reserved nothing."""
        self._pid, self._owner = os.getpid(), uuid4().hex

    def _day(self) -> str:
        return self._today().isoformat()

    def _totals(self, db: sqlite3.Connection, day: str) -> tuple[int, int]:
        start = {"day": day, "month": day[:7], "ever": ""}[self.period]
        settled, reserved = db.execute(
            "SELECT COALESCE(SUM(settled), 0), COALESCE(SUM(reserved), 0) FROM days "
            "WHERE day >= ? AND day < ?",
            (start, f"{start}~"),
        ).fetchone()
        return settled, reserved

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._connected()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._broken("used", error) from error
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _connected(self) -> sqlite3.Connection:
        if self._pid != os.getpid():  # a connection must not go through a fork
            self._connection = None
            self._begin()
        if self._connection is None:
            try:
                self._connection = _opened(self._file)
            except (OSError, sqlite3.Error) as error:
                raise self._broken("opened", error) from error
        return self._connection

    def _broken(self, what: str, error: Exception) -> StorageError:
        return StorageError(
            f"The ledger {self._file} of what was spent cannot be {what}: {error}. Nothing is sent "
            "without it. Mend the folder that RS_GPT4V_STATE_FOLDER names, or delete the file: "
            "then what was spent before is forgotten."
        )

    def _over(self, settled: int, reserved: int, nano: int) -> OverBudget:
        when = {"day": "for today", "month": "for this month", "ever": "in all"}[self.period]
        later = "" if self.period == "ever" else f", or build again next {self.period} (UTC)"
        return OverBudget(
            f"The next request may cost ${nano / NANO:,.4f}. Of ${self.budget:,.2f} {when}, "
            f"${settled / NANO:,.4f} are spent and ${reserved / NANO:,.4f} are set aside for "
            "requests on their way or of runs that were killed. What was paid for is kept: raise "
            f"service.budget{later}."
        )


def _opened(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, timeout=BUSY, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # a killed process loses nothing
    connection.executescript(_TABLES)
    return connection


def _nano(dollars: float) -> int:
    """Return ``dollars`` in billionths, rounded up but for what is noise of floating point."""
    return math.ceil(round(dollars * NANO, 3))


def _add(db: sqlite3.Connection, day: str, settled: int, reserved: int) -> None:
    db.execute(
        "INSERT INTO days VALUES (?, ?, ?) ON CONFLICT (day) DO UPDATE SET "
        "settled = settled + excluded.settled, reserved = reserved + excluded.reserved",
        (day, settled, reserved),
    )


def _close(db: sqlite3.Connection, key: str, owner: str, *, billed: int | None) -> int | None:
    """End a reservation and return what it was asked for; None where there is none.

    None is ``billed`` where that will not be known: then all that was set aside is.
    """
    row = db.execute(
        "DELETE FROM open WHERE key = ? AND owner = ? RETURNING day, nano, asked", (key, owner)
    ).fetchone()
    if row is None:
        return None
    day, nano, asked = row
    _add(db, day, nano if billed is None else billed, -nano)
    return int(asked)


def _margin(db: sqlite3.Connection) -> float:
    row = db.execute("SELECT MAX(margin) FROM margins").fetchone()
    return float(row[0] or 1)


def _widen(db: sqlite3.Connection, factor: float) -> None:
    """Note that an answer cost ``factor`` times what had been thought the worst."""
    margin = min(MOST_MARGIN, factor * ABOVE)
    if margin > _margin(db):
        db.execute("DELETE FROM margins")
        db.execute("INSERT INTO margins VALUES (?)", (margin,))
