"""Running the endpoint: until it is stopped, or in a thread of this process."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from tasks.model.offline import write_reply
from tasks.model.serve.app import application
from tasks.model.serve.bill import Bill, Totals
from tasks.model.serve.options import Options, Write

STARTS_WITHIN: Final = 10.0  # seconds
ENDS_WITHIN: Final = 0.2  # seconds given to requests that are under way
HONEST: Final = Options()


@dataclass(frozen=True)
class Served:
    """An endpoint that runs in a thread of this process."""

    url: str
    _bill: Bill
    _stop: Callable[[], None]

    @property
    def bill(self) -> Totals:
        """What it billed so far."""
        return self._bill.totals

    @property
    def billed_keys(self) -> dict[str, int]:
        """How often it billed each request, by ``request_key`` of its body."""
        return self._bill.keys

    def reset_bill(self) -> None:
        """Forget what was billed."""
        self._bill.reset()

    def stop(self) -> None:
        """Stop at once: connections that are open are cut."""
        self._stop()


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    options: Options = HONEST,
    ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve the offline teacher until interrupted; ``ready`` is told the base URL when it is up.

    Port 0 takes a free one. Raises OSError where the address cannot be bound.
    """
    with _bound(host, port) as bound:
        asyncio.run(_until_stopped(bound, options, lambda: ready(_url_of(bound))))


@contextmanager
def serving(
    write: Write = write_reply,
    *,
    refuse_response_format: bool = False,
    options: Options = HONEST,
) -> Iterator[str]:
    """Serve in a thread of this process on a free loopback port; the value is the base URL.

    ``refuse_response_format`` makes it a server without structured outputs.
    """
    checks = replace(options.checks, structured=not refuse_response_format)
    with served(replace(options, checks=checks), write) as endpoint:
        yield endpoint.url


@contextmanager
def served(
    options: Options = HONEST, write: Write = write_reply, port: int = 0
) -> Iterator[Served]:
    """Serve in a thread of this process; the value knows the base URL and the bill."""
    bill, loop, started = Bill(options.prices), asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()
    app = application(write, options, bill)
    with _bound("127.0.0.1", port) as bound:
        thread = threading.Thread(
            target=_run, args=(loop, app, bound, stop, started), name="served", daemon=True
        )
        thread.start()
        try:
            if not started.wait(STARTS_WITHIN):
                raise TimeoutError(f"the endpoint did not start within {STARTS_WITHIN:.0f} s")
            yield Served(_url_of(bound), bill, lambda: _end(loop, stop, thread))
        finally:
            _end(loop, stop, thread)


def _run(
    loop: asyncio.AbstractEventLoop,
    app: web.Application,
    bound: socket.socket,
    stop: asyncio.Event,
    started: threading.Event,
) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_up(app, bound, stop, started.set))


def _end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, thread: threading.Thread) -> None:
    if thread.is_alive() and not loop.is_closed():
        loop.call_soon_threadsafe(stop.set)
        thread.join(STARTS_WITHIN)


async def _until_stopped(bound: socket.socket, options: Options, ready: Callable[[], None]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    if threading.current_thread() is threading.main_thread():
        loop.add_signal_handler(signal.SIGTERM, stop.set)
    app = application(write_reply, options, Bill(options.prices))
    await _up(app, bound, stop, ready)


async def _up(
    app: web.Application, bound: socket.socket, stop: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Serve ``app`` at ``bound`` until ``stop`` is set; ``ready`` is called when it answers."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=ENDS_WITHIN)
    await runner.setup()
    try:
        await web.SockSite(runner, bound, backlog=2048).start()
        ready()
        await stop.wait()
    finally:
        await runner.cleanup()


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    with socket.create_server((host, port), backlog=2048) as bound:
        yield bound


def _url_of(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://{host}:{port}/v1"
