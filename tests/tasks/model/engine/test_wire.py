"""The wire: bodies are made of bytes once, replies are read however servers shape them."""

import base64
import json

import pytest
from pydantic import ValidationError

import schemas.teacher
from prompts import reply_record
from tasks.model.engine.wire import Dialect, NoChoice, body_of, read_completion, without
from tests.tasks.model.engine._servers import REQUEST, completion


def body(**dialect: object) -> dict:
    return json.loads(body_of(REQUEST, Dialect(**dialect), "vision-1"))


def read(sent: object):
    return read_completion(json.dumps(sent).encode(), REQUEST, "vision-1")


def test_a_body_carries_schema_picture_and_sampling() -> None:
    sent = body()
    assert (sent["model"], sent["temperature"], sent["max_tokens"], sent["seed"]) == (
        "vision-1", 0.25, 321, 7,
    )  # fmt: skip
    assert sent["messages"][0] == {"role": "system", "content": "rules"}
    text, image = sent["messages"][1]["content"]
    assert text == {"type": "text", "text": "look"}
    assert image["image_url"]["detail"] == "high"
    encoded = image["image_url"]["url"].removeprefix("data:image/jpeg;base64,")
    assert base64.b64decode(encoded) == REQUEST.image
    schema = sent["response_format"]["json_schema"]
    assert (schema["name"], schema["strict"]) == ("Synthesis", True)
    assert schema["schema"] == schemas.teacher.Synthesis.model_json_schema()


def test_a_server_without_structured_outputs_gets_the_schema_in_words() -> None:
    sent = body(structured=False)
    assert "response_format" not in sent
    words = sent["messages"][1]["content"][0]["text"]
    assert words.startswith("look\n\nReply with one JSON object, a `Synthesis`")
    assert '"additionalProperties": false' in words
    assert "```" not in words


def test_what_a_server_refuses_is_left_out() -> None:
    sent = body(limit="max_completion_tokens", temperature=False, seed=False, detail=False)
    assert sent["max_completion_tokens"] == 321
    assert {"max_tokens", "temperature", "seed"}.isdisjoint(sent)
    assert "detail" not in sent["messages"][1]["content"][1]["image_url"]


@pytest.mark.parametrize("text", ['quote " and \\ back', "línea\nnueva", "城市 🛰", "\x00\x1f"])
def test_any_text_survives(text: str) -> None:
    message = schemas.teacher.Message(role="user", text=text)
    sent = body_of(REQUEST.model_copy(update={"messages": (message,)}), Dialect(), "m")
    assert json.loads(sent)["messages"][0]["content"][0]["text"] == text


@pytest.mark.parametrize(
    ("param", "message", "fewer"),
    [
        ("response_format", "not supported", {"structured": False}),
        (None, "'response_format' of type json_schema is not supported", {"structured": False}),
        ("max_tokens", "Use 'max_completion_tokens'.", {"limit": "max_completion_tokens"}),
        ("temperature", "Only the default (1) value is supported", {"temperature": False}),
        (None, "Unrecognized request argument supplied: seed", {"seed": False}),
    ],
)
def test_a_400_teaches_the_dialect(param, message: str, fewer: dict) -> None:
    known = without(Dialect(), param, message)
    assert known == Dialect(**fewer)
    assert without(known, param, message) is None


def test_another_400_teaches_nothing() -> None:
    assert without(Dialect(), "messages", "the picture is broken, it seeds doubt") is None


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


def test_a_reply_is_read_with_all_it_took() -> None:
    sent = completion()
    sent["usage"] |= {
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }
    answer, usage = read(sent)
    assert (answer.text, answer.model, answer.finish_reason) == (
        '{"description": "d"}', "vision-1-2026", "stop",
    )  # fmt: skip
    assert (usage.prompt, usage.cached, usage.completion, usage.reasoning) == (11, 4, 3, 2)
    assert (answer.cached_tokens, answer.reasoning_tokens) == (4, 2)


@pytest.mark.parametrize(
    "usage", [None, {}, "much", {"prompt_tokens": -3, "completion_tokens": 2}, {"prompt_tokens": 1}]
)
def test_usage_that_is_none_counts_as_missing(usage: object) -> None:
    answer, counted = read(completion() | {"usage": usage})
    assert counted is None
    assert answer.text


def test_details_of_usage_may_be_null_and_never_exceed_the_whole() -> None:
    details = {"prompt_tokens_details": {"cached_tokens": 99}, "completion_tokens_details": None}
    sent = completion()
    sent["usage"] |= details
    _, usage = read(sent)
    assert (usage.cached, usage.reasoning) == (11, 0)


def test_content_may_come_in_parts_and_fields_may_be_missing() -> None:
    parts = [{"type": "text", "text": "{}"}, {"type": "text", "text": " "}]
    answer, _ = read({"choices": [{"message": {"content": parts}}]})
    assert (answer.text, answer.model, answer.finish_reason) == ("{} ", "vision-1", None)


@pytest.mark.parametrize(
    ("choice", "refusal"),
    [({"refusal": "I cannot."}, "I cannot."), ({"finish": "content_filter"}, "content_filter")],
)
def test_refusals_are_answers(choice: dict, refusal: str) -> None:
    assert read(completion(None, **choice))[0].refusal == refusal


def test_a_reply_without_choices_holds_no_answer() -> None:
    with pytest.raises(NoChoice):
        read(completion() | {"choices": []})


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"choices": [{"mess', b"[]", b'{"ok": 1}'])
def test_what_is_no_completion_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(ValidationError):
        read_completion(content, REQUEST, "m")
