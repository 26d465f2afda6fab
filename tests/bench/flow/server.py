"""A Prefect server of its own for a benchmark, and what its processes use."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from flows.cli.environment import TOGETHER
from tests.fixtures.ports import free_port

START = 300.0  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """Where it is, and its first process."""

    url: str
    pid: int
    database: Path

    def cpu(self) -> float:
        """Return the seconds of CPU that its processes have used."""
        return sum(cpu_of(pid) for pid in tree(self.pid))

    def peak_mb(self) -> int:
        """Return the peak memory of its largest process, MB."""
        return max(_peak_mb(pid) for pid in tree(self.pid))

    def database_mb(self) -> float:
        """Return the size of its database, MB."""
        return sum(path.stat().st_size for path in self.database.parent.glob("p.db*")) / 1e6


@contextmanager
def serving(**more: str) -> Iterator[Server]:
    """Run a server on SQLite at a free port while the block runs."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        port = free_port()
        database = Path(home) / "p.db"
        environment = os.environ | {
            "PREFECT_HOME": home,
            "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database}",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_API_PORT": str(port),
            **TOGETHER,
        }
        environment.pop("PREFECT_API_URL", None)
        words = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)]
        with subprocess.Popen(
            words, env=environment | more, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            try:
                _wait(f"http://127.0.0.1:{port}/api/health")
                yield Server(f"http://127.0.0.1:{port}/api", process.pid, database)
            finally:
                os.killpg(process.pid, signal.SIGKILL)


def tree(pid: int) -> list[int]:
    """Return ``pid`` and the processes that it has started, and theirs."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [pid, *(one for child in text.split() for one in tree(int(child)))]


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that process ``pid`` has used; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _peak_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def _wait(url: str) -> None:
    deadline = time.monotonic() + START
    while True:
        try:
            with urlopen(url):
                return
        except (URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
