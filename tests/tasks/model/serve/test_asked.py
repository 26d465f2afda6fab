"""Whatever is sent is read as a chat completion or refused with what is wrong with it."""

import base64
import threading

import openai
import pytest

from tasks.model.serve import serving
from tests.tasks.model.serve._asking import body, endpoint, picture


def said(**message: object) -> dict:
    return body(messages=[{"role": "user", "content": "x"} | message])


@pytest.fixture(scope="module")
def running():
    with endpoint() as (raw, served):
        yield raw, served


@pytest.mark.parametrize(
    "wrong",
    [
        b"", b"{", b"[]", b"\xff", b"1" * 100, {}, body(messages="hello"), body(messages=[1]),
        body(model=7), body(model=""), body(n="2"), body(n=[]), body(n={}), body(seed=1.5),
        body(max_tokens="9"), body(max_tokens=0), body(response_format={"type": "xml"}),
        body(response_format={"type": []}), body(response_format={"type": "json_schema"}),
        said(role="robot"), said(role=[]), said(content=1), said(content=[{"type": "audio"}]),
        said(content=[1]), said(content=[{"type": "image_url", "image_url": {"url": "file:///x"}}]),
        body(1, "x", picture(content=b"")["image_url"]), body(1, "x", {"type": "image_url"}),
        body(1, "x", {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,abcde"}}),
    ],
)  # fmt: skip
def test_what_is_no_chat_completion_is_refused_and_not_billed(running, wrong: object) -> None:
    raw, served = running
    before = served.bill
    seen = raw.ask(wrong)
    assert (seen.status, seen.error["type"]) == (400, "invalid_request_error")
    assert seen.error["message"]
    assert served.bill.billed == before.billed
    assert served.bill.failed == before.failed + 1


@pytest.mark.parametrize(
    "right",
    [
        body(n=1), body(n=None), body(seed=None), body(max_completion_tokens=5), body(stream=False),
        body(response_format=None), body(response_format={"type": "text"}), body(unknown="field"),
        said(content=""), said(role="developer"), said(name="someone"),
        body(1, "x", picture("auto"), picture("low")),
    ],
)  # fmt: skip
def test_what_is_a_chat_completion_is_answered(running, right: dict) -> None:
    assert running[0].ask(right).status == 200


def test_the_writer_sees_texts_picture_record_and_seed() -> None:
    heard = []

    def noting(texts, image, reply, seed) -> str:
        heard.append((texts, image, reply, seed))
        return "{}"

    part = picture()
    with serving(noting) as url, openai.OpenAI(base_url=url, api_key="none") as client:
        client.chat.completions.create(**body(5, "Look.", part))
    image = base64.b64decode(part["image_url"]["url"].partition(",")[2])
    assert heard == [(("Look.",), image, "Synthesis", 5)]


def test_those_in_flight_at_once_are_counted() -> None:
    with endpoint() as (raw, running):
        threads = [
            threading.Thread(target=raw.ask, args=(body(seed), "latency=0.3")) for seed in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (running.bill.peak_in_flight, running.bill.in_flight) == (5, 0)
