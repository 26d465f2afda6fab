"""What “make ui” keeps of what it started, so that it ends that and nothing else."""

import socket
import subprocess
import sys
import time

import pytest

from deployments.local import Place, alive, down, kept_services, main, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are told by ps")


@pytest.fixture
def place(tmp_path):
    (tmp_path / "logs").mkdir()
    place = Place(folder=tmp_path, port=1)
    yield place
    down(place)


def test_what_was_started_is_known_ended_and_forgotten(place, capsys):
    service = start(place, "files", ["http.server", "0", "--bind", "127.0.0.1"])
    assert kept_services(place) == (service,)
    assert alive(service)
    down(place)
    assert not alive(service)
    assert kept_services(place) == ()
    assert capsys.readouterr().out == "Ended: files.\n"


def test_the_runs_of_a_worker_end_with_it(place, capsys):
    (place.folder / "parent.py").write_text(
        "import subprocess, sys\n"
        "run = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'],"
        " start_new_session=True)\n"
        "print(run.pid, flush=True)\n"
        "import time; time.sleep(600)\n"
    )
    start(place, "worker", ["parent"])
    log = place.folder / "logs" / "worker.log"
    deadline = time.monotonic() + 60
    while not log.read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.05)
    run = int(log.read_text())
    down(place)
    assert capsys.readouterr().out == "Ended: worker, run.\n"
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(run)], capture_output=True, text=True, check=False
    )
    assert state.stdout[:1] in {"", "Z"}


def test_another_process_with_the_same_id_is_left_alone(place):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        service = start(place, "files", ["http.server", "0", "--bind", "127.0.0.1"])
        kept = place.kept.read_text().replace(str(service.pid), str(other.pid), 1)
        kept = kept.replace(service.begun, "Mon Jan  1 00:00:00 2001")
        down(place)
        place.kept.write_text(kept)
        down(place)
        assert other.poll() is None
        other.stdin.close()


def test_a_process_that_ended_by_itself_is_no_longer_there(place):
    service = start(place, "files", ["http.server", "no-port"])
    deadline = time.monotonic() + 60
    while alive(service) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(service)


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["up", "--folder", str(tmp_path / "ui"), "--port", str(port)]) == 2
    assert "make ui PORT=4300" in capsys.readouterr().err
    assert not (tmp_path / "ui").exists()


def test_nothing_to_end_is_no_error(tmp_path, capsys):
    assert main(["down", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "Nothing was running.\n"
