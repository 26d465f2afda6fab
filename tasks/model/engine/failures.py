"""What can come back instead of an answer, by kind, and what is done about it.

    what comes back                                 kind         what is done
    ──────────────────────────────────────────────  ───────────  ─────────────────────────────────────
    no connection, time-out, torn or empty body,    PASSING      tried again with full jitter, while
    408, 409, 5xx, no choices                                    service.patience lasts; counts
                                                                 towards the circuit breaker
    429                                             BUSY         the limiter slows down or pauses; tried
                                                                 again, while service.patience lasts
      … then TransientTeacherError: the stage retries its shard, stored answers cost nothing

    no quota (402, insufficient_quota), bad key     HOPELESS     the endpoint is latched: all requests
    (401, 403), unknown model or wrong URL (404,                 that wait for it stop at once; another
    405), a page that is not JSON, no pictures                   endpoint takes over, else TeacherError
    another 400, 413, 415, 422 …                    UNUSABLE     TeacherError for this request

    refused or filtered, prompt too long            an Answer    stored like any other, so never asked
                                                                 again: Rejection REFUSED, TOO_LONG
    finish_reason = length                          an Answer    asked once more with twice the room,
                                                                 then Rejection CUT_OFF
    not the record that was asked for               an Answer    asked once more with what is wrong, then
                                                                 Rejection UNPARSABLE_ANSWER

A 400 that names a parameter the server lacks is no failure: it is asked again without it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import aiohttp
import httpx2
import openai

from schemas.teacher import Answer, ModelRequest

Scrub = Callable[[str], str]

TOO_LONG: Final = "context_length_exceeded"
FILTERED: Final = "content_filter"
_PAGE: Final = 200  # characters of a page that is not JSON
_SAID: Final = 500  # characters of a server's message that are passed on
_PASSING: Final = frozenset({408, 409, 425})
_NO_QUOTA: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_FILTERED: Final = frozenset({"content_filter", "content_policy_violation"})
_IS_TOO_LONG: Final = re.compile(
    r"context_length_exceeded|maximum context length|context (length|window|size)|"
    r"(prompt|input) is too long|exceed_context_size",
    re.IGNORECASE,
)
_TAKES_NO_PICTURE: Final = re.compile(
    r"image_url is only supported|not a multimodal|at most 0 image|"
    r"(not|n't|no) (support|accept|allow|process|take|have).{0,40}(image|vision|multimodal|picture)|"
    r"(image|vision|multimodal).{0,60}((not|n't) (support|accept|allow|enabled|available)|unsupported)"
    r"|required for image input",
    re.IGNORECASE | re.DOTALL,
)
_BAD_PICTURE: Final = re.compile(r"image (format|type|file|size)|unsupported image", re.IGNORECASE)


class Kind(StrEnum):
    """What a failure says about the next try."""

    BUSY = "busy"
    PASSING = "passing"
    HOPELESS = "hopeless"
    UNUSABLE = "unusable"


class Failure(Exception):
    """A try that brought no answer; the message holds no secret."""

    def __init__(
        self,
        kind: Kind,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        billed: bool = False,
        reached: bool = True,
    ) -> None:
        """Describe a try: ``billed`` where it may have cost, ``reached`` where a server answered."""
        super().__init__(message)
        self.kind, self.headers = kind, headers or {}
        self.billed, self.reached = billed, reached


@dataclass(frozen=True)
class Site:
    """Who was asked, in words that may be shown."""

    url: str
    model: str
    scrub: Scrub


def scrubber(secrets: Iterable[str]) -> Scrub:
    """Return what takes every one of ``secrets`` out of a text."""
    known = sorted({secret for secret in secrets if len(secret) > 3}, key=len, reverse=True)
    if not known:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, known)))
    return lambda text: pattern.sub("…", text)


def from_status(
    error: openai.APIStatusError, request: ModelRequest, site: Site
) -> Answer | Failure:
    """Return what an answer with status 4xx or 5xx means."""
    said, body = _said(error, site), site.scrub(error.response.text)[:_SAID]
    marks = f"{error.code} {error.type} {error.message}"
    if error.code in _FILTERED:
        return Answer(
            key=request.key, model=site.model, text=body, finish_reason=FILTERED,
            refusal=said or FILTERED,
        )  # fmt: skip
    if error.status_code in {400, 413, 422} and _IS_TOO_LONG.search(marks):
        return Answer(key=request.key, model=site.model, text=body, finish_reason=TOO_LONG)
    kind, meaning = _meaning(error, marks, request, site)
    headers = error.response.headers
    return Failure(kind, f"{meaning} {said}".strip(), headers)


def from_connection(error: Exception, site: Site) -> Failure:
    """Return what a broken or missing connection means: all but a refused one may be billed."""
    causes = tuple(_causes(error))
    if any(isinstance(cause, httpx2.UnsupportedProtocol | httpx2.InvalidURL) for cause in causes):
        return Failure(
            Kind.HOPELESS, f"{site.url} is no address of a server. Check RS_GPT4V_OPENAI_BASE_URL."
        )
    if any(isinstance(cause, aiohttp.ClientConnectorError) for cause in causes):
        return Failure(
            Kind.PASSING,
            f"The teacher at {site.url} cannot be reached. Check that it runs and that "
            "RS_GPT4V_OPENAI_BASE_URL is right.",
            reached=False,
        )
    broken = any(
        isinstance(cause, aiohttp.ClientError) and not isinstance(cause, TimeoutError)
        for cause in causes
    )
    what = "broke the connection" if broken else "did not answer in time"
    return Failure(Kind.PASSING, f"The teacher at {site.url} {what}.", billed=True)


def no_completion(response: httpx2.Response, site: Site) -> Failure:
    """Return what a body is that is no chat completion: torn JSON, or another kind of page."""
    text = response.text
    kind = response.headers.get("content-type", "")
    if text.lstrip().startswith("{") or not text.strip():
        return Failure(
            Kind.PASSING,
            f"{site.url} sent a torn answer of {len(text)} characters.",
            response.headers,
            billed=True,
        )
    return Failure(
        Kind.HOPELESS,
        f"{site.url} does not speak the OpenAI protocol: it sent {kind or 'a page'} "
        f"“{site.scrub(text)[:_PAGE]}”. Its URL usually ends in /v1; a proxy may be in the way.",
        response.headers,
    )


def _meaning(
    error: openai.APIStatusError, marks: str, request: ModelRequest, site: Site
) -> tuple[Kind, str]:
    status, url = error.status_code, site.url
    if error.code in _NO_QUOTA or error.type in _NO_QUOTA or status == 402:
        return Kind.HOPELESS, f"The account at {url} has no quota left ({status})."
    if status == 429:
        return Kind.BUSY, f"{url} answered 429."
    if status in _PASSING or status >= 500:
        return Kind.PASSING, f"{url} answered {status}."
    if status == 401:
        return Kind.HOPELESS, (
            f"{url} does not accept the key (401). Check RS_GPT4V_OPENAI_API_KEY."
        )
    if status == 403:
        return Kind.HOPELESS, f"{url} denies access to {site.model} (403)."
    if request.image is not None and _takes_no_picture(marks):
        return Kind.HOPELESS, (
            f"This model does not accept images: {site.model} at {url} ({status}). Choose a "
            "vision model in teacher.model, or send no pictures (teacher.images)."
        )
    if status in {404, 405}:
        return Kind.HOPELESS, (
            f"{url} knows no model “{site.model}”, or is no OpenAI-compatible URL ({status}). "
            "Check teacher.model and RS_GPT4V_OPENAI_BASE_URL."
        )
    return Kind.UNUSABLE, f"{url} refused a {request.purpose} request ({status})."


def _takes_no_picture(marks: str) -> bool:
    return bool(_TAKES_NO_PICTURE.search(marks)) and not _BAD_PICTURE.search(marks)


def _said(error: openai.APIStatusError, site: Site) -> str:
    """Return the server's message, or the beginning of what it sent instead of JSON."""
    if isinstance(error.body, str):
        return f"It sent “{site.scrub(error.body)[:_PAGE]}”." if error.body else ""
    said = error.message.removeprefix(f"Error code: {error.status_code}").removeprefix(" - ")
    return site.scrub(said)[:_SAID]


def _causes(error: BaseException) -> Iterable[BaseException]:
    """Yield ``error`` and what it was raised from."""
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__ or at.__context__
