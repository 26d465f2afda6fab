"""One server and key: the official client, a body made once, and the dialect that it understands.

A server says by a 400 what it lacks, and is then asked without it for as long as the process lives.
"""

import asyncio
import logging
from dataclasses import dataclass
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import httpx2
import openai
from pydantic import ValidationError

from schemas.settings import Endpoint as EndpointSpec
from schemas.settings import Settings
from schemas.teacher import Answer, ModelRequest
from tasks.model.engine.failures import (
    Failure,
    Kind,
    Scrub,
    Site,
    from_connection,
    from_status,
    no_completion,
)
from tasks.model.engine.limits import Limiter, Limits
from tasks.model.engine.wire import Dialect, NoChoice, Usage, body_of, read_completion, without

log = logging.getLogger(__name__)

OPENAI: Final = "https://api.openai.com/v1"
LATCHED_FOR: Final = 60.0  # seconds; then one request may find out whether it has been mended
SOON: Final = 1.0  # seconds of pause that are no reason to ask another server


@dataclass(frozen=True)
class Told:
    """What a server said to one request."""

    answer: Answer
    usage: Usage | None
    headers: httpx2.Headers
    latency: float  # seconds


class _Client(openai.AsyncOpenAI):
    """The official client, without the headers that describe this machine to every server."""

    def platform_headers(self) -> dict[str, str]:
        """Return none."""
        return {}


class Endpoint:
    """Asks one server with one key; lives on the engine's loop and connects at the first request."""

    def __init__(self, spec: EndpointSpec, limits: Limits, timeout: float, scrub: Scrub) -> None:
        """Ask the server that ``spec`` names within ``limits``, for ``timeout`` seconds a try."""
        self.spec, self.limiter = spec, Limiter(limits)
        self.host = urlsplit(spec.base_url).hostname or spec.base_url
        self.reached = False
        self.waiting: set[asyncio.Task[Answer]] = set()
        self.scrub, self._timeout, self._connections = scrub, timeout, limits.concurrency
        self._url = scrub(_shown(spec.base_url))
        self._dialects: dict[str, Dialect] = {}
        self._client: openai.AsyncOpenAI | None = None
        self._latch: tuple[Failure, float] | None = None

    @property
    def hopeless(self) -> Failure | None:
        """Why no request can succeed here, as far as is known; None where one may."""
        if self._latch is not None and monotonic() < self._latch[1]:
            return self._latch[0]
        return None

    @property
    def well(self) -> bool:
        """Whether a request would be sent soon: not latched, not paused, and not failing."""
        control, now = self.limiter.control, self.limiter.clock.time()
        if control.paused_until > now + SOON or control.breaker.opens_at(now) > now:
            return False
        return self.hopeless is None

    def latch(self, failure: Failure) -> None:
        """Stop every request that waits for this server: none would do better."""
        if self.hopeless is None:
            self._latch = failure, monotonic() + LATCHED_FOR
        self.send_on()

    def send_on(self) -> None:
        """Wake every request that waits for this server, so that it chooses anew."""
        waiting, self.waiting = self.waiting, set()
        for task in waiting:
            task.cancel()

    @property
    def client(self) -> openai.AsyncOpenAI:
        """The official client, without retries of its own; for the engine's loop only."""
        if self._client is None:
            key = self.spec.api_key.get_secret_value() if self.spec.api_key else ""
            limits = httpx2.Limits(
                max_connections=self._connections, max_keepalive_connections=self._connections
            )
            self._client = _Client(
                api_key=key or "none",
                base_url=self.spec.base_url,
                timeout=self._timeout,
                max_retries=0,
                http_client=openai.DefaultAioHttpClient(limits=limits, timeout=self._timeout),
            )
        return self._client

    async def close(self) -> None:
        """Close the connections, where any were opened."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def model_of(self, request: ModelRequest) -> str:
        """Return this server's name for the model that ``request`` asks for."""
        return self.spec.model or request.model

    def body(self, request: ModelRequest, *, structured: bool = True) -> bytes:
        """Return what is sent for ``request``, in what is known of the server's dialect."""
        return body_of(request, self._dialect(request, structured), self.model_of(request))

    def is_structured(self, request: ModelRequest) -> bool:
        """Say whether ``request`` would go out with the schema of its reply, as far as is known."""
        return self._dialect(request, structured=True).structured

    async def send(self, request: ModelRequest, *, structured: bool = True) -> Told:
        """Return what the server says to ``request``, refusals by the provider included.

        Raises Failure, by kind, for everything else that can come back.
        """
        site = Site(self._url, self.model_of(request), self.scrub)
        if "@" in urlsplit(self.spec.base_url).netloc:
            raise Failure(
                Kind.HOPELESS,
                f"The URL of {self._url} holds a user and password, beside which no key can be "
                "sent. Take them out and set RS_GPT4V_OPENAI_API_KEY.",
            )
        begun = monotonic()
        while True:
            dialect = self._dialect(request, structured)
            try:
                async with asyncio.timeout(self._timeout):
                    response = await self._posted(body_of(request, dialect, site.model))
            except openai.APIStatusError as error:
                self.reached = True
                if self._learnt(error, dialect, site.model):
                    continue
                found = from_status(error, request, site)
                if isinstance(found, Failure):
                    raise found from None  # a server may echo the key
                return Told(found, None, error.response.headers, monotonic() - begun)
            except (openai.APIConnectionError, aiohttp.ClientError, TimeoutError) as error:
                raise from_connection(error, site) from None
            return self._read(response, request, site, monotonic() - begun)

    async def _posted(self, body: bytes) -> httpx2.Response:
        return await self.client.post("/chat/completions", content=body, cast_to=httpx2.Response)

    def _read(
        self, response: httpx2.Response, request: ModelRequest, site: Site, latency: float
    ) -> Told:
        try:
            answer, usage = read_completion(response.content, request, site.model)
        except ValidationError:
            raise no_completion(response, site) from None
        except NoChoice:
            raise Failure(
                Kind.PASSING,
                f"{site.model} at {site.url} sent an answer without any choice.",
                response.headers,
                billed=True,
            ) from None
        self.reached, self._latch = True, None
        return Told(answer, usage, response.headers, latency)

    def _dialect(self, request: ModelRequest, structured: bool) -> Dialect:
        known = self._dialects.get(self.model_of(request), Dialect())
        return known if structured else known._replace(structured=False)

    def _learnt(self, error: openai.APIStatusError, sent: Dialect, model: str) -> bool:
        """Note what the server refuses of our arguments; say whether to ask again without it."""
        if error.status_code not in {400, 422}:
            return False
        fewer = without(sent, error.param, error.message)
        if fewer is None:
            return False
        known = self._dialects.get(model, Dialect())  # another request may have learnt meanwhile
        if known.structured and not fewer.structured and sent.structured:
            log.warning("%s has no structured outputs: the schema goes into the text", self._url)
        self._dialects[model] = without(known, error.param, error.message) or known
        return True


def endpoint_specs(where: Settings) -> tuple[EndpointSpec, ...]:
    """Return the servers that ``where`` names, the first one first; none without any key or URL.

    A server of one's own needs no key.
    """
    key, url = where.openai_api_key, where.openai_base_url
    if url or (key is not None and key.get_secret_value()):
        return (EndpointSpec(base_url=url or OPENAI, api_key=key), *where.endpoints)
    return where.endpoints


def _shown(url: str) -> str:
    """Return ``url`` without a user and password in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
