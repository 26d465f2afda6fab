"""A run that is to end: what waits for answers is woken, what has come is kept."""

import signal
import threading
import time

import pytest
from prefect.exceptions import TerminationSignal

from flows.ending import ending_soon
from schemas.errors import Stopped
from schemas.params import ServiceParams, TeacherParams
from schemas.settings import settings
from schemas.teacher import Message, ModelRequest, Synthesis
from tasks.model.asking import Question, ask_all
from tasks.model.engine import close_engines
from tasks.model.serve import Latency, Options, served
from tasks.stopping import resume_work
from tasks.storage.store import Store

REMOTE = TeacherParams(kind="openai", model="offline-teacher")
HOURS = 3600.0


def questions():
    for number in range(8):
        request = ModelRequest(
            purpose="synthesize", prompt_fingerprint="f", model="offline-teacher",
            messages=(Message(role="user", text=f"question {number}"),),
            reply="Synthesis", temperature=0.1, max_tokens=100, seed=1,
        )  # fmt: skip
        yield Question(number, request, Synthesis, lambda _reply: None)


@pytest.fixture
def slow(monkeypatch):
    """An endpoint whose answers take an hour, and a run that waits for them 0.1 s at its end."""
    close_engines()
    with served(Options(canned=True, latency=Latency("fixed", HOURS))) as endpoint:
        monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", "sk-slow")
        monkeypatch.setenv("RS_GPT4V_LANDING", "0.1")
        settings.cache_clear()
        yield endpoint
        close_engines()
    settings.cache_clear()
    resume_work()


def test_threads_that_wait_for_answers_end_with_their_run(slow, tmp_path):
    raised = []

    def stage():
        try:
            list(ask_all(REMOTE, ServiceParams(concurrency=4), Store(str(tmp_path)), questions))
        except Stopped as error:
            raised.append(error)

    thread = threading.Thread(target=stage)

    def cancelled_run():
        with ending_soon():
            thread.start()
            while slow.bill.in_flight < 4:
                time.sleep(0.01)
            raise TerminationSignal(signal=signal.SIGTERM)

    with pytest.raises(TerminationSignal):
        cancelled_run()
    thread.join(60)
    assert not thread.is_alive()
    assert len(raised) == 1
    assert slow.bill.seen == 4  # nothing was asked any more
    with pytest.raises(Stopped):
        list(ask_all(REMOTE, ServiceParams(), Store(str(tmp_path)), questions))


def test_a_run_that_fails_by_itself_stops_nothing(slow, tmp_path):
    with pytest.raises(ValueError, match="by itself"), ending_soon():
        raise ValueError("by itself")
    assert list(ask_all(TeacherParams(), ServiceParams(), Store(str(tmp_path)), tuple)) == []
