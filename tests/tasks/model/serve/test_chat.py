"""Chat completions in OpenAI's shapes, streamed and whole, seen by the official client."""

import subprocess
import sys

import openai
import pytest

from schemas.facts import FactSheet
from schemas.teacher import REPLIES, LocalDescription
from tasks.model.serve import Batching, Checks, Latency, Options, serve, served, serving
from tasks.model.serve.answering import CANNED
from tasks.spatial.facts import fact_sheet
from tests.tasks._teaching import apron
from tests.tasks.model._stand_in import write
from tests.tasks.model.serve._calls import CHAT, ask, body, call, pictured

PLAIN = "Reply with one JSON object, a `LocalDescription`, and nothing else."


@pytest.fixture(scope="module")
def url():
    with serving(write) as base:
        yield base


@pytest.fixture
def written(url: str):
    with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as opened:
        yield opened


def text_of(sheet: FactSheet) -> str:
    return f"Describe.\n\n```json\n{sheet.model_dump_json(exclude_none=True)}\n```"


def test_models_are_listed_and_found(written: openai.OpenAI) -> None:
    assert [model.id for model in written.models.list()] == ["offline-teacher"]
    assert written.models.retrieve("offline-teacher").owned_by == "rs-gpt4v"
    with pytest.raises(openai.NotFoundError):
        written.models.retrieve("another")


def test_structured_outputs_are_parsed_by_the_official_client(written: openai.OpenAI) -> None:
    done = written.chat.completions.parse(
        model="offline-teacher",
        messages=[{"role": "user", "content": text_of(fact_sheet(apron()))}],
        response_format=LocalDescription,
    )
    assert isinstance(done.choices[0].message.parsed, LocalDescription)
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens > 0


def test_the_record_may_be_named_in_words(written: openai.OpenAI) -> None:
    done = written.chat.completions.create(
        model="offline-teacher",
        messages=[{"role": "user", "content": f"{text_of(fact_sheet(apron()))}\n\n{PLAIN}"}],
    )
    LocalDescription.model_validate_json(done.choices[0].message.content)


@pytest.mark.parametrize(
    ("messages", "extra", "said"),
    [
        ([{"role": "user", "content": "hello"}], {}, "name one in response_format"),
        ([], {}, "messages"),
        ([{"role": "user", "content": 3}], {}, "messages.content"),
        ([{"role": "stranger", "content": "x"}], {}, "role"),
        ([{"role": "user", "content": PLAIN}], {"n": 2}, "leave out n"),
        ([{"role": "user", "content": PLAIN}], {"max_tokens": 0}, "max_tokens"),
        ([{"role": "user", "content": PLAIN}], {"response_format": {"type": "xml"}}, "json_schema"),
        (
            [{"role": "user", "content": "Reply with one JSON object, a `Poem`"}],
            {},
            "Unknown reply record “Poem”",
        ),
        (
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": PLAIN},
                        {"type": "image_url", "image_url": {"url": "http://127.0.0.1/a.jpg"}},
                    ],
                }
            ],
            {},
            "data:image/jpeg;base64",
        ),
    ],
)
def test_wrong_requests_are_refused_in_openais_shape(written, messages, extra, said) -> None:
    with pytest.raises(openai.BadRequestError, match=said) as caught:
        written.chat.completions.create(model="offline-teacher", messages=messages, **extra)
    assert caught.value.type == "invalid_request_error"


def test_a_body_that_is_no_json_object_is_refused(endpoint) -> None:
    assert "must be a JSON object" in call(endpoint.url, "POST", CHAT, [1]).error["message"]
    assert (
        "model"
        in call(endpoint.url, "POST", CHAT, {"messages": body()["messages"]}).error["message"]
    )


def test_an_unknown_path_is_refused_in_openais_shape(written: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        written.embeddings.create(model="offline-teacher", input="x")
    assert caught.value.body["message"] == "Not Found"


def test_a_server_may_lack_structured_outputs() -> None:
    with serving(write, refuse_response_format=True) as base:
        client = openai.OpenAI(base_url=base, api_key="none", max_retries=0)
        with client, pytest.raises(openai.BadRequestError, match="response_format") as caught:
            client.chat.completions.parse(
                model="m",
                messages=[{"role": "user", "content": text_of(fact_sheet(apron()))}],
                response_format=LocalDescription,
            )
    assert caught.value.param == "response_format"


@pytest.mark.parametrize("reply", REPLIES)
def test_canned_answers_are_valid_records(client, reply) -> None:
    REPLIES[reply].model_validate_json(CANNED[reply])
    said = client.chat.completions.parse(
        model="m", messages=[{"role": "user", "content": "x"}], response_format=REPLIES[reply]
    )
    assert said.choices[0].message.parsed == REPLIES[reply].model_validate_json(CANNED[reply])


def test_an_echo_tells_requests_apart(start) -> None:
    endpoint = start(echo=True)
    texts = [ask(endpoint.url, n).json["choices"][0]["message"]["content"] for n in (1, 2, 1)]
    assert texts[0] == texts[2] != texts[1]
    (first, second) = endpoint.billed_keys
    assert first[:16] in texts[0]
    assert second[:16] in texts[1]


def test_streams_bring_the_same_words_and_usage_at_the_end(client) -> None:
    asked = body()
    whole = client.chat.completions.create(**asked)
    chunks = list(
        client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    )
    *deltas, last = chunks
    text = "".join(chunk.choices[0].delta.content or "" for chunk in deltas)
    assert text == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in deltas][-1] == "stop"
    assert (last.choices, last.usage) == ([], whole.usage)
    assert all(chunk.usage is None for chunk in deltas)


