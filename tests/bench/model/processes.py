"""Endpoints and clients in processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

from tasks.model.serve import Latency, Options, Rates, serve


@contextmanager
def endpoint(how: Mapping[str, Any]) -> Iterator[str]:
    """Run an endpoint that behaves as ``how`` says; gives its base URL."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.model.processes", json.dumps(how)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stdout is not None
    try:
        yield running.stdout.readline().strip()
    finally:
        running.terminate()
        running.communicate(timeout=10)


def client(kind: str, url: str, count: int, concurrency: int) -> dict[str, Any]:
    """Run one client, and return its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.model.client", kind, url, str(count), str(concurrency)],
        capture_output=True, text=True, check=True, env=dict(os.environ), timeout=580,
    )  # fmt: skip
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def clients(kind: str, url: str, counts: Sequence[int], concurrency: int) -> list[dict[str, Any]]:
    """Run clients at once, one for each of ``counts``, and return their figures."""
    with ThreadPoolExecutor(len(counts)) as pool:
        started = [pool.submit(client, kind, url, count, concurrency) for count in counts]
        return [one.result() for one in started]


def bill(url: str) -> dict[str, Any]:
    """Return what the endpoint at ``url`` has billed and refused."""
    with urlopen(url.replace("/v1", "/bill")) as reply:
        said: dict[str, Any] = json.load(reply)
        return said


def options(how: Mapping[str, Any]) -> Options:
    """Return the options that ``how`` names: canned, latency (s), and the rates (a minute)."""
    names = ("requests", "tokens", "flavour")
    return Options(
        canned=how.get("canned", False),
        latency=Latency(first=how.get("latency", 0.0)),
        rates=Rates(**{name: how[name] for name in names if name in how}),
    )


if __name__ == "__main__":
    serve(options=options(json.loads(sys.argv[1])), ready=lambda url: print(url, flush=True))
