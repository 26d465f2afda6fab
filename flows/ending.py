"""How a run ends that is cancelled or suspended, or whose process is told to end.

Prefect raises in the thread of the flow, and then waits for the threads of its tasks. These wait for
answers, so they are woken first: nothing is asked any more, answers on their way are waited for
shortly and kept, and no row is written. A part that was being made is not there, every other is, and
so is every answer that came: the run goes on from them when it is started again.

Of “Suspend” in the UI a process hears nothing, so whoever watches the run asks for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import Pause, TerminationSignal
from prefect.runtime import flow_run

from schemas.errors import Stopped
from schemas.settings import settings
from tasks.model.engine import close_engines
from tasks.stopping import resume_work, stop_work


@contextmanager
def ending_soon() -> Iterator[None]:
    """Stop all work of this process where the block is left because the run is to end.

    Raises Pause, by which Prefect knows a suspended run, where work was stopped for that.
    """
    resume_work()
    try:
        yield
    except (TerminationSignal, Pause, KeyboardInterrupt):
        stop()
        raise
    except Stopped as error:
        with get_client(sync_client=True) as client:
            state = suspension(client, UUID(flow_run.id))
        if state is None:
            raise
        raise Pause(state=state) from error


def stop() -> None:
    """Stop all work of this process, and keep the answers that are on their way."""
    stop_work()
    close_engines(settings().landing)


def suspension(client: SyncPrefectClient, run: UUID) -> State[Any] | None:
    """Return the state of ``run`` where it is suspended: its process is to end, and comes again."""
    state = client.read_flow_run(run).state
    return state if state and state.is_paused() and state.state_details.pause_reschedule else None
