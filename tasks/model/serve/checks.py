"""What is refused: wrong keys, models and prompts, and what faults at and behind the door say."""

import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Final

from tasks.model.serve.asked import Asked
from tasks.model.serve.faults import Fault
from tasks.model.serve.options import Checks
from tasks.model.serve.refusals import Refused
from tasks.model.serve.sending import SKEW

_PATIENCE: Final = {"busy_silent": "none", "busy_zero": "0", "busy_long": "600"}
_DATED: Final = frozenset({"busy_date", "busy_skewed"})


def check_key(checks: Checks, headers: Mapping[str, str]) -> None:
    """Raise Refused (401) where the caller lacks the key that is asked for."""
    if checks.key is None:
        return
    given = headers.get("Authorization", "").removeprefix("Bearer ") or headers.get("api-key", "")
    if given != checks.key:
        raise Refused(401, "Incorrect API key provided.", code="invalid_api_key")


def check(checks: Checks, asked: Asked, prompt: int, billed: int) -> None:
    """Raise Refused where ``asked``, with ``prompt`` tokens, is none that is answered."""
    if checks.quota is not None and billed >= checks.quota:
        raise no_quota()
    if checks.models and asked.model not in checks.models:
        raise Refused(
            404,
            f"The model `{asked.model}` does not exist or you do not have access to it.",
            "model",
            code="model_not_found",
        )
    if not checks.structured and asked.shape is not None:
        raise Refused(400, "response_format is not supported", "response_format")
    if not checks.vision and asked.pictures:
        raise Refused(400, "this model does not accept images", "messages")
    wanted = prompt + (asked.max_tokens or 0)
    if checks.context is not None and wanted > checks.context:
        raise Refused(
            400,
            f"This model's maximum context length is {checks.context} tokens. However, you "
            f"requested {wanted} tokens ({prompt} in the messages, {asked.max_tokens or 0} in the "
            "completion). Please reduce the length of the messages or completion.",
            "messages",
            code="context_length_exceeded",
        )
    if checks.banned and any(checks.banned in text for text in asked.texts):
        raise filtered()


def refuse(fault: Fault) -> None:
    """Raise Refused where ``fault`` is one of those at the door: 429."""
    if fault.name == "quota":
        raise no_quota()
    if fault.name.partition("_")[0] == "busy":
        raise Refused(
            429,
            "Rate limit reached for requests. Please try again later.",
            code="rate_limit_exceeded",
            kind="requests",
            headers=_patience(fault),
        )


def fail(fault: Fault) -> None:
    """Raise Refused where ``fault`` is one of those behind the door."""
    if fault.name == "filtered":
        raise filtered()
    if fault.name.partition("_")[0] == "status":
        raise broken(fault)


def broken(fault: Fault) -> Refused:
    """Return the refusal with the HTTP status that ``fault`` names."""
    status = fault.name.partition("_")[2] or fault.value or "500"
    if not (status.isdigit() and 400 <= int(status) <= 599):
        return Refused(400, f"x-fault status: “{status}” is no error", "x-fault")
    said = "The server had an error while processing your request. Sorry about that!"
    kind = "server_error" if int(status) >= 500 else "invalid_request_error"
    return Refused(int(status), said, kind=kind)


def no_quota() -> Refused:
    """Return the refusal of an account without credit."""
    return Refused(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        code="insufficient_quota",
        kind="insufficient_quota",
    )


def filtered() -> Refused:
    """Return the refusal of the content filter."""
    return Refused(
        400,
        "The response was filtered due to the prompt triggering the content management policy.",
        "prompt",
        code="content_filter",
    )


def _patience(fault: Fault) -> dict[str, str]:
    """Return the headers by which ``fault`` says when to come again."""
    if fault.name in _DATED:
        now = time.time() - (SKEW if fault.name == "busy_skewed" else 0.0)
        until = formatdate(now + fault.seconds(2.0), usegmt=True)
        return {"retry-after": until, "date": formatdate(now, usegmt=True)}
    value = _PATIENCE.get(fault.name) or fault.value or "1"
    return {} if value == "none" else {"retry-after": value}
