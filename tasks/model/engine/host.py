"""The process's one event loop, in a thread of its own, and the engines and endpoints on it.

Every task of the process, whatever thread or loop it runs in, shares them. A forked child begins
with none of them and starts its own at its first request.
"""

import asyncio
import atexit
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Final

from schemas.params import ServiceParams, TeacherParams
from schemas.settings import Endpoint as EndpointSpec
from schemas.settings import Settings, settings
from tasks.model.answers import open_answers
from tasks.model.engine.endpoint import Endpoint, endpoint_specs
from tasks.model.engine.engine import Engine, Write
from tasks.model.engine.failures import Scrub, scrubber
from tasks.model.engine.limits import LimiterState, Limits
from tasks.model.engine.meter import METER, Reading
from tasks.model.engine.spending import open_spending
from tasks.model.engine.tally import Tally, summed

LANDS_WITHIN: Final = 10.0  # seconds that the end of the process waits for answers on their way


@dataclass
class _Host:
    """One event loop and what lives on it."""

    loop: asyncio.AbstractEventLoop
    thread: Thread
    engines: dict[object, Engine] = field(default_factory=dict)
    endpoints: dict[object, Endpoint] = field(default_factory=dict)


class _Process:
    """The host of this process, started at the first use."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.host: _Host | None = None
        self.share = 1.0


_PROCESS: Final = _Process()


def engine(
    params: TeacherParams, service: ServiceParams, root: str, write: Write | None = None
) -> Engine:
    """Return the engine of this process that asks the teacher of ``params`` for ``root``.

    The same one for the same arguments; endpoints are shared by all. ``write`` answers in this
    process, without limits and budget. Without a key, only stored answers are given.
    """
    where = settings()
    specs = () if write is not None else endpoint_specs(where)
    key = (root, write, params.structured, service, specs, where.endpoint_policy, where.share)
    answers = open_answers(root)
    with _PROCESS.lock:
        host = _started()
        made = host.engines.get(key)
        if made is None or made.answers is not answers:
            atexit.unregister(close_engines)  # what is registered last runs first: before the
            atexit.register(close_engines)  # store of this root is closed
            made = host.engines[key] = Engine(
                host.loop,
                answers,
                endpoints=_endpoints(host, specs, service, where),
                by_weight=where.endpoint_policy == "weight",
                spending=open_spending(root, service) if write is None else None,
                structured=params.structured,
                patience=service.patience * 60,
                write=write,
            )
        return made


def take_share(share: float) -> None:
    """Keep from now on to ``share`` (0 to 1) of what this process may use of every limit."""
    with _PROCESS.lock:
        _PROCESS.share = share
        if _PROCESS.host is not None:
            _PROCESS.host.loop.call_soon_threadsafe(_shared, _PROCESS.host, share)


def limiter_states() -> dict[str, LimiterState]:
    """Return what goes on at every endpoint, by its host; a look from outside, so a moment old."""
    host = _PROCESS.host
    found = list(host.endpoints.values()) if host is not None else []
    return {endpoint.host: endpoint.limiter.state for endpoint in found}


def own_tally() -> Tally:
    """Return what this process has counted, and what goes on at its endpoints."""
    return METER.own().model_copy(update={"limits": limiter_states()})


def whole_tally() -> Tally:
    """Return the same of all processes of this machine that work for the flows of this one."""
    return summed([own_tally(), *METER.beside()])


def limits_used(reading: Reading) -> float | None:
    """Return the part of the tightest limit in use, 0 to 1; None where no limit is known."""
    states = whole_tally().limits.values()
    parts = []
    for rate, limits in (
        (reading.requests_per_second, [state.requests_per_minute for state in states]),
        (reading.tokens_per_second, [state.tokens_per_minute for state in states]),
    ):
        known = [limit for limit in limits if limit is not None]
        if known and len(known) == len(limits):
            parts.append(60 * rate / sum(known))
    return min(1.0, max(parts)) if parts else None


def close_engines(patience: float = LANDS_WITHIN) -> None:
    """Give up what waits, keep the answers that come within ``patience`` seconds, and end the loop.

    Whoever waits for an answer that does not come is told by CancelledError. The next use starts anew.
    """
    with _PROCESS.lock:
        host, _PROCESS.host = _PROCESS.host, None
    if host is None:
        return
    asyncio.run_coroutine_threadsafe(_closed(host, patience), host.loop).result()
    host.loop.call_soon_threadsafe(host.loop.stop)
    host.thread.join()
    host.loop.close()
    for one in host.engines.values():
        one.answers.flush()


def _started() -> _Host:
    if _PROCESS.host is None:
        loop = asyncio.new_event_loop()
        thread = Thread(target=loop.run_forever, name="rs-gpt4v-engine", daemon=True)
        thread.start()
        _PROCESS.host = _Host(loop, thread)
    return _PROCESS.host


def _endpoints(
    host: _Host, specs: Sequence[EndpointSpec], service: ServiceParams, where: Settings
) -> list[Endpoint]:
    scrub = _scrub(specs)
    found = []
    for number, spec in enumerate(specs):
        limits = _limits(spec, service, where, first=number == 0)
        key = (spec.base_url, spec.api_key, spec.model, limits, where.request_timeout)
        if key not in host.endpoints:
            host.endpoints[key] = Endpoint(spec, limits, where.request_timeout, scrub)
        found.append(host.endpoints[key])
    return found


def _limits(spec: EndpointSpec, service: ServiceParams, where: Settings, *, first: bool) -> Limits:
    """Return what ``spec`` allows; the parameters' limits are those of the first endpoint."""
    requests = spec.requests_per_minute or (service.requests_per_minute if first else None)
    tokens = spec.tokens_per_minute or (service.tokens_per_minute if first else None)
    return Limits(requests, tokens, service.concurrency, where.share * _PROCESS.share)


def _scrub(specs: Sequence[EndpointSpec]) -> Scrub:
    return scrubber(spec.api_key.get_secret_value() for spec in specs if spec.api_key)


def _shared(host: _Host, share: float) -> None:
    for endpoint in host.endpoints.values():
        endpoint.limiter.share = share


async def _closed(host: _Host, patience: float) -> None:
    await asyncio.gather(*(one.land(patience) for one in host.engines.values()))
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    for endpoint in host.endpoints.values():
        await endpoint.close()
    await host.loop.shutdown_default_executor()


def _forget() -> None:
    """Begin anew in a forked child: threads and connections do not survive a fork."""
    _PROCESS.lock, _PROCESS.host = Lock(), None


os.register_at_fork(after_in_child=_forget)
