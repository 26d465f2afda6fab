"""The temporary server: it never outlives its process."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
from flows.cli.environment import prefect_server, prepare_environment
prepare_environment(verbose=False)
server = prefect_server()
while server._server.server_process is None:
    pass
print(server._server.server_process.pid, flush=True)
raise SystemExit(3)
"""


def test_a_server_that_is_only_being_started_ends_with_its_process():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True
    )
    assert done.returncode == 3
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout.split()[0]), 0)
