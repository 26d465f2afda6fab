"""The engine's figures in Prometheus' text format, read anew whenever somebody asks.

    rs_gpt4v_answers_total{model,prompt,from}   from="asked" (paid for) or "stored"
    rs_gpt4v_tokens_total{model,prompt,kind}    kind="prompt", "cached" (of the prompt's) or "completion"
    rs_gpt4v_cost_dollars_total{model,prompt}   of the answers whose price is known
    rs_gpt4v_unpriced_answers_total{model,prompt}
    rs_gpt4v_latency_seconds{model,prompt}      histogram, of the try that was answered
    rs_gpt4v_failures_total{host,kind}          tries without an answer, kinds as in failures.py
    rs_gpt4v_expected_answers                   of the whole build, where a plan says it
    rs_gpt4v_endpoint_*{host}                   in_flight, waiting, concurrency, paused_seconds, broken,
                                                requests_per_minute, tokens_per_minute

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from tasks.model.engine.tally import LATENCIES, Counted, Tally

log = logging.getLogger(__name__)

PREFIX: Final = "rs_gpt4v_"
_ENDPOINT: Final = {
    "in_flight": "requests that are on their way",
    "waiting": "requests that wait for leave to go",
    "cap": "requests that may be in flight",
    "paused_for": "seconds until the next request may go",
    "broken": "1 while everything fails",
    "requests_per_minute": "limit that is kept to",
    "tokens_per_minute": "limit that is kept to",
}
_CALLED: Final = {"cap": "concurrency", "paused_for": "paused_seconds"}


@contextmanager
def exposed(tally: Callable[[], Tally], host: str, port: int | None) -> Iterator[None]:
    """Serve the figures of ``tally`` at ``host`` and ``port`` while the block runs; None: nowhere.

    A port that is taken is said in the log and stops nothing: another build of this machine has it.
    """
    if port is None:
        yield
        return
    registry = CollectorRegistry()
    registry.register(Figures(tally))
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        log.warning("no figures are served at %s:%d: %s", host, port, error.strerror)
        yield
        return
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Figures(Collector):
    """What Prometheus' client asks for its figures."""

    def __init__(self, tally: Callable[[], Tally]) -> None:
        """Read them from ``tally``."""
        self._tally = tally

    def collect(self) -> Iterable[Metric]:
        """Yield every figure as it is now."""
        tally = self._tally()
        yield from _counted(tally.counted)
        failures = CounterMetricFamily(
            f"{PREFIX}failures", "tries that brought no answer", labels=["host", "kind"]
        )
        for failed in tally.failed:
            failures.add_metric([failed.host, failed.kind], failed.tries)
        yield failures
        if tally.reading.expected is not None:
            yield GaugeMetricFamily(
                f"{PREFIX}expected_answers", "of the whole build", tally.reading.expected
            )
        yield from _endpoints(tally)


def _counted(rows: Iterable[Counted]) -> Iterator[Metric]:
    of = ["model", "prompt"]
    answers = CounterMetricFamily(f"{PREFIX}answers", "answers", labels=[*of, "from"])
    tokens = CounterMetricFamily(f"{PREFIX}tokens", "of answers paid for", labels=[*of, "kind"])
    cost = CounterMetricFamily(f"{PREFIX}cost_dollars", "of answers with a known price", labels=of)
    unpriced = CounterMetricFamily(
        f"{PREFIX}unpriced_answers", "answers without a known price", labels=of
    )
    latency = HistogramMetricFamily(f"{PREFIX}latency_seconds", "until an answer", labels=of)
    for row in rows:
        names = [row.model, row.prompt]
        answers.add_metric([*names, "asked"], row.answered)
        answers.add_metric([*names, "stored"], row.found)
        tokens.add_metric([*names, "prompt"], row.prompt_tokens)
        tokens.add_metric([*names, "cached"], row.cached_tokens)
        tokens.add_metric([*names, "completion"], row.completion_tokens)
        cost.add_metric(names, row.cost)
        unpriced.add_metric(names, row.unpriced)
        bounds = [*map(str, LATENCIES), "+Inf"]
        buckets = list(zip(bounds, map(float, accumulate(row.within)), strict=True))
        latency.add_metric(names, buckets, sum_value=row.seconds)
    yield from (answers, tokens, cost, unpriced, latency)


def _endpoints(tally: Tally) -> Iterator[Metric]:
    for field, what in _ENDPOINT.items():
        name = f"{PREFIX}endpoint_{_CALLED.get(field, field)}"
        gauge = GaugeMetricFamily(name, what, labels=["host"])
        for host, state in tally.limits.items():
            value = getattr(state, field)
            if value is not None:
                gauge.add_metric([host], float(value))
        yield gauge
