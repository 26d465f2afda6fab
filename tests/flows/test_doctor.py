"""Planted at the Prefect server: none, another, an old one, a locked one, no workers, no limits."""

import json
import threading
from base64 import b64encode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, WorkPoolCreate
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.allowance import LIMIT
from flows.doctor import check_prefect
from schemas.approval import ApprovalParams
from schemas.params import BuildParams, TeacherParams
from schemas.settings import Settings

REMOTE = BuildParams(teacher=TeacherParams(kind="openai", model="gpt-4o"))


def odd(params=REMOTE):
    found = check_prefect(params, Settings())
    return {one.subject: one for one in found if one.state != "well"}


@contextmanager
def answering(version="3.8.8", password=None):
    """Serve what the doctor asks first of a Prefect server; name it in the settings."""
    expected = password and f"Basic {b64encode(password.encode()).decode()}"

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            health = self.path.endswith("/health")
            allowed = health or expected in (None, self.headers["Authorization"])
            content = json.dumps(True if health else version).encode()
            self.send_response(200 if allowed else 401)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/api"
        try:
            with temporary_settings({PREFECT_API_URL: url}):
                yield
        finally:
            server.shutdown()
            thread.join()


def first(params=REMOTE):
    """Return the first of what is said: what follows asks more of a server than these can."""
    return next(check_prefect(params, Settings()))


def test_without_a_server_a_build_starts_its_own_unless_somebody_is_to_look_at_it():
    with temporary_settings({PREFECT_API_URL: None}):
        assert odd() == {}
        found = odd(BuildParams(approval=ApprovalParams(ask=True)))["server"]
    assert found.state == "wrong"
    assert "--approval.ask" in found.found
    assert "PREFECT_API_URL" in found.remedy


def test_a_server_that_does_not_answer_is_found():
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        [found] = odd().values()
    assert found.state == "wrong"
    assert "http://127.0.0.1:9/api does not answer" in found.found
    assert "prefect server start" in found.remedy


def test_a_server_of_another_major_version_is_found_and_an_older_one_is_doubted():
    with answering("2.20.1"):
        found = first()
    assert (found.state, found.subject) == ("wrong", "version")
    assert "pip install 'prefect==" in found.remedy
    with answering("3.0.1"):
        assert first().state == "doubtful"
    with answering("3.99.0"):
        assert first().state == "well"


@pytest.mark.parametrize(
    ("given", "said"), [(None, "none is set"), ("a:b", "the one that is set is wrong")]
)
def test_a_missing_or_wrong_password_is_found(given, said):
    with answering(password="user:word"), temporary_settings({PREFECT_API_AUTH_STRING: given}):
        found = first()
    assert (found.state, found.subject) == ("wrong", "server")
    assert said in found.found
    assert "PREFECT_API_AUTH_STRING" in found.remedy


@pytest.fixture
def client(prefect_server):
    with get_client(sync_client=True) as client:
        yield client


def test_that_there_are_no_work_pools_is_doubted(client):
    assert "work pools" in odd()
    assert odd()["work pools"].state == "doubtful"


@pytest.fixture
def pool(client):
    client.create_work_pool(WorkPoolCreate(name="nightly", type="process"))
    yield "nightly"
    client.delete_work_pool("nightly")


def test_a_pool_without_a_worker_is_found_until_one_beats(client, pool):
    found = odd()["work pool nightly"]
    assert found.state == "wrong"
    assert found.remedy == "start one: prefect worker start --pool nightly --type process"
    client.send_worker_heartbeat("nightly", "ours", heartbeat_interval_seconds=30)
    assert "work pool nightly" not in odd()


def test_a_pool_that_is_paused_or_limited_to_nothing_is_found(client, pool):
    from prefect.client.schemas.actions import WorkPoolUpdate

    client.update_work_pool("nightly", WorkPoolUpdate(is_paused=True))
    assert odd()["work pool nightly"].remedy == "prefect work-pool resume nightly"
    client.update_work_pool("nightly", WorkPoolUpdate(is_paused=False, concurrency_limit=0))
    assert "clear-concurrency-limit nightly" in odd()["work pool nightly"].remedy


def test_a_missing_limit_is_doubted_where_a_key_is_shared(client):
    found = odd()[f"limit {LIMIT}"]
    assert found.remedy == "prefect gcl create rs-gpt4v-teacher --limit 1000"
    assert f"limit {LIMIT}" not in odd(BuildParams())


def test_a_limit_that_lets_nobody_through_is_found(client):
    client.create_global_concurrency_limit(
        GlobalConcurrencyLimitCreate(name=LIMIT, limit=0, active=True)
    )
    try:
        found = odd()[f"limit {LIMIT}"]
    finally:
        client.delete_global_concurrency_limit_by_name(LIMIT)
    assert found.state == "wrong"
    assert "prefect gcl update" in found.remedy
