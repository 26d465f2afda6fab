"""Makes Prefect quiet, and starts its temporary server while other work goes on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final

from schemas.errors import PipelineError

START_SECONDS: Final = 120
QUIET: Final = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_SECONDS),
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}
SILENT: Final = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FLOW_RUNS_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_TASK_RUNS_LEVEL": "CRITICAL",
}
# What a server that lives for one build does not need; each of them polls the database.
IDLE: Final = {
    f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false"
    for name in (
        "CANCELLATION_CLEANUP", "FOREMAN", "LATE_RUNS", "SCHEDULER", "PAUSE_EXPIRATIONS",
        "REPOSSESSOR", "CLEANUP_RECONCILER", "TRIGGERS",
    )
}  # fmt: skip


def prepare_environment(*, verbose: bool) -> None:
    """Set Prefect's variables before it is imported; what the user has set stays."""
    for name, value in (QUIET | IDLE | ({} if verbose else SILENT)).items():
        os.environ.setdefault(name, value)


@contextmanager
def prefect_server() -> Iterator[Thread | None]:
    """Start a temporary server where no PREFECT_API_URL is set; yields the thread that starts it.

    It takes ten seconds or more, so the caller works on and joins the thread before the first run.
    """
    from prefect.settings import PREFECT_API_URL  # noqa: PLC0415  # 2 s that only a build needs

    if PREFECT_API_URL.value():
        yield None
        return
    from prefect.server.api.server import SubprocessASGIServer  # noqa: PLC0415  # 4 s, as above

    server = SubprocessASGIServer()
    starting = Thread(target=_start, args=(server,), daemon=True)
    starting.start()
    try:
        yield starting
    finally:
        server.stop()


def _start(server: "SubprocessASGIServer") -> None:
    server.start(timeout=START_SECONDS)
