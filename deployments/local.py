"""A Prefect server, a worker and the deployments on this machine, to be clicked at: ``make ui``.

    python -m deployments.local up      starts what is not running, and says where the page is
    python -m deployments.local down    ends it, by the process ids that were kept

Everything listens on 127.0.0.1 and lies in one folder: the server's database, painted scenes, the
root with its releases, logs, process ids. A second server of plain files lets links lead to reports.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from flows.cli.environment import QUIET, TOGETHER
from schemas.errors import PipelineError, UsageError
from schemas.record import Record

FOLDER: Final = "ui"
PORT: Final = 4200
HOST: Final = "127.0.0.1"
POOL: Final = "rs-gpt4v"
READY_WITHIN: Final = 300.0  # seconds; most of it is imports on a busy machine
ENDS_WITHIN: Final = 20.0  # seconds, then it is killed

_STARTED: Final[list[subprocess.Popen[bytes]]] = []
"""By this process: it must take note of their end."""


class Service(Record):
    """A process that was started: ``begun`` tells it from a later one with the same id."""

    name: str
    pid: int
    begun: str


class Place(Record):
    """Where everything lies and listens."""

    folder: Path
    port: int

    @property
    def page(self) -> str:
        """The address of Prefect's page."""
        return f"http://{HOST}:{self.port}"

    @property
    def files(self) -> str:
        """The address at which the root's files are shown."""
        return f"http://{HOST}:{self.port + 1}"

    @property
    def root(self) -> Path:
        """The folder of stages, answers and releases."""
        return self.folder / "root"

    @property
    def kept(self) -> Path:
        """The file of process ids."""
        return self.folder / "services.json"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of all that is started; nothing of the user's own Prefect is touched."""
        return {
            **os.environ,
            **QUIET,
            **TOGETHER,
            "PREFECT_HOME": str(self.folder / "prefect"),
            "PREFECT_API_URL": f"{self.page}/api",
            "PREFECT_SERVER_API_PORT": str(self.port),
            "RS_GPT4V_ROOT": str(self.root),
            "RS_GPT4V_BROWSE_URL": self.files,
        }


