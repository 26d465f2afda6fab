"""How a run ends that is cancelled or suspended, or whose process is told to end.

Prefect raises in the thread of the flow, and then waits for the threads of its tasks. These wait for
answers, so they are woken first: nothing is asked any more, answers on their way are waited for
shortly and kept, and no row is written. A part that was being made is not there, every other is, and
so is every answer that came: the run goes on from them when it is started again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.exceptions import Pause, TerminationSignal

from schemas.settings import settings
from tasks.model.engine import close_engines
from tasks.stopping import resume_work, stop_work


@contextmanager
def ending_soon() -> Iterator[None]:
    """Stop all work of this process where the block is left because the run is to end."""
    resume_work()
    try:
        yield
    except (TerminationSignal, Pause, KeyboardInterrupt):
        stop_work()
        close_engines(settings().landing)
        raise
