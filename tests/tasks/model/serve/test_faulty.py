"""Each fault is seen as it is described, by a raw and by the official client, and billed as it says."""

import http.client
import json
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import openai
import pytest

from schemas.teacher import Synthesis
from tasks.model.serve import FAULTS, Options
from tests.tasks.model.serve._asking import body, endpoint

BROKEN = (ConnectionError, http.client.HTTPException)
BILLED = {name for name, (scope, said) in FAULTS.items() if scope == "chat" and "billed" in said}
NOT_BILLED = {"reset_unbilled"}


@pytest.fixture(scope="module")
def running():
    with endpoint(Options(canned=True)) as (raw, served):
        yield raw, served


@pytest.fixture
def ask(running):
    """Ask with a fault; gives the answer and how many were billed for it."""
    raw, served = running

    def asked(fault: str, **more: object):
        before = served.bill.billed
        seen = raw.ask(body(**more), fault)
        return seen, served.bill.billed - before

    return asked


@pytest.fixture
def official(running):
    with openai.OpenAI(base_url=running[1].url, api_key="k", max_retries=0) as client:
        yield lambda fault: client.chat.completions.create(
            **body(), extra_headers={"x-fault": fault}
        )


@pytest.mark.parametrize(
    "name", sorted(name for name, (scope, _) in FAULTS.items() if scope == "chat")
)
def test_a_fault_is_billed_as_its_description_says(running, name: str) -> None:
    raw, served = running
    before = served.bill
    with suppress(*BROKEN):
        raw.ask(body(), f"{name}=0.05" if name == "drip" else name)
    deadline = time.monotonic() + 5
    while served.bill.in_flight and time.monotonic() < deadline:
        time.sleep(0.001)
    after = served.bill
    billed = name in BILLED - NOT_BILLED
    assert after.billed - before.billed == billed
    assert (after.refused + after.failed) - (before.refused + before.failed) == (not billed)


@pytest.mark.parametrize(
    ("fault", "header"),
    [
        ("busy", "1"), ("busy=17", "17"), ("busy=none", None), ("busy_silent", None),
        ("busy_zero", "0"), ("busy_long", "600"),
    ],
)  # fmt: skip
def test_429_comes_with_and_without_retry_after(ask, official, fault, header) -> None:
    seen, billed = ask(fault)
    assert (seen.status, seen.headers.get("retry-after"), billed) == (429, header, 0)
    with pytest.raises(openai.RateLimitError) as caught:
        official(fault)
    assert caught.value.code == "rate_limit_exceeded"


@pytest.mark.parametrize(("fault", "behind"), [("busy_date=30", 0), ("busy_skewed=30", 3600)])
def test_retry_after_may_be_a_date_by_the_servers_own_clock(ask, fault, behind) -> None:
    seen, _ = ask(fault)
    until, now = (parsedate_to_datetime(seen.headers[name]) for name in ("retry-after", "date"))
    assert 29 <= (until - now).total_seconds() <= 31
    assert time.time() - now.timestamp() == pytest.approx(behind, abs=5)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("quota", 429, "insufficient_quota"), ("status_500", 500, None), ("status_503", 503, None),
        ("filtered", 400, "content_filter"), ("status=408", 408, None), ("status=409", 409, None),
        ("status=529", 529, None),
    ],
)  # fmt: skip
def test_errors_come_in_openais_shape(ask, official, fault, status, code) -> None:
    seen, billed = ask(fault)
    assert (seen.status, seen.error["code"], billed) == (status, code, 0)
    with pytest.raises(openai.APIStatusError) as caught:
        official(fault)
    assert caught.value.status_code == status


@pytest.mark.parametrize("status", [200, 502])
def test_a_proxy_answers_with_a_page(ask, status: int) -> None:
    seen, billed = ask(f"page_{status}")
    assert (seen.status, billed) == (status, 0)
    assert seen.headers["content-type"].startswith("text/html")
    assert seen.content.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("fault", ["reset_early", "reset_unbilled", "reset_billed", "cut"])
def test_a_connection_that_breaks_is_an_error_to_any_client(ask, official, fault: str) -> None:
    with pytest.raises(BROKEN):
        ask(fault)
    with pytest.raises(openai.APIConnectionError):
        official(fault)


def test_a_torn_answer_looks_whole_to_http(ask) -> None:
    seen, _ = ask("torn")
    assert int(seen.headers["content-length"]) == len(seen.content)
    assert seen.status == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter"):
        json.loads(seen.content)


def test_content_may_be_wrong_in_every_way(ask, official) -> None:
    with pytest.raises(ValueError, match="unexpected"):
        Synthesis.model_validate_json(ask("wrong_schema")[0].text)
    with pytest.raises(ValueError, match="JSON"):
        Synthesis.model_validate_json(ask("prose")[0].text)
    assert ask("no_choices")[0].json["choices"] == []
    assert official("no_choices").choices == []
    (cut,) = official("length").choices
    assert cut.finish_reason == "length"
    assert cut.message.content
    with pytest.raises(ValueError, match="JSON"):
        Synthesis.model_validate_json(cut.message.content)
    (refused,) = official("refusal").choices
    assert refused.message.content is None
    assert refused.message.refusal


def test_usage_may_be_wrong_in_every_way(ask) -> None:
    assert ask("usage_absent")[0].json.get("usage") is None
    assert ask("usage_negative")[0].json["usage"]["prompt_tokens"] < 0
    absurd = ask("usage_absurd")[0].json["usage"]
    assert absurd["prompt_tokens"] == 10**12
    assert isinstance(absurd["total_tokens"], str)


def test_an_answer_may_drip_and_be_late(ask) -> None:
    for fault in ("drip=0.3", "latency=0.3"):
        begun = time.monotonic()
        seen, billed = ask(fault)
        assert 0.3 <= time.monotonic() - begun < 3
        assert (seen.status, billed) == (200, 1)
        Synthesis.model_validate_json(seen.text)


def test_the_servers_clock_may_be_an_hour_behind(ask) -> None:
    seen, _ = ask("skew")
    date = parsedate_to_datetime(seen.headers["date"]).timestamp()
    assert time.time() - date == pytest.approx(3600, abs=5)


@pytest.mark.parametrize(
    "fault", ["boredom", "latency=soon", "busy_date=x", "status=200", "drip=-1"]
)
def test_a_fault_that_cannot_be_is_refused_and_not_billed(ask, fault: str) -> None:
    seen, billed = ask(fault)
    assert (seen.status, billed) == (400, 0)
    assert "x-fault" in seen.error["message"]


def test_a_connection_goes_on_after_a_fault_that_leaves_it_open(running) -> None:
    raw, _ = running
    assert raw.ask(body(), "status_500").status == 500
    assert raw.ask(body()).status == 200


def test_a_caller_that_goes_away_pays_for_what_it_had_asked(running) -> None:
    _, served = running
    before, at = served.bill.billed, urlsplit(served.url)
    content = json.dumps(body())
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
    connection.request("POST", "/v1/chat/completions", content, {"x-fault": "latency=0.1"})
    deadline = time.monotonic() + 5
    while not served.bill.in_flight and time.monotonic() < deadline:
        time.sleep(0.001)
    connection.close()
    while served.bill.in_flight and time.monotonic() < deadline:
        time.sleep(0.001)
    assert served.bill.billed == before + 1