def main(words: Sequence[str] | None = None) -> int:
    """Start or end everything and return the exit code."""
    options = _parser().parse_args(words)
    place = Place(folder=Path(options.folder).resolve(), port=options.port)
    try:
        up(place) if options.action == "up" else down(place)
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def up(place: Place) -> None:
    """Start everything; raises UsageError where a port is taken or the server does not come up."""
    if any(map(alive, kept_services(place))):
        print(f"It runs already: {place.page}. “make ui-stop” ends it.")
        return
    for port in (place.port, place.port + 1):
        _check_free(port)
    for folder in (place.root, place.folder / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    print("Starting Prefect's server …", flush=True)
    server = start(place, "server", ["prefect", "server", "start", "--host", HOST, "--port", str(place.port)])  # fmt: skip
    files = ["http.server", str(place.port + 1), "--bind", HOST, "--directory", str(place.root)]
    start(place, "files", files)
    sources = _painted(place.folder / "scenes")
    _wait_until_healthy(place, server)
    _bootstrap(place, {"root": str(place.root), "sources": sources})
    start(place, "worker", ["prefect", "worker", "start", "--pool", POOL, "--type", "process"])
    print(
        f"\nReady: {place.page}/deployments\nChoose build-dataset, “Run”, “Custom run”, “Submit”. "
        f"Releases and logs are in {place.folder}.\n“make ui-stop” ends it; what was made stays."
    )


def down(place: Place) -> None:
    """End what was started, the worker first, then runs: they are started again by the next worker."""
    services = kept_services(place)
    workers = [one for one in services if one.name == "worker"]
    runs = [run for worker in workers if alive(worker) for run in _runs(worker)]
    others = [one for one in reversed(services) if one.name != "worker"]
    ended = [one.name for one in (*workers, *runs, *others) if _end(one)]
    place.kept.unlink(missing_ok=True)
    print(f"Ended: {', '.join(ended)}." if ended else "Nothing was running.")


def kept_services(place: Place) -> tuple[Service, ...]:
    """Return what was started and not ended, in that order."""
    if not place.kept.exists():
        return ()
    return tuple(map(Service.model_validate, json.loads(place.kept.read_text("utf-8"))))


def alive(service: Service) -> bool:
    """Say whether that very process is there still."""
    return _begun(service.pid) == service.begun


def start(place: Place, name: str, words: Sequence[str]) -> Service:
    """Start a module of this Python in the background, and keep its process id."""
    log = place.folder / "logs" / f"{name}.log"
    with log.open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603  # our own words
            [sys.executable, "-m", *words], env=place.environment, cwd=place.folder, stdout=sink,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    _STARTED.append(process)
    service = Service(name=name, pid=process.pid, begun=_begun(process.pid) or "")
    kept = [one.model_dump() for one in (*kept_services(place), service)]
    place.kept.write_text(json.dumps(kept, indent=2), encoding="utf-8")
    return service


def _end(service: Service) -> bool:
    """End a process and wait for it; kill it where it does not end. Say whether it was there."""
    if not alive(service):
        return False
    os.kill(service.pid, signal.SIGTERM)
    deadline = time.monotonic() + ENDS_WITHIN
    while alive(service):
        if time.monotonic() > deadline:
            os.killpg(service.pid, signal.SIGKILL)
        time.sleep(0.1)
    for process in _STARTED:
        process.poll()
    return True


def _runs(worker: Service) -> list[Service]:
    """Return the processes of the flow runs that a worker has started."""
    asked = ["ps", "-A", "-o", "pid=,ppid="]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603
    pairs = (tuple(map(int, line.split())) for line in said.splitlines())
    found = [pid for pid, parent in pairs if parent == worker.pid]
    return [Service(name="run", pid=pid, begun=begun) for pid in found if (begun := _begun(pid))]


def _begun(pid: int) -> str | None:
    """Return when process ``pid`` began, as the system writes it; None where there is none."""
    asked = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout  # noqa: S603
    state, _, begun = said.strip().partition(" ")
    return None if not state or state.startswith("Z") else begun.strip()


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise UsageError(
                f"Something listens on {HOST}:{port} already. End it, or choose two other ports: "
                "make ui PORT=4300"
            )


def _wait_until_healthy(place: Place, server: Service) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            with urlopen(f"{place.page}/api/health", timeout=5):  # noqa: S310  # our own server
                return
        except (URLError, OSError):
            if not alive(server) or time.monotonic() > deadline:
                down(place)
                log = place.folder / "logs" / "server.log"
                raise UsageError(f"Prefect's server did not start; see {log}.") from None
            time.sleep(0.3)


def _painted(folder: Path) -> list[dict[str, object]]:
    """Paint the demo's scenes into ``folder`` and return them as sources."""
    from schemas.params import SourceSpec  # noqa: PLC0415  # while the server starts
    from tasks.demo.paint import ATTRIBUTION, LICENCE, paint_scenes  # noqa: PLC0415
    from tasks.sources.dota import V1_0  # noqa: PLC0415

    paint_scenes(folder)
    spec = SourceSpec(
        name="dota", path=str(folder), licence=LICENCE, attribution=ATTRIBUTION, classes=V1_0
    )
    return [spec.model_dump(mode="json", exclude_defaults=True)]


def _bootstrap(place: Place, variables: Mapping[str, object]) -> None:
    """Bootstrap in a process of its own: this one has read the user's own Prefect settings."""
    given = [f"--set={name}={json.dumps(value)}" for name, value in variables.items()]
    words = [sys.executable, "-m", "deployments.bootstrap", "--profile", "local", *given]
    if subprocess.run(words, env=place.environment, check=False).returncode:  # noqa: S603  # likewise
        down(place)
        raise PipelineError("The bootstrap failed, see above.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deployments.local", description=__doc__)
    parser.add_argument("action", choices=("up", "down"))
    parser.add_argument("--folder", default=FOLDER, help="for all files [%(default)s]")
    parser.add_argument(
        "--port", type=int, default=PORT, help="of the page; files get the next [%(default)s]"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
