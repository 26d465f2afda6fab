"""Chat completions in OpenAI's shapes, seen by the official client."""

import http.client
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from schemas.facts import FactSheet
from schemas.teacher import REPLIES, LocalDescription
from tasks.model.serve import Checks, Latency, Options, request_key, serve, serving
from tasks.model.serve.answering import CANNED
from tasks.spatial.facts import fact_sheet
from tests.tasks._teaching import apron
from tests.tasks.model._stand_in import write
from tests.tasks.model.serve._asking import body, endpoint, picture

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


def test_a_body_that_is_no_chat_completion_is_refused() -> None:
    with endpoint() as (raw, _):
        assert "is no JSON" in raw.ask(b"{").error["message"]
        assert "must be a JSON object" in raw.ask([1]).error["message"]
        assert "model" in raw.ask({"messages": body()["messages"]}).error["message"]


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
def test_canned_answers_are_valid_records(reply) -> None:
    record = REPLIES[reply]
    with (
        endpoint() as (_, served),
        openai.OpenAI(base_url=served.url, api_key="k", max_retries=0) as client,
    ):
        said = client.chat.completions.parse(
            model="m", messages=[{"role": "user", "content": "x"}], response_format=record
        )
    assert said.choices[0].message.parsed == record.model_validate_json(CANNED[reply])


def test_an_echo_tells_requests_apart() -> None:
    with endpoint(Options(canned=True, echo=True)) as (raw, served):
        texts = [raw.ask(body(seed)).text for seed in (1, 2, 1)]
        assert texts[0] == texts[2] != texts[1]
        (first, second) = served.billed_keys
        assert first[:16] in texts[0]
        assert second[:16] in texts[1]


def test_pictures_count_in_usage_unless_they_are_not_to() -> None:
    used = []
    for counted in (True, False):
        with endpoint(Options(canned=True, image_tokens=counted)) as (raw, _):
            sent = body(1, "x", picture("high"), picture("low"))
            used.append(raw.ask(sent).json["usage"]["prompt_tokens"])
    assert used[0] - used[1] == 255 + 85


def test_a_long_beginning_that_came_before_is_cached() -> None:
    rules = {"role": "system", "content": "rule " * 1000}  # 1,250 tokens
    with endpoint() as (raw, served):
        for seed, cached in ((1, 0), (2, 1152)):
            used = raw.ask(body(messages=[rules, *body(seed)["messages"]])).json["usage"]
            assert used["prompt_tokens_details"]["cached_tokens"] == cached
        assert served.bill.cached_tokens == 1152


def test_hidden_tokens_are_told_and_billed() -> None:
    with endpoint(Options(canned=True, reasoning_tokens=500)) as (raw, served):
        used = raw.ask(body()).json["usage"]
        assert used["completion_tokens_details"]["reasoning_tokens"] == 500
        assert used["completion_tokens"] == served.bill.completion_tokens > 500


def test_models_that_are_named_answer_and_are_listed_by_their_name() -> None:
    with endpoint(Options(canned=True, checks=Checks(models=("gpt-4o",)))) as (raw, _):
        assert raw.ask(body(model="gpt-4o")).json["model"] == "gpt-4o"
        assert raw.call("GET", "/v1/models").json["data"][0]["id"] == "gpt-4o"


def test_the_bill_is_read_and_reset_over_http() -> None:
    with endpoint() as (raw, served):
        for seed in (1, 1, 2):
            raw.ask(body(seed))
        bill = raw.call("GET", "/bill?keys=1").json
        assert (bill["billed"], bill["keys"], bill["billed_twice"]) == (3, 2, 1)
        assert (
            bill["by_key"]
            == served.billed_keys
            == {request_key(body(1)): 2, request_key(body(2)): 1}
        )
        assert "by_key" not in raw.call("GET", "/bill").json
        assert raw.call("POST", "/bill/reset").json["billed"] == served.bill.billed == 0


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
    with (
        ThreadPoolExecutor(1) as pool,
        endpoint(Options(canned=True, latency=Latency(first=60))) as (raw, served),
    ):
        asked = pool.submit(raw.ask, body())
        while not served.bill.in_flight:
            time.sleep(0.001)
        served.stop()
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            asked.result(timeout=10)