def test_streams_are_server_sent_events_without_usage_unless_asked(endpoint) -> None:
    reply = ask(endpoint.url, stream=True)
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.body.endswith(b"data: [DONE]\n\n")
    assert b"usage" not in reply.body


def test_pictures_count_in_usage_unless_they_are_not_to(start) -> None:
    counted = call(start().url, "POST", CHAT, pictured(1024, 1024)).json["usage"]
    bare = call(start(image_tokens=False).url, "POST", CHAT, pictured(1024, 1024)).json["usage"]
    assert counted["prompt_tokens"] - bare["prompt_tokens"] == 765


def test_a_long_beginning_that_came_before_is_cached(client) -> None:
    rules = {"role": "system", "content": "rule " * 1000}  # 1,250 tokens
    used = [
        client.chat.completions.create(
            model="m", messages=[rules, {"role": "user", "content": f"{PLAIN} {n}"}]
        ).usage.prompt_tokens_details.cached_tokens
        for n in range(2)
    ]
    assert used == [0, 1152]


def test_hidden_tokens_are_told_and_billed(start) -> None:
    endpoint = start(reasoning_tokens=500)
    used = ask(endpoint.url).json["usage"]
    assert used["completion_tokens_details"]["reasoning_tokens"] == 500
    assert used["completion_tokens"] == endpoint.bill.completion_tokens > 500


@pytest.mark.parametrize(
    ("checks", "status", "code"),
    [
        ({"key": "sk-right"}, 401, "invalid_api_key"),
        ({"models": ("gpt-4o",)}, 404, "model_not_found"),
        ({"context": 5}, 400, "context_length_exceeded"),
        ({"quota": 0}, 429, "insufficient_quota"),
        ({"banned": "Number"}, 400, "content_filter"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_code(start, checks, status, code) -> None:
    endpoint = start(checks=Checks(**checks))
    reply = ask(endpoint.url)
    assert (reply.status, reply.error["code"]) == (status, code)
    assert endpoint.bill.billed == 0


def test_the_right_key_and_model_are_answered(start) -> None:
    url = start(checks=Checks(key="sk-right", models=("gpt-4o",))).url
    with openai.OpenAI(base_url=url, api_key="sk-right", max_retries=0) as client:
        assert client.chat.completions.create(**body(model="gpt-4o")).model == "gpt-4o"
        assert client.models.list().data[0].id == "gpt-4o"
    wrong = call(url, "GET", "/v1/models", Authorization="Bearer sk-wrong-one")
    assert wrong.status == 401
    assert b"sk-" not in wrong.body


def test_a_model_may_have_no_eyes(start) -> None:
    url = start(checks=Checks(vision=False)).url
    reply = call(url, "POST", CHAT, pictured())
    assert (reply.status, reply.error["message"]) == (400, "this model does not accept images")
    assert ask(url).status == 200


def test_the_quota_ends_after_so_many_answers(start) -> None:
    url = start(checks=Checks(quota=2)).url
    assert [ask(url, n).status for n in range(3)] == [200, 200, 429]


def test_it_serves_until_it_is_ended_and_says_where() -> None:
    code = "from tasks.model.serve import serve; serve(ready=lambda u: print(u, flush=True))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as server:
        try:
            base = server.stdout.readline().decode().strip()
            with openai.OpenAI(base_url=base, api_key="none") as opened:
                assert [model.id for model in opened.models.list()] == ["offline-teacher"]
        finally:
            server.terminate()
            assert server.wait(timeout=10) == 0


def test_a_taken_port_is_said_before_serving() -> None:
    with serving(write) as base, pytest.raises(OSError, match="in use"):
        serve(port=int(base.split(":")[2].split("/")[0]))


def test_a_stopped_endpoint_cuts_what_is_under_way() -> None:
    slow = Options(canned=True, latency=Latency(first=60), batching=Batching(seconds=60))
    with served(slow) as endpoint:
        call(endpoint.url, "GET", "/bill")
        endpoint.stop()
        with pytest.raises(OSError, match="refused"):
            ask(endpoint.url)
