"""Any OpenAI-compatible server: what is sent, what comes back, and what its refusals mean."""

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

import schemas.teacher
from prompts import reply_record
from schemas.errors import MissingSecret, TeacherError, TransientTeacherError
from schemas.settings import Settings
from schemas.teacher import Message, ModelRequest
from tasks.model.openai import OpenAITeacher

SECRET = "sk-very-secret"
REQUEST = ModelRequest(
    purpose="synthesize",
    prompt_fingerprint="f",
    model="vision-1",
    messages=(Message(role="system", text="rules"), Message(role="user", text="look")),
    image=b"\xff\xd8jpeg",
    image_sha256="0" * 64,
    reply="Synthesis",
    temperature=0.25,
    max_tokens=321,
    seed=7,
)


class Canned(BaseHTTPRequestHandler):
    """Answers requests with what the test laid down, one after another."""

    replies: ClassVar[list[tuple[int, object]]] = []
    seen: ClassVar[list[dict]] = []

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.seen.append(
            {
                "headers": {k.lower(): v for k, v in self.headers.items()},
                "body": json.loads(self.rfile.read(length)),
            }
        )
        status, body = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("retry-after-ms", "1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def server(*replies: tuple[int, object]) -> Iterator[tuple[str, list[dict]]]:
    seen: list[dict] = []
    answers = type("Answers", (Canned,), {"replies": list(replies), "seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), answers) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}/v1", seen
        finally:
            running.shutdown()
            thread.join()


def completion(**choice: object) -> dict:
    message = {"role": "assistant", "content": choice.get("text"), "refusal": choice.get("refusal")}
    finish = choice.get("finish", "stop")
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "vision-1-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
    }


def error(message: str, **fields: object) -> dict:
    return {"error": {"message": message, "type": "invalid_request_error"} | fields}


def where(url: str | None, key: str | None = SECRET) -> Settings:
    return Settings(OPENAI_BASE_URL=url, OPENAI_API_KEY=key, request_timeout=5)


def answered(teacher: OpenAITeacher, request: ModelRequest = REQUEST):
    async def run():
        try:
            return await teacher.answer(request)
        finally:
            await teacher.close()

    return asyncio.run(run())


def test_a_request_carries_schema_picture_and_sampling() -> None:
    with server((200, completion(text='{"description": "d"}'))) as (url, seen):
        answer = answered(OpenAITeacher(where(url)))
    assert (answer.text, answer.model) == ('{"description": "d"}', "vision-1-2026")
    assert (answer.prompt_tokens, answer.completion_tokens, answer.key) == (11, 3, REQUEST.key)
    body = seen[0]["body"]
    assert (body["model"], body["temperature"], body["max_tokens"], body["seed"]) == (
        "vision-1", 0.25, 321, 7,
    )  # fmt: skip
    assert body["messages"][0] == {"role": "system", "content": "rules"}
    text, image = body["messages"][1]["content"]
    assert text == {"type": "text", "text": "look"}
    encoded = image["image_url"]["url"].removeprefix("data:image/jpeg;base64,")
    assert base64.b64decode(encoded) == REQUEST.image
    schema = body["response_format"]["json_schema"]
    assert (schema["name"], schema["strict"]) == ("Synthesis", True)
    assert seen[0]["headers"]["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("name", ["LocalDescription", "Synthesis", "Dialogue"])
def test_schemas_of_replies_are_strict(name: str) -> None:
    def check(node: object) -> None:
        if isinstance(node, dict):
            if node.get("type") == "object":
                assert node["additionalProperties"] is False
                assert set(node["required"]) == set(node["properties"])
            for value in node.values():
                check(value)
        elif isinstance(node, list):
            for value in node:
                check(value)

    assert reply_record(name) is getattr(schemas.teacher, name)
    check(reply_record(name).model_json_schema())


def test_a_server_without_structured_outputs_is_asked_in_words_from_then_on() -> None:
    refusal = (400, error("'response_format' of type json_schema is not supported"))
    teacher = None
    with server(refusal, (200, completion(text="{}"))) as (url, seen):
        teacher = OpenAITeacher(where(url))

        async def twice() -> None:
            await teacher.answer(REQUEST)
            await teacher.answer(REQUEST)
            await teacher.close()

        asyncio.run(twice())
    bodies = [one["body"] for one in seen]
    assert ["response_format" in body for body in bodies] == [True, False, False]
    words = bodies[1]["messages"][1]["content"][0]["text"]
    assert words.startswith("look\n\nReply with one JSON object, a `Synthesis`")
    assert '"additionalProperties": false' in words
    assert "```" not in words


def test_structured_outputs_can_be_switched_off() -> None:
    with server((200, completion(text="{}"))) as (url, seen):
        answered(OpenAITeacher(where(url), structured=False))
    assert "response_format" not in seen[0]["body"]


def test_a_model_that_wants_max_completion_tokens_gets_them() -> None:
    refusal = (400, error("Use 'max_completion_tokens' instead.", param="max_tokens"))
    with server(refusal, (200, completion(text="{}"))) as (url, seen):
        answered(OpenAITeacher(where(url)))
    assert seen[1]["body"]["max_completion_tokens"] == 321
    assert "max_tokens" not in seen[1]["body"]


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_what_may_pass_is_transient_after_the_clients_own_retries(status: int) -> None:
    with (
        server((status, error("busy"))) as (url, seen),
        pytest.raises(TransientTeacherError, match=f"{status}.*busy"),
    ):
        answered(OpenAITeacher(where(url)))
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, error(f"Incorrect API key: {SECRET}"), "does not accept the key"),
        (403, error(f"not with {SECRET}"), "denies access to vision-1"),
        (404, error("no such model"), "knows no model “vision-1”"),
        (429, error("You exceeded your quota", code="insufficient_quota"), "no quota left"),
        (400, error("too long", code="context_length_exceeded"), "lower teacher.request_tokens"),
        (400, error("bad"), "refused a request"),
    ],
)
def test_what_no_retry_mends_ends_the_run_and_never_shows_the_key(status, body, said) -> None:
    with server((status, body)) as (url, _), pytest.raises(TeacherError, match=said) as caught:
        answered(OpenAITeacher(where(url)))
    assert not isinstance(caught.value, TransientTeacherError)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, completion(text=None, refusal="I cannot help with that.")),
        (200, completion(text="", finish="content_filter")),
        (400, error("filtered", code="content_filter")),
    ],
)
def test_refusals_are_answers(status: int, body: dict) -> None:
    with server((status, body)) as (url, _):
        assert answered(OpenAITeacher(where(url))).refusal


def test_the_finish_reason_is_kept() -> None:
    with server((200, completion(text='{"descr', finish="length"))) as (url, _):
        assert answered(OpenAITeacher(where(url))).finish_reason == "length"


def test_a_server_that_is_not_there_is_transient_and_named() -> None:
    with pytest.raises(TransientTeacherError, match=r"127\.0\.0\.1:9/v1 cannot be reached"):
        answered(OpenAITeacher(where("http://127.0.0.1:9/v1")))


def test_openai_itself_needs_a_key_and_the_variable_is_named() -> None:
    with pytest.raises(MissingSecret, match="RS_GPT4V_OPENAI_API_KEY"):
        answered(OpenAITeacher(where(None, None)))


def test_a_server_of_ones_own_needs_no_key() -> None:
    with server((200, completion(text="{}"))) as (url, seen):
        answered(OpenAITeacher(where(url, None)))
    assert seen[0]["headers"]["authorization"] == "Bearer none"


def test_a_web_page_is_no_openai_server() -> None:
    with (
        server((200, "<html>")) as (url, _),
        pytest.raises(TeacherError, match="does not speak the OpenAI protocol"),
    ):
        answered(OpenAITeacher(where(url)))
