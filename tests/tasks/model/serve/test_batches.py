"""Batches run in the background: completed, shuffled, doubled, expired, cancelled and failed."""

import json
import time
from collections import Counter
from contextlib import contextmanager

import openai
import pytest

from tasks.model.serve import Batching, Checks, Faults, Options, request_key
from tests.tasks.model.serve._asking import body, endpoint

PATH = "/v1/chat/completions"
ENDED = {"completed", "failed", "expired", "cancelled"}


@contextmanager
def served(seconds: float = 0.05, **options):
    """Serve batches that take ``seconds``; gives the official client and the endpoint."""
    batching = Batching(seconds=seconds, lines=50)
    with (
        endpoint(Options(canned=True, batching=batching, **options)) as (_, running),
        openai.OpenAI(base_url=running.url, api_key="k", max_retries=0) as client,
    ):
        yield client, running


def line(number: int, **more) -> dict:
    return {"custom_id": f"r-{number}", "method": "POST", "url": PATH, "body": body(number)} | more


def create(client: openai.OpenAI, lines: list, **headers: str):
    """Upload ``lines`` and begin a batch of them."""
    content = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    file = client.files.create(file=("in.jsonl", content.encode()), purpose="batch")
    return client.batches.create(
        input_file_id=file.id, endpoint=PATH, completion_window="24h", extra_headers=headers
    )


def ended(client: openai.OpenAI, batch):
    """Wait until ``batch`` has ended."""
    deadline = time.monotonic() + 10
    while batch.status not in ENDED:
        assert time.monotonic() < deadline
        time.sleep(0.005)
        batch = client.batches.retrieve(batch.id)
    return batch


def results(client: openai.OpenAI, name: str | None) -> list[dict]:
    return (
        [json.loads(text) for text in client.files.content(name).text.splitlines()] if name else []
    )


def names(rows: list[dict]) -> list[str]:
    return [row["custom_id"] for row in rows]


def test_a_batch_goes_from_validating_to_completed_and_costs_half() -> None:
    with served(0.4) as (client, running):
        batch = create(client, [line(n) for n in range(10)])
        assert (batch.status, batch.output_file_id) == ("validating", None)
        seen = {batch.status}
        while batch.status not in ENDED:
            time.sleep(0.005)
            batch = client.batches.retrieve(batch.id)
            seen.add(batch.status)
        assert {"validating", "in_progress", "completed"} <= seen
        assert batch.request_counts.model_dump() == {"total": 10, "completed": 10, "failed": 0}
        assert batch.error_file_id is None
        rows = results(client, batch.output_file_id)
        assert names(rows) == [f"r-{n}" for n in range(10)]
        assert {row["response"]["status_code"] for row in rows} == {200}
        alone = client.chat.completions.create(**body(1))
        message = rows[1]["response"]["body"]["choices"][0]["message"]
        assert message["content"] == alone.choices[0].message.content
        totals = running.bill
        assert (totals.billed, totals.batch_lines, totals.keys) == (11, 10, 10)
        assert running.billed_keys[request_key(body(1))] == 2
        assert totals.cost == pytest.approx(_cost(alone) * (1 + 10 * 0.5), rel=0.05)


def _cost(done) -> float:
    return (2.5 * done.usage.prompt_tokens + 10 * done.usage.completion_tokens) / 1e6


def test_results_may_come_in_another_order_and_twice_but_are_billed_once() -> None:
    with served(faults=Faults(shuffled=1, line_doubled=0.5, seed=3)) as (client, running):
        batch = ended(client, create(client, [line(n) for n in range(40)]))
        found = names(results(client, batch.output_file_id))
        assert list(dict.fromkeys(found)) != sorted(found, key=lambda name: int(name[2:]))
        assert set(found) == {f"r-{n}" for n in range(40)}
        assert 50 < len(found) < 72
        assert max(Counter(found).values()) == 2
        assert (running.bill.billed, running.bill.billed_twice) == (40, 0)


def test_a_batch_that_expires_keeps_what_was_answered() -> None:
    with served() as (client, running):
        batch = ended(client, create(client, [line(n) for n in range(9)], **{"x-fault": "expired"}))
        assert batch.status == "expired"
        assert batch.expired_at
        done, lost = (results(client, name) for name in (batch.output_file_id, batch.error_file_id))
        assert (len(done), len(lost), running.bill.billed) == (5, 4, 5)
        assert {row["error"]["code"] for row in lost} == {"batch_expired"}
        assert {row["response"] for row in lost} == {None}


