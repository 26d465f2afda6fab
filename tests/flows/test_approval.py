"""A run that waits for a person: paused on a real server, answered through its API."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2
import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.settings import PREFECT_API_URL
from prefect.states import Running

from flows.approval import ask_approval, check_approvable, raise_unless_approved
from schemas.approval import Approval, ApprovalParams
from schemas.errors import NotApproved, UsageError
from tasks.review.kept import kept_approvals
from tasks.storage.store import Store
from tests.fixtures.recorded import artifacts

pytestmark = pytest.mark.usefixtures("prefect_server")

YES = {"decision": "approve", "who": " Ana  Example ", "note": "figures are as last week"}
LONG = 120  # seconds that a loaded machine may take
NO = {"decision": "refuse", "who": "Ben Example"}


@flow
def promote(root, hours=0.1):
    approval = ask_approval(root, "v1", "# Figures", ApprovalParams(ask=True, hours=hours), poll=1)
    raise_unless_approved(approval)
    return approval


@pytest.fixture
def started(tmp_path):
    """Start ``promote`` in a thread; returns its future and a function that reads its run."""
    threads = ThreadPoolExecutor()

    def start(**given):
        name = f"run-{uuid4().hex}"
        future = threads.submit(promote.with_options(flow_run_name=name), str(tmp_path), **given)
        return future, lambda: run_named(name)

    yield start
    threads.shutdown()


def run_named(name):
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[name]))
        )
    return runs[0] if runs else None


def paused(read, seconds=LONG):
    """Return the run once it is paused and its form is there."""
    deadline = time.monotonic() + seconds
    while True:
        run = read()
        if run and run.state.is_paused() and fields(run):
            return run
        assert time.monotonic() < deadline, run
        time.sleep(0.05)


def fields(run):
    """Return the schema of the form as the UI reads it, or None where it is not there yet."""
    key = run.state.state_details.run_input_keyset["schema"]
    found = httpx2.get(f"{PREFECT_API_URL.value()}/flow_runs/{run.id}/input/{key}")
    return found.json() if found.status_code == 200 else None


def resume(run, answer):
    """Answer as the UI does, and again where the server says 503: its database was just written."""
    url = f"{PREFECT_API_URL.value()}/flow_runs/{run.id}/resume"
    deadline = time.monotonic() + LONG
    while (said := httpx2.post(url, json={"run_input": answer}, timeout=LONG)).status_code == 503:
        assert time.monotonic() < deadline, said.text
        time.sleep(0.2)
    return said.json()["status"]


def test_an_approved_run_is_finished(started, tmp_path):
    future, read = started()
    run = paused(read)
    assert resume(run, YES) == "ACCEPT"
    approval = future.result(LONG)
    assert read().state.is_completed()
    assert (approval.decision, approval.who, approval.note) == (
        "approved", "Ana Example", "figures are as last week",
    )  # fmt: skip
    assert approval.flow_run == str(run.id)
    assert kept_approvals(Store(str(tmp_path)), "v1") == (approval,)


def test_the_form_says_what_it_is_about_and_takes_nothing_else(started):
    future, read = started()
    run = paused(read)
    schema = fields(run)
    assert schema["properties"]["decision"]["enum"] == ["approve", "refuse"]
    assert set(schema["required"]) == {"decision", "who"}
    key = run.state.state_details.run_input_keyset["description"]
    about = httpx2.get(f"{PREFECT_API_URL.value()}/flow_runs/{run.id}/input/{key}").json()
    assert "Shall release v1 become the latest?" in about
    assert [(one.key, one.data) for one in artifacts(run=run.id)] == [("approval", "# Figures")]
    for wrong in ({}, {"decision": "maybe", "who": "A"}, {"decision": "approve", "who": " "}):
        assert resume(run, wrong) == "REJECT", wrong
    assert read().state.is_paused()
    assert resume(run, YES) == "ACCEPT"
    future.result(LONG)


def test_a_refused_run_fails_with_what_was_said(started, tmp_path):
    future, read = started()
    assert resume(paused(read), NO) == "ACCEPT"
    with pytest.raises(NotApproved, match="“v1” is not the latest: Ben Example refused it"):
        future.result(LONG)
    assert read().state.is_failed()
    assert [one.decision for one in kept_approvals(Store(str(tmp_path)), "v1")] == ["refused"]


def test_a_run_that_nobody_answers_fails_in_time_and_takes_no_answer_after(started, tmp_path):
    future, read = started(hours=1 / 3600)
    with pytest.raises(NotApproved, match="nobody answered from"):
        future.result(LONG)
    run = read()
    assert run.state.is_failed()
    assert resume(run, YES) == "ABORT"
    assert [one.decision for one in kept_approvals(Store(str(tmp_path)), "v1")] == ["timed_out"]


def test_a_run_that_is_resumed_without_the_form_asks_again(started):
    future, read = started()
    run = paused(read)
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Running())
    again = paused(read)
    assert again.state.id != run.state.id
    assert not future.done()
    assert resume(again, YES) == "ACCEPT"
    assert future.result(LONG).decision == "approved"


def test_without_a_named_server_nobody_could_answer():
    from prefect.settings import temporary_settings

    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        check_approvable(ApprovalParams())
        with pytest.raises(UsageError, match="PREFECT_API_URL names no server"):
            check_approvable(ApprovalParams(ask=True))
    check_approvable(ApprovalParams(ask=True))


def test_a_time_out_is_one_second_at_least():
    assert ApprovalParams(hours=1e-9).seconds == 1
    assert ApprovalParams(hours=1.5).seconds == 5400


def test_an_approval_lets_the_flow_go_on():
    raise_unless_approved(
        Approval(version="v", decision="approved", who="A", asked="", decided="", flow_run="0")
    )
