"""Each kind of failure: what is tried again, what ends the run at once, what is an answer."""

import pytest

from schemas.errors import MissingSecret, TeacherError, TransientTeacherError
from schemas.params import ServiceParams
from schemas.teacher import Answer
from tests.tasks.model.engine._servers import (
    REQUEST,
    SECRET,
    Reply,
    completion,
    engine_at,
    error,
    numbered,
    server,
)

PAGE = b"<html><title>Corporate proxy</title>" + b"x" * 1000
HTML = {"Content-Type": "text/html"}


def answered(folder, *replies: Reply, **more) -> tuple[Answer, list[dict]]:
    with server(*replies) as (url, seen), engine_at(folder, url, **more) as engine:
        return engine.run(engine.answer(REQUEST)), seen


def failed(folder, *replies: Reply, **more) -> tuple[TeacherError, list[dict]]:
    with (
        server(*replies) as (url, seen),
        engine_at(folder, url, **more) as engine,
        pytest.raises(TeacherError) as caught,
    ):
        engine.run(engine.answer(REQUEST))
    assert SECRET not in str(caught.value)
    return caught.value, seen


@pytest.mark.parametrize(
    "passing",
    [
        (408, error("late")), (409, error("conflict")), (429, error("slow down")),
        (429, error("slow down"), {"Retry-After": "0"}), (500, error("oops")),
        (503, b"<html>down</html>", HTML), (0, None), (200, b'{"choices": [{"mess'), (200, b""),
        (200, completion() | {"choices": []}),
    ],
)  # fmt: skip
def test_what_may_pass_is_tried_again(tmp_path, passing: Reply) -> None:
    service = ServiceParams(patience=0.5)
    answer, seen = answered(tmp_path, passing, (200, completion()), service=service)
    assert answer.text == '{"description": "d"}'
    assert answer.tries == len(seen) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_patience_ends_in_an_error_that_the_stage_may_retry(tmp_path, status: int) -> None:
    service = ServiceParams(patience=0.005)
    caught, seen = failed(tmp_path, (status, error("busy")), service=service)
    assert isinstance(caught, TransientTeacherError)
    assert f"{status}" in str(caught)
    assert "busy" in str(caught)
    assert len(seen) >= 1


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, error(f"Incorrect API key: {SECRET}"), "does not accept the key"),
        (403, error(f"not with {SECRET}"), "denies access to vision-1"),
        (404, error("no such model"), "knows no model “vision-1”"),
        (405, b"Method Not Allowed", "no OpenAI-compatible URL"),
        (402, error("pay first"), "no quota left"),
        (429, error("You exceeded your quota", code="insufficient_quota"), "no quota left"),
        (429, error("no more", type="insufficient_quota"), "no quota left"),
        (200, PAGE, "does not speak the OpenAI protocol"),
        (400, error("bad"), "refused a synthesize request"),
        (413, PAGE, "refused a synthesize request"),
    ],
)
def test_what_no_retry_mends_ends_the_run_and_never_shows_the_key(
    tmp_path, status: int, body: object, said: str
) -> None:
    headers = HTML if isinstance(body, bytes) else {}
    caught, seen = failed(tmp_path, (status, body, headers))
    assert not isinstance(caught, TransientTeacherError)
    assert said in str(caught)
    assert len(seen) == 1
    chain = caught
    while chain is not None:  # nothing that was raised from holds it either
        assert SECRET not in repr(chain)
        chain = chain.__cause__


def test_a_page_that_is_not_json_is_shown_by_its_first_200_characters(tmp_path) -> None:
    caught, _ = failed(tmp_path, (200, PAGE, HTML))
    assert PAGE[:200].decode() in str(caught)
    assert PAGE[:201].decode() not in str(caught)


@pytest.mark.parametrize(
    "said",
    [
        "Invalid content type. image_url is only supported by certain models.",
        "vision-1 is not a multimodal model",
        "At most 0 image(s) may be provided in one request.",
        "image input is not supported - hint: you may need to provide the mmproj",
        "this model does not support images",
        "No endpoints found that support image input, model does not accept image_url",
    ],
)
@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_model_without_vision_is_told_as_such(tmp_path, status: int, said: str) -> None:
    caught, seen = failed(tmp_path, (status, error(said)))
    assert "This model does not accept images" in str(caught)
    assert len(seen) == 1


def test_one_bad_picture_is_no_model_without_vision(tmp_path) -> None:
    said = "You uploaded an unsupported image. Please make sure your image is valid."
    caught, _ = failed(tmp_path, (400, error(said)))
    assert "This model" not in str(caught)


