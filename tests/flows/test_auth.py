"""A Prefect server with PREFECT_SERVER_API_AUTH_STRING: who lacks the password gets nothing."""

import asyncio
import threading
import time
from urllib.request import urlopen

import pytest
import uvicorn
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError
from prefect.server.api.server import create_app
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_SERVER_API_AUTH_STRING,
    temporary_settings,
)

from deployments.bootstrap.__main__ import main
from flows.doctor import check_prefect
from schemas.params import BuildParams
from schemas.settings import Settings
from tests.fixtures.ports import free_port

# Prefect's server runs in this process, where its own deprecations would count as errors.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PASSWORD = "team:a long one"


@pytest.fixture(scope="module")
def locked(prefect_server):
    """Serve the API once more, with a password, on the database of the server of these tests."""
    port = free_port()
    with temporary_settings({PREFECT_SERVER_API_AUTH_STRING: PASSWORD}):
        app = create_app(webserver_only=True, ignore_cache=True)
    config = uvicorn.Config(app, port=port, lifespan="off", log_level="critical", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}):
        yield f"http://127.0.0.1:{port}/api"
    server.should_exit = True
    thread.join()


def flows():
    with get_client(sync_client=True) as client:
        return client.read_flows(limit=1)


@pytest.mark.parametrize("given", [None, "team:another one"])
def test_without_the_password_nothing_is_told_but_that_the_server_lives(locked, given):
    with temporary_settings({PREFECT_API_AUTH_STRING: given}):
        with pytest.raises(PrefectHTTPStatusError, match="401"):
            flows()
        [found] = check_prefect(BuildParams(), Settings())
    assert found.state == "wrong"
    assert "PREFECT_API_AUTH_STRING" in found.remedy
    with urlopen(f"{locked}/health") as answer:
        assert answer.status == 200


def test_the_bootstrap_without_the_password_asks_for_it(locked, capsys):
    with temporary_settings({PREFECT_API_AUTH_STRING: None}):
        assert main(["--profile", "local", "--dry-run"]) == 2
    assert "export PREFECT_API_AUTH_STRING" in capsys.readouterr().err


def test_with_the_password_the_server_is_as_any_other(locked):
    with temporary_settings({PREFECT_API_AUTH_STRING: PASSWORD}):
        assert isinstance(flows(), list)
        found = {one.subject: one for one in check_prefect(BuildParams(), Settings())}
    assert found["version"].state == "well"
