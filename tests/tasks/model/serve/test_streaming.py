"""Answers stream as server-sent events, usage last where it is asked for."""

import http.client
import json
import time

import openai
import pytest

from schemas.teacher import Synthesis
from tasks.model.serve import Options, request_key
from tests.tasks.model.serve._asking import body, endpoint

STREAMED = body(stream=True, stream_options={"include_usage": True})


@pytest.fixture(scope="module")
def running():
    with endpoint(Options(canned=True)) as (raw, served):
        yield raw, served


def events(content: bytes) -> list[str]:
    assert content.endswith(b"\n\n")
    return [one.removeprefix("data: ") for one in content.decode().split("\n\n")[:-1]]


def test_the_pieces_make_up_the_whole_answer(running) -> None:
    raw, served = running
    seen = raw.ask(STREAMED)
    assert seen.headers["content-type"] == "text/event-stream"
    *chunks, done = events(seen.content)
    assert done == "[DONE]"
    read = [json.loads(chunk) for chunk in chunks]
    assert {chunk["object"] for chunk in read} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in read}) == 1
    *pieces, last = read
    text = "".join(piece["choices"][0]["delta"].get("content") or "" for piece in pieces)
    assert text == raw.ask(body()).text
    assert pieces[0]["choices"][0]["delta"]["role"] == "assistant"
    assert pieces[-1]["choices"][0]["finish_reason"] == "stop"
    assert [piece["usage"] for piece in pieces] == [None] * len(pieces)
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] > 0
    assert served.billed_keys[request_key(STREAMED)] == 1


def test_usage_is_left_out_unless_it_is_asked_for(running) -> None:
    *chunks, _ = events(running[0].ask(body(stream=True)).content)
    assert not any("usage" in json.loads(chunk) for chunk in chunks)


def test_the_official_client_reads_the_stream(running) -> None:
    with openai.OpenAI(base_url=running[1].url, api_key="k", max_retries=0) as client:
        chunks = list(client.chat.completions.create(**STREAMED))
    assert chunks[-1].usage.prompt_tokens > 0
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    Synthesis.model_validate_json(text)


def test_a_refusal_streams_as_one(running) -> None:
    *chunks, _ = events(running[0].ask(body(stream=True), "refusal").content)
    deltas = [json.loads(chunk)["choices"][0]["delta"] for chunk in chunks]
    assert "".join(delta.get("refusal") or "" for delta in deltas)
    assert not "".join(delta.get("content") or "" for delta in deltas)


def test_a_torn_stream_ends_without_done_and_a_cut_one_breaks(running) -> None:
    raw, _ = running
    assert "[DONE]" not in events(raw.ask(body(stream=True), "torn").content)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        raw.ask(body(stream=True), "cut")


def test_a_stream_may_drip(running) -> None:
    begun = time.monotonic()
    seen = running[0].ask(body(stream=True), "drip=0.3")
    assert 0.25 <= time.monotonic() - begun < 3
    assert events(seen.content)[-1] == "[DONE]"
