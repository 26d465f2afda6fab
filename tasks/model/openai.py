"""Any OpenAI-compatible server as teacher, through the official client.

Structured outputs by JSON schema where the server has them; else the schema goes into the text. A
server says by a 400 what it lacks, and is then asked without it for the rest of the session.
"""

import base64
import json
import logging
from typing import Any, Final, Literal, NamedTuple

import openai
from openai.types.chat import ChatCompletion

from prompts import reply_record
from schemas.errors import MissingSecret, TeacherError, TransientTeacherError
from schemas.settings import Settings
from schemas.teacher import Answer, Message, ModelRequest

log = logging.getLogger(__name__)

_TRANSIENT: Final = frozenset({408, 409, 429})
_WORST: Final = 500  # characters of a server's message that are passed on


class _Dialect(NamedTuple):
    """What a server understands."""

    structured: bool
    limit: Literal["max_tokens", "max_completion_tokens"]


class OpenAITeacher:
    """Asks one server; connects at the first request, so answers that stand need no key."""

    def __init__(self, where: Settings, *, structured: bool = True) -> None:
        """Ask the server that ``where`` names; ``structured`` sends the JSON schema beside the text."""
        self._where = where
        self._dialect = _Dialect(structured, "max_tokens")
        self._client: openai.AsyncOpenAI | None = None

    async def close(self) -> None:
        """Close the connections, where any were opened."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def answer(self, request: ModelRequest) -> Answer:
        """Return what the server says to ``request``.

        Raises MissingSecret without a key, TransientTeacherError for time-outs, broken connections,
        overload and server errors, TeacherError for whatever another try would not mend.
        """
        while True:
            sent = self._dialect
            try:
                reply = await self._asked(request, sent)
            except openai.APIStatusError as error:
                if self._without_what_it_lacks(error, sent):
                    continue
                if _is_filtered(error):
                    return _refused(request, error)
                raise self._meaning(error, request) from None  # a server may echo the key
            except openai.APIConnectionError as error:
                late = isinstance(error, openai.APITimeoutError)
                kind = "did not answer in time" if late else "cannot be reached"
                raise TransientTeacherError(
                    f"The teacher at {self._url} {kind}. Check that it runs and that "
                    "RS_GPT4V_OPENAI_BASE_URL is right."
                ) from error
            return _answer(request, reply)

    @property
    def _url(self) -> str:
        return self._where.openai_base_url or "https://api.openai.com/v1"

    async def _asked(self, request: ModelRequest, dialect: "_Dialect") -> ChatCompletion:
        arguments = _arguments(request, dialect)
        reply = await self._connected().chat.completions.create(**arguments)
        if not isinstance(reply, ChatCompletion):
            raise TeacherError(
                f"{self._url} does not speak the OpenAI protocol. Its URL usually ends in /v1."
            )
        return reply

    def _connected(self) -> openai.AsyncOpenAI:
        if self._client is None:
            key, url = key_and_url(self._where)
            timeout = self._where.request_timeout
            self._client = openai.AsyncOpenAI(api_key=key, base_url=url, timeout=timeout)
        return self._client

    def _without_what_it_lacks(self, error: openai.APIStatusError, sent: "_Dialect") -> bool:
        """Note what the server refuses of our arguments; say whether to ask again without it."""
        if error.status_code not in {400, 422}:
            return False
        said = f"{error.param} {error.message}"
        if sent.structured and ("response_format" in said or "json_schema" in said):
            log.warning("%s has no structured outputs: the schema goes into the text", self._url)
            self._dialect = self._dialect._replace(structured=False)
            return True
        if sent.limit == "max_tokens" and "max_completion_tokens" in said:
            self._dialect = self._dialect._replace(limit="max_completion_tokens")
            return True
        return False

    def _meaning(self, error: openai.APIStatusError, request: ModelRequest) -> TeacherError:
        said = self._scrubbed(error.message)
        if error.code == "insufficient_quota":
            return TeacherError(f"The account at {self._url} has no quota left. {said}")
        if error.status_code in _TRANSIENT or error.status_code >= 500:
            return TransientTeacherError(f"{self._url} answered {error.status_code}. {said}")
        if error.status_code == 401:
            return TeacherError(
                f"{self._url} does not accept the key (401). Check RS_GPT4V_OPENAI_API_KEY."
            )
        if error.status_code == 403:
            return TeacherError(f"{self._url} denies access to {request.model} (403). {said}")
        if error.status_code == 404:
            return TeacherError(
                f"{self._url} knows no model “{request.model}”, or is no OpenAI-compatible URL "
                f"(404). Check teacher.model and RS_GPT4V_OPENAI_BASE_URL. {said}"
            )
        if error.code == "context_length_exceeded":
            return TeacherError(
                f"A {request.purpose} request is too long for {request.model}: lower "
                f"teacher.request_tokens or teacher.max_tokens. {said}"
            )
        return TeacherError(f"{self._url} refused a request ({error.status_code}). {said}")

    def _scrubbed(self, text: str) -> str:
        key = self._where.openai_api_key
        secret = key.get_secret_value() if key else ""
        return (text.replace(secret, "…") if secret else text)[:_WORST]


def key_and_url(where: Settings) -> tuple[str, str | None]:
    """Return the key and the base URL (None for OpenAI's own).

    A server of one's own needs no key. Raises MissingSecret where OpenAI's own lacks it.
    """
    if where.openai_api_key is not None and where.openai_api_key.get_secret_value():
        return where.openai_api_key.get_secret_value(), where.openai_base_url
    if where.openai_base_url:
        return "none", where.openai_base_url
    raise MissingSecret(
        "The openai teacher has no key. Set the environment variable RS_GPT4V_OPENAI_API_KEY (or "
        "OPENAI_API_KEY), or name a server that needs none in RS_GPT4V_OPENAI_BASE_URL, or use the "
        "offline teacher."
    )


def _arguments(request: ModelRequest, dialect: _Dialect) -> dict[str, Any]:
    """Return the body of a chat completion; the picture goes with the first user message."""
    schema = reply_record(request.reply).model_json_schema()
    texts = list(request.messages) if dialect.structured else _with_schema(request, schema)
    pictured = next((n for n, x in enumerate(texts) if x.role == "user"), None)
    arguments: dict[str, Any] = {
        "model": request.model,
        "messages": [
            _message(text, request.image if place == pictured else None)
            for place, text in enumerate(texts)
        ],
        "temperature": request.temperature,
        "seed": request.seed,
        dialect.limit: request.max_tokens,
    }
    if dialect.structured:
        named = {"name": request.reply, "schema": schema, "strict": True}
        arguments["response_format"] = {"type": "json_schema", "json_schema": named}
    return arguments


def _message(message: Message, image: bytes | None) -> dict[str, Any]:
    if image is None:
        return {"role": message.role, "content": message.text}
    url = f"data:image/jpeg;base64,{base64.b64encode(image).decode()}"
    parts = [
        {"type": "text", "text": message.text},
        {"type": "image_url", "image_url": {"url": url, "detail": "high"}},
    ]
    return {"role": message.role, "content": parts}


def _with_schema(request: ModelRequest, schema: dict[str, Any]) -> list[Message]:
    """Return the messages with the reply's schema at the end of the last one."""
    last = request.messages[-1]
    asked = (
        f"{last.text}\n\nReply with one JSON object, a `{request.reply}`, and nothing else: no "
        f"code fence, no words before or after it. Its JSON schema is:\n{json.dumps(schema)}"
    )
    return [*request.messages[:-1], Message(role=last.role, text=asked)]


def _answer(request: ModelRequest, reply: ChatCompletion) -> Answer:
    if not reply.choices:
        raise TransientTeacherError(f"{request.model} sent an answer without any choice.")
    choice, usage = reply.choices[0], reply.usage
    filtered = "content_filter" if choice.finish_reason == "content_filter" else None
    return Answer(
        key=request.key,
        model=reply.model or request.model,
        text=choice.message.content or "",
        finish_reason=choice.finish_reason,
        refusal=choice.message.refusal or filtered,
        prompt_tokens=usage.prompt_tokens if usage else 0,
        completion_tokens=usage.completion_tokens if usage else 0,
    )


def _refused(request: ModelRequest, error: openai.APIStatusError) -> Answer:
    return Answer(
        key=request.key,
        model=request.model,
        text="",
        finish_reason="content_filter",
        refusal=error.message[:_WORST] or "content_filter",
    )


def _is_filtered(error: openai.APIStatusError) -> bool:
    return error.code in {"content_filter", "content_policy_violation"}
