"""What the answers behind a release took: sums by stage, each answer once."""

import pytest

from schemas.release import Part, StageUsage
from schemas.teacher import DescribedObjects, Exchange, LocalDescription, Synthesis, SynthesizedTile
from tasks._stage import write_part
from tasks.report.rendering import dollars
from tasks.report.usage import usage_of
from tasks.storage.store import Store


def exchange(key: str, prompt: str, **spent: object) -> Exchange:
    return Exchange(
        request_key=key, prompt=prompt, prompt_fingerprint="5" * 20, model=str(spent.pop("model", "gpt-4o")),
        temperature=0.2, max_tokens=900, seed=0, **spent,
    )  # fmt: skip


@pytest.fixture
def parts(tmp_path):
    """Write a part of each kind of row: exchanges in, part and store out."""
    store = Store(str(tmp_path / "root"))

    def described(*exchanges: Exchange, shard: int = 0, calls: int = 0) -> Part:
        rows = [
            DescribedObjects(tile_id="t", number=n, reply=LocalDescription(facts=()), exchange=one)
            for n, one in enumerate(exchanges, start=1)
        ]
        part = write_part("describe", shard, f"d{shard}", DescribedObjects, store, rows)
        return part.model_copy(update={"calls": calls})

    def synthesized(*exchanges: Exchange) -> Part:
        rows = [
            SynthesizedTile(
                tile_id="t", reply=Synthesis(description="…"), exchange=one, rests_on=()
            )
            for one in exchanges
        ]
        return write_part("synthesize", 0, "s0", SynthesizedTile, store, rows)

    return store, described, synthesized


def test_each_stage_sums_up_its_answers(parts):
    store, described, synthesized = parts
    first = exchange(
        "a", "describe", prompt_tokens=1000, image_tokens=700, cached_tokens=200, tries=3,
        completion_tokens=90, reasoning_tokens=10, cost=0.000000301, latency=1.0,
    )  # fmt: skip
    second = exchange(
        "b", "describe", prompt_tokens=500, completion_tokens=30, cost=0.0000002, latency=4.0
    )
    woven = exchange("c", "synthesize", prompt_tokens=50, cost=0.25, latency=2.0)
    usage = usage_of(store, (described(first, second, calls=2), synthesized(woven)))
    assert usage.stages == (
        StageUsage(
            stage="describe", requests=2, calls=2, prompt_tokens=1500, image_tokens=700,
            cached_tokens=200, completion_tokens=120, reasoning_tokens=10, cost=0.000000501, tries=4,
            latency_median=2.5, latency_p95=4.0,
        ),
        StageUsage(
            stage="synthesize", requests=1, calls=0, prompt_tokens=50, completion_tokens=0,
            cost=0.25, tries=1, latency_median=2.0, latency_p95=2.0,
        ),
    )  # fmt: skip
    assert (usage.requests, usage.calls, usage.tries) == (3, 2, 5)
    assert (usage.prompt_tokens, usage.image_tokens, usage.completion_tokens) == (1550, 700, 120)
    assert usage.cost == 0.250000501
    assert usage.waited


def test_an_answer_that_several_rows_rest_on_is_counted_once(parts):
    store, described, _ = parts
    one = exchange("a", "describe", prompt_tokens=10, cost=0.5)
    usage = usage_of(store, (described(one, one), described(one, shard=1)))
    assert (usage.requests, usage.prompt_tokens, usage.cost) == (1, 10, 0.5)


def test_one_cost_that_is_not_known_leaves_the_sum_unknown(parts):
    store, described, synthesized = parts
    known, unknown = exchange("a", "describe", cost=0.5), exchange("b", "synthesize")
    usage = usage_of(store, (described(known), synthesized(unknown)))
    assert [stage.cost for stage in usage.stages] == [0.5, None]
    assert usage.cost is None


@pytest.mark.parametrize("cost", [0.0, None])
def test_only_the_answer_itself_says_that_it_cost_nothing(parts, cost):
    store, described, _ = parts
    free = exchange("a", "describe", model="offline-teacher", cost=cost)
    usage = usage_of(store, (described(free),))
    assert usage.cost == cost
    assert not usage.waited


def test_where_nobody_was_asked_nothing_was_spent(parts):
    usage = usage_of(parts[0], ())
    assert (usage.stages, usage.cost, usage.requests) == ((), 0, 0)


def test_95_of_100_answers_are_within_the_time_that_is_stated(parts):
    store, described, _ = parts
    waits = [exchange(f"k{n}", "describe", latency=float(n)) for n in range(1, 101)]
    (stage,) = usage_of(store, (described(*waits),)).stages
    assert (stage.latency_median, stage.latency_p95) == (50.5, 95.0)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "not known"), (0, "$0.00"), (0.000021, "$0.000021"), (0.0021, "$0.0021"),
        (0.126, "$0.13"), (1234.5, "$1,234.50"),
    ],
)  # fmt: skip
def test_dollars_are_said_for_people(amount, text):
    assert dollars(amount) == text
