"""What a process does once before it works on shards for a flow that runs in another process."""

import atexit
from pathlib import Path
from threading import Event, Thread

from schemas.record import Record
from schemas.settings import settings
from tasks.model.engine.board import Board, keep_posted
from tasks.model.engine.host import close_engines, own_tally, take_share
from tasks.stopping import stop_work


class Order(Record):
    """What a worker is told of the flow that it works for."""

    processes: int
    """How many share the limits of a key."""
    board: Path
    """Folder of the flow's machine in which they tell each other the rest."""


def begin_worker(order: Order) -> None:
    """Take this process's share of the limits, and tell the flow from now on what it counts."""
    take_share(1 / order.processes)
    done = Event()
    board = Board(order.board)
    thread = Thread(
        target=keep_posted, args=(board, own_tally, take_share, _stop, done),
        name="rs-gpt4v-board", daemon=True,
    )  # fmt: skip
    thread.start()
    atexit.register(_end, done, thread)


def _stop() -> None:
    """Do in this process what the flow has done in its own: its run is to end."""
    stop_work()
    close_engines(settings().landing)


def _end(done: Event, thread: Thread) -> None:
    done.set()
    thread.join(5)