def test_a_batch_that_is_cancelled_half_done_keeps_what_was_answered() -> None:
    with served(faults=Faults(stopped=1)) as (client, running):
        batch = ended(client, create(client, [line(n) for n in range(10)]))
        assert batch.status == "cancelled"
        assert len(results(client, batch.output_file_id)) == running.bill.billed == 5


def test_a_batch_can_be_cancelled_but_only_until_it_has_ended() -> None:
    with served(seconds=60) as (client, running):
        batch = create(client, [line(n) for n in range(50)])
        assert client.batches.cancel(batch.id).status == "cancelling"
        batch = ended(client, batch)
        assert batch.status == "cancelled"
        assert running.bill.billed == batch.request_counts.completed < 50
        with pytest.raises(openai.ConflictError, match="Cannot cancel"):
            client.batches.cancel(batch.id)


def test_lines_that_fail_stand_in_the_error_file_and_are_not_billed() -> None:
    with served(faults=Faults(line_failed=0.5, seed=1)) as (client, running):
        batch = ended(client, create(client, [line(n) for n in range(40)]))
        done, failed = (
            results(client, name) for name in (batch.output_file_id, batch.error_file_id)
        )
        assert sorted(names(done + failed)) == sorted(f"r-{n}" for n in range(40))
        assert 5 < len(failed) < 35
        assert {row["response"]["status_code"] for row in failed} == {500}
        assert (running.bill.billed, batch.request_counts.failed) == (len(done), len(failed))


def test_a_line_that_is_refused_fails_alone() -> None:
    with served(checks=Checks(models=("gpt-a",))) as (client, _):
        good = line(2, body=body(2, model="gpt-a"))
        batch = ended(client, create(client, [line(1), good]))
        assert names(results(client, batch.output_file_id)) == ["r-2"]
        (row,) = results(client, batch.error_file_id)
        assert row["response"]["body"]["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ([], "empty_file", "empty"),
        (["{"], "invalid_json_line", "Line 1"),
        ([line(1), line(2, url="/v1/embeddings")], "invalid_json_line", "Line 2"),
        ([line(1), line(1)], "duplicate_custom_id", "unique"),
        ([line(n) for n in range(51)], "too_many_tasks", "More than 50"),
    ],
)
def test_a_file_that_is_no_batch_fails_it(lines, code, said) -> None:
    with served() as (client, running):
        batch = ended(client, create(client, lines))
        (error,) = batch.errors.data
        assert (batch.status, error.code, running.bill.billed) == ("failed", code, 0)
        assert said in error.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"endpoint": "/v1/embeddings"}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"input_file_id": "file-none"}, "No such File"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_at_once(change, said) -> None:
    with served() as (client, _):
        file = client.files.create(file=("in.jsonl", b"{}"), purpose="batch")
        asked = {"endpoint": PATH, "completion_window": "24h", "input_file_id": file.id}
        with pytest.raises(openai.APIStatusError, match=said):
            client.batches.create(**asked | change)
        assert not client.batches.list().data


def test_batches_are_listed_newest_first_with_their_metadata() -> None:
    with served() as (client, _):
        file = client.files.create(file=("in", json.dumps(line(1)).encode()), purpose="batch")
        made = [
            client.batches.create(
                input_file_id=file.id,
                endpoint=PATH,
                completion_window="24h",
                metadata={"n": f"{n}"},
            ).id
            for n in range(3)
        ]
        listed = list(client.batches.list(limit=2))
        assert [batch.id for batch in listed] == made[::-1]
        assert listed[0].metadata == {"n": "2"}
        with pytest.raises(openai.NotFoundError, match="No batch found"):
            client.batches.retrieve("batch_none")


def test_a_batch_may_be_begun_and_its_answer_lost() -> None:
    with served() as (client, running):
        with pytest.raises(openai.APIConnectionError):
            create(client, [line(1)], **{"x-fault": "other_reset"})
        (batch,) = client.batches.list().data
        assert ended(client, batch).status == "completed"
        assert running.bill.billed == 1
