"""The engine's figures as Prometheus reads them."""

import asyncio
import logging
import socket
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.teacher import Spent
from tasks.model.engine.exposition import exposed
from tasks.model.engine.host import whole_tally
from tasks.model.engine.meter import METER, Meter
from tests.tasks.model.engine._servers import REQUEST, completion, engine_at, error, server


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def figures(port):
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_was_counted_is_read_by_model_and_prompt(port):
    meter = Meter()
    meter.expect(40)
    meter.found("gpt-4o", "describe")
    for latency, cost in ((0.2, 0.5), (3.0, None)):
        spent = Spent(
            prompt_tokens=900, cached_tokens=300, completion_tokens=100, cost=cost, latency=latency
        )
        meter.answered(spent, "gpt-4o", "describe")
    meter.failed("api.test", "busy")
    with exposed(meter.own, "127.0.0.1", port):
        read = figures(port)
        of = ("describe", "gpt-4o")
        assert read["rs_gpt4v_answers_total", "asked", *of] == 2
        assert read["rs_gpt4v_answers_total", *of, "stored"] == 1
        assert read["rs_gpt4v_tokens_total", *of, "prompt"] == 1800
        assert read["rs_gpt4v_tokens_total", "cached", *of] == 600
        assert read["rs_gpt4v_tokens_total", "completion", *of] == 200
        assert read["rs_gpt4v_cost_dollars_total", *of] == 0.5
        assert read["rs_gpt4v_unpriced_answers_total", *of] == 1
        assert read["rs_gpt4v_latency_seconds_bucket", "0.25", *of] == 1
        assert read["rs_gpt4v_latency_seconds_bucket", "5.0", *of] == 2
        assert read["rs_gpt4v_latency_seconds_sum", *of] == pytest.approx(3.2)
        assert read["rs_gpt4v_failures_total", "api.test", "busy"] == 1
        assert read["rs_gpt4v_expected_answers",] == 40
        meter.found("gpt-4o", "describe")
        assert figures(port)["rs_gpt4v_answers_total", *of, "stored"] == 2
    with pytest.raises(OSError, match="refused"):
        figures(port)


def test_the_engine_counts_and_logs_by_the_request_that_a_sample_names(tmp_path, port, caplog):
    caplog.set_level(logging.INFO, "tasks.model.engine.engine")
    before = METER.own()
    with (
        server((503, error("down")), (200, completion())) as (url, _),
        engine_at(tmp_path, url) as engine,
        exposed(whole_tally, "127.0.0.1", port),
    ):
        asyncio.run(engine.answer(REQUEST))
        asyncio.run(engine.answer(REQUEST))
        read = figures(port)
    lost = {(one.host, one.kind): one.tries for one in before.failed}
    of = ("synthesize", "vision-1")
    assert read["rs_gpt4v_answers_total", "asked", *of] >= 1
    assert read["rs_gpt4v_answers_total", "stored", *of] >= 1
    failed = read["rs_gpt4v_failures_total", "127.0.0.1", "passing"]
    assert failed == lost.get(("127.0.0.1", "passing"), 0) + 1
    assert read["rs_gpt4v_endpoint_in_flight", "127.0.0.1"] == 0
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"request {REQUEST.key} (synthesize), try 1: ")


def test_a_port_that_is_taken_stops_nothing(port, caplog):
    with exposed(Meter().own, "127.0.0.1", port), exposed(Meter().own, "127.0.0.1", port):
        assert figures(port) == {}
    assert f"no figures are served at 127.0.0.1:{port}" in caplog.text


def test_without_a_port_nothing_is_served():
    with exposed(lambda: pytest.fail("nobody asked"), "127.0.0.1", None):
        pass
