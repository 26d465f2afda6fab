"""The offline teacher over HTTP answers in OpenAI's shapes, errors included."""

import subprocess
import sys
import threading

import openai
import pytest

from schemas.facts import FactSheet
from schemas.teacher import LocalDescription
from tasks.model.serve import serve, serving
from tasks.spatial.facts import fact_sheet
from tests.tasks._teaching import apron
from tests.tasks.model._stand_in import write

PLAIN = "Reply with one JSON object, a `LocalDescription`, and nothing else."


@pytest.fixture(scope="module")
def url():
    with serving(write) as base:
        yield base


@pytest.fixture
def client(url: str):
    with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as opened:
        yield opened


def text_of(sheet: FactSheet) -> str:
    return f"Describe.\n\n```json\n{sheet.model_dump_json(exclude_none=True)}\n```"


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["offline-teacher"]


def test_structured_outputs_are_parsed_by_the_official_client(client: openai.OpenAI) -> None:
    done = client.chat.completions.parse(
        model="offline-teacher",
        messages=[{"role": "user", "content": text_of(fact_sheet(apron()))}],
        response_format=LocalDescription,
    )
    assert isinstance(done.choices[0].message.parsed, LocalDescription)
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens > 0


def test_the_record_may_be_named_in_words(client: openai.OpenAI) -> None:
    done = client.chat.completions.create(
        model="offline-teacher",
        messages=[{"role": "user", "content": f"{text_of(fact_sheet(apron()))}\n\n{PLAIN}"}],
    )
    LocalDescription.model_validate_json(done.choices[0].message.content)


@pytest.mark.parametrize(
    ("messages", "extra", "said"),
    [
        ([{"role": "user", "content": "hello"}], {}, "name one in response_format"),
        ([], {}, "messages"),
        ([{"role": "user", "content": PLAIN}], {"n": 2}, "leave out stream and n"),
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
def test_wrong_requests_are_refused_in_openais_shape(client, messages, extra, said) -> None:
    with pytest.raises(openai.BadRequestError, match=said) as caught:
        client.chat.completions.create(model="offline-teacher", messages=messages, **extra)
    assert caught.value.type == "invalid_request_error"


def test_an_unknown_path_is_refused_in_openais_shape(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.embeddings.create(model="offline-teacher", input="x")
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


def test_it_serves_until_it_is_ended_and_says_where() -> None:
    code = "from tasks.model.serve import serve; serve(ready=lambda u: print(u, flush=True))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as server:
        try:
            base = server.stdout.readline().decode().strip()
            with openai.OpenAI(base_url=base, api_key="none") as opened:
                assert [model.id for model in opened.models.list()] == ["offline-teacher"]
        finally:
            server.terminate()
            server.wait(timeout=10)


def test_a_taken_port_is_said_before_serving() -> None:
    with serving(write) as base, pytest.raises(OSError, match="in use"):
        serve(port=int(base.split(":")[2].split("/")[0]), ready=lambda _url: threading.get_ident())
