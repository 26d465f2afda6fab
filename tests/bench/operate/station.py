"""A real server on SQLite or PostgreSQL with its worker, as “make ui” starts them, to be driven by script."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling, Scheduled

from deployments.local import POOL, Place, Service, down, kept_services, start, up
from tests.fixtures.ports import two_free_ports

KEY = "sk-this-key-must-never-be-seen-9876543210"
LONG = 900.0  # seconds that a loaded machine may take


@dataclass(frozen=True)
class Station:
    """What runs, and a client of it."""

    backend: str
    place: Place
    client: SyncPrefectClient

    def run(self, name: str = "build-dataset", **parameters: object) -> UUID:
        """Order a run as the page does."""
        found = self.client.read_deployment_by_name(f"build-dataset/{name}")
        merged = {**found.parameters, **parameters}
        merged["params"] = {**found.parameters["params"], **parameters.get("params", {})}
        return self.client.create_flow_run_from_deployment(found.id, parameters=merged).id

    def read(self, run: UUID) -> FlowRun:
        """Return the run as it is now."""
        return self.client.read_flow_run(run)

    def until(self, run: UUID, *names: str, seconds: float = LONG) -> float:
        """Wait until the run is in one of the states; return the seconds that it took."""
        return until(lambda: self.read(run).state.name in names, seconds, lambda: self.read(run))

    def cancel(self, run: UUID) -> None:
        """Cancel a run as the page does."""
        self.client.set_flow_run_state(run, Cancelling())

    def retry(self, run: UUID) -> None:
        """Retry a run as the page does."""
        self.client.set_flow_run_state(run, Scheduled(name="AwaitingRetry"), force=True)

    def engines(self) -> list[int]:
        """Return the processes that run flows of this station."""
        mark = f"PREFECT_HOME={self.place.folder / 'prefect'}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes()
                if (
                    b"prefect" in words
                    and b"engine" in words
                    and mark in (entry / "environ").read_bytes()
                ):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def worker(self) -> Service:
        """Return the worker that was started last."""
        return next(one for one in reversed(kept_services(self.place)) if one.name == "worker")

    def start_worker(self) -> None:
        """Start another worker."""
        start(
            self.place,
            "worker",
            ["prefect", "worker", "start", "--pool", POOL, "--type", "process"],
        )


def until(
    true: Callable[[], bool], seconds: float = LONG, what: Callable[[], object] = str
) -> float:
    """Wait until ``true``; return the seconds that it took."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds, what()
        time.sleep(0.1)
    return time.monotonic() - start


@contextmanager
def station(backend: str, **environment: str) -> Iterator[Station]:
    """Start a server and a worker with more variables; end them, and remove what they wrote."""
    folder = Path(mkdtemp(prefix="rs-gpt4v-operate-"))
    folder.chmod(0o755)
    before = dict(os.environ)
    try:
        with database(backend, folder) as url:
            os.environ |= environment
            if url:
                os.environ["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = url
            place = Place(folder=folder / "ui", port=two_free_ports())
            up(place)
            try:
                api = f"{place.page}/api"
                with (
                    temporary_settings({PREFECT_API_URL: api}),
                    get_client(sync_client=True) as client,
                ):
                    yield Station(backend, place, client)
            finally:
                down(place)
    finally:
        os.environ.clear()
        os.environ |= before
        shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, or None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def database(backend: str, folder: Path) -> Iterator[str | None]:
    """Start a PostgreSQL in ``folder`` where that is the backend; yield its address."""
    if backend == "sqlite":
        yield None
        return
    found, files, port = programs(), folder / "postgres", two_free_ports()
    assert found, "Debian's postgresql is not installed"
    files.mkdir()
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(files, user)

    def ran(*words: str) -> None:
        subprocess.run(words, check=True, user=user, stdout=subprocess.DEVNULL, cwd="/")

    ran(str(found / "initdb"), "-D", str(files), "-A", "trust", "-U", "postgres")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {files}"
    ran(str(found / "pg_ctl"), "-D", str(files), "-w", "-l", str(files / "log"), "-o", options, "start")  # fmt: skip
    try:
        yield f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres"
    finally:
        ran(str(found / "pg_ctl"), "-D", str(files), "-m", "immediate", "stop")


def kill(*processes: int) -> None:
    """End processes as a power cut does."""
    for process in processes:
        os.kill(process, signal.SIGKILL)