@pytest.mark.parametrize(
    ("reply", "finish"),
    [
        ((200, completion(None, refusal="I cannot help with that.")), "stop"),
        ((200, completion("", finish="content_filter")), "content_filter"),
        ((400, error("filtered", code="content_filter")), "content_filter"),
    ],
)
def test_refusals_are_answers_and_stored(tmp_path, reply: Reply, finish: str) -> None:
    with server(reply) as (url, seen), engine_at(tmp_path, url) as engine:
        answer = engine.run(engine.answer(REQUEST))
        again = engine.run(engine.answer(REQUEST))
    assert answer.refusal
    assert answer.finish_reason == finish
    assert again == answer
    assert len(seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        error("too long", code="context_length_exceeded"),
        error("This model's maximum context length is 8192 tokens"),
        error("the request exceeds the available context size"),
    ],
)
def test_too_long_is_an_answer_with_the_servers_words(tmp_path, body: dict) -> None:
    answer, _ = answered(tmp_path, (400, body))
    assert answer.finish_reason == "context_length_exceeded"
    assert body["error"]["message"] in answer.text


def test_a_cut_off_answer_says_so(tmp_path) -> None:
    answer, _ = answered(tmp_path, (200, completion('{"descr', finish="length")))
    assert answer.finish_reason == "length"


def test_a_server_without_usage_has_its_tokens_estimated(tmp_path) -> None:
    sent = completion()
    del sent["usage"]
    answer, _ = answered(tmp_path, (200, sent))
    assert answer.prompt_tokens > 0
    assert answer.completion_tokens > 0


def test_a_server_without_structured_outputs_is_asked_in_words_from_then_on(tmp_path) -> None:
    refusal = (400, error("'response_format' of type json_schema is not supported"))
    with (
        server(refusal, (200, completion())) as (url, seen),
        engine_at(tmp_path, url) as engine,
    ):
        for number in range(2):
            engine.run(engine.answer(numbered(number)))
    assert ["response_format" in one["body"] for one in seen] == [True, False, False]


def test_a_model_that_refuses_temperature_and_seed_is_asked_without(tmp_path) -> None:
    refusals = [
        (400, error("Use 'max_completion_tokens' instead.", param="max_tokens")),
        (400, error("'temperature' does not support 0.25", param="temperature")),
        (400, error("Unsupported parameter: 'seed'", param="seed")),
    ]
    _, seen = answered(tmp_path, *refusals, (200, completion()))
    assert seen[-1]["body"]["max_completion_tokens"] == 321
    assert {"max_tokens", "temperature", "seed"}.isdisjoint(seen[-1]["body"])
    assert len(seen) == 4


def test_structured_outputs_can_be_switched_off(tmp_path) -> None:
    _, seen = answered(tmp_path, (200, completion()), structured=False)
    assert "response_format" not in seen[0]["body"]


def test_a_server_that_is_not_there_is_transient_and_named(tmp_path) -> None:
    with (
        engine_at(
            tmp_path, "http://127.0.0.1:9/v1", service=ServiceParams(patience=0.001)
        ) as asked,
        pytest.raises(TransientTeacherError, match=r"127\.0\.0\.1:9/v1 cannot be reached"),
    ):
        asked.run(asked.answer(REQUEST))


@pytest.mark.parametrize("url", ["127.0.0.1:80/v1", "ftp://127.0.0.1/v1"])
def test_what_is_no_address_is_told_at_once(tmp_path, url: str) -> None:
    with engine_at(tmp_path, url) as engine, pytest.raises(TeacherError, match="BASE_URL"):
        engine.run(engine.answer(REQUEST))


def test_an_answer_that_takes_too_long_is_given_up(tmp_path) -> None:
    with (
        server((200, completion())) as (url, _),
        engine_at(
            tmp_path, url, service=ServiceParams(patience=0.0001), RS_GPT4V_REQUEST_TIMEOUT="1e-6"
        ) as engine,
        pytest.raises(TransientTeacherError, match="did not answer in time"),
    ):
        engine.run(engine.answer(REQUEST))


def test_openai_itself_needs_a_key_and_the_variable_is_named(tmp_path) -> None:
    with (
        engine_at(tmp_path, key=None) as engine,
        pytest.raises(MissingSecret, match="RS_GPT4V_OPENAI_API_KEY"),
    ):
        engine.run(engine.answer(REQUEST))


def test_a_server_of_ones_own_needs_no_key(tmp_path) -> None:
    _, seen = answered(tmp_path, (200, completion()), key=None)
    assert seen[0]["headers"]["authorization"] == "Bearer none"


def test_a_password_in_the_url_is_refused_and_not_shown(tmp_path) -> None:
    with (
        engine_at(tmp_path, "http://me:hunter2@127.0.0.1:9/v1") as engine,
        pytest.raises(TeacherError, match="user and password") as caught,
    ):
        engine.run(engine.answer(REQUEST))
    assert "hunter2" not in str(caught.value)
