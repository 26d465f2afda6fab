"""Makes Prefect quiet, and starts its temporary server while other work goes on."""

import atexit
import os
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
# Prefect's server writes each state of a task run by itself: half of what it does in a build.
TOGETHER: Final = {
    f"PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_{name}": value
    for name, value in (("READ_BATCH_SIZE", "100"), ("BATCH_SIZE", "100"), ("FLUSH_INTERVAL", "1"))
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
    for name, value in (QUIET | TOGETHER | IDLE | ({} if verbose else SILENT)).items():
        os.environ.setdefault(name, value)


class TemporaryServer:
    """Prefect's own server for one build, started in the background."""

    def __init__(self) -> None:
        """Begin to start it; that takes ten seconds or more."""
        from prefect.server.api.server import SubprocessASGIServer  # noqa: PLC0415  # takes 4 s

        self._server = SubprocessASGIServer()
        self._error: Exception | None = None
        self._starting = Thread(target=self._start, daemon=True)
        self._starting.start()
        atexit.register(self._stop)

    def ready(self) -> None:
        """Wait until it answers, and import meanwhile what takes long; raises PipelineError."""
        from tasks.lexicon.lexicon import english  # noqa: PLC0415
        from tasks.quality.library import load  # noqa: PLC0415

        english()
        load()
        self._starting.join()
        if self._error is not None:
            raise PipelineError(
                f"Prefect's temporary server did not start within {START_SECONDS} s. Try again, "
                "or start one by “prefect server start” and set PREFECT_API_URL."
            ) from self._error

    def _start(self) -> None:
        try:
            self._server.start(timeout=START_SECONDS)
        except Exception as error:  # noqa: BLE001  # told where it is waited for
            self._error = error

    def _stop(self) -> None:
        """End it at exit, also where it was only just being started: Prefect's own hook comes late."""
        while self._starting.is_alive() and self._server.server_process is None:
            self._starting.join(0.05)
        self._server.stop()


class NamedServer:
    """The server that PREFECT_API_URL names."""

    def ready(self) -> None:
        """Return at once: its client says what is wrong with it."""


def prefect_server() -> TemporaryServer | NamedServer:
    """Start a temporary server, unless PREFECT_API_URL names one; call ``ready`` before the first run.

    Prefect ends the temporary one when the process ends, after its last logs and events are sent.
    """
    from prefect.settings import PREFECT_API_URL  # noqa: PLC0415  # 2 s that only a build needs

    return NamedServer() if PREFECT_API_URL.value() else TemporaryServer()
